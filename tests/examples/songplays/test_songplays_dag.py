"""The whole DAG in a real run: from a disk and from S3, into SQLite and into PostgreSQL, and what becomes of failures.

S3 is moto's server and mail goes to aiosmtpd's, both on loopback.
"""

import email
import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import boto3
import postgresql
import pytest
from aiosmtpd.controller import Controller
from moto.server import ThreadedMotoServer

from modules.songplays.database import Warehouse
from tests.examples.songplays.conftest import assert_same, contents, deliver, load, new_database
from windtunnel.engine import run
from windtunnel.report import Report
from windtunnel.settings import Settings

ROOT = Path(__file__).parents[3]
DAG_FILE = ROOT / "dags" / "songplays_warehouse.py"
DAY = "2018-11-12"
TASKS = [
    "deliver_sample",
    "wait_for_log",
    "stage",
    "build_star_schema",
    "check_quality",
    "train_and_score_model",
    "publish_report",
]


@pytest.fixture
def played(pools, tmp_path):
    """Run the DAG with params and connections of one's own; the report."""

    def play(connections: dict[str, dict], timeout: float = 120.0, **params) -> Report:
        fixtures = tmp_path / "windtunnel.d"
        fixtures.mkdir(exist_ok=True)
        (fixtures / "all.json").write_text(json.dumps({"connections": connections, "date": DAY}))
        conf = {"data_root": str(tmp_path / "data"), **params}
        chosen = {"select": ("WT3",), "contexts": (), "max_paths": 0, "conf": conf}
        settings = Settings(ROOT, paths=(DAG_FILE,), timeout=timeout, fixtures=str(fixtures), **chosen)
        return run(settings, pools=pools)

    return play


def states(report: Report) -> dict[str, str]:
    (ran,) = report.runs
    return {task.task_id: task.state for task in ran.tasks}


@pytest.fixture
def bucket() -> Iterator[tuple[str, str]]:
    """(name, endpoint) of an empty bucket of a real S3 API."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    client = _client(endpoint)
    client.create_bucket(Bucket="plays")
    yield "plays", endpoint
    server.stop()


def _client(endpoint: str):
    keys = {"aws_access_key_id": "key", "aws_secret_access_key": "secret", "region_name": "us-east-1"}
    return boto3.client("s3", endpoint_url=endpoint, **keys)


def _upload(site: Path, bucket: tuple[str, str]) -> None:
    client = _client(bucket[1])
    for file in site.rglob("*.json"):
        client.upload_file(str(file), bucket[0], f"site/{file.relative_to(site).as_posix()}")


class Mailbox:
    """What an SMTP server has been given."""

    def __init__(self) -> None:
        self.letters: list[email.message.Message] = []

    async def handle_DATA(self, server, session, envelope) -> str:  # noqa: N802  aiosmtpd's name
        self.letters.append(email.message_from_bytes(envelope.content))
        return "250 OK"


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, dict]]:
    """A mailbox, and the connection that leads to it."""
    box, port = Mailbox(), postgresql.free_port()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    extra = {"disable_ssl": True, "disable_tls": True, "from_email": "airflow@example.com"}
    yield box, {"conn_type": "smtp", "host": "127.0.0.1", "port": port, "extra": extra}
    controller.stop()


def letters(box: Mailbox) -> list[tuple[str, str, str]]:
    return [
        (letter["To"], letter["Subject"], "".join(part.get_payload(decode=True).decode() for part in letter.walk()
                                                  if not part.is_multipart()))
        for letter in box.letters
    ]  # fmt: skip


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_a_run_on_files_of_ones_own_fills_the_warehouse_of_the_connection(played, request, tmp_path, engine):
    site, warehouse = tmp_path / "site", Warehouse("sqlite", str(tmp_path / "mine.sqlite"))
    connection = {"conn_type": "sqlite", "host": warehouse.address}
    if engine == "postgresql":
        server = request.getfixturevalue("server")
        warehouse = new_database(server, "by_dag")
        fields = {"host": "127.0.0.1", "port": server.port, "login": server.user, "schema": "by_dag"}
        connection = {"conn_type": "postgres", **fields}
    deliver(site, DAY)
    report = played({"warehouse": connection}, source_location=str(site))
    assert states(report) == dict.fromkeys(TASKS, "success")
    expected = Warehouse("sqlite", str(tmp_path / "expected.sqlite"))
    load(expected, site, DAY, tmp_path / "staged")
    if engine == "sqlite":
        assert_same(contents(warehouse), contents(expected))
    assert len(contents(warehouse)["songplays"]) == len(contents(expected)["songplays"]) > 100


def test_a_run_reads_from_s3_and_publishes_to_it(played, bucket, tmp_path):
    name, endpoint = bucket
    deliver(tmp_path / "site", DAY)
    _upload(tmp_path / "site", bucket)
    extra = {"endpoint_url": endpoint, "region_name": "us-east-1"}
    connection = {"conn_type": "aws", "login": "key", "password": "secret", "extra": extra}
    report = played(
        {"store": connection},
        timeout=50_000.0,  # more than the sensor's: else a first look that takes long is taken for a wait in vain
        source_location=f"s3://store@{name}/site",
        reports_location=f"s3://store@{name}/reports/",
    )
    assert states(report) == dict.fromkeys(TASKS, "success")
    page = _client(endpoint).get_object(Bucket=name, Key=f"reports/{DAY}.md")["Body"].read().decode()
    assert page.startswith(f"# Plays of {DAY}")
    assert "| SO" not in page
    loaded = contents(Warehouse("sqlite", str(tmp_path / "data" / "songplays_warehouse" / "warehouse.sqlite")))
    assert len(loaded["songs"]) == 24


def test_a_quality_failure_fails_the_run_at_once_and_is_mailed_with_its_rows(played, mailbox, tmp_path):
    """The facts have lost their keys, and one of them has got a time of another day."""
    box, smtp = mailbox
    site, warehouse = tmp_path / "site", Warehouse("sqlite", str(tmp_path / "mine.sqlite"))
    deliver(site, DAY)
    load(warehouse, site, DAY, tmp_path / "staged")
    with warehouse.transaction(writes=True) as transaction:
        transaction.execute("create table kept as select * from songplays", {})
        transaction.execute("drop table songplays", {})
        transaction.execute("create table songplays as select * from kept", {})
        strayed = "update songplays set start_time = '2018-11-11T01:00:00.000' where songplay_id = 20181112000000001"
        transaction.execute(strayed, {})
    connections = {"warehouse": {"conn_type": "sqlite", "host": warehouse.address}, "songplays_smtp": smtp}
    report = played(connections, source_location=str(site), alert_to="team@example.com")
    assert states(report)["check_quality"] == "failed"
    ((to, subject, words),) = letters(box)
    assert (to, subject) == ("team@example.com", "songplays_warehouse: check_quality failed")
    assert "attempt 1: the warehouse is wrong after 2018-11-12" in words
    assert "songplays whose start_time is not in time: songplay_id 20181112000000001, " in words
    assert "songplays with a songplay_id of several: songplay_id 20181112000000001, copies 2" in words


def test_a_run_whose_log_does_not_come_is_not_green(played, tmp_path):
    """The sensor defers; nothing comes within the time that windtunnel waits for."""
    report = played({}, source_location=str(tmp_path))
    assert states(report)["wait_for_log"] != "success"
    assert "stage" not in {task for task, state in states(report).items() if state == "success"}


# What the triggerer does, in a process of its own: Airflow keeps global state, and this one belongs to pytest.
TRIGGERER = """
import asyncio, json, pathlib, sys

