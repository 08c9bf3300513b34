"""Saver whose file can be read and lacks rows.

## What it does
Reads the file of each `@save_to` and materializer back, as WT404 does, and counts. Reports a table or list of which not
every row came back. Formats that drop empty rows by themselves (Excel), and files that the task has changed since, are
not counted. A saver of your own may leave rows out on purpose, or its loader may: say so in an ignore comment.

## Why is this bad?
Nobody sees it: the file opens, every column is there, and the sums are too small.

## What to do
Write the last batch too, and flush what is left in the buffer before the file is closed.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.checks._totals import totals
from windtunnel.checks._visits import shown
from windtunnel.facts import SaveFacts, SaveState
from windtunnel.findings import Complaint, Severity

_MODULE = """\
import json
from dataclasses import dataclass

from hamilton import registry
from hamilton.function_modifiers import save_to, source
from hamilton.io.data_adapters import DataLoader, DataSaver


class Lines:
    @classmethod
    def applicable_types(cls):
        return [list]

    @classmethod
    def name(cls):
        return "lines"


@dataclass
class LinesSaver(Lines, DataSaver):
    path: str

    def save_data(self, data):
        with open(self.path, "w") as file:
            batch = []
            for row in data:
                batch.append(json.dumps(row) + "\\n")
                if len(batch) == 2:
                    file.writelines(batch)
                    batch = []%s
        return {"path": self.path}


@dataclass
class LinesLoader(Lines, DataLoader):
    path: str

    def load_data(self, type_):
        with open(self.path) as file:
            return [json.loads(line) for line in file], {}


for adapter in (LinesSaver, LinesLoader):
    registry.register_adapter(adapter)


@save_to.lines(path=source("path"), output_name_="saved_totals")%s
def totals(rows: list) -> list:
    return [*rows, sum(rows)]
"""
FAILING = totals(_MODULE % ("", "  # WT410"))
PASSING = totals(_MODULE % ("\n            file.writelines(batch)", ""))


@check(
    "WT410",
    on=SaveFacts,
    severity=Severity.WARNING,
    remedy="write what is left of the last batch before the file is closed",
)
def truncated_save(save: SaveFacts) -> Iterator[Complaint]:
    if save.state is SaveState.TRUNCATED:
        yield Complaint(
            save.location,
            f"saver {save.node!r} of task {save.task_id!r} lost rows in {shown(save.path)}: {save.detail}",
        )
