"""Tasks that meet on files, run by the real Airflow: what is correct is silent, and each fault is told once."""

from __future__ import annotations

CODES = ("WT417", "WT418", "WT419", "WT420", "WT421", "WT422", "WT423")
CORRECT = '''\
"""Twenty ways to use files that are right."""

import csv
import fcntl
import json
import os
import shutil
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from airflow.sdk import dag, get_current_context, task

FOLDER = Path(tempfile.gettempdir(), "shop")
SEED = Path(__file__).parent.parent / "seeds" / "regions.csv"


def log(text: str) -> None:
    with (FOLDER / "events.log").open("a") as file:
        file.write(text + "\\n")


def rates() -> dict:
    """Whoever is the first fetches them."""
    file = FOLDER / "rates.json"
    if not file.exists():
        aside = file.with_name(f"{file.name}.{os.getpid()}")
        aside.write_text(json.dumps({"eur": 1.1}))
        aside.replace(file)
    return json.loads(file.read_text())


class Store:
    """The same in two functions."""

    def get(self, key: str) -> str:
        file = FOLDER / f"{key}.txt"
        return file.read_text() if file.exists() else self.put(key)

    def put(self, key: str) -> str:
        (FOLDER / f"{key}.txt").write_text(f"made for {key}")
        return key


def total(name: str, number: int) -> None:
    with closing(sqlite3.connect(FOLDER / "totals.db")) as store, store:
        store.execute("create table if not exists totals (name text primary key, n int)")
        store.execute("insert or replace into totals values (?, ?)", [name, number])


def register(name: str) -> None:
    """Each adds itself under a lock, and keeps the others."""
    with (FOLDER / "registry.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        file = FOLDER / "registry.json"
        known = json.loads(file.read_text()) if file.exists() else []
        file.write_text(json.dumps([*known, name]))


@dag(schedule="@daily")
def correct():
    @task
    def open_shop() -> str:
        shutil.rmtree(FOLDER, ignore_errors=True)
        (FOLDER / "parts").mkdir(parents=True)
        (FOLDER / "status.txt").write_text("at work")
        (FOLDER / "orders.csv").write_text("region,n\\nnorth,3\\nsouth,4\\n")
        log("open")
        return str(FOLDER)

    @task
    def regions(folder: str) -> list:
        with SEED.open() as file:
            return [row["region"] for row in csv.DictReader(file)]

    @task
    def part(region: str) -> None:
        rates()
        Store().get("greeting")
        register(region)
        total(region, 7)
        log(region)
        with tempfile.NamedTemporaryFile("w", dir=FOLDER, delete=False) as aside:
            aside.write(f"{region},7\\n")
        os.replace(aside.name, FOLDER / "parts" / f"{region}.csv")
        scratch = Path(tempfile.gettempdir(), "scratch.txt")
        scratch.write_text(region)
        scratch.read_text()
        pid = FOLDER / "part.pid"
        pid.write_text(str(os.getpid()))
        (FOLDER / "_READY").touch()
        (FOLDER / "schema.json").write_text('["region", "n"]')

    @task
    def update_state() -> None:
        file = FOLDER.parent / "shop-state" / "watermark.json"
        file.parent.mkdir(exist_ok=True)
        seen = json.loads(file.read_text())["day"] if file.exists() else ""
        day = get_current_context()["ds"]
        file.write_text(json.dumps({"day": max(seen, day)}))
        total("state", 1)
        log("state")

    @task
    def list_parts() -> list:
        return sorted(os.listdir(FOLDER / "parts"))

    @task
    def join() -> None:
        rows = [row for file in sorted((FOLDER / "parts").iterdir()) for row in csv.reader(file.open())]
        with (FOLDER / "joined.csv").open("w") as file:
            csv.writer(file).writerows(rows)
        (FOLDER / "joined.csv").read_text()

    @task
    def rest() -> None:
        log("rest")

    @task
    def publish() -> None:
        (FOLDER / "orders.csv").read_text()
        text = (FOLDER / "joined.csv").read_text()
        aside = FOLDER / "latest.json.new"
        aside.write_text(json.dumps({"rows": text.splitlines(), "day": get_current_context()["ds"]}))
        aside.replace(FOLDER / "latest.json")
        (FOLDER / "status.txt").write_text("done")
        Path("scratch.json").write_text("{}")
        Path("scratch.json").unlink()

    opened = open_shop()
    parts = part.expand(region=regions(opened))
    opened >> update_state()
    joined = join()
    parts >> [list_parts(), joined]
    joined >> rest() >> publish()


@dag(schedule="@daily")
def mirrored():
    @task
    def again() -> None:
        folder = Path(tempfile.gettempdir(), "shop")
        folder.mkdir(exist_ok=True)
        (folder / "schema.json").write_text('["region", "n"]')
        log("mirrored")
        total("mirrored", 1)

    again()


@dag(schedule=None)
def by_hand():
    @task
    def latest() -> None:
        FOLDER.mkdir(exist_ok=True)
        (FOLDER / "latest.json").write_text("written by hand")

    latest()


correct()
mirrored()
by_hand()
'''
FAULTY = """\
import json
import tempfile
from pathlib import Path

from airflow.sdk import dag, task

FOLDER = Path(tempfile.gettempdir(), "shop")


@dag(schedule="@daily", max_active_tasks=1)
def meeting():
    @task(weight_rule="absolute", priority_weight=9)
    def first() -> None:
        FOLDER.mkdir(exist_ok=True)
        (FOLDER / "totals.csv").write_text("first")
        aside = FOLDER / "aside.json"
        aside.write_text("[1, 2]")
        aside.rename(FOLDER / "numbers.json")
        Path("report.txt").write_text("7")
        (Path(__file__).parent / "made.txt").write_text("7")

    @task(weight_rule="absolute", priority_weight=5)
    def second() -> None:
        (FOLDER / "totals.csv").write_text("second")  # collides
        json.loads((FOLDER / "numbers.json").read_text())  # is not ordered

    @task(weight_rule="absolute", priority_weight=1)
    def third(part: str) -> None:
        with open(FOLDER / "new.csv", "w") as file:
            file.write(part)
        (FOLDER / "new.csv").rename(FOLDER / "mapped.csv")  # collides

    first()
    second()
    third.expand(part=["a", "b"])


meeting()
"""


