"""Saver that writes another format than the name of its file says.

## What it does
Looks at the first bytes of what each saver wrote. Reports a file that its suffix promises to be of another format:
a `.parquet`, `.feather`, `.npy`, `.xlsx`, `.png`, `.gz`, `.bz2` or `.xz` that does not begin like one; a `.csv`,
`.json`, `.html`, `.xml`, `.yaml` or `.txt` that is a Parquet file, a pickle, an image, a database or a zip archive; and
text of one kind under the name of another, where one of Hamilton's own savers wrote it.

## Why is this bad?
Most readers go by the name: pandas takes `.gz` for compressed, a catalogue takes `.csv` for a table. They fail, or read
nonsense.

## What to do
Give the file the suffix of what the saver writes, or take the saver of what the suffix says.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.checks._totals import totals
from windtunnel.checks._visits import shown
from windtunnel.facts import SaveFacts, SaveState
from windtunnel.findings import Complaint, Severity

_MODULE = """\
from hamilton.function_modifiers import save_to, source


@save_to.%s(path=source("path"), output_name_="saved_totals")%s
def totals(rows: list) -> dict:
    return {"rows": len(rows)}
"""
FAILING = totals(_MODULE % ("pickle", "  # WT408"))
PASSING = totals(_MODULE % ("json", ""))


@check(
    "WT408",
    on=SaveFacts,
    severity=Severity.WARNING,
    remedy="give the file the suffix of what is written, or take the saver of what the suffix says",
)
def misnamed_save(save: SaveFacts) -> Iterator[Complaint]:
    if save.state is SaveState.MISNAMED:
        yield Complaint(
            save.location, f"saver {save.node!r} of task {save.task_id!r} wrote {shown(save.path)}: {save.detail}"
        )
