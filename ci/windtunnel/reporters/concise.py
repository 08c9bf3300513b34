"""The report with one line for each finding, as editors and grep read it."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.text import Text

from windtunnel.findings import Finding
from windtunnel.report import Report
from windtunnel.reporters import safe, statistics, text
from windtunnel.reporters.listing import LONGEST, STYLES, on_one_line, shown, state_of
from windtunnel.reporters.look import Look


def render(report: Report, look: Look) -> str:
    """`path:line: severity code message`, however long that is, and the verdict."""
    return text.printed(_parts(report, look), look)


def _parts(report: Report, look: Look) -> Iterator[RenderableType]:
    for finding in shown(report, look.verbosity):
        style = "dim" if state_of(finding) else STYLES[finding.severity]
        place, word, rest = parts_of(finding)
        yield on_one_line(Text.assemble((place, "bold"), ": ", (word, style), " ", rest))
    yield from statistics.table_of(report, look)
    yield from text.verdict_of(report, look.width)


def parts_of(finding: Finding) -> tuple[str, str, str]:
    """Where, how severe, and what, each on one line."""
    message = safe.shortened(safe.line(" ".join(finding.message.split())), LONGEST)
    state = f" ({state_of(finding)})" if state_of(finding) else ""
    return safe.line(str(finding.location)), f"{finding.severity!s}{state}", f"{finding.code} {message}"


def line_of(finding: Finding) -> str:
    """The finding on one line."""
    place, word, rest = parts_of(finding)
    return f"{place}: {word} {rest}"
