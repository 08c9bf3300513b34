"""Every module of this repository is scaffolded in several shapes, and what comes of it passes `windtunnel check`."""

from __future__ import annotations

import os
import shutil
import site
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hamilton import driver

from modules.absenteeism import prepare_data
from modules.songplays import log_path, samples
from windtunnel.collectors.discovery import discover
from windtunnel.commands.scaffold import find_module, written
from windtunnel.engine import run
from windtunnel.errors import UsageError
from windtunnel.report import Report
from windtunnel.scaffold.orders import Order
from windtunnel.settings import Settings

ROOT = Path(__file__).parents[2]
READINGS = str(ROOT / "modules" / "how_to" / "wind_readings.csv")
DAY = "2025-01-31"
HOW_TO, ABSENTEEISM, SONGPLAYS = "modules.how_to", "modules.absenteeism", "modules.songplays"
MARKETING = tuple(f"modules.marketing_spend.{name}" for name in ("reading", "spend", "rolling"))
SPENT = {"region": "CA", "spend_location": str(ROOT / "modules" / "marketing_spend" / "weekly_spend.csv")}
PREPARED = {
    "environment": "production",
    "feature_set": ["has_pet", "is_monday", "age_zero_mean_unit_variance"],
    "raw_data_location": str(ROOT / "modules" / "absenteeism" / "sample_data" / "absenteeism_sample.csv"),
}
TRAINED = {
    "task_kind": "binary",
    "prepared_data_location": "",  # known when it has been made
    "cut_off_hours": 4,
    "validation_fraction": 0.3,
    "scorer": "neg_mean_absolute_error",
    "bootstrap_draws": 20,
    "seed": 0,
}
MODEL = (f"{ABSENTEEISM}.train_model", f"{ABSENTEEISM}.evaluate_model")
EVALUATED = ("saved_results", "saved_predictions")
GUSTS = Order((f"{HOW_TO}.gusts",), ("saved_gusts",), config={"readings_location": READINGS, "gust_limit": 10})
SAMPLES = {"day": DAY, "seed": 0, "people": 9, "songs": 5, "events": 80}
STAGED = ("saved_events", "saved_catalogue", "saved_counts")
ORDERS = (
    Order((f"{HOW_TO}.gust_limit",), ("gust_limit",), ("speed_deviation", "mean_speed"), {"wind_speed": READINGS}),
    replace(GUSTS, split_at=("gusts",), schedule="30 5 * * *"),
    Order((f"{HOW_TO}.strongest_gust",), ("strongest_gust",), config={"gusts_location": READINGS, "unit": "km/h"}),
    Order(
        (f"{HOW_TO}.headline",),
        ("headline",),
        ("occasion",),
        {"strongest_gust": 10.5, "unit": "km/h", "run_type": "manual"},
    ),
    Order((f"{ABSENTEEISM}.prepare_data",), ("saved_prepared_data",), config=PREPARED),
    Order(
        (f"{ABSENTEEISM}.prepare_data",), ("saved_prepared_data",), ("candidate_columns", "clean_data"), config=PREPARED
    ),
    Order(MODEL, EVALUATED, config=TRAINED),
    Order(
        MODEL,
        EVALUATED,
        ("trained_model", "X_train", "X_validation", "y_validation", "user_ids"),
        config=TRAINED,
        pickles=True,
    ),
    Order((f"{SONGPLAYS}.samples",), ("saved_songs", "saved_log"), config=SAMPLES),
    Order((f"{SONGPLAYS}.stage",), STAGED, ("log_lines",), {"source_location": "", "day": DAY}),
    Order(MARKETING, ("saved_costs", "latest_rolling_spend"), ("weekly_spend",), SPENT),
)
# What is given a warehouse that is open: no param holds one.
REFUSED = {
    f"{SONGPLAYS}.{name}": final
    for name, final in {
        "star_schema": "loaded",
        "quality": "saved_quality",
        "model": "saved_model",
        "report": "published",
    }.items()
}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with the modules, and with files for those that read what others have made."""
    folder = tmp_path_factory.mktemp("shapes")
    shutil.copytree(ROOT / "modules", folder / "modules", ignore=shutil.ignore_patterns("*.pyc"))
    (folder / "pyproject.toml").touch()
    (folder / "dags").mkdir()
    config = {"environment": "production"}
    inputs = {**PREPARED, "prepared_data_location": str(folder / "prepared.parquet")}
    driver.Builder().with_config(config).with_modules(prepare_data).build().execute(
        ["saved_prepared_data"], inputs={name: value for name, value in inputs.items() if name not in config}
    )
    (log := folder / "site" / log_path(DAY)).parent.mkdir(parents=True)
    driver.Builder().with_modules(samples).build().execute(
        ["saved_songs", "saved_log"],
        inputs={**SAMPLES, "site_location": str(folder / "site"), "log_location": str(log)},
    )
    return folder


def with_files(order: Order, root: Path) -> Order:
    places = {"prepared_data_location": root / "prepared.parquet", "source_location": root / "site"}
    known = {name: str(place) for name, place in places.items() if name in order.config}
    return replace(order, config={**order.config, **known})


def text_of(order: Order, root: Path, pools) -> str:
    settings = Settings(root)
    found = discover(settings)
    return written(order, tuple(find_module(name, found, settings) for name in order.modules), pools.modules, 60)


@pytest.fixture(scope="module")
def texts(root: Path, pools) -> dict[str, str]:
    """The DAG files by their dag_ids."""
    found = {}
    for number, wanted in enumerate(ORDERS):
        order = replace(with_files(wanted, root), dag_id=f"shape_{number}")
        found[order.dag_id] = text_of(order, root, pools)
    return found


@pytest.fixture(scope="module")
def report(root: Path, pools, texts: dict[str, str]) -> Iterator[Report]:
    """`windtunnel check dags`."""
    for dag_id, text in texts.items():
        (root / "dags" / f"{dag_id}.py").write_text(text, encoding="utf-8")
    return run(Settings(root, (root / "dags",)), pools=pools)


def test_there_is_nothing_to_find_in_what_was_scaffolded(report: Report) -> None:
    assert [(finding.code, finding.dag_id, finding.message) for finding in report.findings] == []
    assert {(one.dag_id, one.state) for one in report.runs} == {
        (f"shape_{number}", "success") for number in range(len(ORDERS))
    }


def test_chains_have_as_many_tasks_as_their_cuts_make(report: Report) -> None:
    tasks = {dag.dag_id: len(dag.tasks) for file in report.files for dag in file.dags}
    assert [tasks[f"shape_{number}"] for number in range(len(ORDERS))] == [2, 2, 1, 2, 1, 3, 1, 2, 1, 2, 2]


def test_a_chain_saves_the_files_that_the_single_task_saves(report: Report) -> None:
    saved = {
        one.dag_id: {(save.node, Path(save.path).name, save.state, save.size) for save in one.saves}
        for one in report.runs
    }
    for single, chain in ((4, 5), (6, 7)):
        assert saved[f"shape_{single}"], single
        assert saved[f"shape_{single}"] == saved[f"shape_{chain}"]


def test_the_text_is_plain_airflow_and_hamilton(texts: dict[str, str]) -> None:
    for text in texts.values():
        assert "import windtunnel" not in text
        assert "from windtunnel" not in text
        assert text.startswith("# Written by `windtunnel scaffold`")
        assert max(map(len, text.splitlines())) <= 120 or "feature_set" in text


def test_every_module_is_scaffolded_or_refused_with_the_reason(root: Path, pools) -> None:
    there = {module.name for module in discover(Settings(ROOT)).modules if module.path.startswith("modules/")}
    assert {name for order in ORDERS for name in order.modules} | REFUSED.keys() == there
    for name, final in REFUSED.items():
        with pytest.raises(UsageError, match=r"no param can hold the input 'warehouse' \(Warehouse, for"):
            text_of(Order((name,), (final,), config={"day": DAY}), root, pools)


@pytest.mark.slow
def test_tasks_with_an_environment_of_their_own_run_in_it(root: Path, pools, monkeypatch: pytest.MonkeyPatch) -> None:
    orders = [
        # What it needs is installed already, and found by PYTHONPATH: so nothing is fetched.
        replace(GUSTS, dag_id="own_virtualenv", isolate="virtualenv", requirements=("pip",)),
        replace(GUSTS, dag_id="own_python", isolate="external-python", python=sys.executable),
    ]
    folder = root / "own"
    shutil.copytree(root / "modules", folder / "modules")
    (folder / "dags").mkdir()
    (folder / "pyproject.toml").touch()
    for order in orders:
        (folder / "dags" / f"{order.dag_id}.py").write_text(text_of(order, root, pools), encoding="utf-8")
    places = (*filter(None, [os.environ.get("PYTHONPATH")]), *site.getsitepackages())
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(places))
    settings = Settings(folder, (folder / "dags",), select=("WT1", "WT30"), contexts=(), timeout=300)  # once each
    found = run(settings)
    assert [(finding.code, finding.dag_id, finding.message) for finding in found.findings] == []
    assert {(one.dag_id, one.state) for one in found.runs} == {(order.dag_id, "success") for order in orders}


def test_docker_tasks_load_where_the_provider_is_installed(root: Path, pools) -> None:
    order = replace(GUSTS, split_at=("gusts",), isolate="docker", image="registry.example.com/flows:1", dag_id="docked")
    text = text_of(order, root, pools)
    file = root / "docked" / "dags" / "docked.py"
    file.parent.mkdir(parents=True)
    (root / "docked" / "pyproject.toml").touch()
    file.write_text(text, encoding="utf-8")
    found = run(Settings(root / "docked", select=("WT1", "WT2")), pools=pools)
    assert [(finding.code, finding.message) for finding in found.findings] == []
    (dag,) = found.files[0].dags
    assert {task.operator for task in dag.tasks} == {"_DockerDecoratedOperator"}
