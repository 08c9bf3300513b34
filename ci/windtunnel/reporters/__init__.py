"""Report to text: pure functions, one file per form."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from windtunnel.errors import unknown
from windtunnel.report import Report
from windtunnel.reporters.look import Look
from windtunnel.settings import FORMATS

# One more form is one more file with a function `render(report, look)`, and its name in `settings.FORMATS`.
_FILES = {"full": "text"}


def render(report: Report, format: str, **look: Any) -> str:
    """The report in one of `settings.FORMATS`, ending with a newline; a UsageError for any other form.

    `look` are the fields of Look; not every form has use for all of them.
    """
    if format not in FORMATS:
        raise unknown("format", "form", format, FORMATS, "windtunnel check --help lists all")
    # Each form is imported when it is asked for: rich costs 60 ms, JSON does not need it.
    form = import_module(f"{__name__}.{_FILES.get(format, format)}")
    return str(form.render(report, Look(**look)))