def test_correct_uses_of_files_are_silent(examine):
    report = examine({"dags/a.py": CORRECT, "seeds/regions.csv": "region\nnorth\nsouth\n"}, select=CODES)
    assert [run.state for run in report.runs] == ["success"] * 3
    assert report.findings == ()


def test_each_fault_is_told_once(examine):
    report = examine({"dags/a.py": FAULTY}, select=CODES, contexts=())
    lines = FAULTY.splitlines()
    found = [(finding.code, lines[finding.location.line - 1].strip()) for finding in report.findings]
    assert found == [
        ("WT421", 'Path("report.txt").write_text("7")'),
        ("WT420", '(Path(__file__).parent / "made.txt").write_text("7")'),
        ("WT418", '(FOLDER / "totals.csv").write_text("second")  # collides'),
        ("WT422", 'json.loads((FOLDER / "numbers.json").read_text())  # is not ordered'),
        ("WT418", '(FOLDER / "new.csv").rename(FOLDER / "mapped.csv")  # collides'),
    ]


WRITES_HOME = """\
from pathlib import Path

from airflow.sdk import dag, task

ROOT = Path(__file__).parent.parent


@dag(schedule="@daily")
def at_home():
    @task
    def change() -> None:
        assert (ROOT / "seeds" / "old.csv").read_text() in ("old", "new")
        (ROOT / "seeds" / "old.csv").write_text("new")
        (ROOT / "made" / "deep").mkdir(parents=True, exist_ok=True)
        (ROOT / "made" / "deep" / "new.csv").write_text("1")
        (ROOT / "data").mkdir(exist_ok=True)
        (ROOT / "data" / "ignored.csv").write_text("1")

    @task
    def remove() -> None:
        assert (ROOT / "made" / "deep" / "new.csv").read_text() == "1"
        (ROOT / "seeds" / "gone.csv").unlink(missing_ok=True)
        (ROOT / "seeds" / "old.csv").rename(ROOT / "seeds" / "moved.csv")
        (ROOT / "seeds" / "moved.csv").rename(ROOT / "seeds" / "old.csv")

    change() >> remove()


at_home()
"""


def test_what_tasks_do_to_the_repository_is_told_and_undone(examine, tmp_path):
    import subprocess

    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    files = {"dags/a.py": WRITES_HOME, "seeds/old.csv": "old", "seeds/gone.csv": "gone", ".gitignore": "data/\n"}
    report = examine(files, select=("WT3", "WT420"), ignore=("WT33",), max_paths=0)
    lines = WRITES_HOME.splitlines()
    assert [lines[finding.location.line - 1].split(".")[0].strip() for finding in report.findings] == [
        '(ROOT / "seeds" / "old',
        '(ROOT / "made" / "deep" / "new',
        '(ROOT / "seeds" / "old',
        '(ROOT / "seeds" / "moved',
    ]
    left = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if ".git/" not in f"{path}/"}
    assert left == {"dags", "dags/a.py", "seeds", "seeds/old.csv", "seeds/gone.csv", ".gitignore", "pyproject.toml"}
    assert (tmp_path / "seeds" / "old.csv").read_text() == "old"
    assert (tmp_path / "seeds" / "gone.csv").read_text() == "gone"


