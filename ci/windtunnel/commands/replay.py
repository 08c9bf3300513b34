"""One finding of an earlier report, looked for again: the same command, the same seed, and all that was printed."""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from windtunnel.errors import UsageError
from windtunnel.report import Report
from windtunnel.settings import Settings

_SHORTEST = 4


@dataclass(frozen=True, slots=True)
class Recorded:
    """A finding as the report for programs has it; `id` is its fingerprint."""

    id: str
    code: str
    place: str
    message: str
    reproduce: str

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
    return Recorded(found["fingerprint"], found["code"], place, found["message"], found["reproduce"])


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


def alone(report: Report, id: str) -> Report:
    """The report with that finding only, and what its subject did: no other DAG's run, no other file."""
    findings = tuple(finding for finding in report.findings if finding.fingerprint == id)
    if not findings or not findings[0].dag_id:
        return replace(report, findings=findings)
    runs = tuple(run for run in report.runs if run.dag_id == findings[0].dag_id)
    return replace(report, findings=findings, runs=runs)
