"""Report to text: pure functions, one file per form."""

from __future__ import annotations

from windtunnel.errors import unknown
from windtunnel.report import Report
from windtunnel.settings import FORMATS


def render(report: Report, format: str, *, color: bool = False, width: int = 100, verbosity: int = 0) -> str:
    """The report in one of `settings.FORMATS`, ending with a newline; a UsageError for any other form.

    `color`, `width` (columns) and `verbosity` (-1 quiet, 0 normal, 1 verbose) concern the form `text` alone.
    """
    # Each form is imported when it is asked for: rich costs 60 ms, JSON does not need it.
    if format == "text":
        from windtunnel.reporters import text

        return text.render(report, color=color, width=width, verbosity=verbosity)
    if format == "json":
        from windtunnel.reporters import json

        return json.render(report)
    raise unknown("format", "form", format, FORMATS, "windtunnel check --help lists all")
