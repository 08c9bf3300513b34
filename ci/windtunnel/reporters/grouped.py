"""The report with the findings of each file below its name: line, severity, code and message."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from windtunnel.findings import Finding
from windtunnel.report import Report
from windtunnel.reporters import safe, statistics, text
from windtunnel.reporters.lines import LONGEST, state_of
from windtunnel.reporters.listing import STYLES, heading, shown
from windtunnel.reporters.look import Look


def render(report: Report, look: Look) -> str:
    """The findings by file, folded at the width, and the verdict."""
    return text.printed(_parts(report, look), look)


def _parts(report: Report, look: Look) -> Iterator[RenderableType]:
    for path, group in groupby(shown(report, look.verbosity), key=lambda finding: finding.location.path):
        of_file = tuple(group)
        yield heading(path, of_file, look.width)
        yield _rows(of_file)
        yield Text()
    yield from statistics.table_of(report, look)
    yield from text.verdict_of(report, look.width)


def _rows(findings: tuple[Finding, ...]) -> Table:
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(justify="right", no_wrap=True, style="dim", min_width=6)
    grid.add_column(no_wrap=True)
    grid.add_column(no_wrap=True, style="bold")
    grid.add_column(overflow="fold")
    for finding in findings:
        state = state_of(finding)
        word = Text(state or str(finding.severity), style="dim" if state else STYLES[finding.severity])
        message = safe.shortened(safe.line(" ".join(finding.message.split())), LONGEST)
        grid.add_row(str(finding.location.line), word, finding.code, Text(message))
    return grid
