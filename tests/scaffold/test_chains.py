"""A chain of tasks makes what the single task makes, wherever a dataflow is cut, on disk and in an object store."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

ROOT = Path(__file__).parents[2]
FORMS = '''\
"""A dataflow with a node of each kind that can be stored."""

import numpy as np
import pandas as pd
from hamilton.function_modifiers import extract_columns, save_to, source


@extract_columns("size", "kind")
def base(rows: int, factor: float) -> pd.DataFrame:
    index = pd.date_range("2025-01-01", periods=rows, tz="UTC", name="day").append(pd.DatetimeIndex([], tz="UTC"))
    kind = pd.Categorical(["a", "b"] * rows)[:rows]
    return pd.DataFrame({"size": np.arange(rows) * factor, "kind": kind, "none": [None] * rows}, index=index)


def unnamed(size: pd.Series) -> pd.Series:
    return size.rename(None).reset_index(drop=True)


def matrix(size: pd.Series) -> np.ndarray:
    return np.outer(size, size)


def mean(size: pd.Series) -> float:
    return float(size.mean())


def bare(mean: float) -> int | None:
    return None if mean < 0 else int(mean)


def words(kind: pd.Series, title: str = "all") -> list[str]:
    return [title, *kind.astype(str)]


def summary(mean: float, bare: int | None, matrix: np.ndarray) -> dict[str, float | None]:
    return {"mean": mean, "bare": bare, "trace": float(matrix.trace()), "nan": float("nan")}


@save_to.csv(path=source("joined_location"), output_name_="saved")
def joined(base: pd.DataFrame, unnamed: pd.Series, matrix: np.ndarray) -> pd.DataFrame:
    return base.assign(unnamed=unnamed.to_numpy(), row=matrix[:, -1])


def report(summary: dict[str, float | None], words: list[str], joined: pd.DataFrame) -> dict[str, str]:
    return {"text": f"{summary} {words} {joined.dtypes.to_dict()} {list(joined.index)}"}
'''
PREPARED = {
    "environment": "production",
    "feature_set": ["age_zero_mean_unit_variance", "has_pet", "is_monday"],
    "raw_data_location": str(ROOT / "modules" / "absenteeism" / "sample_data" / "absenteeism_sample.csv"),
}
READINGS = str(ROOT / "modules" / "how_to" / "wind_readings.csv")
CASES = [
    {
        "name": "forms",
        "modules": ["forms"],
        "final_vars": ["saved", "report", "joined", "unnamed", "matrix", "bare"],
        "config": {"rows": 5, "factor": 1.5},
        "times": 30,
    },
    {
        "name": "prepare_data",
        "modules": ["modules.absenteeism.prepare_data"],
        "final_vars": ["saved_prepared_data", "age_mean"],
        "config": PREPARED,
        "times": 10,
    },
    {
        "name": "gust_limit",
        "modules": ["modules.how_to.gust_limit"],
        "final_vars": ["gust_limit"],
        "config": {"wind_speed": READINGS},
        "times": 8,
    },
    {
        "name": "gusts",
        "modules": ["modules.how_to.gusts"],
        "final_vars": ["saved_gusts", "gusts"],
        "config": {"readings_location": READINGS, "gust_limit": 10},
        "times": 8,
    },
]
BUCKET = {
    "modules": ["forms"],
    "final_vars": ["report", "matrix"],
    "split_at": ["base", "size", "kind", "unnamed", "matrix", "mean"],
    "config": {"rows": 5, "factor": 1.5},
}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What came of all cuts: one process, because Airflow and the libraries take seconds to import."""
    root = tmp_path_factory.mktemp("chains")
    shutil.copytree(ROOT / "modules", root / "modules", ignore=shutil.ignore_patterns("*.pyc"))
    (root / "forms.py").write_text(FORMS, encoding="utf-8")
    server = ThreadedMotoServer("127.0.0.1", 0)
    server.start()
    endpoint = "http://{}:{}".format(*server.get_host_and_port())
    access = {"aws_access_key_id": "nobody", "aws_secret_access_key": "nothing", "region_name": "us-east-1"}
    boto3.client("s3", endpoint_url=endpoint, **access).create_bucket(Bucket="bucket")
    asked = {"root": str(root), "out": str(root / "out"), "cases": CASES, "bucket": BUCKET, "endpoint": endpoint}
    (root / "asked.json").write_text(json.dumps(asked))
    command = [sys.executable, str(Path(__file__).with_name("chains.py")), str(root / "asked.json"), str(root / "told")]
    environment = {**os.environ, "AIRFLOW_HOME": str(root / "airflow"), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)
    server.stop()
    assert done.returncode == 0, done.stdout + done.stderr
    return dict(json.loads((root / "told").read_text()))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_chain_leaves_what_the_single_task_leaves_wherever_it_is_cut(told, case) -> None:
    found = told[case["name"]]
    assert found["different"] == []
    assert found["tried"] >= 2, "most cuts are refused because something leads around them"
    assert found["tried"] + found["refused"] == case["times"]
    assert max(found["lengths"]) >= 2


def test_a_node_of_every_kind_lies_in_the_folder_of_the_run_in_its_format(told) -> None:
    files = {*told["forms"]["files"]}
    assert files == {"joined.csv", "report.json", "joined.parquet", "unnamed.parquet", "matrix.npy", "bare.json"}


def test_in_an_object_store_lies_the_same_and_only_the_place_is_handed_on(told) -> None:
    found = told["bucket"]["found"]
    kinds = {"/base.parquet": "PAR1", "/size.parquet": "PAR1", "/kind.parquet": "PAR1", "/unnamed.parquet": "PAR1"}
    assert {name: found[name][:4] for name in kinds} == kinds
    assert found["/matrix.npy"].startswith("\x93NUMPY")
    assert json.loads(found["/mean.json"]) == 3.0
    assert "'trace': 67.5" in json.loads(found["/report.json"])["text"]
    assert {*told["bucket"]["handed"]} == {"s3://store@bucket/runs/bucket/manual__2025-01-01T00:00:00+00:00"}
