"""Saver that writes its file in place.

## What it does
Only where the context `kills` is asked for: kills each saver at counted points of its work (before each change of a
file, and at chosen bytes, where the kernel stops it whichever library writes) and looks at the file as a reader would.
Reports savers that leave something there which is neither what was there before nor the new whole. A CSV that is cut
in its middle counts too: it can be read, and has lost rows. Databases are opened, and judged by their rows.

## Why is this bad?
A worker that is lost, restarted or short of memory, or a disk that is full, leaves half a file under the name that
others read, and the good one of the last run is gone. All of Hamilton's own savers of files write in place.

## What to do
Write another file in the same folder, and rename it when it is whole: readers then see the old file or the new one.
This needs nothing but the standard library:

```python
@contextmanager
def aside(path):
    file = Path(path)
    other = file.with_name(f".{uuid4().hex}{file.suffix}")  # same folder, so same disk; same suffix
    try:
        yield other
        with other.open("rb") as written:
            os.fsync(written.fileno())
        other.replace(file)
    finally:
        other.unlink(missing_ok=True)
```

For Hamilton's own savers, `modules/atomic_savers.py` of windtunnel's repository is a small module to be copied: write
`@save_atomically.csv(...)` in the place of `@save_to.csv(...)`. It depends on Hamilton alone.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.checks._kills import ASIDE, killed, moment, name, told_once, whose
from windtunnel.facts import Fault, KilledFacts, KilledSaveFacts, KillFacts, Sight
from windtunnel.findings import Complaint, Severity

FAILING = killed(
    """\
@save_to.json(path=source("path"), output_name_="saved_totals")  # WT424
def totals(rows: list) -> dict:
    return {"rows": rows}
"""
)
PASSING = killed(ASIDE)


@check(
    "WT424",
    on=KilledFacts,
    severity=Severity.WARNING,
    remedy="write another file in the same folder and rename it when it is whole, as modules/atomic_savers.py does",
)
def in_place_save(context: KilledFacts) -> Iterator[Complaint]:
    yield from told_once(context, _complaint)


def _complaint(save: KilledSaveFacts) -> Complaint | None:
    torn = [kill for kill in save.kills if kill.sight is Sight.TORN and kill.fault is Fault.KILLED]
    if torn:
        worst = min(torn, key=lambda kill: (not kill.again, not kill.point.startswith("at byte")))
        fate = f" ({worst.detail})" if worst.detail else ""
        lost = ", in the place of the last good one" if worst.again else ""
        message = f"{whose(save)} is killed{moment(worst.point)} and leaves {name(worst.path)} torn{fate}{lost}"
        evidence = "\n".join(map(_line, save.kills))
        return Complaint(save.location, message, evidence, task_id=save.task_id)
    return None


def _line(kill: KillFacts) -> str:
    fate = f"{kill.sight.value} {kill.detail}".strip()
    return f"{kill.fault.value}{moment(kill.point)}, with {'a' if kill.again else 'no'} file of before there: {fate}"
