"""A counterexample as a plain pytest test, which fails as the function stands and passes when it is mended."""

from __future__ import annotations

import inspect
import re
import sys
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from windtunnel.collectors.declarations import Declaration
from windtunnel.collectors.hamilton_subjects import Subject
from windtunnel.collectors.plain_code import Unwritable, imports_of, written
from windtunnel.collectors.plain_types import imports_in, told_by
from windtunnel.collectors.properties_calls import called
from windtunnel.collectors.properties_greater import greater
from windtunnel.collectors.properties_rows import aligned, is_frame, is_number, rows_in
from windtunnel.facts import CounterExample, Property

# The names of variables in the tests below.
_LOCAL: Mapping[Property, tuple[str, ...]] = {
    Property.RETURN_TYPE: ("result",),
    Property.INPUTS_UNCHANGED: ("before",),
    Property.DETERMINISTIC: ("first", "again"),
    Property.RANDOM_STATE_KEPT: ("first",),
    Property.PROCESS_UNCHANGED: ("before", "tmp_path", "monkeypatch"),
    Property.NOTHING_WRITTEN: ("tmp_path", "monkeypatch"),
    Property.COLUMNS_KEPT: ("whole", "rows", "small"),
    Property.ROWWISE: ("whole", "parts"),
    Property.ORDER_INSENSITIVE: ("plain", "backwards"),
    Property.IDEMPOTENT: ("once", "again"),
    Property.MONOTONIC: ("less", "more"),
    Property.CONSERVES: ("before", "result"),
    Property.BOUNDED: ("result",),
    Property.INVERSE: ("back",),
}


@dataclass(frozen=True, slots=True)
class Failing:
    """What is to become a test: the smallest failing arguments of a function, and how that was told."""

    module: str
    subject: Subject
    arguments: Mapping[str, Any]
    told: CounterExample
    declarations: tuple[Declaration, ...] = ()
    others: Mapping[str, Subject] | None = None

    @property
    def function(self) -> str:
        """Its name in the module."""
        return self.subject.function.name

    @property
    def declaration(self) -> Declaration:
        """The declared property that fails."""
        return next(one for one in self.declarations if one.kind is self.told.property)

    @property
    def spoken(self) -> str:
        """Its name in the test."""
        return f"{self.function}_function" if self.function in self.taken else self.function

    @property
    def taken(self) -> tuple[str, ...]:
        """The variables of the test itself."""
        return _LOCAL.get(self.told.property, ())

    def variable(self, name: str) -> str:
        """The variable of the test that holds an argument."""
        return f"{name}_given" if name in (*self.taken, self.function) else name

    def rows_of(self, name: str) -> str:
        """What is sliced to have some rows of an argument."""
        return f"{self.variable(name)}.iloc" if hasattr(self.arguments[name], "iloc") else self.variable(name)

    def call(self, **changed: str) -> str:
        """The call with the names of variables, and with other expressions for some of them."""
        inner = ", ".join(f"{name}={changed.get(name, self.variable(name))}" for name in self.arguments)
        plain = f"{self.spoken}({inner})"
        return f"asyncio.run({plain})" if inspect.iscoroutinefunction(self.subject.call) else plain


def plain_test(failing: Failing, code: str) -> str:
    """The text of a file with one test. Unwritable where there is no code for the arguments or for the property."""
    if failing.subject.call is not failing.subject.function.function:
        raise Unwritable(f"{failing.function} has no body of its own")
    values = written(failing.arguments)
    body, needs = _BODIES[failing.told.property](failing)
    lines = [f"{failing.variable(name)} = {text}" for name, text in values.items()] + body
    renamed = f" as {failing.spoken}" if failing.spoken != failing.function else ""
    names = sorted({f"{failing.function}{renamed}", *_others(failing)})
    own = {f"from {failing.module} import {', '.join(names)}"}
    imports = [*sorted({*imports_of(lines, failing.arguments.values()), *needs}, key=_order)]
    said = " ".join(failing.told.detail.split())
    title = textwrap.fill(f"{failing.function} {said}", 110).replace("\\", "\\\\").replace('"""', "'''")
    fixtures = "tmp_path, monkeypatch" if "monkeypatch" in "".join(body) else ""
    return "\n".join(
        [
            f'"""{title}',
            "",
            f"Found by windtunnel ({code}). Run it from the root of the repository: python -m pytest.",
            '"""',
            "",
            *imports,
            *([""] if imports else []),
            *sorted(own),
            "",
            "",
            f"def test_{failing.function}_{_CLAIMS[failing.told.property]}({fixtures}):",
            *(textwrap.indent(line, "    ") for line in lines),
            "",
        ]
    )


