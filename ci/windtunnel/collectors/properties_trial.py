"""One set of arguments tried: the function is called, and its properties are judged by what it did."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from windtunnel.collectors.declarations import Declaration
from windtunnel.collectors.failures import failure_facts
from windtunnel.collectors.hamilton_subjects import Subject
from windtunnel.collectors.past import hidden
from windtunnel.collectors.properties_calls import Outcome, called
from windtunnel.collectors.properties_deeds import draw_from_all, random_states, watched
from windtunnel.collectors.properties_judgements import Wrong, changed, mutated, seeded, unstable, wrong_type
from windtunnel.collectors.properties_refusal import refused
from windtunnel.collectors.properties_relations import Case, Undecided, broken
from windtunnel.collectors.properties_render import render_call
from windtunnel.collectors.properties_sending import about_to_send
from windtunnel.collectors.properties_small import lost_columns
from windtunnel.facts import DECLARABLE, CounterExample, Property
from windtunnel.findings import Location

OF_ONE_CALL = frozenset(
    {
        *(Property.NO_EXCEPTION, Property.RETURN_TYPE, Property.INPUTS_UNCHANGED, Property.DETERMINISTIC),
        *(Property.RANDOM_STATE_KEPT, Property.PROCESS_UNCHANGED, Property.NOTHING_WRITTEN, Property.NOTHING_SENT),
        Property.NO_DEPRECATION,
    }
)
"""What is judged of every call, whatever it is given."""
EVERYTHING = frozenset(Property)


@dataclass(frozen=True, slots=True)
class Tried:
    """What is tried: a function with the other functions of its module, and with what its owner declares.

    `least_rows` is how few rows its tables can have. What `is_real` comes from the data of a real run, and nothing in
    it that looks personal may be shown.
    """

    subject: Subject
    root: Path
    others: Mapping[str, Subject] = field(default_factory=dict)
    declarations: tuple[Declaration, ...] = ()
    least_rows: int = 0
    is_real: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one set of arguments showed. `declined` is why the function refused it, or empty.

    `judged` is what it said something of, `undecided` why it says nothing of a declaration; `outcome` is of the first
    call.
    """

    declined: str = ""
    falsified: tuple[CounterExample, ...] = ()
    judged: frozenset[Property] = frozenset()
    undecided: Mapping[Declaration, str] = field(default_factory=dict)
    outcome: Outcome | None = None


def try_once(tried: Tried, arguments: Mapping[str, Any], asked: frozenset[Property] = EVERYTHING) -> Verdict:
    """The verdict on one call, as far as it is asked for.

    The `arguments` themselves are never handed to the function, only copies.
    """
    states = [random_states()]
    with watched(tried.root) as deeds:
        first = called(tried.subject.call, arguments)
    if first.error is not None:
        return _raising(tried, arguments, first.error)
    states += [random_states()]
    draw_from_all()
    again = called(tried.subject.call, arguments)
    states += [random_states()]
    of_calls = (
        *(wrong_type(tried.subject, first), mutated(arguments, first), unstable(first, again), seeded(*states)),
        *changed(deeds, tried.root),
    )
    rest = _Rest(tried, arguments, first)
    if Property.COLUMNS_KEPT in asked:
        rest.judge_columns()
    if not asked.isdisjoint(DECLARABLE):
        rest.judge_declarations()
    wrong = (*filter(None, of_calls), *rest.wrong)
    return Verdict("", _found(tried, arguments, wrong), OF_ONE_CALL | rest.judged, rest.undecided, first)


def verdict_on(verdict: Verdict, kind: Property) -> Iterator[CounterExample]:
    """What falsifies one property."""
    return (found for found in verdict.falsified if found.property is kind)


def _raising(tried: Tried, arguments: Mapping[str, Any], error: BaseException) -> Verdict:
    failure = failure_facts(error, tried.root)
    if sent := about_to_send(error):
        wrong = Wrong(Property.NOTHING_SENT, f"was about to send {sent}", failure.location)
        return Verdict("", _found(tried, arguments, [wrong]), frozenset([Property.NOTHING_SENT]))
    if refused(error, tried.root):
        return Verdict(declined=failure.summary)
    wrong = Wrong(Property.NO_EXCEPTION, f"raises {failure.summary}", failure.location)
    return Verdict("", _found(tried, arguments, [wrong]), frozenset([Property.NO_EXCEPTION]))


def _found(
    tried: Tried, arguments: Mapping[str, Any], wrong: tuple[Wrong, ...] | list[Wrong]
) -> tuple[CounterExample, ...]:
    if not wrong:
        return ()
    call = render_call(tried.subject.function.name, arguments)
    own: Location = tried.subject.function.location
    shown: Callable[[str], str] = hidden(arguments) if tried.is_real else str
    return tuple(CounterExample(one.property, shown(call), shown(one.detail), one.location or own) for one in wrong)


class _Rest:
    """What takes further calls to be judged, with arguments that are related to the first."""

    def __init__(self, tried: Tried, arguments: Mapping[str, Any], first: Outcome) -> None:
        self.wrong: list[Wrong] = []
        self.judged: set[Property] = set()
        self.undecided: dict[Declaration, str] = {}
        self._tried = tried
        self._arguments = arguments
        self._value = first.value

    def judge_columns(self) -> None:
        said = lost_columns(self._tried.subject, self._arguments, self._value, self._tried.least_rows)
        if said is not None:
            self.judged.add(Property.COLUMNS_KEPT)
        if said:
            self.wrong.append(Wrong(Property.COLUMNS_KEPT, said))

    def judge_declarations(self) -> None:
        tried = self._tried
        case = Case(tried.subject, self._arguments, self._value, tried.root, tried.others)
        for declaration in tried.declarations:
            try:
                said = broken(declaration, case)
            except Undecided as reason:
                self.undecided[declaration] = str(reason)
                continue
            self.judged.add(declaration.kind)
            if said:
                self.wrong.append(Wrong(declaration.kind, f"{said} (declared {declaration.text!r})"))
