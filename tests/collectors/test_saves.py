"""What was promised and what lies on disk: no saver that keeps its word is accused, and each that breaks it is."""

from __future__ import annotations

import importlib.util
from dataclasses import replace

import pytest

from windtunnel.collectors.saves import settle
from windtunnel.engine import run
from windtunnel.facts import DriverFacts, End, ProcessFacts, RunFacts, SaveFacts, SaveState, TaskRunFacts
from windtunnel.findings import Location
from windtunnel.settings import Settings

# node, the function that it saves, the saver and its options
ROUND_TRIPS = [
    ("csv", "table", "csv", {"path": "a.csv"}),
    (
        "csv_dialect",
        "table",
        "csv",
        {"path": "b.csv", "sep": ";", "encoding": "latin-1", "decimal": ",", "index": False},
    ),
    ("csv_no_header", "table", "csv", {"path": "c.csv", "header": False}),
    ("csv_gzip", "table", "csv", {"path": "d.bin", "compression": "gzip"}),
    ("csv_utf_16", "table", "csv", {"path": "e.csv", "encoding": "utf-16"}),
    ("csv_unquoted", "table", "csv", {"path": "f.csv", "quoting": 3, "escapechar": "\\"}),
    ("csv_of_no_rows", "no_rows", "csv", {"path": "g.csv", "index": False}),
    ("csv_of_one_column", "blanks", "csv", {"path": "h.csv", "index": False}),
    ("parquet_by_url", "table", "parquet", {"path": "file://HERE/by url.parquet"}),
    ("parquet", "table", "parquet", {"path": "a.parquet"}),
    ("parquet_folder", "table", "parquet", {"path": "folder", "partition_cols": ["n"]}),
    ("parquet_of_no_rows", "no_rows", "parquet", {"path": "b.parquet"}),
    ("feather", "table", "feather", {"path": "a.feather"}),
    ("pickle_gzip", "table", "pickle", {"path": "a.pkl.gz"}),
    ("json", "table", "json", {"filepath_or_buffer": "a.json"}),
    ("json_lines", "table", "json", {"filepath_or_buffer": "b.json", "orient": "records", "lines": True}),
    ("json_split", "dated", "json", {"filepath_or_buffer": "c.json", "orient": "split", "date_unit": "ns"}),
    ("json_of_no_rows", "no_rows", "json", {"filepath_or_buffer": "d.json", "orient": "records", "lines": True}),
    ("html", "table", "html", {"buf": "a.html"}),
    ("list_json", "listed", "json", {"path": "f.json"}),
    ("dict_json", "mapping", "json", {"path": "e.json"}),
    ("dict_pickle", "mapping", "pickle", {"path": "a.pkl"}),
    ("dict_yaml", "mapping", "yaml", {"path": "a.yaml"}),
    ("text", "text", "file", {"path": "a.txt"}),
    ("text_latin", "text", "file", {"path": "b.txt", "encoding": "latin-1"}),
    ("bytes", "raw", "file", {"path": "a.bin"}),
    ("npy", "array", "npy", {"path": "a.npy"}),
    ("npy_without_suffix", "array", "npy", {"path": "b"}),
    ("npy_objects", "objects", "npy", {"path": "c.npy", "allow_pickle": True}),
    ("stata", "plain", "stata", {"path": "a.dta"}),
]
OWN = ["own", "named_otherwise", "idle_pool", "database", "log", "appended"]
BAD = {
    "silent": SaveState.MISSING,
    "claims": SaveState.MISSING,
    "touches": SaveState.EMPTY,
    "torn_json": SaveState.UNREADABLE,
    "torn_parquet": SaveState.UNREADABLE,
    "left_open": SaveState.UNFINISHED,
    "thread": SaveState.UNFINISHED,
    "late_thread": SaveState.UNFINISHED,
    "process": SaveState.UNFINISHED,
    "daemon": SaveState.UNFINISHED,
    "prefix": SaveState.UNSEEN,
    "bucket": SaveState.UNSEEN,
    "nowhere": SaveState.UNSEEN,
}
DATA = """\
import numpy as np
import pandas as pd
from hamilton.function_modifiers import save_to, value


def _table():
    return pd.DataFrame({"name": ["é", 'a"b', "c;d"], "n": [1, 2, None]})


SAVERS
def table() -> pd.DataFrame:
    return _table()


SAVERS
def plain() -> pd.DataFrame:
    return pd.DataFrame({"a": [1]})


SAVERS
def no_rows() -> pd.DataFrame:
    return _table().iloc[:0]


SAVERS
def dated() -> pd.DataFrame:
    return pd.DataFrame({"v": [1.5, 2]}, index=pd.date_range("2024-01-01", periods=2))


SAVERS
def blanks() -> pd.DataFrame:
    return pd.DataFrame({"a": [" ", None, "", "x"]})


SAVERS
def listed() -> list:
    return [1, None, {"a": []}]


SAVERS
def mapping() -> dict:
    return {"é": [1, None, float("nan")]}


SAVERS
def text() -> str:
    return "é"


SAVERS
def raw() -> bytes:
    return bytes([255, 0])


SAVERS
def array() -> np.ndarray:
    return np.arange(3)


SAVERS
def objects() -> np.ndarray:
    return np.array([{"a": 1}, None], dtype=object)
"""
OWN_SAVERS = """\
import logging
import sqlite3
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from hamilton.function_modifiers import datasaver

KEPT = []


@datasaver()
def own(path: str) -> dict:
    Path(path).write_text("x")
    return {"path": path}


@datasaver()
def named_otherwise(path: str) -> dict:
    Path(path).write_text("x")
    return {"destination": path, "format": "text"}


@datasaver()
def idle_pool(path: str) -> dict:
    KEPT.append(ThreadPoolExecutor(1))
    KEPT[-1].submit(Path(path).write_text, "x").result()
    return {"path": path}


@datasaver()
def database(path: str) -> dict:
    KEPT.append(sqlite3.connect(path))
    KEPT[-1].execute("create table t(a)")
    return {"path": path}


@datasaver()
def log(path: str) -> dict:
    logging.getLogger("test").addHandler(logging.FileHandler("elsewhere.log"))
    Path(path).write_text("x")
    return {"path": path}


@datasaver()
def appended(path: str) -> dict:
    KEPT.append(open(path, "a"))
    print("x", file=KEPT[-1], flush=True)
    return {"path": path}


@datasaver()
def silent(path: str) -> dict:
    return {"rows": 3}


@datasaver()
def claims(path: str) -> dict:
    Path("elsewhere").write_text("x")
    return {"path": path}


@datasaver()
def touches(path: str) -> dict:
    Path(path).touch()
    return {}


@datasaver()
def torn_json(path: str) -> dict:
    Path("torn.json").write_text('{"a": ')
    return {"path": "torn.json"}


@datasaver()
def torn_parquet(path: str) -> dict:
    Path("torn.parquet").write_bytes(b"PAR1 and no end")
    return {"path": "torn.parquet"}


@datasaver()
def left_open(path: str) -> dict:
    KEPT.append(open(path, "w"))
    KEPT[-1].write("x")
    return {"path": path}


@datasaver()
def thread(path: str) -> dict:
    def write():
        for _ in range(30):
            with open(path, "a") as file:
                file.write("x")
            time.sleep(0.1)

    Path(path).write_text("x")
    threading.Thread(target=write, daemon=True).start()
    return {"path": path}


@datasaver()
def late_thread(path: str) -> dict:
    def write_for_a_while() -> None:  # longer than any machine takes to end the task
        for number in range(200):
            time.sleep(0.05)
            Path(path).write_text("x" * number)

    threading.Thread(target=write_for_a_while, daemon=True).start()
    return {"path": path}


@datasaver()
def process(path: str) -> dict:
    Path(path).write_text("x")
    writer = f"import time; file = open({path!r}, 'w'); print('x', file=file, flush=True); print(); time.sleep(60)"
    subprocess.Popen([sys.executable, "-uc", writer], stdout=subprocess.PIPE).stdout.read(1)
    return {"path": path}


@datasaver()
def daemon(path: str) -> dict:
    Path(path).write_text("x")
    subprocess.run(f"(for i in $(seq 50); do echo x >> {path}; sleep 0.1; done) > /dev/null 2>&1 &", shell=True)
    return {"path": path}


@datasaver()
def prefix(path: str) -> dict:
    Path(path + "_1").write_text("x")
    return {}


@datasaver()
def bucket(path: str) -> dict:
    return {"path": f"s3://bucket/{path}"}


@datasaver()
def nowhere(path: str, other_path: str) -> dict:
    return {}
"""
DAG_FILE = """\
from airflow.sdk import DAG, task
from hamilton import driver

from modules import data, own


def drive(*nodes: str, **inputs: object) -> None:
    driver.Builder().with_modules(data, own).build().execute(list(nodes), inputs=inputs)


with DAG("round_trips", schedule=None):

    @task
    def data_savers() -> None:
        drive(*NODES)

    @task
    def own_savers() -> None:
        for node in OWN:
            drive(node, path=node)

    data_savers() >> own_savers()

with DAG("bad", schedule=None):

    @task
    def savers() -> None:
        for node in BAD:
            drive(node, path=node, other_path="other")

    savers()

with DAG("afterwards", schedule=None):

    @task
    def leaves_the_folder() -> None:
        import os

        drive("save_text")
        os.chdir("/")

    @task
    def temporary() -> None:
        import tempfile

        with tempfile.TemporaryDirectory() as folder:
            drive("own", path=folder + "/x")

    @task
    def renamed() -> None:
        import os

        os.mkdir("stage")
        drive("own", path="stage/x")
        os.rename("stage", "done")

    @task
    def removed() -> None:
        import os

        drive("own", path=HERE + "/removed")
        os.remove(HERE + "/removed")

    @task
    def emptied() -> None:
        drive("own", path="emptied")
        open("emptied", "w").close()

    @task
    def overwritten() -> None:
        drive("save_dict_json")
        open("e.json", "wb").write(bytes([255, 254]))

    @task
    def twice() -> None:
        drive("save_dict_json")
        drive("own", path="e.json")
        open("e.json", "w").write("[]")

    @task
    def device() -> None:
        drive("own", path="/dev/null")

    temporary() >> renamed() >> removed() >> emptied() >> overwritten() >> twice() >> device() >> leaves_the_folder()
"""
AFTERWARDS = {
    "leaves_the_folder": {SaveState.WHOLE},
    "temporary": {SaveState.UNSEEN},
    "renamed": {SaveState.WHOLE},
    "removed": {SaveState.MISSING},
    "emptied": {SaveState.EMPTY},
    "overwritten": {SaveState.UNREADABLE},
    "twice": {SaveState.UNSEEN, SaveState.WHOLE},
    "device": {SaveState.UNSEEN},
}


