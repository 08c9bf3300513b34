"""Saves to an object store: what lies there when the task has ended is asked of a real S3 API on loopback."""

from __future__ import annotations

import pytest
from moto.server import ThreadedMotoServer

from windtunnel.engine import run
from windtunnel.facts import SaveState
from windtunnel.settings import Settings

MODULE = """\
import fsspec
import pandas as pd
from hamilton.function_modifiers import datasaver, save_to, source

LARGE = 6 * 1024 * 1024  # more than one part of an upload in several


@save_to.csv(path=source("url"), output_name_="csv", target_="data")
@save_to.csv(path=source("url"), output_name_="again", target_="data")
def data() -> pd.DataFrame:
    return pd.DataFrame({"a": [1, 2]})


@datasaver()
def closed(url: str) -> dict:
    with fsspec.open(url, "wb") as file:
        file.write(b"x" * LARGE)
    return {"path": url}


@datasaver()
def never_closed(url: str) -> dict:
    file = fsspec.open(url, "wb").open()
    file.write(b"x" * LARGE)
    KEPT.append(file)
    return {"path": url}


KEPT = []


@datasaver()
def taken_away(url: str) -> dict:
    with fsspec.open(url, "wb") as file:
        file.write(b"x")
    fsspec.filesystem("s3").rm(url)
    return {"path": url}


@datasaver()
def torn(url: str) -> dict:
    with fsspec.open(url, "wb") as file:
        file.write(b'{"a": ')
    return {"path": url}
"""
DAG_FILE = """\
from airflow.sdk import DAG, task
from hamilton import driver

from modules import objects

with DAG("objects", schedule=None):

    @task
    def save(nodes: list, name: str) -> None:
        built = driver.Builder().with_modules(objects).build()
        built.execute(nodes, inputs={"url": f"s3://bucket/{name}"})

"""
MEETING_FILE = """\
import fsspec
import pandas as pd
from airflow.sdk import DAG, task
from upath import UPath  # what Airflow's own paths are made of: those know S3 by a provider alone on 3.1

PLACE = UPath("s3://bucket/met")


@task(max_active_tis_per_dagrun=1)
def save(name: str, text: str) -> None:
    (PLACE / name).write_text(text)


with DAG("met", schedule=None, max_active_tasks=1):
    save.override(task_id="mapped").partial(name="mapped.txt").expand(text=["north", "south"])

    @task
    def exported(region: str) -> None:
        pd.DataFrame({"a": [region]}).to_csv("s3://bucket/met/table.csv")

    exported.override(task_id="first").expand(region=["east", "west"])

    @task(weight_rule="absolute", priority_weight=9)
    def collect() -> None:
        fsspec.filesystem("s3").pipe("s3://bucket/met/numbers.txt", b"3 4")

    @task(weight_rule="absolute")
    def add() -> int:
        return sum(map(int, fsspec.filesystem("s3").cat("s3://bucket/met/numbers.txt").split()))

    collect()
    add()

for dag_id in ("orders", "returns"):
    with DAG(dag_id, schedule="@daily"):
        save("sums.txt", dag_id)
"""
EXPECTED = {
    "csv": (["csv"], "a.csv", SaveState.WHOLE),
    "closed": (["closed"], "large.bin", SaveState.WHOLE),
    "never_closed": (["never_closed"], "torn.bin", SaveState.MISSING),
    "taken_away": (["taken_away"], "gone.bin", SaveState.MISSING),
    "torn": (["torn"], "torn.json", SaveState.UNREADABLE),
    "twice": (["csv", "again"], "twice.csv", SaveState.WHOLE),
}


SELECTED = ("WT301", "WT402", "WT403", "WT404", *(f"WT{code}" for code in range(417, 423)), "WT344")


@pytest.fixture(scope="module")
def store():
    server = ThreadedMotoServer("127.0.0.1", 0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(scope="module")
def report(store, tmp_path_factory):
    import boto3

    access = {"aws_access_key_id": "nobody", "aws_secret_access_key": "nothing"}
    boto3.client("s3", endpoint_url=store, region_name="us-east-1", **access).create_bucket(Bucket="bucket")
    root = tmp_path_factory.mktemp("repository")
    calls = "".join(
        f'    save.override(task_id="{task_id}")({nodes!r}, "{name}")\n'
        for task_id, (nodes, name, _) in EXPECTED.items()
    )
    environment = "".join(f"  {name.upper()}: {value}\n" for name, value in access.items())
    files = {
        "modules/objects.py": MODULE,
        "dags/objects.py": DAG_FILE + calls,
        "dags/met.py": MEETING_FILE,
        "pyproject.toml": "",
        "windtunnel.d/s3.yaml": f"environment:\n{environment}  AWS_ENDPOINT_URL: {store}\n",
    }
    for path, text in files.items():
        (root / path).parent.mkdir(exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    report = run(Settings(root, select=SELECTED))
    assert not [finding.message for finding in report.findings if finding.code == "WT301"]
    return report


def saves_of(report):
    return next(run for run in report.runs if run.dag_id == "objects").saves


@pytest.mark.parametrize("task_id", EXPECTED)
def test_what_lies_in_the_store_is_what_is_told(report, task_id):
    found = [(save.state, save.detail) for save in saves_of(report) if save.task_id == task_id and save.path]
    assert {state for state, _ in found} == {EXPECTED[task_id][2]}, found


def test_an_upload_that_nobody_completes_is_a_missing_save_and_a_key_written_twice_is_told(report):
    found = [finding for finding in report.findings if finding.dag_id == "objects"]
    accused = {(finding.code, finding.message.partition("task '")[2].partition("'")[0]) for finding in found}
    assert accused == {("WT402", "never_closed"), ("WT402", "taken_away"), ("WT404", "torn"), ("WT417", "twice")}


def test_tasks_and_dags_that_meet_at_one_key_are_told_and_who_reads_it_too_early(report):
    met = {
        (finding.code, finding.message.partition("s3://bucket/met/")[2].partition(",")[0])
        for finding in report.findings
        if finding.dag_id != "objects"
    }
    assert met == {
        ("WT418", "mapped.txt"),
        ("WT418", "table.csv"),
        ("WT419", "sums.txt"),
        ("WT422", "numbers.txt"),
    }
