"""What doors ask of single functions, in a child: a plain test of what fails, and what its owner could declare."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from windtunnel.collectors.declarations import Declaration
from windtunnel.collectors.hamilton_subjects import Subject
from windtunnel.collectors.modules import Trial, enter
from windtunnel.collectors.past import hidden
from windtunnel.collectors.plain_code import Unwritable
from windtunnel.collectors.plain_tests import Failing, plain_test
from windtunnel.collectors.properties import Opened, open_module, quiet
from windtunnel.collectors.properties_relations import Case, Undecided, broken, fed_back
from windtunnel.collectors.properties_render import render_call, short
from windtunnel.collectors.properties_rows import columns_of, is_frame, is_number, numbers_in, rows_in
from windtunnel.collectors.properties_search import Effort, Survey
from windtunnel.facts import Property

# Fewer examples on which a relation could be judged prove nothing.
_ENOUGH = 20
_VARIED = 3


def _opened(trial: Trial) -> Opened | None:
    module = trial.module
    enter(module)
    effort = Effort(trial.max_examples, trial.seed, trial.memory)
    return open_module((module.name, module.path), module.root, effort, dict(trial.recorded))


def write_test(trial: Trial, kind: str, code: str) -> tuple[str, str]:
    """(the text of a test, "") for the first of the trial's nodes that does not have the property, else ("", why)."""
    opened = _opened(trial)
    if opened is None:
        return "", "its module has no graph"
    return first_test(opened, trial.nodes, Property(kind), code, trial.seconds)


def first_test(opened: Opened, nodes: Collection[str], kind: Property, code: str, seconds: float) -> tuple[str, str]:
    """The same of a module that is open."""
    why = "no function makes it"
    for function, node in opened.named(frozenset(nodes)):
        declarations, _ = opened.declarations(function, node)
        survey = Survey()
        with quiet():
            begun = opened.begin(function, node, declarations, survey, seconds)
            if isinstance(begun, str):
                why = f"it is not exercised: {begun}"
                continue
            if kind not in survey.falsified:
                why = f"nothing is wrong with it by {code}, on {survey.examples} inputs"
                continue
            search, near = begun
            values, told = search.smallest(survey, kind)
            if near and _is_personal(values):
                why = "the values that a real run gave it look personal: declare a strategy for them"
                continue
            failing = Failing(opened.name, search.tried.subject, values, told, declarations, opened.others)
            try:
                return plain_test(failing, code), ""
            except Unwritable as reason:
                why = f"no test can be written: {reason}"
    return "", why


def _is_personal(values: Mapping[str, Any]) -> bool:
    """Whether there is something in them that no file may hold."""
    whole = render_call("", values)
    return hidden(values)(whole) != whole


Suggested = tuple[int, str, str, int]
"""The line of a function, its name, the words of the tag, and on how many examples they held."""


def suggest(trial: Trial) -> tuple[Suggested, ...]:
    """What held on all examples of each function of a module, and could be judged on enough of them."""
    opened = _opened(trial)
    return () if opened is None else tuple(suggested(opened, trial.seconds))


def suggested(opened: Opened, seconds: float) -> Iterator[Suggested]:
    """The same of a module that is open."""
    named = opened.named(None)
    for function, node in named:
        survey = Survey()
        held = _Held(opened.others)
        with quiet():
            begun = opened.begin(function, node, (), survey, seconds / len(named), held.note)
        words = [] if isinstance(begun, str) else held.words()
        known = [one.text for one in opened.declarations(function, node)[0]]
        new = [word for word in words if word not in known]
        if new:
            yield function.location.line, function.name, ", ".join([*known, *new]), survey.examples


class _Held:
    """Which relations have held so far, of those that could."""

    def __init__(self, others: Mapping[str, Subject]) -> None:
        self._others = others
        self._judged: dict[Declaration, int] = {}
        self._broken: set[Declaration] = set()
        self._numbers: list[float] = []
        self._results: set[str] = set()

    def note(self, case: Case) -> None:
        """Judge all relations by one more example."""
        self._results.add(short(case.result))
        self._numbers += [float(number) for number in numbers_in(case.result)]
        for declaration in _candidates(case):
            if declaration in self._broken:
                continue
            try:
                said = broken(declaration, case)
            except Undecided:
                continue
            self._judged[declaration] = self._judged.get(declaration, 0) + 1
            if said:
                self._broken.add(declaration)

    def words(self) -> list[str]:
        """Those that held often enough, as they stand in the tag; of a constant all would."""
        if len(self._results) < _VARIED:
            return []
        held = {one for one, times in self._judged.items() if times >= _ENOUGH and one not in self._broken}
        constant = {
            one.of.lstrip("-") for one in held if one.of.startswith("-") and Declaration(one.kind, one.of[1:]) in held
        }
        good = [one.text for one in sorted(held, key=_order) if one.of.lstrip("-") not in constant]
        return [*good, *self._bounds()]

    def _bounds(self) -> Iterator[str]:
        if len(self._numbers) >= _ENOUGH and min(self._numbers) >= 0 and len(set(self._numbers)) > 2:
            yield "bounded:0..1" if max(self._numbers) <= 1 else "bounded:0.."


def _order(declaration: Declaration) -> tuple[int, str]:
    return list(Property).index(declaration.kind), declaration.of


def _candidates(case: Case) -> Iterator[Declaration]:
    if any(rows_in(value) is not None for value in case.arguments.values()):
        yield Declaration(Property.ROWWISE)
        yield Declaration(Property.ORDER_INSENSITIVE)
    if fed_back(case.subject):
        yield Declaration(Property.IDEMPOTENT)
    for name in dict.fromkeys(_numbered(case.arguments)):
        yield Declaration(Property.MONOTONIC, name)
        yield Declaration(Property.MONOTONIC, f"-{name}")
        if any(is_frame(value) or rows_in(value) is not None for value in case.arguments.values()):
            yield Declaration(Property.CONSERVES, name)


def _numbered(arguments: Mapping[str, Any]) -> Iterator[str]:
    """The parameters and columns that hold numbers."""
    for name, value in arguments.items():
        if is_frame(value):
            yield from (
                str(column) for column in columns_of(value) if isinstance(column, str) and _is_numeric(value[column])
            )
        elif is_number(value) or (rows_in(value) is not None and _is_numeric(value)):
            yield name


def _is_numeric(column: Any) -> bool:
    return str(getattr(column, "dtype", "")).lower().startswith(("int", "float", "uint"))
