"""The whole tour in one real run, and what its tasks leave in the folder of the run."""

import json
from pathlib import Path

import pandas as pd
import pytest
from hamilton import driver

from modules.marketing_spend import WEEKLY_SPEND, reading, rolling, spend
from windtunnel.engine import run
from windtunnel.report import Report
from windtunnel.settings import Settings

ROOT = Path(__file__).parents[2]
DAG_FILE = ROOT / "dags" / "hamilton_driver_tour.py"


@pytest.fixture(scope="module")
def toured(pools, tmp_path_factory) -> tuple[Report, Path]:
    """The report on a run, and its folder."""
    data = tmp_path_factory.mktemp("data")
    conf = {"data_root": str(data)}
    chosen = {"select": ("WT3", "WT4", "WT529"), "ignore": ("WT344",), "contexts": (), "max_paths": 0, "conf": conf}
    report = run(Settings(ROOT, paths=(DAG_FILE,), **chosen), pools=pools)
    (folder,) = (data / "hamilton_driver_tour").iterdir()
    return report, folder


def test_every_task_succeeds_and_nothing_is_found(toured):
    report, _ = toured
    (ran,) = report.runs
    assert {task.state for task in ran.tasks} == {"success"}
    assert len(ran.tasks) == 11
    assert report.findings == ()


def test_the_run_leaves_what_it_promises_and_nothing_else(toured):
    _, folder = toured
    assert sorted(path.name for path in folder.iterdir()) == [
        "costs.csv",
        "costs_in_chunks.csv",
        "dataflow.dot",
        "execution_path.dot",
        "joined.csv",
        "latest.json",
        "page.md",
        "rolling.md",
    ]


def test_costs_in_chunks_are_the_costs_at_once(toured):
    _, folder = toured
    assert (folder / "costs_in_chunks.csv").read_text() == (folder / "costs.csv").read_text()


def test_what_was_materialized_is_what_an_execution_returns(toured):
    _, folder = toured
    dr = driver.Builder().with_config({"region": "CA"}).with_modules(reading, spend, rolling).build()
    results = dr.execute(["spend", "latest_rolling_spend"], inputs={"spend_location": str(WEEKLY_SPEND)})
    joined = pd.read_csv(folder / "joined.csv", index_col="week", parse_dates=["week"])
    pd.testing.assert_series_equal(joined["spend"], results["spend"], check_names=False)
    assert json.loads((folder / "latest.json").read_text()) == results["latest_rolling_spend"]
    assert (folder / "rolling.md").read_text().startswith("## rolling_spend\n\n| week | boats | kites |")
    assert (folder / "page.md").read_text().startswith("## overall_cost\n\n")
