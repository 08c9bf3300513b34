"""Task or DAG whose id is another one whenever its file is parsed.

## What it does
Parses each file a second time, as WT119 does, and compares the ids of its DAGs and tasks. Reports ids that differ from
one parse to the next, or with the hash seed of the process, which is drawn anew for each.

## Why is this bad?
The scheduler orders a task by the id that one parse gave it. The worker parses the file itself and finds no task of
that id: the task fails before its first line, every time.

## What to do
Compose ids of what is written in the file. Loop over a list, not over a set; count and name by what does not change.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.checks._parses import CERTAIN, evidence, told
from windtunnel.facts import DifferenceKind, InstabilityFacts
from windtunnel.findings import Complaint, Severity

FAILING = """\
import uuid

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG

with DAG("load", schedule=None):
    EmptyOperator(task_id="copy_" + uuid.uuid4().hex)  # WT121
"""
PASSING = """\
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG

with DAG("load", schedule=None):
    for name in sorted({"customers", "orders"}):
        EmptyOperator(task_id="copy_" + name)
"""


@check(
    "WT121",
    on=InstabilityFacts,
    severity=Severity.ERROR,
    remedy="compose ids of what is written in the file; loop over a list or over sorted(...), not over a set",
)
def unstable_id(facts: InstabilityFacts) -> Iterator[Complaint]:
    ids = [one for one in facts.differences if one.kind is DifferenceKind.ID]
    if ids and facts.cause in CERTAIN:
        yield Complaint(facts.location, told(facts, ids), evidence(facts, ids))
