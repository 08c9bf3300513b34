"""The corpus of peculiar DAGs is whole: it loads, every DAG says what is peculiar, and every answer was recorded."""

from pathlib import Path

import pytest
from fidelity_agreement import read

from windtunnel.engine import run
from windtunnel.facts import DagFileFacts
from windtunnel.pools import Pools
from windtunnel.settings import Settings

NEWER = {"retry_policies": "ExceptionRetryPolicy", "humans": "response_timeout"}
"""What older Airflows do not know: the files, and what they miss in them."""

FIDELITY = Path(__file__).parents[2] / "ci" / "bench" / "fidelity"


@pytest.fixture(scope="module")
def files(pools: Pools) -> dict[str, DagFileFacts]:
    settings = Settings(FIDELITY, dags=("corpus",), select=("WT101", "WT102", "WT103"))
    return {Path(file.path).stem: file for file in run(settings, pools=pools).files}


def test_every_file_of_the_corpus_loads(files: dict[str, DagFileFacts]) -> None:
    failed = {name: file.failures[0].message for name, file in files.items() if file.failures}
    assert all(name in NEWER and NEWER[name] in message for name, message in failed.items())


def test_every_dag_of_the_corpus_has_a_line_that_says_what_is_peculiar(files: dict[str, DagFileFacts]) -> None:
    said = {
        file.stem: sum(line.startswith("# ") for line in file.read_text(encoding="utf-8").splitlines())
        for file in (FIDELITY / "corpus").glob("*.py")
    }
    made = {name: len(file.dags) for name, file in files.items() if not file.failures}
    assert {name: said[name] for name in made} == made
    assert sum(made.values()) > 60


def test_what_a_real_airflow_did_with_every_dag_of_the_corpus_is_recorded(files: dict[str, DagFileFacts]) -> None:
    made = {dag.dag_id for file in files.values() for dag in file.dags}
    recorded = read(FIDELITY / "expected-3.3.json")
    assert made <= recorded.asked.keys()
    assert set(recorded.made) <= recorded.asked.keys()
    assert recorded.about.keys() == {"airflow", "python", "database", "date"}
