"""DAG file that changes its process while it is imported.

## What it does
Compares the process before and after the import of a DAG file: the environment, the working directory, `sys.path`,
logging (level and handlers of the root logger, `logging.disable`), the filters of warnings, signal handlers, umask,
recursion limit, random state, and whether functions of the standard library were replaced. What a library changes while
it is itself imported is left out. The line is named where it stands in the text of your files.

## Why is this bad?
Whatever is loaded or run in the same process after it sees the change: code then works, or fails, by the order of
imports.

## What to do
Set what is needed where Airflow is deployed. Make modules importable by `PYTHONPATH` or a package, not by `sys.path`.
Use a `random.Random` of your own.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.facts import DagFileFacts, Effect
from windtunnel.findings import Complaint, Location, Severity

FAILING = """\
import random

from airflow.sdk import DAG

random.seed(7)  # WT111

with DAG("seeded", schedule=None):
    pass
"""
PASSING = """\
import random

from airflow.sdk import DAG

numbers = random.Random(7)

with DAG("seeded", schedule=None):
    pass
"""


@check(
    "WT111", on=DagFileFacts, severity=Severity.NOTICE, remedy="set it where Airflow is deployed, or inside the task"
)
def process_changed_at_import(file: DagFileFacts) -> Iterator[Complaint]:
    for seen in file.effects:
        if seen.effect is Effect.PROCESS_STATE:
            yield Complaint(seen.location or Location(file.path), f"importing {file.path} changes {seen.what}")
