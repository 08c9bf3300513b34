"""Saves to tables and to stores behind fsspec: what can be asked in the same process is no longer unseen."""

from __future__ import annotations

import pytest

from windtunnel.engine import run
from windtunnel.facts import SaveState
from windtunnel.settings import Settings

MODULE = """\
import contextlib
import sqlite3
import tempfile

import fsspec
import pandas as pd
import sqlalchemy as sa
from hamilton.function_modifiers import datasaver, save_to, source, value

HERE = tempfile.gettempdir()
RULED = "create table if not exists ruled (a int unique on conflict ignore)"


@save_to.csv(path=source("url"), output_name_="csv", target_="data")
@save_to.sql(table_name=source("table"), db_connection=source("store"), if_exists=source("then"), index=value(False),
             output_name_="sql", target_="data")
@save_to.sql(table_name=source("table"), db_connection=source("store"), if_exists=source("then"), index=value(False),
             output_name_="again", target_="data")
def data() -> pd.DataFrame:
    return pd.DataFrame({"a": [1, 1, 2]})


@datasaver()
def claims(url: str) -> dict:
    fsspec.filesystem("memory")
    return {"path": url}


@datasaver()
def empty(url: str) -> dict:
    fsspec.open(url, "wb").open().close()
    return {"path": url}


@datasaver()
def own_rows(base: str) -> dict:
    with contextlib.closing(sqlite3.connect(base)) as known, known:
        known.execute("create table t (a int)")
        known.execute("insert into t values (1)")
    return {"rows": 1}


@datasaver()
def lost_rows(base: str) -> dict:
    known = sqlite3.connect(base)
    known.execute("create table t (a int)")
    known.execute("insert into t values (1)")
    known.close()
    return {"rows": 1}


@datasaver()
def torn(url: str) -> dict:
    with fsspec.open(url, "wb") as file:
        file.write(b'{"a": ')
    return {"path": url}
"""
DAG_FILE = """\
from airflow.sdk import DAG, task
from hamilton import driver

from modules import stores


def drive(*nodes, **inputs):
    return driver.Builder().with_modules(stores).build().execute(nodes, inputs=inputs)


def save(store, table="t", then="append", nodes=("sql",)):
    drive(*nodes, store=store, table=table, then=then)


def path(name):
    return f"{stores.HERE}/{name}.db"


with DAG("stores", schedule=None):
"""
TASKS = """\
memory: VOLATILE
drive("csv", url="memory://store/a.csv")
--
claims: MISSING
drive("claims", url="memory://store/b.csv")
--
empty: EMPTY
drive("empty", url="memory://store/c.csv")
--
torn: UNREADABLE
drive("torn", url="memory://store/d.json")
--
unknown: UNSEEN
drive("claims", url="s3://bucket/e.csv")
--
connection: WHOLE
import contextlib, sqlite3
with contextlib.closing(sqlite3.connect(path("a"))) as store:
    save(store)
    save(store)
    save(store, then="replace")
--
twice: WHOLE
import contextlib, sqlite3
with contextlib.closing(sqlite3.connect(path("twice"))) as store:
    save(store, then="replace", nodes=("sql", "again"))
--
appended_twice: WHOLE
import contextlib, sqlite3
with contextlib.closing(sqlite3.connect(path("appended"))) as store:
    save(store, nodes=("sql", "again"))
--
engine: WHOLE
import sqlalchemy as sa
save(sa.create_engine("sqlite:///" + path("b")))
--
begun: WHOLE
import sqlalchemy as sa
with sa.create_engine("sqlite:///" + path("c")).begin() as store:
    store.execute(sa.text("select 1"))
    save(store)
--
uncommitted: UNCOMMITTED
import sqlalchemy as sa
with sa.create_engine("sqlite:///" + path("d")).connect() as store:
    store.execute(sa.text("create table t (a int)"))
    store.commit()
    store.execute(sa.text("select 1"))
    save(store)
--
moved_on: WHOLE
import contextlib, sqlite3
with contextlib.closing(sqlite3.connect(path("e"))) as store:
    save(store, table="staged")
    store.execute("alter table staged rename to t")
--
ruled: UNSEEN
import contextlib, sqlite3
with contextlib.closing(sqlite3.connect(path("f"))) as store:
    store.execute(stores.RULED)
    save(store, table="ruled")
--
own_kept: WHOLE
drive("own_rows", base=path("kept"))
--
own_lost: UNCOMMITTED
drive("lost_rows", base=path("lost"))
--
in_memory: UNSEEN
import contextlib, sqlite3
with contextlib.closing(sqlite3.connect(":memory:")) as store:
    save(store)
"""


def parts(text):
    """The body of each task, and the state of what it saves, by the name of the task."""
    for part in text.split("--\n"):
        head, _, body = part.partition("\n")
        name, state = head.split(": ")
        yield name, body, SaveState[state]


EXPECTED = {name: state for name, _, state in parts(TASKS)}


def dag_file():
    yield DAG_FILE
    for name, body, _ in parts(TASKS):
        lines = "\n".join(f"        {line}" for line in body.splitlines())
        yield f"\n    @task\n    def {name}() -> None:\n{lines}\n\n    {name}()\n"


@pytest.fixture(scope="module")
def report(pools, tmp_path_factory):
    root = tmp_path_factory.mktemp("repository")
    files = {"modules/stores.py": MODULE, "dags/stores.py": "".join(dag_file()), "pyproject.toml": ""}
    for path, text in files.items():
        (root / path).parent.mkdir(exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    report = run(Settings(root, select=("WT301", "WT402", "WT403", "WT404", "WT417", "WT43")), pools=pools)
    assert not [finding.message for finding in report.findings if finding.code == "WT301"]
    return report


@pytest.mark.parametrize("task_id", EXPECTED)
def test_what_became_of_a_save_is_seen_where_it_can_be_asked(report, task_id):
    found = [(save.state, save.path, save.detail) for save in report.runs[0].saves if save.task_id == task_id]
    assert {state for state, *_ in found} == {EXPECTED[task_id]}, found


def test_nothing_that_was_kept_is_accused(report):
    accused = {finding.message.partition("task '")[2].partition("'")[0] for finding in report.findings}
    assert accused == {"memory", "claims", "empty", "torn", "uncommitted", "own_lost", "twice"}


def test_two_savers_that_replace_one_table_are_told(report):
    (found,) = (finding for finding in report.findings if finding.code == "WT417")
    assert found.message == (
        "savers 'again' and 'sql' of task 'twice' both write table 't' of 'twice.db' in its temporary folder, "
        "and nothing orders them: what one has saved is lost"
    )