def data_module() -> str:
    first, *functions = DATA.split("SAVERS\n")
    for number, function in enumerate(functions):
        name = function.partition("(")[0].removeprefix("def ")
        savers = [
            f"@save_to.{saver}({', '.join(f'{k}=value({v!r})' for k, v in options.items())}, "
            f"output_name_='save_{node}', target_='{name}')\n"
            for node, of, saver, options in ROUND_TRIPS
            if of == name
        ]
        functions[number] = "".join(savers) + function
    return first + "".join(functions)


# What needs a package that may not be installed.
NEEDS = {"dict_yaml": "yaml", "html": "lxml"}
NOT_ASKED_FOR = [f"save_{node}" for node, package in NEEDS.items() if not importlib.util.find_spec(package)]


@pytest.fixture(scope="module")
def saves(pools, tmp_path_factory):
    root = tmp_path_factory.mktemp("repository")
    nodes = [f"save_{node}" for node, *_ in ROUND_TRIPS if f"save_{node}" not in NOT_ASKED_FOR]
    constants = f"HERE = {str(root)!r}\nNODES = {nodes}\nOWN = {OWN}\nBAD = {list(BAD)}\n"
    files = {
        "modules/data.py": data_module().replace("HERE", str(root)),
        "modules/own.py": OWN_SAVERS,
        "dags/saves.py": DAG_FILE + constants,
    }
    for path, text in {"pyproject.toml": "", **files}.items():
        (root / path).parent.mkdir(exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    report = run(Settings(root, select=("WT3", "WT4")), pools=pools)
    assert not [finding.message for finding in report.findings if finding.code.startswith("WT3")]
    return {facts.dag_id: facts.saves for facts in report.runs}


def test_no_saver_that_keeps_its_word_is_accused(saves):
    accused = {
        (save.node, save.state, save.detail)
        for save in saves["round_trips"]
        if save.state is not SaveState.WHOLE and save.node not in NOT_ASKED_FOR
    }
    assert accused == set()
    assert len(saves["round_trips"]) >= len(ROUND_TRIPS) + len(OWN) - 2


def test_nothing_is_said_to_be_lost_of_what_is_read_back_as_it_was_saved(saves):
    assert {(save.node, loss.text) for save in saves["round_trips"] for loss in save.losses} == set()


@pytest.mark.parametrize(("node", "state"), BAD.items())
def test_a_saver_that_breaks_its_word_is_accused_and_a_doubtful_one_is_not(saves, node, state):
    found = [(save.state, save.detail) for save in saves["bad"] if save.node == node]
    assert [state for state, _ in found] == [state], found


@pytest.mark.parametrize(("task_id", "expected"), AFTERWARDS.items())
def test_what_the_task_does_with_the_file_afterwards_counts(saves, task_id, expected):
    found = [save for save in saves["afterwards"] if save.task_id == task_id]
    assert {save.state for save in found} == expected, found


# Savers that nobody asks for, by hand


def a_run(dag_id, *saves, states=("success",), drives=(), end=End.COMPLETED):
    here = Location(f"dags/{dag_id}.py")
    tasks = tuple(TaskRunFacts(dag_id, f"task_{number}", -1, state, here) for number, state in enumerate(states))
    drivers = tuple(DriverFacts("task_0", -1, (module,), (), (), (), (), (), 0.0) for module in drives)
    return RunFacts(dag_id, here, ProcessFacts(end), "success", tasks, drivers, saves)


def a_save(state, node="saved", module="modules.flow"):
    return SaveFacts("dag", "task_0", node, module, "json", Location("modules/flow.py", 3), state)


def left(*runs):
    return [save.state for run in settle(runs) for save in run.saves]


NEVER, WHOLE, NOT_REACHED = SaveState.NEVER_REQUESTED, SaveState.WHOLE, SaveState.NOT_REACHED
CUT_OFF = SaveState.CUT_OFF


def test_a_saver_that_nobody_asks_for_is_told_once():
    assert left(a_run("a", a_save(NEVER), a_save(NEVER)), a_run("b", a_save(NEVER))) == [NEVER]


def test_a_saver_that_another_dag_asks_for_is_not_forgotten():
    assert left(a_run("a", a_save(NEVER)), a_run("b", a_save(WHOLE))) == [WHOLE]


def test_a_saver_that_a_failed_task_asked_for_is_not_forgotten():
    assert left(a_run("a", a_save(NEVER)), a_run("b", a_save(NOT_REACHED), states=("failed",))) == [NOT_REACHED]


@pytest.mark.parametrize("state", ["failed", "skipped", "upstream_failed", "running", ""])
def test_a_task_that_did_not_succeed_might_have_asked(state):
    assert left(a_run("a", a_save(NEVER), states=("success", state))) == []


def test_a_task_of_another_dag_that_drives_the_same_module_might_have_asked():
    other = a_run("b", states=("success", "skipped"), drives=("modules.flow",))
    assert left(a_run("a", a_save(NEVER)), other) == []


def test_a_task_of_a_dag_that_drives_other_modules_would_not_have_asked():
    assert left(a_run("a", a_save(NEVER)), a_run("b", states=("failed",), drives=("modules.other",))) == [NEVER]


def test_a_run_that_did_not_come_to_its_end_might_have_asked():
    assert left(a_run("a", a_save(NEVER), end=End.TIMED_OUT)) == []


def test_a_copy_of_a_saver_in_a_subdag_is_the_same_saver():
    assert left(a_run("a", a_save(NEVER, node="inner.saved"), a_save(WHOLE))) == [WHOLE]


def test_a_saver_that_is_cut_off_is_told_before_one_that_nobody_asked_for():
    assert left(a_run("a", a_save(NEVER), a_save(CUT_OFF), a_save(CUT_OFF)), a_run("b", a_save(NEVER))) == [CUT_OFF]


def test_a_saver_that_one_task_cuts_off_and_another_runs_is_no_loss():
    assert left(a_run("a", a_save(CUT_OFF)), a_run("b", a_save(WHOLE))) == [WHOLE]


def test_of_tasks_that_do_not_ask_the_one_is_told_that_asks_for_the_value():
    wrong = replace(a_save(NEVER), detail="totals")
    (run,) = settle([a_run("a", a_save(NEVER), wrong, a_save(NEVER))])
    assert run.saves == (wrong,)


def test_a_materializer_might_have_been_asked_for_by_any_task_that_did_not_succeed():
    other = a_run("b", states=("failed",), drives=("modules.other",))
    assert left(a_run("a", a_save(NEVER, module="")), other) == []
