"""DAG files parsed a second time under other conditions, and where another DAG comes of it, what made the difference.

All files are parsed once more with everything changed at once, several in a child. A file that then differs is
parsed again alone: twice under the first conditions, and with one condition changed at a time. So the cause is found by
trying, and what one file does to another in the same child is not taken for an instability.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

from windtunnel.collectors.conditions import change
from windtunnel.collectors.dags import DagFile, loads, own_folder, settle_in_to_read
from windtunnel.collectors.digests import digest, whole_text
from windtunnel.collectors.instabilities import Seen, blame, instabilities
from windtunnel.facts import AskFacts, Cause, DagFileFacts, End, ParseFacts
from windtunnel.pool import Job, Outcome, Pool
from windtunnel.worker import Shelf

EVERYTHING = (Cause.CLOCK, Cause.HASH_SEED, Cause.LISTING, Cause.TIME_ZONE)
_MOST_IN_ONE = 25
_SECONDS_IN_ONE = 1.0


def parse_again(
    first: Pool, second: Pool, files: Iterable[DagFile], loaded: Sequence[DagFileFacts], timeout: float
) -> Iterator[DagFileFacts]:
    """The facts of files that were `loaded`, with their instabilities, as they become known.

    `first` is a pool whose template has the hash seed of the first parse, `second` one with another.
    """
    file_of = {file.path: file for file in files}
    suspects: list[DagFileFacts] = []
    yield from (facts for facts in loaded if not _can_be_compared(facts))
    compared = [facts for facts in loaded if _can_be_compared(facts)]
    for facts, parse in _second_parses(second, compared, file_of, timeout):
        if parse is not None and parse.dags == tuple((dag.dag_id, dag.digest) for dag in facts.dags):
            yield facts
        else:
            suspects.append(facts)
    yield from _Trial(first, second, file_of, timeout).of(suspects)


def _can_be_compared(facts: DagFileFacts) -> bool:
    return loads(facts) and bool(facts.dags)


def _second_parses(
    second: Pool, loaded: Sequence[DagFileFacts], file_of: Mapping[str, DagFile], timeout: float
) -> Iterator[tuple[DagFileFacts, ParseFacts | None]]:
    together: defaultdict[tuple[Path, Path | None], list[DagFileFacts]] = defaultdict(list)
    for facts in loaded:
        file = file_of[facts.path]
        together[file.dag_folder, file.start].append(facts)
    batches = chain.from_iterable(map(_batches, together.values()))
    jobs = (
        Job(batch, f"{__name__}:digests_of", (tuple(file_of[facts.path] for facts in batch), EVERYTHING), timeout)
        for batch in batches
    )
    for job, outcome in second.map(jobs):
        parses = {parse.path: parse for parse in outcome.value or ()}
        yield from ((facts, parses.get(facts.path)) for facts in job.key)


def _batches(loaded: Iterable[DagFileFacts]) -> Iterator[tuple[DagFileFacts, ...]]:
    """As many as took a second together: a child of its own costs more than a small file."""
    batch: list[DagFileFacts] = []
    seconds = 0.0
    for facts in loaded:
        seconds += min(facts.import_seconds, facts.process.seconds)
        if batch and (len(batch) == _MOST_IN_ONE or seconds > _SECONDS_IN_ONE):
            yield tuple(batch)
            batch, seconds = [], 0.0
        batch.append(facts)
    if batch:
        yield tuple(batch)


class _Trial:
    """Files that differed, parsed alone, with more and more of the conditions kept apart."""

    def __init__(self, first: Pool, second: Pool, file_of: Mapping[str, DagFile], timeout: float) -> None:
        self._first, self._second, self._file_of, self._timeout = first, second, file_of, timeout

    def of(self, suspects: Sequence[DagFileFacts]) -> Iterator[DagFileFacts]:
        """The facts of each suspect, with its instabilities, if there are any."""
        seen: dict[str, Seen] = {facts.path: {} for facts in suspects}
        plain = self._parses(suspects, ())
        judged = [facts for facts in suspects if facts.path in plain]
        for causes in ((Cause.PARSE,), EVERYTHING):
            self._add(judged, causes, seen)
        unexplained = [facts for facts in judged if _has_news(facts, plain[facts.path], seen[facts.path])]
        together = {facts.path: seen[facts.path].pop(Cause.TOGETHER) for facts in unexplained}
        for cause in EVERYTHING:
            self._add(unexplained, (cause,), seen)
        for path, parse in together.items():  # the last that is asked
            seen[path][Cause.TOGETHER] = parse
        found = {facts.path: instabilities(facts, plain[facts.path], seen[facts.path]) for facts in judged}
        asks = self._asks([facts for facts in judged if found[facts.path]])
        for facts in suspects:
            unstable = found.get(facts.path, ())
            yield replace(facts, unstable=tuple(blame(one, asks.get(facts.path, ())) for one in unstable))

    def _add(self, files: Sequence[DagFileFacts], causes: tuple[Cause, ...], seen: Mapping[str, Seen]) -> None:
        name = causes[0] if len(causes) == 1 else Cause.TOGETHER
        for path, parse in self._parses(files, causes).items():
            seen[path][name] = parse

    def _parses(self, files: Sequence[DagFileFacts], causes: tuple[Cause, ...]) -> dict[str, ParseFacts]:
        """By path, under the first conditions with `causes` changed; without those that were out of time."""
        pool = self._second if Cause.HASH_SEED in causes else self._first
        ended = pool.map(self._jobs("text_of", files, causes))
        parses = {job.key: _parse_of(job.key, outcome) for job, outcome in ended}
        return {path: parse for path, parse in parses.items() if parse is not None}

    def _asks(self, files: Sequence[DagFileFacts]) -> dict[str, tuple[AskFacts, ...]]:
        ended = self._first.map(self._jobs("asks_of", files))
        return {job.key: outcome.value or () for job, outcome in ended}

    def _jobs(self, name: str, files: Sequence[DagFileFacts], *more: object) -> list[Job[str]]:
        target = f"{__name__}:{name}"
        return [Job(facts.path, target, (self._file_of[facts.path], *more), self._timeout) for facts in files]


def _has_news(facts: DagFileFacts, plain: ParseFacts, seen: Seen) -> bool:
    """Whether more differs with everything changed than with nothing changed."""
    return any(one.cause is Cause.TOGETHER for one in instabilities(facts, plain, seen))


def _parse_of(path: str, outcome: Outcome) -> ParseFacts | None:
    """None for one that was out of time: a machine that is busy proves nothing of the file."""
    if outcome.process.end is End.TIMED_OUT:
        return None
    return outcome.value if isinstance(outcome.value, ParseFacts) else ParseFacts(path, failure=outcome.process.detail)


# In the child


def digests_of(files: tuple[DagFile, ...], causes: tuple[Cause, ...]) -> tuple[ParseFacts, ...]:
    """The digests of the DAGs of several files of one DAG folder, parsed one after the other in this very process."""
    shelf = Shelf()
    change(causes)
    settle_in_to_read(files[0])
    tell = partial(digest, workshop=own_folder().parent)
    parses: tuple[ParseFacts, ...] = ()
    for file in files:
        parses = (*parses, _parse(file, tell))
        shelf.keep(parses)  # for the case that the next one ends the process
    return parses


def text_of(file: DagFile, causes: tuple[Cause, ...]) -> ParseFacts:
    """The whole texts of the DAGs of one file, parsed in this very process."""
    change(causes)
    settle_in_to_read(file)
    return _parse(file, partial(whole_text, workshop=own_folder().parent))


def asks_of(file: DagFile) -> tuple[AskFacts, ...]:
    """The lines that ask, while the file is parsed in this very process, for what may differ from parse to parse."""
    from windtunnel.airflow_compat.dagbag import read_dag_file
    from windtunnel.collectors.asking import Asking

    settle_in_to_read(file)
    asking = Asking(file.root)
    asking.start()
    read_dag_file(file.file, file.dag_folder)
    return asking.stop()


def _parse(file: DagFile, tell: Any) -> ParseFacts:
    from windtunnel.airflow_compat.dagbag import read_dag_file, store

    bag = read_dag_file(file.file, file.dag_folder)
    if bag.import_errors:
        text = next(iter(bag.import_errors.values()))
        return ParseFacts(file.path, failure=f"does not load: {text.strip().splitlines()[-1]}")
    return ParseFacts(file.path, tuple((dag_id, tell(store(dag).text)) for dag_id, dag in sorted(bag.dags.items())))
