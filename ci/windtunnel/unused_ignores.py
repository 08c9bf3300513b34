"""Which ignore comments have silenced nothing, in the files that were looked at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches

from windtunnel.checks import Check, catalogue
from windtunnel.collectors.ignores import Ignore, ignores_in
from windtunnel.collectors.source import read_source
from windtunnel.examined import Examined
from windtunnel.facts import (
    AllRunsFacts,
    ContextFacts,
    DagFacts,
    DagFileFacts,
    DataflowFacts,
    DriverFacts,
    NodeFacts,
    OverwriteFacts,
    RepositoryFacts,
    RunFacts,
    SaveFacts,
    TaskFacts,
    TaskRunFacts,
    UncommittedFacts,
    UnusedIgnoreFacts,
)
from windtunnel.findings import Finding, Location
from windtunnel.report import Report

# What is drawn, timed, or differs between two parses may be found tomorrow: it is not among these.
_SETTLED = (
    *(RepositoryFacts, DagFileFacts, DagFacts, TaskFacts, RunFacts, TaskRunFacts, DriverFacts, SaveFacts),
    *(OverwriteFacts, UncommittedFacts, AllRunsFacts, ContextFacts, DataflowFacts, NodeFacts),
)
# What the machine or the settings provide decides these: elsewhere the comment may be needed.
_BY_SURROUNDINGS = ("WT104", "WT120", "WT229", "WT230", "WT306", "WT308", "WT339", "WT340")


def unused_ignores(
    report: Report, checks: Sequence[Check], whole: bool, own: Sequence[Check] = ()
) -> Iterator[UnusedIgnoreFacts]:
    """Each code in a comment that can be said to be needless; none where the check was not selected.

    `own` are the owner's checks, selected or not: a code that is neither theirs nor one that ships is nobody's.
    """
    codes = [known.code for known in (*catalogue(), *own)]
    examined = Examined(report, whole)
    selected = {check.code: check for check in checks}
    for path, ignore in _ignores(report):
        location = Location(path, ignore.line)
        check = selected.get(ignore.code)
        if check is not None and _is_settled(check) and not _is_used(report.findings, location, ignore.code):
            if examined.judged(check, path):
                yield UnusedIgnoreFacts(location, ignore.code, f"{check.code} {check.name}", check.code, ignore.noqa)
        elif not ignore.noqa and ignore.code not in codes:
            beside = "WT501" if all(file.path != path for file in report.files) else "WT101"
            yield UnusedIgnoreFacts(location, ignore.code, "", beside, nearest=_nearest(ignore.code, codes))


def _ignores(report: Report) -> Iterator[tuple[str, Ignore]]:
    """The comments in all files that were looked at; a code that two comments on one line name is one."""
    for path in sorted({file.path for file in report.files} | {flow.path for flow in report.dataflows}):
        try:
            source = read_source(report.root / path)
        except OSError:
            continue
        found = {(ignore.line, ignore.code): ignore for ignore in reversed(ignores_in(source))}
        yield from ((path, found[key]) for key in sorted(found))


def _is_settled(check: Check) -> bool:
    return issubclass(check.on, _SETTLED) and check.code not in _BY_SURROUNDINGS


def _is_used(findings: Iterable[Finding], location: Location, code: str) -> bool:
    return any(finding.code == code and finding.location == location for finding in findings)


def _nearest(code: str, codes: Sequence[str]) -> str:
    return next(iter(get_close_matches(code, codes, 1)), "")