from modules.songplays import log_path
from modules.songplays.alerts import mail_lateness
from modules.songplays.waiting import LogTrigger

async def wait(site, day):
    classpath, told = LogTrigger(site, day, 0.01).serialize()
    waiting = asyncio.ensure_future(anext(LogTrigger(**told).run()))
    await asyncio.sleep(0.1)
    early = waiting.done()
    file = pathlib.Path(site, log_path(day))
    file.parent.mkdir(parents=True)
    file.touch()
    event = await asyncio.wait_for(waiting, 30)
    context = {"dag_run": {"dag_run_id": "scheduled__2018"}, "deadline": {}}
    await mail_lateness("team@example.com", context=context)
    return {"classpath": classpath, "early": early, "event": event.payload}

print()
print(json.dumps(asyncio.run(wait(*sys.argv[1:]))))
"""


def in_triggerer(folder: Path, smtp: dict | None) -> dict:
    environment = {**os.environ, "AIRFLOW_HOME": str(folder / "airflow"), "PYTHONPATH": str(ROOT)}
    if smtp:
        environment["AIRFLOW_CONN_SONGPLAYS_SMTP"] = json.dumps(smtp)
    command = [sys.executable, "-c", TRIGGERER, str(folder / "site"), DAY]
    child = subprocess.run(
        command, env=environment, cwd=folder, capture_output=True, text=True, timeout=300, check=False
    )
    assert child.returncode == 0, child.stderr
    return json.loads(child.stdout.splitlines()[-1]) | {"said": child.stdout + child.stderr}


def test_the_trigger_fires_when_the_log_is_delivered_and_a_late_run_is_mailed(mailbox, tmp_path):
    box, smtp = mailbox
    told = in_triggerer(tmp_path, smtp)
    assert told["classpath"] == "modules.songplays.waiting.LogTrigger"
    assert not told["early"]
    assert told["event"] == {"source_location": str(tmp_path / "site")}
    ((to, subject, words),) = letters(box)
    assert (to, subject) == ("team@example.com", "songplays_warehouse: the run scheduled__2018 is late")
    assert "It has not ended in time." in words


def test_a_late_run_is_logged_where_nobody_can_be_told_by_mail(tmp_path):
    said = in_triggerer(tmp_path, None)["said"]
    assert "the run scheduled__2018 is late (and nobody could be told by mail)" in said
