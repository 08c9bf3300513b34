"""Check that crashed.

## What it does
Reports a check of windtunnel's own, or of yours, that raised an exception while it read a subject.

## Why is this bad?
That subject was not judged. Silence about it would look like a clean verdict.

## What to do
If the check is yours, the traceback in the evidence tells what to mend. If it is one of windtunnel's, please report it
with the evidence; until it is mended, `--ignore` leaves the check out.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.facts import CheckCrash
from windtunnel.findings import Complaint, Severity

FAILING: dict[str, str] = {}  # no file of a user's can cause it
PASSING: dict[str, str] = {}


@check(
    "WT001",
    on=CheckCrash,
    severity=Severity.ERROR,
    remedy="report the traceback to the owner of the check; --ignore leaves the check out until it is mended",
)
def crashed_check(crash: CheckCrash) -> Iterator[Complaint]:
    last = crash.traceback.strip().splitlines()[-1]
    yield Complaint(
        crash.location, f"{crash.code} {crash.name} crashed here, so it judged nothing: {last}", crash.traceback
    )
