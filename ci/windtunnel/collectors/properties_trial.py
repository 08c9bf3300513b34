"""One set of arguments tried: the function is called twice, and four properties are judged by what it did."""

from __future__ import annotations

import asyncio
import copy
import inspect
import typing
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from windtunnel.collectors.failures import failure_facts
from windtunnel.collectors.hamilton_functions import type_text
from windtunnel.collectors.hamilton_subjects import Subject
from windtunnel.collectors.properties_compare import same
from windtunnel.collectors.properties_conform import conforms
from windtunnel.collectors.properties_refusal import refused
from windtunnel.collectors.properties_render import render_call, short
from windtunnel.facts import CounterExample, Property
from windtunnel.findings import Location

_MOST_YIELDED = 1_000


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one set of arguments showed. `declined` is why the function refused it, or empty."""

    declined: str = ""
    falsified: tuple[CounterExample, ...] = ()


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What a call did. `yielded` says that `value` is the list of what a generator gave."""

    arguments: Mapping[str, Any]
    value: Any = None
    yielded: bool = False
    error: BaseException | None = None


def try_once(subject: Subject, arguments: Mapping[str, Any], root: Path) -> Verdict:
    """The verdict on one call; `arguments` themselves are never handed to the function, only copies."""
    first = _called(subject.call, arguments)
    if first.error is not None:
        if refused(first.error, root):
            return Verdict(declined=failure_facts(first.error, root).summary)
        return Verdict(falsified=(_raised(subject, arguments, first.error, root),))
    again = _called(subject.call, arguments)
    wrong = [_wrong_type(subject, first), _mutated(arguments, first), _unstable(first, again)]
    call = render_call(subject.function.name, arguments)
    found = [CounterExample(kind, call, detail, subject.function.location) for kind, detail in filter(None, wrong)]
    return Verdict(falsified=tuple(found))


def _called(call: Callable[..., Any], arguments: Mapping[str, Any]) -> _Outcome:
    """One call on copies of the arguments: here alone the user's code runs, and its exceptions are caught."""
    own = {name: _copied(value) for name, value in arguments.items()}
    try:
        value = call(**own)
        if inspect.iscoroutine(value):
            value = asyncio.run(value)
        if inspect.isgenerator(value):
            return _Outcome(own, list(islice(value, _MOST_YIELDED)), yielded=True)
    except (Exception, SystemExit) as error:
        return _Outcome(own, error=error)
    return _Outcome(own, value)


def _copied(value: Any) -> Any:
    try:
        return copy.deepcopy(value)
    except Exception:  # a bound value that cannot be copied (a lock, a connection) is shared, as it is in a dataflow
        return value


def _raised(subject: Subject, arguments: Mapping[str, Any], error: BaseException, root: Path) -> CounterExample:
    failure = failure_facts(error, root)
    call = render_call(subject.function.name, arguments)
    location: Location = failure.location or subject.function.location
    return CounterExample(Property.NO_EXCEPTION, call, f"raises {failure.summary}", location)


_Wrong = tuple[Property, str]


def _wrong_type(subject: Subject, outcome: _Outcome) -> _Wrong | None:
    annotation = _awaited(subject.hints.get("return", Any))
    if outcome.yielded:
        element = next(iter(typing.get_args(annotation)), Any)
        bad = [one for one in outcome.value if not conforms(one, element)]
        said = f"yields {short(bad[0])}, but is annotated to yield {type_text(element)}" if bad else ""
        return (Property.RETURN_TYPE, said) if bad else None
    if conforms(outcome.value, annotation):
        return None
    of_type = "" if outcome.value is None else f" of type {type(outcome.value).__name__}"
    said = f"returns {short(outcome.value)}{of_type}"
    return Property.RETURN_TYPE, f"{said}, but is annotated to return {type_text(annotation)}"


def _awaited(annotation: Any) -> Any:
    """What a plain function promises that returns a coroutine: the call has been awaited."""
    origin = typing.get_origin(annotation)
    return typing.get_args(annotation)[-1] if origin in (Awaitable, Coroutine) else annotation


def _mutated(arguments: Mapping[str, Any], outcome: _Outcome) -> _Wrong | None:
    changed = next((name for name, before in arguments.items() if same(before, outcome.arguments[name]) is False), None)
    if changed is None:
        return None
    before, after = short(arguments[changed]), short(outcome.arguments[changed])
    return Property.INPUTS_UNCHANGED, f"changes its input {changed!r} from {before} to {after}"


def _unstable(first: _Outcome, again: _Outcome) -> _Wrong | None:
    if again.error is not None:
        said = f"{type(again.error).__name__}: {again.error}"
        return Property.DETERMINISTIC, f"returns {short(first.value)}, and raises {said} when called again"
    if same(first.value, again.value) is not False:
        return None
    return Property.DETERMINISTIC, f"returns {short(first.value)}, and {short(again.value)} when called again"


def verdict_on(verdict: Verdict, kind: Property) -> Iterator[CounterExample]:
    """What falsifies one property."""
    return (found for found in verdict.falsified if found.property is kind)