def _order(line: str) -> tuple[bool, str]:
    return line.startswith("from"), line


def _others(failing: Failing) -> set[str]:
    if failing.told.property is not Property.INVERSE:
        return set()
    return {_inverse(failing).function.name}


_Body = tuple[list[str], set[str]]
_CLAIMS = {
    Property.NO_EXCEPTION: "does_not_raise",
    Property.RETURN_TYPE: "returns_what_it_says",
    Property.INPUTS_UNCHANGED: "leaves_its_input_alone",
    Property.DETERMINISTIC: "gives_the_same_result_twice",
    Property.RANDOM_STATE_KEPT: "seeds_no_generator_of_others",
    Property.PROCESS_UNCHANGED: "leaves_the_process_alone",
    Property.NOTHING_WRITTEN: "leaves_no_file",
    Property.NO_DEPRECATION: "is_not_deprecated",
    Property.COLUMNS_KEPT: "keeps_its_columns",
    Property.ROWWISE: "is_rowwise",
    Property.ORDER_INSENSITIVE: "does_not_mind_the_order",
    Property.IDEMPOTENT: "is_idempotent",
    Property.MONOTONIC: "is_monotonic",
    Property.CONSERVES: "conserves_the_total",
    Property.BOUNDED: "is_bounded",
    Property.INVERSE: "is_turned_back",
}


def _no_exception(failing: Failing) -> _Body:
    return [failing.call()], set()


def _return_type(failing: Failing) -> _Body:
    expression = told_by(failing.subject.hints.get("return", Any), "result")
    outcome = called(failing.subject.call, failing.arguments)
    if outcome.yielded or expression == "True":
        raise Unwritable("the annotation cannot be told by an expression")
    needs = imports_in(expression) | set(imports_of([expression]))
    return [f"result = {failing.call()}", f"assert {expression}, type(result)"], needs


def _unchanged(failing: Failing) -> _Body:
    found = re.match(r"changes its input '([^']+)'", failing.told.detail)
    name = found[1] if found else next(iter(failing.arguments))
    same, needs = _equal(failing.variable(name), "before", failing.arguments[name])
    return [f"before = copy.deepcopy({failing.variable(name)})", failing.call(), same], {"import copy"} | needs


def _deterministic(failing: Failing) -> _Body:
    same, needs = _equal("first", "again", called(failing.subject.call, failing.arguments).value)
    copies = {name: f"copy.deepcopy({failing.variable(name)})" for name in failing.arguments}
    call = failing.call(**copies)
    return [f"first = {call}", f"again = {call}", same], ({"import copy"} if copies else set()) | needs


def _random_state(failing: Failing) -> _Body:
    kind = "np.random" if "numpy" in failing.told.detail else "random"
    lines = [f"{kind}.seed(1)", failing.call(), f"first = {kind}.random()", f"{kind}.seed(2)", failing.call()]
    return [*lines, f"assert first != {kind}.random()"], set()


def _process(failing: Failing) -> _Body:
    lines = ["monkeypatch.chdir(tmp_path)", "before = os.getcwd(), dict(os.environ)", failing.call()]
    return [*lines, "assert (os.getcwd(), dict(os.environ)) == before"], {"import os"}


def _nothing_written(failing: Failing) -> _Body:
    if failing.told.detail.removeprefix("leaves the file ").startswith("/"):
        raise Unwritable("the file has a place of its own, and a test must not touch it")
    return ["monkeypatch.chdir(tmp_path)", failing.call(), 'assert list(tmp_path.rglob("*")) == []'], set()


