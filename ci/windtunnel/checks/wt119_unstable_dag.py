"""DAG that is another one whenever its file is parsed.

## What it does
Parses each file a second time, in a process with another hash seed, another time zone and a clock that is a day ahead,
in which folders are listed in the opposite order, and compares what Airflow would store of its DAGs. Where it differs,
the file is parsed again with one of these changed at a time, or none, to learn which one makes the difference. Ids that
differ are WT121.

## Why is this bad?
Airflow stores a new version of the DAG whenever a parse gives another result, for ever, and a run may see other
arguments in each of its tasks. A relative `start_date` moves the schedule along with it.

## What to do
Write down what does not change. What belongs to one run is a template (`{{ ds }}`, `{{ run_id }}`), or asked for inside
a task. Sort what comes from a set or from a folder.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from windtunnel.checks import check
from windtunnel.checks._parses import CERTAIN, evidence, told
from windtunnel.facts import Cause, DifferenceKind, InstabilityFacts
from windtunnel.findings import Complaint, Severity

FAILING = """\
from datetime import datetime, timedelta, timezone

from airflow.sdk import dag, task

YESTERDAY = datetime.now(timezone.utc) - timedelta(days=1)  # WT119


@dag(schedule="@daily", start_date=YESTERDAY, catchup=False)
def report():
    @task
    def write() -> None:
        print("written")

    write()


report()
"""
PASSING = """\
from datetime import datetime, timezone

from airflow.sdk import dag, task


@dag(schedule="@daily", start_date=datetime(2024, 1, 1, tzinfo=timezone.utc), catchup=False)
def report():
    @task
    def write(day: str) -> None:
        print("written for", day)

    write("{{ ds }}")


report()
"""
_REMEDIES: Mapping[Cause, str] = {
    Cause.PARSE: "write the value down, or compute it inside a task or by a template such as {{ run_id }}",
    Cause.ADDRESS: "hand over plain values, or give the object's class a __repr__ without the address",
    Cause.CLOCK: "write the date down; {{ ds }} and {{ data_interval_start }} are those of the run",
    Cause.HASH_SEED: "sort what comes out of a set, and use hashlib in the place of hash()",
    Cause.LISTING: "sort the listing: sorted(folder.glob(...))",
    Cause.TIME_ZONE: "say the time zone wherever a date is made",
}


@check(
    "WT119",
    on=InstabilityFacts,
    severity=Severity.WARNING,
    remedy="write the value down, or compute it inside a task or by a template",
)
def unstable_dag(facts: InstabilityFacts) -> Iterator[Complaint]:
    others = [one for one in facts.differences if facts.cause not in CERTAIN or one.kind is not DifferenceKind.ID]
    if others:
        yield Complaint(facts.location, told(facts, others), evidence(facts, others), _REMEDIES.get(facts.cause, ""))
