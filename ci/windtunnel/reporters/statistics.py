"""The findings counted by check: where to begin when there are many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from rich.console import RenderableType

from windtunnel.report import Report
from windtunnel.reporters.look import Look


def table_of(report: Report, look: Look) -> Iterator[RenderableType]:
    """The table, where it was asked for and there are findings."""
    from windtunnel.reporters.tables import table

    if look.statistics:
        columns = (">findings", "=code", "=severity", "name", ">known", ">suppressed")
        yield from table("Findings by check", columns, rows(report))


def rows(report: Report) -> Iterator[tuple[str, ...]]:
    """(findings, code, severity, name, known, suppressed) of each check, those with the most findings first."""
    counting = Counter(finding.code for finding in report.counting)
    known = Counter(finding.code for finding in report.shown if finding.known)
    suppressed = Counter(finding.code for finding in report.findings if finding.suppressed)
    checks = {finding.code: finding for finding in report.findings}
    for code in sorted(checks, key=lambda code: (-counting[code], -known[code], code)):
        one = checks[code]
        yield (str(counting[code]), code, str(one.severity), one.name, str(known[code]), str(suppressed[code]))
