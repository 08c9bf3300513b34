"""How long it takes to run many small DAGs: windtunnel against a loop of `dag.test()` and against a pytest plugin.

    python ci/bench/runs.py [--dags 200] [--many 1000] [--repeat 1]

prints a Markdown table. Every row is a process of its own from its start to its end. The ratio is to the first row:
over 1 it is that many times faster. The last column counts the seconds of all processors: others disturb it less.
The row of pytest-airflow-in-a-box is there where that is installed; it is no part of windtunnel's own environments.
`--many` DAGs are run by windtunnel alone, to show that the cost is linear.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import platform
import sys
import tempfile
from importlib import metadata
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from load import Taken, run, write_dags

LOOP = """
import os, sys
os.environ["AIRFLOW__CORE__DAGS_FOLDER"] = sys.argv[1]
from airflow.utils.db import initdb
initdb()
try:
    from airflow.dag_processing.dagbag import DagBag
except ImportError:
    from airflow.models.dagbag import DagBag
for dag in DagBag(sys.argv[1]).dags.values():
    assert str(getattr(dag.test().state, "value", "")) == "success"
"""

PLUGIN = """
import pytest


@pytest.mark.parametrize("number", range({number}))
def test_a_dag(number, dag_bag, run_dag):
    assert run_dag(dag_bag.dags[f"pipeline_{{number}}"]).success
"""


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--dags", type=int, default=200)
    parser.add_argument("--many", type=int, default=1000)
    parser.add_argument("--repeat", type=int, default=1)
    chosen = parser.parse_args()
    airflow = metadata.version("apache-airflow-core")
    print(f"Airflow {airflow}, Python {platform.python_version()}, {os.cpu_count()} processors\n")
    print("| DAGs | what | seconds | times faster | of processors |\n|---:|---|---:|---:|---:|")
    for number, rows in ((1, _all_rows), (chosen.dags, _all_rows), (chosen.many, _own_rows)):
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            write_dags(root, number)
            _report(number, {name: _fastest(command, chosen.repeat) for name, command in rows(root, number).items()})


def _all_rows(root: Path, number: int) -> dict[str, list[str]]:
    rows = {"a loop of dag.test(), one process": [sys.executable, "-c", LOOP, str(root / "dags")]}
    if importlib.util.find_spec("pytest_airflow_in_a_box"):
        test = root / "test_dags.py"
        test.write_text(PLUGIN.format(number=number), encoding="utf-8")
        rows["pytest-airflow-in-a-box, run_dag"] = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            str(test),
            f"--dag-folder={root / 'dags'}",
        ]
    return rows | _own_rows(root, number)


def _own_rows(root: Path, _number: int) -> dict[str, list[str]]:
    check = [sys.executable, "-m", "windtunnel", "check", str(root), "--quiet", "--select", "WT3", "--jobs"]
    return {f"windtunnel, {jobs} job{'s' * (jobs > 1)}": [*check, str(jobs)] for jobs in (1, 2)}


def _fastest(command: list[str], repeat: int) -> Taken:
    return min(run(command) for _ in range(repeat))


def _report(number: int, rows: dict[str, Taken]) -> None:
    base = next(iter(rows.values()))
    for name, taken in rows.items():
        print(f"| {number} | {name} | {taken.wall:.1f} | {base.wall / taken.wall:.1f} | {taken.cpu:.1f} |", flush=True)


if __name__ == "__main__":
    main()
