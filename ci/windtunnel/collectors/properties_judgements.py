"""What is wrong with one call, or with a pair of equal ones, by what was seen of them."""

from __future__ import annotations

import typing
from collections.abc import Awaitable, Coroutine, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from windtunnel.collectors.failures import relative
from windtunnel.collectors.hamilton_functions import type_text
from windtunnel.collectors.hamilton_subjects import Subject
from windtunnel.collectors.properties_calls import Outcome
from windtunnel.collectors.properties_compare import same
from windtunnel.collectors.properties_conform import conforms
from windtunnel.collectors.properties_deeds import Deeds, RandomState
from windtunnel.collectors.properties_render import short
from windtunnel.facts import Property
from windtunnel.findings import Location


@dataclass(frozen=True, slots=True)
class Wrong:
    """A property that a call does not have; without a `location` it is the function's own."""

    property: Property
    detail: str
    location: Location | None = None


def wrong_type(subject: Subject, outcome: Outcome) -> Wrong | None:
    """A result that is not what the annotation says."""
    annotation = _awaited(subject.hints.get("return", Any))
    if outcome.yielded:
        element = next(iter(typing.get_args(annotation)), Any)
        bad = [one for one in outcome.value if not conforms(one, element)]
        said = f"yields {short(bad[0])}, but is annotated to yield {type_text(element)}" if bad else ""
        return Wrong(Property.RETURN_TYPE, said) if bad else None
    if conforms(outcome.value, annotation):
        return None
    of_type = "" if outcome.value is None else f" of type {type(outcome.value).__name__}"
    said = f"returns {short(outcome.value)}{of_type}"
    return Wrong(Property.RETURN_TYPE, f"{said}, but is annotated to return {type_text(annotation)}")


def _awaited(annotation: Any) -> Any:
    """What a plain function promises that returns a coroutine: the call has been awaited."""
    origin = typing.get_origin(annotation)
    return typing.get_args(annotation)[-1] if origin in (Awaitable, Coroutine) else annotation


def mutated(arguments: Mapping[str, Any], outcome: Outcome) -> Wrong | None:
    """An argument that is another one after the call."""
    changed = next((name for name, before in arguments.items() if same(before, outcome.arguments[name]) is False), None)
    if changed is None:
        return None
    before, after = short(arguments[changed]), short(outcome.arguments[changed])
    return Wrong(Property.INPUTS_UNCHANGED, f"changes its input {changed!r} from {before} to {after}")


def unstable(first: Outcome, again: Outcome) -> Wrong | None:
    """A second call with equal arguments that does something else."""
    if again.error is not None:
        said = f"{type(again.error).__name__}: {again.error}"
        return Wrong(Property.DETERMINISTIC, f"returns {short(first.value)}, and raises {said} when called again")
    if same(first.value, again.value) is not False:
        return None
    return Wrong(Property.DETERMINISTIC, f"returns {short(first.value)}, and {short(again.value)} when called again")


States = Mapping[str, RandomState]


def seeded(before: States, after: States, after_again: States) -> Wrong | None:
    """A generator that stands at the same place after both calls, though it was moved between them.

    Drawing from it alone is no fault: where the result depends on that, it is another one from call to call.
    """
    for name in before.keys() & after_again.keys():
        if before[name] != after[name] and after[name] == after_again[name]:
            said = f"seeds the generator that the whole process shares, as {name}() does"
            return Wrong(Property.RANDOM_STATE_KEPT, said)
    return None


def changed(deeds: Deeds, root: Path) -> Iterator[Wrong]:
    """What a call has left of itself outside of its result, each at the line that did it."""
    for what, how, line in deeds.unrestored():
        yield Wrong(Property.PROCESS_UNCHANGED, f"changes the {what} {how}", _at(line, root))
    for path, line in deeds.left():
        yield Wrong(Property.NOTHING_WRITTEN, f"leaves the file {_named(path)}", _at(line, root))
    for said, line in deeds.warned.items():
        yield Wrong(Property.NO_DEPRECATION, f"is warned of: {said}", _at(line, root))


def _at(line: tuple[str, int], root: Path) -> Location:
    return Location(relative(line[0], root), line[1])


def _named(path: str) -> str:
    """A path that lies where the trial stands means nothing to anybody: then its name alone."""
    here = Path.cwd()
    return Path(path).relative_to(here).as_posix() if Path(path).is_relative_to(here) else path
