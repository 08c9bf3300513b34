"""Comments by which the owner silences a finding, and that silence none."""

from __future__ import annotations

from dataclasses import dataclass

from windtunnel.findings import Location


@dataclass(frozen=True, slots=True)
class UnusedIgnoreFacts:
    """One code in an ignore comment that no finding of this run answers to, although its check has judged the file.

    `check` is the name of the check, "" where the code is none's: then `nearest` is the code that was meant, perhaps.
    `beside` is a check to select with ours, so that the file is looked at. `noqa` where the comment is `# noqa`.
    """

    location: Location
    code: str
    check: str
    beside: str
    noqa: bool = False
    nearest: str = ""
