"""Import that two modules answer to.

## What it does
Follows what a DAG file, and your modules that it loads, import at their top. Reports a name for which a second place on
`sys.path` (the root, `plugins/`, the DAG folder) has a file of yours as well, and a file of yours that has what is
asked for, but stands behind an installed or a standard module. Folders without `__init__.py` merge, and are no clash.

## Why is this bad?
Which of the two is imported depends on the order of `sys.path`, and that on how Airflow was started: with `PYTHONPATH`
or without, in the DAG processor or under pytest. One process may even hold the one and another the other.

## What to do
Rename one of them, or put it into a package and import it by the full name.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.facts import DagFileFacts
from windtunnel.findings import Complaint, Severity

FAILING = {
    "dags/example.py": """\
from airflow.sdk import DAG
from naming import title  # WT114

with DAG(title("report"), schedule=None):
    pass
""",
    "dags/naming.py": "def title(name):\n    return name\n",
    "plugins/naming.py": "def title(name):\n    return name.lower()\n",
}
PASSING = {
    "dags/example.py": """\
from airflow.sdk import DAG
from dag_naming import title

with DAG(title("report"), schedule=None):
    pass
""",
    "dags/dag_naming.py": "def title(name):\n    return name\n",
    "plugins/naming.py": "def title(name):\n    return name.lower()\n",
}


@check(
    "WT114",
    on=DagFileFacts,
    severity=Severity.WARNING,
    remedy="rename one of them, or put it into a package and import it by the full name",
)
def module_name_clash(file: DagFileFacts) -> Iterator[Complaint]:
    for clash in file.clashes:
        yield Complaint(clash.location, f"{clash.name!r} is {clash.used} here, which hides {clash.hidden}")
