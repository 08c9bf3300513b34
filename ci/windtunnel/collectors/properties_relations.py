"""The properties that an owner declares, each judged by further calls with arguments that are related to the first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from windtunnel.collectors.declarations import Declaration
from windtunnel.collectors.failures import failure_facts
from windtunnel.collectors.hamilton_subjects import Subject
from windtunnel.collectors.properties_calls import Outcome, called
from windtunnel.collectors.properties_compare import same
from windtunnel.collectors.properties_greater import greater, leaves
from windtunnel.collectors.properties_refusal import refused
from windtunnel.collectors.properties_render import short
from windtunnel.collectors.properties_rows import (
    aligned,
    cells,
    column_in,
    columns_of,
    is_frame,
    is_number,
    numbers_in,
    rearranged,
)
from windtunnel.facts import Property

_CLOSE = 1e-9


class Undecided(Exception):
    """This example does not say whether the property holds; the text says why."""


@dataclass(frozen=True, slots=True)
class Case:
    """One call that ended well. `others` are the functions of the module, by name and by node."""

    subject: Subject
    arguments: Mapping[str, Any]
    result: Any
    root: Path
    others: Mapping[str, Subject]

    def again(self, changed: Mapping[str, Any], how: str) -> Any:
        """The result with other arguments; a text that begins with `how` where it raises what nobody meant."""
        return _result(called(self.subject.call, {**self.arguments, **changed}), self.root, how)


@dataclass(frozen=True, slots=True)
class _Failed:
    """A further call has raised."""

    said: str


def _result(outcome: Outcome, root: Path, how: str) -> Any:
    if outcome.error is None:
        return outcome.value
    if refused(outcome.error, root):
        raise Undecided(f"{how}, the input is declined")
    return _Failed(f"raises {failure_facts(outcome.error, root).summary} {how}")


def broken(declaration: Declaration, case: Case) -> str:
    """What contradicts the declaration, "" where it holds; Undecided where this example does not say."""
    return _RELATIONS[declaration.kind](case, declaration)


def _rowwise(case: Case, _: Declaration) -> str:
    rows, whole = _rows(case), _cells(case.result)
    middle = len(rows) // 2
    parts: list[Any] = []
    for part, name in ((rows[:middle], "first"), (rows[middle:], "last")):
        how = f"for the {name} {len(part)} of {len(rows)} rows alone"
        result = case.again(rearranged(case.arguments, part), how)
        if isinstance(result, _Failed):
            return result.said
        parts += _cells(result)
    if _alike(whole, parts):
        return ""
    return f"returns {short(case.result)}, but the results for both halves put together are {short(parts)}"


def _order_insensitive(case: Case, _: Declaration) -> str:
    rows = _rows(case)
    third = max(1, len(rows) // 3)
    for order, name in ((rows[::-1], "backwards"), (rows[third:] + rows[:third], f"with the first {third} at the end")):
        result = case.again(rearranged(case.arguments, order), f"with its rows {name}")
        if isinstance(result, _Failed):
            return result.said
        if not _alike(_unordered(case.result), _unordered(result)):
            return f"returns {short(case.result)}, but {short(result)} with its rows {name}"
    return ""


def _idempotent(case: Case, declaration: Declaration) -> str:
    name = declaration.of or fed_back(case.subject)
    if name not in case.arguments:
        raise Undecided(f"it has no parameter {name!r} that takes its result" if name else "no parameter has its type")
    again = case.again({name: case.result}, f"when given its own result as {name!r}")
    if isinstance(again, _Failed):
        return again.said
    if same(case.result, again) is not False or _alike(cells(case.result), cells(again)):
        return ""
    return f"returns {short(case.result)}, but {short(again)} when given that as {name!r}"


def fed_back(subject: Subject) -> str:
    """The only parameter of the type that the function returns."""
    wanted = subject.hints.get("return")
    fitting = [one.name for one in subject.parameters if subject.hints.get(one.name) == wanted]
    return fitting[0] if len(fitting) == 1 else ""


def _monotonic(case: Case, declaration: Declaration) -> str:
    falls, name = declaration.of.startswith("-"), declaration.of.lstrip("-")
    tried = list(greater(case.arguments, name))
    if not tried:
        raise Undecided(f"no parameter and no column {name!r} holds numbers")
    before = leaves(case.result)
    for changed, how in tried:
        result = case.again(changed, f"with {how}")
        if isinstance(result, _Failed):
            return result.said
        after = leaves(result)
        if not before or after.keys() != before.keys():
            raise Undecided("the results are no numbers that can be compared")
        if any(_moves_wrongly(before[key], after[key], falls) for key in before):
            word = "rises" if falls else "falls"
            return f"{word} from {short(case.result)} to {short(result)} with {how}"
    return ""


def _moves_wrongly(before: float, after: float, falls: bool) -> bool:
    room = _CLOSE * max(abs(before), abs(after), 1e-3)
    return bool(after > before + room if falls else after < before - room)


def _conserves(case: Case, declaration: Declaration) -> str:
    before, after = _total_before(case, declaration.of), _total_in(case.result, declaration.of.rpartition(".")[2])
    if abs(before - after) <= _CLOSE * max(abs(before), abs(after), 1.0):
        return ""
    return f"returns a total {declaration.of!r} of {after:.12g}, but is given one of {before:.12g}"


def _total_before(case: Case, name: str) -> float:
    table, _, column = name.rpartition(".")
    for given, value in case.arguments.items():
        if given == name:
            return float(sum(numbers_in(value)))
        if is_frame(value) and column in columns_of(value) and table in ("", given):
            return float(sum(numbers_in(column_in(value, column))))
    raise Undecided(f"no parameter and no column {name!r} is given to it")


def _total_in(result: Any, column: str) -> float:
    if is_frame(result):
        if column not in columns_of(result):
            raise Undecided(f"its result has no column {column!r}")
        return float(sum(numbers_in(column_in(result, column))))
    if isinstance(result, Mapping) and column in result:
        return float(sum(numbers_in([result[column]])))
    if is_number(result) or cells(result) is not None:
        return float(sum(numbers_in([result])))
    raise Undecided("its result holds no numbers")


def _bounded(case: Case, declaration: Declaration) -> str:
    low, high = declaration.bounds
    found = list(numbers_in(case.result))
    if not found and cells(case.result) != []:
        raise Undecided("its result holds no numbers")
    beyond = [number for number in found if not low <= number <= high]
    return f"returns {short(case.result)}, and {beyond[0]!r} is not within {declaration.of}" if beyond else ""


def _inverse(case: Case, declaration: Declaration) -> str:
    other = case.others.get(declaration.of)
    if other is None:
        raise Undecided(f"there is no function {declaration.of!r} in its module")
    given = {p.name: case.arguments[p.name] for p in other.parameters if p.name in case.arguments}
    given[taking(other, case.subject)] = case.result
    back = _result(called(other.call, given), case.root, f"in {declaration.of}")
    if isinstance(back, _Failed):
        return back.said
    original = case.arguments[original_name(case.arguments, other)]
    if same(original, back) is not False or _alike(cells(original), cells(back)):
        return ""
    return f"returns {short(case.result)}, of which {declaration.of} makes {short(back)}"


def taking(other: Subject, subject: Subject) -> str:
    """The parameter of the inverse that takes the result: named after it, else the only one without a default."""
    names = [one.name for one in other.parameters]
    required = [one.name for one in other.parameters if one.default is one.empty]
    for name in (subject.node, subject.function.name):
        if name in names:
            return name
    if len(required) != 1:
        raise Undecided(f"{other.function.name} has no parameter {subject.node!r}")
    return required[0]


def original_name(arguments: Mapping[str, Any], other: Subject) -> str:
    """The argument that the inverse should give back: named after it, else the first."""
    names = [name for name in (other.node, other.function.name) if name in arguments]
    if not arguments:
        raise Undecided("it takes no argument")
    return names[0] if names else next(iter(arguments))


_RELATIONS: Mapping[Property, Callable[[Case, Declaration], str]] = {
    Property.ROWWISE: _rowwise,
    Property.ORDER_INSENSITIVE: _order_insensitive,
    Property.IDEMPOTENT: _idempotent,
    Property.MONOTONIC: _monotonic,
    Property.CONSERVES: _conserves,
    Property.BOUNDED: _bounded,
    Property.INVERSE: _inverse,
}


def _rows(case: Case) -> list[int]:
    common = aligned(case.arguments)
    if not common:
        raise Undecided("it takes no table")
    rows = list(range(next(iter(common.values()))))
    if len(rows) < 2:
        raise Undecided("there are too few rows")
    return rows


def _cells(result: Any) -> list[Any]:
    found = cells(result)
    if found is None:
        raise Undecided("its result is no table")
    return found


def _unordered(result: Any) -> Any:
    """The rows of a table in an order of their own; anything else as it is."""
    found = cells(result)
    return result if found is None else sorted(found, key=_sort_key)


def _sort_key(row: Any) -> str:
    """Rows that differ in the last digits of a float alone come to stand beside each other."""
    values = row if isinstance(row, list) else [row]
    return repr([f"{value:.6g}" if is_number(value) else repr(value) for value in values])


def _alike(left: Any, right: Any) -> bool:
    return left is not None and same(left, right) is not False
