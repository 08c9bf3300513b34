"""Rows that are written and never committed: each way to lose them is seen, and nothing that is meant or kept."""

from __future__ import annotations

import pytest

from windtunnel.engine import run
from windtunnel.settings import Settings

HEAD = """\
import contextlib
import sqlite3
import tempfile

import sqlalchemy as sa
from airflow.sdk import DAG, task

KEPT = []


def path(name):
    return f"{tempfile.gettempdir()}/{name}.db"


def opened(name, **options):
    store = sqlite3.connect(path(name), **options)
    store.execute("create table if not exists t (a int)")
    return store


def engine(name, **options):
    made = sa.create_engine(f"sqlite:///{path(name)}", **options)
    with made.begin() as store:
        store.execute(sa.text("create table if not exists t (a int)"))
    return made


def one_row(store):
    store.execute("insert into t values (1)")


ONE = sa.text("insert into t values (1)")
"""
LOST = """\
closed: closes its connection: 1
store = opened("closed")
one_row(store)
store.close()
--
dropped: ends with its connection open: 1
import gc
gc.disable()  # else it may be collected before the task ends
one_row(opened("dropped"))
--
kept: ends with its connection open: 1
KEPT.append(opened("kept"))
one_row(KEPT[-1])
--
collected: drops its connection: 1
import gc
store = opened("collected")
one_row(store)
del store
gc.collect()
--
after_the_commit: closes its connection: 2
store = opened("later")
one_row(store)
store.commit()
one_row(store)
one_row(store)
store.close()
--
asked_before: closes its connection: 1
store = opened("asked_before")
store.execute("select count(*) from t").fetchone()
one_row(store)
store.execute("select * from sqlite_master").fetchall()
store.close()
--
changed: closes its connection: 1
store = opened("changed")
with store:
    one_row(store)
store.execute("update t set a = 2")
store.close()
--
removed: closes its connection: 0
store = opened("removed")
with store:
    one_row(store)
store.execute("delete from t")
store.close()
--
wal: ends with its connection open: 1
store = opened("wal")
store.execute("pragma journal_mode=wal")
one_row(store)
KEPT.append(store)
--
many: closes its connection: 300000
store = opened("many")
store.executemany("insert into t values (?)", [(n,) for n in range(300_000)])
store.close()
--
alchemy: closes its connection: 1
with engine("alchemy").connect() as store:
    store.execute(ONE)
--
alchemy_session: closes its connection: 1
from sqlalchemy.orm import Session
with Session(engine("session")) as session:
    session.execute(ONE)
--
pandas: closes its connection: 2
import pandas as pd
with engine("pandas").connect() as store:
    store.execute(sa.text("delete from t"))  # begins a transaction, which pandas leaves to its owner
    pd.DataFrame({"a": [1, 2]}).to_sql("t", store, if_exists="append", index=False)
"""
KEPT = """\
committed_and_open:
KEPT.append(opened("a"))
one_row(KEPT[-1])
KEPT[-1].commit()
--
autocommit:
KEPT.append(opened("b", isolation_level=None))
one_row(KEPT[-1])
--
reading:
store = opened("c")
with store:
    one_row(store)
store.execute("begin")
store.execute("select * from t").fetchall()
KEPT.append(store)
--
temporary_table:
store = opened("d")
store.execute("create temp table s (a int)")
store.execute("insert into s values (1)")
store.close()
--
in_memory:
store = sqlite3.connect(":memory:")
store.execute("create table t (a int)")
one_row(store)
--
meant:
store = opened("e")
one_row(store)
store.rollback()
store.close()
--
failed:
store = opened("f")
try:
    one_row(store)
    raise ValueError
except ValueError:
    print("no")
store.close()
--
failed_below:
def work():
    store = opened("g")
    one_row(store)
    raise ValueError
try:
    work()
except ValueError:
    print("no")
--
closing_a_failure:
with contextlib.suppress(ValueError):
    with contextlib.closing(opened("h")) as store:
        one_row(store)
        raise ValueError
--
dry_run:
store = opened("i")
one_row(store)
if KEPT == 1:
    store.commit()
store.close()
--
scratch:
with tempfile.TemporaryDirectory() as folder:
    store = sqlite3.connect(folder + "/x.db")
    store.execute("create table t (a int)")
    one_row(store)
    store.close()
--
scratch_that_stays:
store = opened("scratch")
store.executemany("insert into t values (?)", [(3,), (1,), (2,)])
assert store.execute("select a from t order by a").fetchall() == [(1,), (2,), (3,)]
store.close()
--
scratch_by_pandas:
import pandas as pd
with engine("scratch_pandas").connect() as store:
    store.execute(ONE)
    assert len(pd.read_sql("select a from t", store)) == 1
--
alchemy_begun:
with engine("j").begin() as store:
    store.execute(ONE)
--
alchemy_committed:
with engine("k").connect() as store:
    store.execute(ONE)
    store.commit()
--
alchemy_meant:
with engine("l").connect() as store:
    store.execute(ONE)
    store.rollback()
--
alchemy_autocommit:
with engine("m", isolation_level="AUTOCOMMIT").connect() as store:
    store.execute(ONE)
--
alchemy_pool_kept:
KEPT.append(engine("mm"))
with KEPT[-1].begin() as store:
    store.execute(ONE)
--
pandas_engine:
import pandas as pd
pd.DataFrame({"a": [1]}).to_sql("t", engine("n"), if_exists="append", index=False)
--
pandas_connection:
import pandas as pd
with engine("nn").connect() as store:
    pd.DataFrame({"a": [1]}).to_sql("t", store, if_exists="append", index=False)
--
pandas_sqlite:
import pandas as pd
pd.DataFrame({"a": [1]}).to_sql("u", opened("o"))
--
own_factory:
store = opened("p", factory=type("Own", (sqlite3.Connection,), {}))
one_row(store)
store.commit()
--
changed_and_back:
store = opened("q")
with store:
    one_row(store)
store.execute("update t set a = 1")
store.close()
--
other_thread:
import threading
def work():
    KEPT.append(opened("r"))
    one_row(KEPT[-1])
    KEPT[-1].commit()
thread = threading.Thread(target=work)
thread.start()
thread.join()
"""


