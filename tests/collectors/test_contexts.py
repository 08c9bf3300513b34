"""DAGs run again by the real Airflow, in all contexts: what is correct is silent, a retry is judged task by task."""

from __future__ import annotations

CORRECT = """\
import csv
import json
import sqlite3
import tempfile
from contextlib import closing
from datetime import datetime, timezone
from pathlib import Path

from airflow.sdk import dag, get_current_context, task

START = datetime(2024, 1, 1, tzinfo=timezone.utc)
FOLDER = Path(tempfile.gettempdir())


@dag(schedule="@daily", start_date=START, catchup=True)
def correct():
    @task
    def partition() -> str:
        day = get_current_context()["ds"]
        folder = FOLDER / "lake" / day
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "part.csv").write_text(f"day,n\\n{day},7\\n")
        (folder / "made_at.txt").write_text(str(datetime.now()))
        with (FOLDER / "runs.log").open("a") as log:
            log.write(f"{day}\\n")
        with tempfile.NamedTemporaryFile(delete=False) as left:
            left.write(b"1")
        return str(folder / "part.csv")

    @task
    def store(part: str) -> None:
        day = get_current_context()["ds"]
        with closing(sqlite3.connect(FOLDER / "totals.db")) as known, known:
            known.execute("create table if not exists totals (day text primary key, n int, at text)")
            known.execute("insert or replace into totals values (?, 7, ?)", [day, str(datetime.now())])

    store(partition())


@dag(schedule="0 6 * * *", start_date=START)
def latest():
    @task
    def publish() -> None:
        day = get_current_context()["ds"]
        (FOLDER / "latest.json").write_text(json.dumps({"day": day}))
        file = FOLDER / "all.csv"
        rows = list(csv.reader(file.open())) if file.exists() else []
        with file.open("w") as out:
            csv.writer(out).writerows([*(row for row in rows if row[0] != day), [day, "7"]])

    publish()


correct()
latest()
"""
TWO_TASKS = """\
import sqlite3
import tempfile
from contextlib import closing

from airflow.sdk import dag, get_current_context, task


@dag(schedule="@daily")
def totals():
    @task
    def empty() -> None:
        with closing(sqlite3.connect(f"{tempfile.gettempdir()}/a.db")) as store, store:
            store.execute("create table if not exists totals (day text, n int)")
            store.execute("delete from totals where day = ?", [get_current_context()["ds"]])

    @task
    def fill() -> None:
        with closing(sqlite3.connect(f"{tempfile.gettempdir()}/a.db")) as store, store:
            store.execute("insert into totals values (?, 7)", [get_current_context()["ds"]])

    empty() >> fill()


totals()
"""
NEVER_DONE = """\
import subprocess
import tempfile
import threading
import time

from airflow.sdk import dag, task

FOLDER = tempfile.gettempdir()


@dag(schedule="@daily")
def left_at_work():
    @task
    def by_a_process() -> None:
        subprocess.Popen(f"echo 1 >> {FOLDER}/process.txt; echo; exec sleep 60", shell=True, stdout=-1).stdout.read(1)

    by_a_process()


@dag(schedule="@daily")
def left_undone():
    @task
    def by_a_thread() -> None:
        written = threading.Event()

        def write() -> None:
            with open(f"{FOLDER}/thread.txt", "a") as file:
                file.write("1\\n")
            written.set()
            time.sleep(60)

        threading.Thread(target=write, daemon=True).start()
        written.wait()

    by_a_thread()


left_at_work()
left_undone()
"""
EVERYWHERE = ("undated", "twice", "machines", "retry", "dates")


def test_correct_code_is_silent_in_all_contexts(examine):
    report = examine({"dags/a.py": CORRECT}, select=("WT33",), contexts=EVERYWHERE)
    assert report.findings == ()
    assert "contexts" in {timing.stage for timing in report.timings}


def test_rows_that_only_a_retry_doubles_are_found(examine):
    report = examine({"dags/a.py": TWO_TASKS}, select=("WT33",), contexts=EVERYWHERE)
    assert [(found.code, found.task_id, found.location.line) for found in report.findings] == [("WT332", "fill", 18)]


def test_what_somebody_writes_who_outlives_the_task_is_not_compared(examine):
    report = examine({"dags/a.py": NEVER_DONE}, select=("WT33",), contexts=EVERYWHERE)
    assert report.findings == ()


def test_nothing_is_run_again_for_contexts_that_nobody_asked_for(examine):
    assert examine({"dags/a.py": TWO_TASKS}, select=("WT33",)).findings == ()
