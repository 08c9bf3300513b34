"""DAG that an ignore pattern hides by a part of its name.

## What it does
Reads each `.airflowignore` as Airflow 3 does, as globs. Where a `*` of a pattern stands for the beginning of a word
(`*test*` in `latest_prices.py`), it loads the files that are hidden so, and reports those that give a DAG, at the
pattern. A pattern that names a file or a folder in full, or words of it from their beginning, is taken to be meant.

## Why is this bad?
The DAG is gone, with no import error and no word in the log, as soon as somebody gives a file the wrong name.

## What to do
Write the separators into the pattern: `test_*`, `*_test.py`. Or name the file or the folder in full.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.facts import UnseenDagsFacts
from windtunnel.findings import Complaint, Severity

_DAG = """\
from airflow.sdk import DAG

with DAG("latest_prices", schedule=None):
    pass
"""
_OTHER = """\
from airflow.sdk import DAG

with DAG("nightly", schedule=None):
    pass
"""
FAILING = {
    "dags/.airflowignore": "# the tests\n*test* # WT116\n",
    "dags/latest_prices.py": _DAG,
    "dags/nightly.py": _OTHER,
}
PASSING = {
    "dags/.airflowignore": "# the tests\ntest_*\n",
    "dags/latest_prices.py": _DAG,
    "dags/nightly.py": _OTHER,
}


@check(
    "WT116",
    on=UnseenDagsFacts,
    severity=Severity.NOTICE,
    remedy="write the separators into the pattern (test_*), or name what it hides in full",
)
def dag_hidden_by_airflowignore(unseen: UnseenDagsFacts) -> Iterator[Complaint]:
    if unseen.pattern:
        hidden = "; ".join(f"{path} with DAG {', '.join(map(repr, ids))}" for path, ids in unseen.files)
        yield Complaint(unseen.location, f"the pattern {unseen.pattern} hides from Airflow: {hidden}")
