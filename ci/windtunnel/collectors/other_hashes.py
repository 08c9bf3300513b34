"""Calls that one process has made are repeated in another whose hashes are seeded otherwise, and compared."""

from __future__ import annotations

import contextlib
import pickle
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from windtunnel.facts import CounterExample, Property, PropertyFacts
from windtunnel.pool import Job, Pool

if TYPE_CHECKING:
    from windtunnel.collectors.modules import ModuleFile

_MOST_BYTES = 4 << 20  # of one call: what is larger is not worth the time
_Call = tuple[str, Mapping[str, Any], Any]


def call_file(pool: Pool) -> str:
    """A place for the calls of one module, which goes with the pool."""
    return str(pool.folder / f"{secrets.token_hex(8)}.calls")


def compared(
    facts: tuple[PropertyFacts, ...], module: ModuleFile, file: str, pools: tuple[Pool, Pool], timeout: float
) -> tuple[PropertyFacts, ...]:
    """The facts, with what the second of the pools makes of the calls that were kept in the first.

    Where it makes something else of them, so may any other process, be it for its name or its folder: what differs in
    a further one of the first pool too has nothing to do with hashes, and is left out.
    """
    own, others = pools
    repeated = _repeated(others, module, file, timeout)
    if any(repeated.values()):
        anyway = _repeated(own, module, file, timeout)
        repeated = {node: () if anyway.get(node) else found for node, found in repeated.items()}
    Path(file).unlink(missing_ok=True)
    return tuple(_with(one, repeated) for one in facts)


def _repeated(pool: Pool, module: ModuleFile, file: str, timeout: float) -> dict[str, tuple[CounterExample, ...]]:
    if not Path(file).is_file():
        return {}
    job = Job(file, f"{__name__}:repeat", (module, file), timeout)
    return {node: found for _, outcome in pool.map([job]) for node, found in outcome.value or ()}


def _with(facts: PropertyFacts, repeated: Mapping[str, tuple[CounterExample, ...]]) -> PropertyFacts:
    if facts.node not in repeated:
        return facts
    tried = (*facts.tried, Property.SAME_UNDER_OTHER_HASHES)
    ordered = tuple(kind for kind in Property if kind in tried)
    return replace(facts, tried=ordered, counterexamples=(*facts.counterexamples, *repeated[facts.node]))


# In the child


class KeptCalls:
    """Calls that ended well, for another process; nothing is kept without a `file`."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._calls: list[bytes] = []

    def keep(self, node: str, calls: Iterable[tuple[Mapping[str, Any], Any]]) -> None:
        """Keep the calls of one node's function, as far as they can be pickled: each as (arguments, result)."""
        for arguments, result in calls if self._file else ():
            with contextlib.suppress(Exception):  # whatever a class of the user's does when it is pickled
                pickled = pickle.dumps((node, arguments, result), pickle.HIGHEST_PROTOCOL)
                self._calls += [pickled] if len(pickled) <= _MOST_BYTES else []

    def put_down(self) -> None:
        """Hand over what was kept."""
        if self._calls:
            Path(self._file).write_bytes(pickle.dumps(self._calls))


def repeat(module: ModuleFile, file: str) -> tuple[tuple[str, tuple[CounterExample, ...]], ...]:
    """For each node with calls in the file: the first call whose result is another one here, if there is one."""
    from windtunnel.collectors.modules import enter
    from windtunnel.collectors.properties import subjects_in

    enter(module)
    subjects = subjects_in(module.name, module.path, module.root)
    found: dict[str, tuple[CounterExample, ...]] = {}
    for node, arguments, result in _calls_in(Path(file)):
        if node in subjects and not found.get(node):
            found[node] = tuple(_differing(subjects[node], arguments, result))
    return tuple(found.items())


def _calls_in(file: Path) -> Iterator[_Call]:
    for pickled in pickle.loads(file.read_bytes()):  # noqa: S301  written by a child of ours
        with contextlib.suppress(Exception):  # a class that cannot be found here
            yield pickle.loads(pickled)  # noqa: S301  the same


def _differing(subject: Any, arguments: Mapping[str, Any], result: Any) -> Iterator[CounterExample]:
    from windtunnel.collectors.properties_calls import called
    from windtunnel.collectors.properties_compare import same
    from windtunnel.collectors.properties_render import render_call, short

    outcome = called(subject.call, arguments)
    if outcome.error is None and same(result, outcome.value) is False:
        said = f"returns {short(result)}, and {short(outcome.value)} in a process with another hash seed"
        call = render_call(subject.function.name, arguments)
        yield CounterExample(Property.SAME_UNDER_OTHER_HASHES, call, said, subject.function.location)
