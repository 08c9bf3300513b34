"""The report with one line for each finding, as editors and grep read it."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.text import Text

from windtunnel.report import Report
from windtunnel.reporters import statistics, text
from windtunnel.reporters.lines import parts_of, state_of
from windtunnel.reporters.listing import STYLES, on_one_line, shown
from windtunnel.reporters.look import Look
from windtunnel.reporters.verdict import verdict


def render(report: Report, look: Look) -> str:
    """`path:line: severity code message`, however long that is, and the verdict."""
    return text.printed(_parts(report, look), look)


def _parts(report: Report, look: Look) -> Iterator[RenderableType]:
    for finding in shown(report, look.verbosity):
        style = "dim" if state_of(finding) else STYLES[finding.severity]
        place, word, rest = parts_of(finding)
        yield on_one_line(Text.assemble((place, "bold"), ": ", (word, style), " ", rest))
    yield from statistics.table_of(report, look)
    yield on_one_line(Text(" · ".join(verdict(report)), style=text.verdict_style(report)))