def _no_deprecation(failing: Failing) -> _Body:
    category, _, message = failing.told.detail.removeprefix("is warned of: ").partition(": ")
    plain = category if category in ("FutureWarning", "DeprecationWarning") else "Warning"
    said = re.escape(message[:60])
    lines = ["with warnings.catch_warnings():", f"    warnings.filterwarnings('error', {said!r}, {plain})"]
    return [*lines, f"    {failing.call()}"], {"import warnings"}


def _columns(failing: Failing) -> _Body:
    names = aligned(failing.arguments)
    few = {name: f"{failing.rows_of(name)}[:rows]" for name in names}
    lines = [f"whole = {failing.call()}", "for rows in (1, 0):", f"    small = {failing.call(**few)}"]
    return [*lines, "    assert set(whole.columns) <= set(small.columns)"], set()


def _hashes(_: Failing) -> _Body:
    raise Unwritable("a test of it needs several processes: compare the results under PYTHONHASHSEED=1 and =2")


def _sending(_: Failing) -> _Body:
    raise Unwritable("a test of it would have to stand in for whoever it sends to")


def _rowwise(failing: Failing) -> _Body:
    first, last = _halves(failing)
    lines = [f"whole = {failing.call()}", f"parts = [{failing.call(**first)}, {failing.call(**last)}]"]
    value = called(failing.subject.call, failing.arguments).value
    if not hasattr(value, "iloc"):
        return [*lines, "assert list(whole) == [one for part in parts for one in part]"], set()
    kind = "frame" if is_frame(value) else "series"
    together = "pd.concat(parts).reset_index(drop=True)"
    same = f"pd.testing.assert_{kind}_equal(whole.reset_index(drop=True), {together}, check_dtype=False)"
    return [*lines, same], {"import pandas as pd"}


def _halves(failing: Failing) -> tuple[dict[str, str], dict[str, str]]:
    common = aligned(failing.arguments)
    middle = next(iter(common.values())) // 2
    dots = {name: failing.rows_of(name) for name in common}
    return {n: f"{dot}[:{middle}]" for n, dot in dots.items()}, {n: f"{dot}[{middle}:]" for n, dot in dots.items()}


def _order_insensitive(failing: Failing) -> _Body:
    value = called(failing.subject.call, failing.arguments).value
    common = aligned(failing.arguments)
    dots = {name: failing.rows_of(name) for name in common}
    back = failing.call(**{name: f"{dot}[::-1]" for name, dot in dots.items()})
    if rows_in(value) is None and not isinstance(value, list | tuple):
        same, needs = _equal("plain", "backwards", value)
        return [f"plain = {failing.call()}", f"backwards = {back}", same], needs
    rows = "sorted(map(repr, {0}.to_numpy().tolist()))" if hasattr(value, "to_numpy") else "sorted(map(repr, {0}))"
    return [
        f"plain = {failing.call()}",
        f"backwards = {back}",
        f"assert {rows.format('plain')} == {rows.format('backwards')}",
    ], set()


def _idempotent(failing: Failing) -> _Body:
    from windtunnel.collectors.properties_relations import fed_back

    name = failing.declaration.of or fed_back(failing.subject)
    same, needs = _equal("again", "once", called(failing.subject.call, failing.arguments).value)
    return [f"once = {failing.call()}", f"again = {failing.call(**{name: 'once'})}", same], needs


def _monotonic(failing: Failing) -> _Body:
    name = failing.declaration.of.lstrip("-")
    sign = "<=" if failing.declaration.of.startswith("-") else ">="
    value = called(failing.subject.call, failing.arguments).value
    how = re.search(r" with ('.*?' greater by \S+)(?: |$)", failing.told.detail)
    changed = next((one for one, said in greater(failing.arguments, name) if how and said == how[1]), None)
    if not is_number(value) or changed is None or name not in changed:
        raise Unwritable("only for a number in, all of it raised, and a number out is there a short test")
    more = failing.call(**{name: written(changed)[name]})
    return [f"less = {failing.call()}", f"more = {more}", f"assert more {sign} less"], set()


