"""Both dataflows of the absenteeism example, one after the other, on the sample that ships with them."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hamilton import driver

from modules.absenteeism import LABEL, SAMPLE_DATA, evaluate_model, prepare_data, train_model

SCORES = ["validation_score", "mean_chance_score", "t_statistic", "p_value", "association"]


def run(folder: Path, task_kind: str, *, environment: str = "production", seed: int = 0) -> dict:
    """What the two tasks of the DAG do; returns the saved results."""
    prepared = str(folder / "prepared_data.parquet")
    dr = driver.Builder().with_config({"environment": environment}).with_modules(prepare_data).build()
    dr.execute(
        ["saved_prepared_data"],
        inputs={
            "raw_data_location": str(SAMPLE_DATA),
            "feature_set": ["age_zero_mean_unit_variance", "has_children", "is_monday"],
            "prepared_data_location": prepared,
        },
    )
    dr = driver.Builder().with_config({"task_kind": task_kind}).with_modules(train_model, evaluate_model).build()
    dr.execute(
        ["saved_predictions", "saved_results"],
        inputs={
            "prepared_data_location": prepared,
            "cut_off_hours": 4.0,
            "validation_fraction": 0.3,
            "scorer": "neg_mean_absolute_error",
            "bootstrap_draws": 20,
            "seed": seed,
            "predictions_location": str(folder / "predictions.csv"),
            "results_location": str(folder / "results.json"),
        },
    )
    return json.loads((folder / "results.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("environment", ["development", "production"])
@pytest.mark.parametrize("task_kind", ["binary", "continuous", "ordinal"])
def test_each_task_kind_trains_and_is_scored_in_each_environment(tmp_path, task_kind, environment):
    results = run(tmp_path, task_kind, environment=environment)
    assert results["task_kind"] == task_kind
    rows = {"development": 20, "production": 200}[environment]
    assert results["training_rows"] + results["validation_rows"] == rows
    assert np.isfinite([results[score] for score in SCORES]).all()


@pytest.mark.parametrize("task_kind", ["binary", "continuous", "ordinal"])
def test_the_model_beats_chance_on_the_sample(tmp_path, task_kind):
    results = run(tmp_path, task_kind)
    assert results["validation_score"] > results["mean_chance_score"]
    assert results["association"] > 0


def test_every_file_is_where_it_was_promised_and_whole(tmp_path):
    results = run(tmp_path, "ordinal")
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        "predictions.csv",
        "prepared_data.parquet",
        "results.json",
    ]
    predictions = pd.read_csv(tmp_path / "predictions.csv")
    assert list(predictions.columns) == ["id", "label", "prediction"]
    assert len(predictions) == results["validation_rows"]
    assert predictions.notna().all(axis=None)


def test_no_validated_user_was_trained_on(tmp_path):
    results = run(tmp_path, "binary")
    prepared = pd.read_parquet(tmp_path / "prepared_data.parquet")
    validated = set(pd.read_csv(tmp_path / "predictions.csv")["id"])
    assert (~prepared["id"].isin(validated)).sum() == results["training_rows"]


def test_a_second_run_replaces_the_files_with_the_same_bytes(tmp_path):
    def files() -> dict[str, bytes]:
        return {file.name: file.read_bytes() for file in tmp_path.iterdir()}

    run(tmp_path, "binary")
    first = files()
    run(tmp_path, "binary")
    assert files() == first


def test_another_seed_gives_another_split(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    assert run(tmp_path / "a", "binary", seed=0) != run(tmp_path / "b", "binary", seed=1)


def test_both_dataflows_use_the_same_label(tmp_path):
    assert run(tmp_path, "continuous")["label"] == LABEL
    assert pd.read_parquet(tmp_path / "prepared_data.parquet").columns[-1] == LABEL