FLOW = '''\
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from hamilton.function_modifiers import datasaver, save_to, source
from hamilton.htypes import Collect, Parallelizable
from pandas import DataFrame


@datasaver()
def in_c(rows: list, folder: str) -> dict:
    pq.write_table(pa.table({"a": rows}), f"{folder}/c.parquet")
    return {"path": f"{folder}/c.parquet"}


@save_to.json(path=source("path"), output_name_="first")
def one(rows: list) -> dict:
    return {"rows": rows}


@save_to.pickle(path=source("path"), output_name_="second")  # meets the first
def other(rows: list) -> dict:
    return {"rows": rows}


def item(rows: list) -> Parallelizable[int]:
    yield from rows


@save_to.json(path=source("block_path"), output_name_="saved_piece")  # meets itself
def piece(item: int) -> dict:
    return {"n": item}


def collected(saved_piece: Collect[dict]) -> list:
    return list(saved_piece)


@datasaver()
def again(first: dict, again_path: str) -> dict:
    """It comes after the first."""
    Path(again_path).write_text(json.dumps(first, default=str))
    return {"path": again_path}


@datasaver()
def some_lines(rows: list, log_path: str) -> dict:
    with open(log_path, "a") as file:
        file.write("some")
    return {"path": log_path}


@datasaver()
def more_lines(rows: list, log_path: str) -> dict:
    with open(log_path, "a") as file:
        file.write("more")
    return {"path": log_path}


def known(path: str, name: str) -> dict:
    old = json.loads(Path(path).read_text()) if Path(path).exists() else {}
    Path(path).write_text(json.dumps({**old, name: 1}))
    return {"path": path}


@datasaver()
def this_metric(rows: list, metrics_path: str) -> dict:
    return known(metrics_path, "this")


@datasaver()
def that_metric(rows: list, metrics_path: str) -> dict:
    return known(metrics_path, "that")


@save_to.csv(path=source("csv_path"), mode=source("mode"), output_name_="csv_one")
def rows_one(rows: list) -> DataFrame:
    return DataFrame({"a": rows})


@save_to.csv(path=source("csv_path"), mode=source("mode"), output_name_="csv_two")
def rows_two(rows: list) -> DataFrame:
    return DataFrame({"a": rows})
'''
READERS = """\
import pyarrow.parquet as pq
from hamilton.function_modifiers import dataloader


@dataloader()
def table(path: str) -> tuple[int, dict]:  # is not ordered
    return pq.read_table(path).num_rows, {"path": path}
"""
DRIVES = """\
import tempfile
from pathlib import Path

from airflow.sdk import dag, task

FOLDER = Path(tempfile.gettempdir(), "shop")
RIGHT = ["first", "again", "some_lines", "more_lines", "this_metric", "that_metric", "csv_one", "csv_two"]


@dag(schedule=None, max_active_tasks=1)
def drives():
    @task(weight_rule="absolute", priority_weight=9)
    def write() -> None:
        from hamilton import driver

        from modules import flow

        FOLDER.mkdir(exist_ok=True)
        dr = driver.Builder().enable_dynamic_execution(allow_experimental_mode=True).with_modules(flow).build()
        at = {"path": "x.json", "block_path": "part.json", "again_path": "x.json", "log_path": "lines.txt"}
        at |= {"metrics_path": "metrics.json", "csv_path": "all.csv"}
        inputs = {"rows": [1, 2], "folder": str(FOLDER), "mode": "a", **{name: str(FOLDER / at[name]) for name in at}}
        dr.execute(RIGHT, inputs=inputs)
        dr.execute(["in_c", "first", "second", "collected"], inputs=inputs)

    @task(weight_rule="absolute", priority_weight=1)
    def read() -> None:
        from hamilton import driver

        from modules import readers

        driver.Builder().with_modules(readers).build().execute(["table"], inputs={"path": str(FOLDER / "c.parquet")})

    write()
    read()


drives()
"""


def test_savers_and_loaders_are_seen_wherever_they_work(examine):
    files = {"dags/a.py": DRIVES, "modules/flow.py": FLOW, "modules/readers.py": READERS}
    report = examine(files, select=CODES, contexts=())
    assert [run.state for run in report.runs] == ["success"]
    found = [
        (finding.code, files[finding.location.path].splitlines()[finding.location.line - 1].rpartition("# ")[2])
        for finding in report.findings
    ]
    assert found == [
        ("WT417", "meets the first"),
        ("WT417", "meets itself"),
        ("WT422", "@dataloader()"),
    ]
