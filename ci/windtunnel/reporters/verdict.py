"""The report in one sentence: what was found, what was done, how long it took."""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.facts import SaveState
from windtunnel.report import Report
from windtunnel.reporters.tally import Outcome, Tally, tally


def verdict(report: Report) -> tuple[str, ...]:
    """The parts of the sentence, to be joined by ` · `; only a report that is_clean calls itself clean."""
    counts = tally(report)
    done = ", ".join(_done(counts)) or "nothing was checked"
    took = [f"{timing.seconds:.1f} s" for timing in report.timings if timing.stage == "total"]
    return (f"windtunnel: {_found(report, counts)}", done, *took)


def is_clean(report: Report) -> bool:
    """Whether nothing counts against the owner, every DAG was run to success, and every module was tried.

    A static selection has proven nothing, and neither has a run that a time limit cut short.
    """
    counts = tally(report)
    return not report.shown and _proved_something(counts) and not _has_gaps(counts)


def counted(number: int, noun: str) -> str:
    """The number and the noun, in the plural where that is due."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _found(report: Report, counts: Tally) -> str:
    found = "clean" if is_clean(report) else "no new findings" if counts.known else "no findings"
    if report.counting:
        found = f"{_severities(counts)} in {counted(counts.places, 'file')}"
    others = {"known": counts.known, "suppressed": counts.suppressed, "known gone": len(report.gone)}
    aside = ", ".join(f"{number} {word}" for word, number in others.items() if number)
    return f"{found} ({aside})" if aside else found


def _severities(counts: Tally) -> str:
    """The findings that count by severity, the worst first; empty where there are none."""
    return ", ".join(counted(number, str(severity)) for severity, number in counts.findings.items() if number)


def _done(counts: Tally) -> Iterator[str]:
    if sum(counts.runs.values()):
        yield _runs(counts)
    elif counts.dags:
        yield f"{counted(counts.dags, 'DAG')} loaded, none run"
    if counts.paths or counts.paths_left_out:
        left_out = f" ({counts.paths_left_out} left out)" if counts.paths_left_out else ""
        yield f"{counted(counts.paths, 'further path')}{left_out}"
    if counts.loaded < counts.files:
        yield f"{counted(counts.files - counts.loaded, 'file')} not loaded"
    if counts.modules_tried:
        yield _of(counts.modules_tried, counts.modules, "module") + " tried"
    elif counts.modules:
        yield _of(counts.built, counts.modules, "module") + " built, none tried"
    if counts.played:
        late = f" ({counts.cut_short} not to the end)" if counts.cut_short else ""
        yield f"{counted(counts.played, 'dataflow')} played on {counted(counts.changes, 'change')} of data{late}"
    if counts.nodes:
        yield _of(counts.nodes_executed, counts.nodes, "node") + " executed"
    if sum(counts.saves.values()):
        yield _of(counts.saves[SaveState.WHOLE], sum(counts.saves.values()), "save") + " whole"


def _runs(counts: Tally) -> str:
    begun = sum(counts.runs.values())
    failed, unfinished = counts.runs[Outcome.FAILED], _unfinished(counts)
    bad = [f"{failed} failed"] * bool(failed) + [f"{unfinished} unfinished"] * bool(unfinished)
    run = _of(begun, counts.dags, "DAG") + " run"
    return f"{run} ({', '.join(bad)})" if bad else run


def _unfinished(counts: Tally) -> int:
    return sum(counts.runs[kind] for kind in (Outcome.TIMED_OUT, Outcome.DIED, Outcome.UNFINISHED))


def _of(number: int, whole: int, noun: str) -> str:
    return counted(number, noun) if number >= whole else f"{number} of {counted(whole, noun)}"


def _proved_something(counts: Tally) -> bool:
    return bool(sum(counts.runs.values()) or counts.functions_tried)


def _has_gaps(counts: Tally) -> bool:
    begun = sum(counts.runs.values())
    return (
        counts.runs[Outcome.SUCCESS] < max(counts.dags, begun)
        or counts.loaded < counts.files
        or counts.modules_tried < counts.modules
    )
