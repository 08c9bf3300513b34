"""One finding of an earlier report, looked for again: the same command, the same seed, and all that was printed."""

from __future__ import annotations

import json
import os
import shlex
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from windtunnel import engine
from windtunnel.commands.delivery import say
from windtunnel.commands.progress import progress_of
from windtunnel.debugger import Loan, file_while_wanted, lent
from windtunnel.errors import UsageError
from windtunnel.report import Report
from windtunnel.settings import Settings

_SHORTEST = 4
_TO_LOOK = 3600.0  # seconds that somebody may stand in the debugger


@dataclass(frozen=True, slots=True)
class Recorded:
    """A finding as the report for programs has it; `id` is its fingerprint."""

    id: str
    code: str
    place: str
    message: str
    reproduce: str
    dag_id: str = ""
    task_id: str = ""
    node: str = ""

    @property
    def arguments(self) -> list[str]:
        """What stands behind `windtunnel check` in the command that finds it again."""
        return shlex.split(self.reproduce)[2:]


def last_report(settings: Settings, named: str, hint: str = "replay: name a report with --from FILE") -> Path:
    """The report to read: the one `named`, else where the settings have it written. UsageError where there is none."""
    written = [file for form, file in settings.report if form == "json"]
    written += [settings.output] if settings.format == "json" and settings.output else []
    file = named or next(iter(written), "")
    if not file:
        raise UsageError(f"{hint}; `windtunnel check --report json=FILE` writes it")
    return Path(file)


def read(file: Path) -> tuple[Recorded, ...]:
    """The findings of a report that can be looked for again. UsageError for what is no report."""
    try:
        findings = json.loads(file.read_text(encoding="utf-8"))["findings"]
        return tuple(_recorded(found) for found in findings if found["fingerprint"] and found["reproduce"])
    except OSError as error:
        raise UsageError(f"--from {file}: {error.strerror}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(f"--from {file}: not a report of `windtunnel check --report json=FILE`") from error


def _recorded(found: dict[str, Any]) -> Recorded:
    place = f"{found['file']}:{found['line']}"
    where = (found[name] or "" for name in ("dag_id", "task_id", "node"))
    return Recorded(found["fingerprint"], found["code"], place, found["message"], found["reproduce"], *where)


def listing(findings: Sequence[Recorded]) -> str:
    """A line for each, with the id to name it by."""
    lines = [f"{one.id[:8]}  {one.place}: {one.code} {' '.join(one.message.split())}" for one in findings]
    return "".join(f"{line}\n" for line in lines) or "no findings\n"


def the_one(findings: Sequence[Recorded], id: str, file: Path) -> Recorded:
    """The finding whose id begins so, or the only one of this code. UsageError where it is none, or several."""
    wanted = id.lower()
    fitting = [
        one for one in findings if len(id) >= _SHORTEST and (one.id.startswith(wanted) or one.code == id.upper())
    ]
    if len(fitting) == 1:
        return fitting[0]
    problem = f"{len(fitting)} findings of {file} are named so" if fitting else f"{file} has no such finding"
    raise UsageError(f"replay {id}: {problem}; `windtunnel replay` without an id lists them")


def replayed(settings: Settings, wanted: Recorded) -> Report:
    """The report of a run that looks for the finding alone."""
    with progress_of(settings) as bar:
        return alone(engine.run(settings, bar.progress, watch=bar.watch), wanted)


def debugged(settings: Settings, wanted: Recorded) -> Report:
    """The same, with the user's terminal lent to the children. UsageError where there is none."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("replay --pdb: a debugger needs a terminal, on stdin and on stdout")
    with file_while_wanted() as file:
        loan = Loan(os.ttyname(0), str(file), str(settings.root), wanted.dag_id, wanted.task_id, wanted.node)
        with lent(loan):
            report = engine.run(replace(settings, jobs=1, timeout=_TO_LOOK))
        if file.exists():
            say("nothing was raised there: put breakpoint() where you want to look\n\n")
    report = alone(report, wanted)
    # Without a debugger nobody needs the time that was given here.
    found = (replace(one, reproduce=wanted.reproduce) for one in report.findings if one.fingerprint == wanted.id)
    return replace(report, findings=tuple(found) or report.findings)


def alone(report: Report, wanted: Recorded) -> Report:
    """The report with that finding only, and what its subject did: no other DAG's run, no other file.

    Where it was not found again, with what says that it was not looked for: a file that does not load, for one.
    """
    findings = tuple(finding for finding in report.findings if finding.fingerprint == wanted.id)
    if not findings:
        return replace(report, findings=tuple(one for one in report.findings if one.code != wanted.code))
    runs = tuple(run for run in report.runs if findings[0].dag_id in ("", run.dag_id))
    return replace(report, findings=findings, runs=runs)
