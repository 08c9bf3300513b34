"""DAG files loaded in windtunnel's children, where nothing is learned of them but what a plain DagBag knows.

    python ci/bench/isolated.py FOLDER NUMBER JOBS

is what isolation costs by itself: the template, the children, and all that makes sure that the files of one child
leave each other alone. It fails unless so many files have a DAG.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from windtunnel.collectors.batches import Batch, collect_dag_files, load_together
from windtunnel.collectors.dags import DagFile, loads, settle_in
from windtunnel.facts import DagFileFacts, End, ProcessFacts
from windtunnel.pools import Pools
from windtunnel.settings import Settings


def main(folder: Path, number: int, jobs: int) -> None:
    """Load them all."""
    os.environ["PYTHONPATH"] = os.pathsep.join([str(Path(__file__).parent), *sys.path])  # for the children
    files = [DagFile(file, folder, folder.parent) for file in sorted(folder.glob("*.py"))]
    with Pools(Settings(folder.parent, jobs=jobs), hamilton=False, runs=False) as pools:
        facts = list(collect_dag_files(pools.dags, files, 60.0, "isolated:load"))
    assert sum(map(loads, facts)) == number, facts


def load(files: Batch) -> tuple[DagFileFacts, ...]:
    """In a child: the files, one after the other, of each what went well."""
    settle_in(files[0])
    return load_together(files, _plainly)


def _plainly(file: DagFile) -> DagFileFacts:
    from windtunnel.airflow_compat.dagbag import read_dag_file

    bag = read_dag_file(file.file, file.dag_folder)
    assert bag.dags, bag.import_errors
    return DagFileFacts(file.path, ProcessFacts(End.COMPLETED))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
