"""DAG that Airflow's safe mode drops.

## What it does
Looks at the Python files of a DAG folder in which the word "airflow", or both "dag" and "asset", do not occur, and that
call a module of yours when they are imported. Loads them as Airflow would without safe mode, and reports those that
give a DAG.

## Why is this bad?
With `[core] dag_discovery_safe_mode`, which is on if not said otherwise, Airflow does not even open such a file: no
DAG, no import error, no word in the log.

## What to do
Write both words into the file, in a comment if need be: `# airflow dag`.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.facts import UnseenDagsFacts
from windtunnel.findings import Complaint, Severity

_FACTORY = """\
from airflow.sdk import DAG, task


def build(name):
    with DAG(name, schedule=None) as made:

        @task(retries=1)
        def work() -> None:
            print(name)

        work()
    return made
"""
_SEEN = """\
from airflow.sdk import DAG

with DAG("nightly", schedule=None):
    pass
"""
FAILING = {
    "dags/orders.py": """\
from include.factory import build

orders = build("orders")  # WT115
""",
    "dags/nightly.py": _SEEN,
    "include/factory.py": _FACTORY,
}
PASSING = {
    "dags/orders.py": """\
# an airflow dag
from include.factory import build

orders = build("orders")
""",
    "dags/nightly.py": _SEEN,
    "include/factory.py": _FACTORY,
}


@check(
    "WT115",
    on=UnseenDagsFacts,
    severity=Severity.WARNING,
    remedy='write both words into the file, in a comment: "# airflow dag"',
)
def dag_dropped_by_safe_mode(unseen: UnseenDagsFacts) -> Iterator[Complaint]:
    if unseen.pattern:
        return
    for path, dag_ids in unseen.files:
        ids = ", ".join(map(repr, dag_ids))
        message = f"Airflow never opens {path}, which has DAG {ids}: its text lacks the words that safe mode looks for"
        yield Complaint(unseen.location, message)
