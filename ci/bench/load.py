"""How long it takes to load many small DAG files: windtunnel, isolated, against processes that isolate nothing.

    python ci/bench/load.py [--files 200 1000] [--repeat 3]

prints a Markdown table. Every row is a process of its own from its start to its end, the fastest of `repeat` rounds;
the rounds of all rows alternate, so that a busy minute of the machine falls on all of them. The ratio is to the first
row of the same number of files. The last column counts the seconds of all processors: others disturb it less.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import tempfile
import time
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

DAG = """\
from datetime import datetime, timezone

from airflow.sdk import dag, task


@dag(schedule="@daily", start_date=datetime(2025, 1, 1, tzinfo=timezone.utc), catchup=False)
def pipeline_{number}():
    @task
    def extract():
        return 1

    @task
    def transform(value):
        return value + 1

    @task
    def load(value):
        print(value)

    load(transform(extract()))


pipeline_{number}()
"""

PLAIN = """
import sys
try:
    from airflow.dag_processing.dagbag import DagBag
except ImportError:
    from airflow.models.dagbag import DagBag
bag = DagBag(sys.argv[1])
assert len(bag.dags) == int(sys.argv[2]), bag.import_errors
"""

# What windtunnel learns of each file (storing each DAG, schedule, graph theory), in one process without any isolation.
SAME_FACTS = """
import os, sys
from pathlib import Path
from windtunnel.collectors import warm
from windtunnel.collectors.dags import DagFile, Loader
warm.airflow_to_load()
folder = Path(sys.argv[1])
files = [DagFile(file, folder, folder.parent) for file in sorted(folder.glob("*.py"))]
os.environ["TMPDIR"] = str(Path.cwd() / "child" / "tmp")
loader, before = Loader(files[0]), frozenset(sys.modules)
for file in files:
    assert len(loader.load(file).dags) == 1
    for name in sys.modules.keys() - before:
        del sys.modules[name]  # the DAG files, which every load wants gone
"""


ISOLATED = str(Path(__file__).with_name("isolated.py"))
PARSED_TWICE = "WT119,WT121"  # the checks for which every file is parsed a second time


class Taken(NamedTuple):
    """Seconds: by the clock, and of all processors together."""

    wall: float
    cpu: float


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--files", type=int, nargs="+", default=[200, 1000])
    parser.add_argument("--repeat", type=int, default=3)
    chosen = parser.parse_args()
    airflow = metadata.version("apache-airflow-core")
    print(f"Airflow {airflow}, Python {platform.python_version()}, {os.cpu_count()} processors\n")
    print("| files | what | seconds | ratio | of processors |\n|---:|---|---:|---:|---:|")
    for number in chosen.files:
        with tempfile.TemporaryDirectory() as folder:
            write_dags(Path(folder), number)
            report(number, measure(Path(folder), number, chosen.repeat))


def write_dags(root: Path, number: int) -> None:
    """A repository of so many DAG files of three tasks each."""
    (root / "dags").mkdir()
    (root / "pyproject.toml").touch()
    for each in range(number):
        (root / "dags" / f"pipeline_{each}.py").write_text(DAG.format(number=each), encoding="utf-8")


def measure(root: Path, number: int, repeat: int) -> dict[str, Taken]:
    """What the fastest round of each row took."""
    arguments = [str(root / "dags"), str(number)]
    check = [sys.executable, "-m", "windtunnel", "check", str(root), "--quiet", "--select", "WT1,WT2", "--jobs"]
    rows = {
        "plain DagBag, one process": [sys.executable, "-c", PLAIN, *arguments],
        "a DagBag in windtunnel's children, 1 job": [sys.executable, ISOLATED, *arguments, "1"],
        "a DagBag in windtunnel's children, 2 jobs": [sys.executable, ISOLATED, *arguments, "2"],
        "the same facts, one process": [sys.executable, "-c", SAME_FACTS, *arguments],
        "windtunnel, 1 job": [*check, "1", "--ignore", PARSED_TWICE],
        "windtunnel, 2 jobs": [*check, "2", "--ignore", PARSED_TWICE],
        "windtunnel, every file parsed twice, 1 job": [*check, "1"],
        "windtunnel, every file parsed twice, 2 jobs": [*check, "2"],
        "the same again, nothing has changed": [*check, "2"],
    }
    rounds = [{name: run(command) for name, command in rows.items()} for _ in range(repeat)]
    return {name: min(taken[name] for taken in rounds) for name in rows}


def run(command: list[str]) -> Taken:
    """One process that must end well, in a home and a working directory of its own."""
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "AIRFLOW_HOME": home, "AIRFLOW__CORE__LOAD_EXAMPLES": "False"}
        started = time.perf_counter()
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        process = subprocess.Popen(command, cwd=home, env=environment, **quiet)
        _, status, used = os.wait4(process.pid, 0)
        assert not status, command
        return Taken(time.perf_counter() - started, used.ru_utime + used.ru_stime)


def report(number: int, rows: dict[str, Taken]) -> None:
    """Print the rows of one number of files."""
    base = next(iter(rows.values()))
    for name, taken in rows.items():
        print(f"| {number} | {name} | {taken.wall:.1f} | {taken.wall / base.wall:.2f} | {taken.cpu:.1f} |")


if __name__ == "__main__":
    main()
