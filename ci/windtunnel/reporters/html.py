"""The report as a picture: one HTML file to be opened from disk, which can be read without JavaScript."""

from __future__ import annotations

import json

from windtunnel.report import Report
from windtunnel.reporters import json as document
from windtunnel.reporters.look import Look
from windtunnel.reporters.picture.page import page


def render(report: Report, look: Look) -> str:
    """The very page that `windtunnel report` makes of the JSON report."""
    return page(json.loads(document.render(report, look)))
