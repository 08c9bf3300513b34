"""windtunnel says of peculiar DAGs what a real Airflow 3.3 did with them, as it was recorded."""

from importlib import metadata
from pathlib import Path

import pytest
from fidelity_agreement import Agreement, against_recorded

from windtunnel.engine import run
from windtunnel.pools import Pools
from windtunnel.settings import Settings

FIDELITY = Path(__file__).parents[2] / "ci" / "bench" / "fidelity"

# Files of the corpus on which much hangs and which wait for nothing; the whole of it is the benchmark's.
FILES = ("branching", "callbacks", "endings", "isolation", "metadata", "setups", "streams")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not metadata.version("apache-airflow-core").startswith("3.3."), reason="a real Airflow 3.3 was recorded"
    ),
]


@pytest.fixture(scope="module")
def agreement(pools: Pools) -> Agreement:
    paths = tuple(FIDELITY / "corpus" / f"{name}.py" for name in FILES)
    report = run(Settings(FIDELITY, dags=("corpus",), paths=paths, select=("WT3",)), pools=pools)
    return against_recorded(FIDELITY / "expected-3.3.json", report.runs)


def test_every_state_is_that_of_the_real_airflow(agreement: Agreement) -> None:
    assert agreement.disagreements == ()
    assert agreement.tasks > 150
