"""Saves of DAGs killed and repeated by the real Airflow: what is sound is silent, and each fault is told once."""

from __future__ import annotations

from pathlib import Path

import pytest

from windtunnel.engine import run
from windtunnel.settings import Settings

ROOT = Path(__file__).parents[2]
MODULE = """\
import json
import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from hamilton.function_modifiers import datasaver


def rows() -> list:
    return [[1, "a"], [2, "b"]]


@datasaver()
def renamed(rows: list, folder: str) -> dict:
    aside = Path(folder, ".renamed.json")
    aside.write_text(json.dumps(rows))
    os.replace(aside, Path(folder, "renamed.json"))
    return {"path": f"{folder}/renamed.json"}


@datasaver()
def stamped(rows: list, folder: str) -> dict:
    aside = Path(folder, ".stamped.json")
    aside.write_text(json.dumps({"at": time.time_ns(), "rows": rows}))
    os.replace(aside, Path(folder, "stamped.json"))
    return {"path": f"{folder}/stamped.json"}


@datasaver()
def stored(rows: list, folder: str) -> dict:
    with closing(sqlite3.connect(f"{folder}/stored.db")) as known, known:
        known.execute("create table if not exists totals (n int primary key, name text)")
        known.executemany("insert or replace into totals values (?, ?)", rows)
    return {"path": f"{folder}/stored.db"}


@datasaver()
def folders(rows: list, folder: str) -> dict:
    place = Path(folder, "deep", "folders.json")
    place.parent.mkdir(exist_ok=True)
    aside = place.with_name(".folders.json")
    aside.write_text(json.dumps(rows))
    os.replace(aside, place)
    return {"path": str(place)}


@datasaver()
def added(rows: list, folder: str) -> dict:
    with closing(sqlite3.connect(f"{folder}/added.db")) as known, known:
        known.execute("create table if not exists totals (n int, name text)")
        known.executemany("insert into totals values (?, ?)", rows)
    return {"path": f"{folder}/added.db"}


@datasaver()
def careless(rows: list, folder: str) -> dict:
    Path(folder, "careless.json").write_text(json.dumps(rows))
    return {"path": f"{folder}/careless.json"}
"""
DAG = """\
import tempfile

from airflow.sdk import dag, task


@dag(schedule="@daily")
def saves():
    @task(retries=1)
    def sound() -> None:
        drive("renamed", "stamped", "stored", "folders")

    @task
    def faulty() -> None:
        try:
            drive("careless")
        except OSError as error:
            print(error)
        drive("added")

    sound() >> faulty()


def drive(*wanted: str) -> None:
    from hamilton import driver

    from flows import flow

    driver.Builder().with_modules(flow).build().execute(list(wanted), inputs={"folder": tempfile.gettempdir()})


saves()
"""


@pytest.mark.slow
def test_faults_are_told_of_the_saves_that_have_them_and_of_no_other(examine):
    files = {"flows/flow.py": MODULE, "dags/a.py": DAG}
    report = examine(files, select=("WT42", "WT335"), contexts=("kills",), max_kills=16, timeout=300.0)
    found = {(told.code, MODULE.splitlines()[told.location.line].partition("(")[0]) for told in report.findings}
    assert found == {
        ("WT424", "def careless"),
        ("WT428", "def careless"),  # by the task, not by the saver
        ("WT426", "def added"),
    }, [told.message for told in report.findings]


def test_nothing_is_killed_if_nobody_asks_for_it(examine):
    report = examine({"flows/flow.py": MODULE, "dags/a.py": DAG}, select=("WT424", "WT402"))
    assert report.findings == ()
    assert "contexts" not in {timing.stage for timing in report.timings}


@pytest.mark.slow
def test_the_dags_that_ship_end_under_kills_as_if_nothing_had_been(pools):
    settings = Settings(ROOT, paths=(ROOT / "dags",), select=("WT4",), contexts=("kills",), max_kills=10, timeout=300.0)
    report = run(settings, pools=pools)
    assert report.findings == ()
    assert "contexts" in {timing.stage for timing in report.timings}