def parts(text):
    """The body of each task, and what is said of it, by the name of the task."""
    for part in text.split("--\n"):
        head, _, body = part.partition("\n")
        name, *said = head.strip(":").split(": ")
        yield name, body, tuple(said)


SAID = {name: said for name, _, said in parts(LOST)}


def dag_file(dag_id, text):
    yield f'{HEAD}\n\nwith DAG("{dag_id}", schedule=None):\n'
    for name, body, _ in parts(text):
        lines = "\n".join(f"        {line}" for line in body.splitlines())
        yield f"\n    @task\n    def {name}() -> None:\n{lines}\n\n    {name}()\n"


@pytest.fixture(scope="module")
def runs(pools, tmp_path_factory):
    root = tmp_path_factory.mktemp("repository")
    (root / "pyproject.toml").write_text("")
    (root / "dags").mkdir()
    for dag_id, text in {"lost": LOST, "kept": KEPT}.items():
        (root / "dags" / f"{dag_id}.py").write_text("".join(dag_file(dag_id, text)), encoding="utf-8")
    report = run(Settings(root, select=("WT301", "WT43")), pools=pools)
    assert not [finding.message for finding in report.findings if finding.code == "WT301"]
    return {facts.dag_id: facts for facts in report.runs}


@pytest.mark.parametrize("task_id", SAID)
def test_rows_that_are_never_committed_are_seen(runs, task_id):
    found = [(lost.how, str(lost.rows)) for lost in runs["lost"].uncommitted if lost.task_id == task_id]
    assert found == [SAID[task_id]]


def test_what_is_committed_meant_or_scratch_is_not_accused(runs):
    assert {task.state for task in runs["kept"].tasks} == {"success"}
    assert [(lost.task_id, lost.how) for lost in runs["kept"].uncommitted] == []
