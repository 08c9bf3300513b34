"""What DAG files ask of their deployment, through real Airflow, and the way from the stub file to a verdict."""

from __future__ import annotations

import pytest

from windtunnel import inventory
from windtunnel.engine import run
from windtunnel.facts import NeedKind
from windtunnel.reporters.inventory import render
from windtunnel.settings import Settings

FILES = {
    "include/lazy.py": "import os\n\nKEY = os.environ['LAZY']\n",
    "include/early.py": """\
import os

from airflow.sdk import Variable


def ask(name):
    return os.environ[name]


def owner():
    return Variable.get("owner", default="me")
""",
    "dags/sql/query.sql": "select {{ var.value.from_file }}\n",
    "dags/all.py": """\
import os

from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.sensors.filesystem import FileSensor
from airflow.sdk import DAG, Asset, BaseOperator, task

from include.early import ask, owner

ask("REGION")
owner()
whole = dict(os.environ)
os.environ["MINE"] = "1"
os.environ["MINE"]
os.environ.get("MAYBE")
os.path.expandvars("$HOME")


class Copy(BaseOperator):
    template_fields = ("query",)
    template_ext = (".sql",)

    def __init__(self, *, warehouse_conn_id="warehouse_default", ssh_conn_id=None, query="", **rest):
        super().__init__(**rest)
        self.warehouse_conn_id, self.ssh_conn_id, self.query = warehouse_conn_id, ssh_conn_id, query

    def execute(self, context):
        pass


with DAG("all", schedule=[Asset("s3://in"), Asset("s3://made")]):
    BashOperator(
        task_id="shell",
        bash_command="{{ var.value.a }} {{ var.json.b.c }} {{ conn.d.host }} {{ var.value.get('e', 'x') }} {{ ds }}",
        env={"X": "{{ var.value['h.i'] }} {{ var.value.get('f') }} {{ conn.get('g') }}"},
        pool="etl",
        queue="gpu",
        outlets=[Asset("s3://made")],
    )
    Copy(task_id="copy", query="sql/query.sql")
    Copy.partial(task_id="one", warehouse_conn_id="w2").expand(query=["{{ var.value.q }}", "x"])
    Copy.partial(task_id="two", pool="mapped").expand(warehouse_conn_id=["w3", "w4"])
    FileSensor(task_id="wait", filepath="x")

    @task
    def work():
        from airflow.providers.smtp.hooks.smtp import SmtpHook

        from include import lazy

        SmtpHook("mail")
        SmtpHook()

    work()
""",
}


@pytest.fixture(scope="module")
def taken(pools, tmp_path_factory):
    root = tmp_path_factory.mktemp("repository")
    for path, text in {"pyproject.toml": "", **FILES}.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return inventory.take(Settings(root), pools=pools)


def names(taken, kind, required=True):
    return {thing.name for thing in taken.things if thing.kind is kind and thing.required is required}


def test_a_file_that_does_not_load_for_want_of_something_is_read_again_with_a_placeholder(taken):
    assert taken.not_loaded == ()


def test_connections_are_those_of_attributes_templates_and_hooks(taken):
    needed = {"warehouse_default", "w2", "w3", "w4", "d", "fs_default", "mail", "smtp_default"}
    assert names(taken, NeedKind.CONNECTION) == needed
    assert names(taken, NeedKind.CONNECTION, required=False) == {"g"}
    types = {thing.name: thing.form for thing in taken.things if thing.kind is NeedKind.CONNECTION}
    assert (types["mail"], types["smtp_default"], types["w2"]) == ("smtp", "smtp", "")


def test_variables_are_those_of_templates_and_of_reads(taken):
    assert names(taken, NeedKind.VARIABLE) == {"a", "b", "f", "h.i", "q", "from_file"}
    assert names(taken, NeedKind.VARIABLE, required=False) == {"e", "owner"}


def test_environment_variables_are_those_that_the_users_own_lines_read(taken):
    assert names(taken, NeedKind.ENVIRONMENT) == {"REGION", "LAZY"}
    assert names(taken, NeedKind.ENVIRONMENT, required=False) == {"MAYBE"}
    when = {thing.name: (thing.at_import, str(thing.places[0])) for thing in taken.things}
    assert when["REGION"] == (True, "include/early.py:7")
    assert when["LAZY"] == (False, "include/lazy.py:3")
    assert when["owner"] == (True, "include/early.py:11")


def test_pools_queues_and_assets_are_those_of_tasks_and_schedules(taken):
    assert names(taken, NeedKind.POOL) == {"etl", "mapped"}
    assert names(taken, NeedKind.QUEUE) == {"gpu"}
    assert {thing.name: thing.given for thing in taken.things if thing.kind is NeedKind.ASSET} == {
        "s3://in": False,
        "s3://made": True,
    }


NEEDY = """\
import os

from airflow.sdk import DAG, BaseHook, Variable, task

BUCKET = Variable.get("bucket")
REGION = os.environ["REGION_OF_DATA"]

with DAG("needy", schedule=None):

    @task
    def load() -> None:
        BaseHook.get_connection("warehouse")
        os.environ["TOKEN_OF_DATA"]

    load()
"""


def test_with_the_stub_file_what_was_not_judged_is_judged(repository, tmp_path):
    root = repository({"dags/needy.py": NEEDY})
    settings = Settings(root, select=("WT1", "WT3"), ignore=("WT112",), jobs=1)
    assert {finding.code for finding in run(settings).findings} == {"WT104"}
    stub = tmp_path / "stubs.env"
    stub.write_text(render(inventory.take(settings), "env"))
    judged = run(Settings(root, select=("WT1", "WT3"), ignore=("WT112",), jobs=1, env_file=str(stub)))
    assert judged.findings == ()
    assert [one.state for one in judged.runs] == ["success"]
