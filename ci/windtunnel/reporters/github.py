"""The report as workflow commands of GitHub Actions: annotations at the lines that they are about.

https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from windtunnel.findings import Finding, Severity
from windtunnel.report import Report
from windtunnel.reporters import safe
from windtunnel.reporters.look import Look
from windtunnel.reporters.places import in_checkout
from windtunnel.reporters.verdict import counted, verdict

MOST = 10
"""Annotations of one severity that GitHub takes from one step; it drops the others without a word."""

LONGEST_TITLE, LONGEST_MESSAGE = 200, 4000


def render(report: Report, _look: Look) -> str:
    """New findings as annotations, the errors first; what is over the limit, and what is known, as lines of the log."""
    return "".join(f"{line}\n" for line in _lines(report))


def _lines(report: Report) -> Iterator[str]:
    ordered = sorted(report.counting, key=lambda finding: -finding.severity)
    for severity, group in groupby(ordered, key=lambda finding: finding.severity):
        of_severity = list(group)
        yield from (_command(report, finding) for finding in of_severity[:MOST])
        yield from _listed(f"not annotated, GitHub takes {MOST} of a kind: ", severity, of_severity[MOST:])
    known = sorted((finding for finding in report.shown if finding.known), key=lambda finding: -finding.severity)
    for severity, group in groupby(known, key=lambda finding: finding.severity):
        yield from _listed("known: ", severity, list(group))
    yield " · ".join(verdict(report))


def _command(report: Report, finding: Finding) -> str:
    fix = [f"fix: {safe.line(finding.remedy)}"] if finding.remedy else []
    message = "\n".join([*safe.lines(finding.message), *fix])
    place = {
        "file": in_checkout(report, finding.location.path),
        "line": str(finding.location.line),
        "title": f"{finding.code} {finding.name}"[:LONGEST_TITLE],
    }
    properties = ",".join(f"{name}={_property(value)}" for name, value in place.items())
    return f"::{finding.severity!s} {properties}::{_data(message[:LONGEST_MESSAGE])}"


def _listed(why: str, severity: Severity, findings: list[Finding]) -> Iterator[str]:
    if findings:
        yield f"{counted(len(findings), f'{severity!s}')} {why.rstrip(': ')}:"
        for finding in findings:
            message = safe.line(" ".join(finding.message.split()))
            # Indented: at the beginning of a line, two colons in a message would be a command.
            yield f"  {safe.line(str(finding.location))}: {finding.code} {message}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(safe.line(text)).replace(":", "%3A").replace(",", "%2C")
