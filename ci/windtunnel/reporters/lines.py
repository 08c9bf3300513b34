"""A finding on one line, for every form that has lines."""

from __future__ import annotations

from windtunnel.findings import Finding
from windtunnel.reporters import safe

LONGEST = 400
"""Characters of one line that are shown before it is cut (and says so); verbose shows all."""


def state_of(finding: Finding) -> str:
    """Why the finding does not count; "" where it does."""
    return "suppressed" if finding.suppressed else "known" if finding.known else ""


def parts_of(finding: Finding) -> tuple[str, str, str]:
    """Where, how severe, and what, each on one line."""
    message = safe.shortened(safe.line(" ".join(finding.message.split())), LONGEST)
    state = f" ({state_of(finding)})" if state_of(finding) else ""
    return safe.line(str(finding.location)), f"{finding.severity!s}{state}", f"{finding.code} {message}"


def line_of(finding: Finding) -> str:
    """The finding on one line."""
    place, word, rest = parts_of(finding)
    return f"{place}: {word} {rest}"
