"""DAGs that write to one place which no run has of its own, as a warehouse: each answers for itself alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from windtunnel.collectors.contexts import ContextRequest, in_turns
from windtunnel.collectors.dags import DagFile
from windtunnel.collectors.runs import DagRunRequest
from windtunnel.engine import run
from windtunnel.facts import DagFacts, End, FileUseFacts, ProcessFacts, RunFacts, Shape, TwiceFacts
from windtunnel.findings import Location
from windtunnel.settings import Settings

LINE = Location("dags/a.py", 3)
DAG_FILE = """\
import sqlite3
from contextlib import closing

import pendulum
from airflow.sdk import dag, task


@dag(schedule="@daily", start_date=pendulum.datetime(2026, 1, 1, tz="UTC"), catchup=False)
def NAME():
    @task
    def load(ds=None):
        with closing(sqlite3.connect("STORE", timeout=60)) as store, store:
            store.execute("create table if not exists NAME (day text)")
            DELETE
            store.execute("insert into NAME values (?)", (ds,))

    load()


NAME()
"""
DELETE = 'store.execute("delete from NAME where day = ?", (ds,))'


@pytest.mark.parametrize("right", ["first", "second"])
def test_no_dag_answers_for_the_rows_of_another_in_the_same_file(pools, tmp_path, right):
    root = tmp_path / "repository"
    (root / "dags").mkdir(parents=True)
    (root / "pyproject.toml").write_text("")
    for name in ("first", "second"):
        text = DAG_FILE.replace("DELETE", DELETE if name == right else "pass")
        text = text.replace("NAME", name).replace("STORE", str(tmp_path / "store.db"))
        (root / "dags" / f"{name}.py").write_text(text)
    report = run(Settings(root, select=("WT332",)), pools=pools)
    assert [(found.code, found.dag_id) for found in report.findings] == [
        ("WT332", "second" if right == "first" else "first")
    ]


def a_request(dag_id, *uses):
    dag = DagFacts(dag_id, LINE, (), Shape(0, 0, (), (), ()))
    file = DagFile(Path("/r/dags/a.py"), Path("/r/dags"), Path("/r"))
    plain = RunFacts(dag_id, LINE, ProcessFacts(End.COMPLETED), "success", uses=uses)
    return ContextRequest(DagRunRequest(file, dag, {}), plain, TwiceFacts)


def write(path):
    return FileUseFacts("t", path, LINE, writes=True)


def read(path):
    return replace(write(path), writes=False)


def turns(*requests):
    return [[request.run.dag.dag_id for request in turn] for turn in in_turns(requests)]


def test_who_writes_where_another_writes_or_reads_has_another_turn():
    assert turns(a_request("a", write("/s/1")), a_request("b", write("/s/1")), a_request("c", write("/s/2"))) == [
        ["a", "c"],
        ["b"],
    ]
    assert turns(a_request("a", read("/s/1")), a_request("b", write("/s/1"))) == [["a"], ["b"]]
    assert turns(a_request("a", write("/s/1")), a_request("b", read("/s/1"))) == [["a"], ["b"]]


def test_who_only_reads_the_same_or_nothing_of_others_has_one_turn():
    assert turns(a_request("a", read("/s/1")), a_request("b", read("/s/1")), a_request("c")) == [["a", "b", "c"]]
    assert turns() == []