def _conserves(failing: Failing) -> _Body:
    table, _, column = failing.declaration.of.rpartition(".")
    value = called(failing.subject.call, failing.arguments).value
    given = next(
        (n for n, v in failing.arguments.items() if n == column or (is_frame(v) and table in ("", n) and column in v)),
        "",
    )
    held = failing.variable(given)
    before = f"{held}[{column!r}].sum()" if is_frame(failing.arguments.get(given)) else f"sum({held})"
    after = f"result[{column!r}].sum()" if is_frame(value) else "result" if is_number(value) else "sum(result)"
    return [f"before = {before}", f"result = {failing.call()}", f"assert {after} == pytest.approx(before)"], {
        "import pytest"
    }


def _bounded(failing: Failing) -> _Body:
    low, high = failing.declaration.bounds
    value = called(failing.subject.call, failing.arguments).value
    if not is_number(value) and rows_in(value) is None and not isinstance(value, list | tuple):
        raise Unwritable("the result is neither a number nor a table")
    least = "result" if is_number(value) else "np.nanmin(result)"
    most = "result" if is_number(value) else "np.nanmax(result)"
    tests = [f"{low!r} <= {least}"] * (low != float("-inf")) + [f"{most} <= {high!r}"] * (high != float("inf"))
    return [f"result = {failing.call()}", f"assert {' and '.join(tests)}"], set() if is_number(value) else {
        "import numpy as np"
    }


def _inverse(failing: Failing) -> Subject:
    return (failing.others or {})[failing.declaration.of]


def _given_back(failing: Failing) -> _Body:
    from windtunnel.collectors.properties_relations import original_name, taking

    other = _inverse(failing)
    original = original_name(failing.arguments, other)
    names = [
        p.name for p in other.parameters if p.name in failing.arguments and p.name != taking(other, failing.subject)
    ]
    given = ", ".join(
        [f"{taking(other, failing.subject)}={failing.call()}", *(f"{name}={failing.variable(name)}" for name in names)]
    )
    same, needs = _equal("back", failing.variable(original), failing.arguments[original])
    return [f"back = {other.function.name}({given})", same], needs


def _equal(left: str, right: str, value: Any) -> tuple[str, set[str]]:
    """An assertion that two variables hold the same, by the kind of what they hold."""
    pandas, numpy = sys.modules.get("pandas"), sys.modules.get("numpy")
    if pandas is not None and isinstance(value, pandas.DataFrame):
        return f"pd.testing.assert_frame_equal({left}, {right})", {"import pandas as pd"}
    if pandas is not None and isinstance(value, pandas.Series):
        return f"pd.testing.assert_series_equal({left}, {right})", {"import pandas as pd"}
    if numpy is not None and isinstance(value, numpy.ndarray):
        return f"np.testing.assert_array_equal({left}, {right})", {"import numpy as np"}
    if isinstance(value, float):
        return f"assert {left} == pytest.approx({right}, nan_ok=True)", {"import pytest"}
    return f"assert {left} == {right}", set()


_BODIES: Mapping[Property, Callable[[Failing], _Body]] = {
    Property.NO_EXCEPTION: _no_exception,
    Property.RETURN_TYPE: _return_type,
    Property.INPUTS_UNCHANGED: _unchanged,
    Property.DETERMINISTIC: _deterministic,
    Property.RANDOM_STATE_KEPT: _random_state,
    Property.PROCESS_UNCHANGED: _process,
    Property.NOTHING_WRITTEN: _nothing_written,
    Property.NOTHING_SENT: _sending,
    Property.NO_DEPRECATION: _no_deprecation,
    Property.COLUMNS_KEPT: _columns,
    Property.SAME_UNDER_OTHER_HASHES: _hashes,
    Property.ROWWISE: _rowwise,
    Property.ORDER_INSENSITIVE: _order_insensitive,
    Property.IDEMPOTENT: _idempotent,
    Property.MONOTONIC: _monotonic,
    Property.CONSERVES: _conserves,
    Property.BOUNDED: _bounded,
    Property.INVERSE: _given_back,
}
