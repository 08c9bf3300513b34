"""What users give to runs: fixtures, dates, allowed hosts and recordings under the real Airflow; runs by dag_id."""

from __future__ import annotations

import re
from textwrap import dedent

import pytest

from windtunnel.engine import run
from windtunnel.errors import UsageError
from windtunnel.settings import Settings
from windtunnel.single_runs import SingleRuns

FILES = {
    "dags/tells.py": """\
from datetime import datetime

from airflow.sdk import DAG, BaseHook, Variable, get_current_context, task

with DAG("tells", schedule="@daily", start_date=datetime(2030, 1, 1), end_date=datetime(2031, 1, 1), params={"n": 1}):

    @task(pool="narrow")
    def tell():
        context = get_current_context()
        print("told", Variable.get("stage"), BaseHook.get_connection("db").host, context["params"]["n"], context["ds"])

    tell()

with DAG("forgets", schedule=None, end_date=datetime(2022, 1, 1)):

    @task
    def ask():
        print("told", Variable.get("stage", default="nothing"), get_current_context()["ds"])

    ask()
""",
    "dags/calls.py": """\
import urllib.request

from airflow.sdk import DAG, task

with DAG("heard", schedule=None):

    @task
    def listen():
        for _ in range(2):
            print("heard", urllib.request.urlopen("http://api.example.com/now").read().decode())
        urllib.request.urlopen("http://api.example.com/other")

    listen()

with DAG("open", schedule=None):

    @task
    def reach():
        urllib.request.urlopen("http://api.nowhere.invalid:81/")

    reach()

with DAG("closed", schedule=None):

    @task
    def answer():
        try:
            return urllib.request.urlopen("http://api.nowhere.invalid/").read()  # culprit: caught
        except OSError:
            return None

    @task
    def use(answer):
        return answer.decode()

    @task
    def wrap():
        try:
            urllib.request.urlopen("http://api.nowhere.invalid/")  # culprit: wrapped
        except OSError as error:
            raise RuntimeError("no answer") from error

    use(answer())
    wrap()
""",
    "windtunnel.d/given.yaml": """\
pools: {narrow: 1}
dags:
  tells:
    connections: {db: {conn_type: postgres, host: db.local}}
    variables: {stage: test}
    params: {n: 2}
    date: 2026-01-31T12:00
  open: {network: ["*.nowhere.invalid:81"]}
""",
    "windtunnel.d/recordings/heard.yaml": """\
version: 1
interactions:
- request: {method: GET, uri: 'http://api.example.com/now', body: null, headers: {}}
  response: {status: {code: 200, message: OK}, headers: {}, body: {string: 'three degrees'}}
""",
}


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    root = tmp_path_factory.mktemp("given")
    for path, text in {"pyproject.toml": "", **FILES}.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(dedent(text), encoding="utf-8")
    return root


@pytest.fixture(scope="module")
def runs(root, pools):
    with SingleRuns(Settings(root), pools) as runs:
        yield runs


def said(run, label: str) -> list[str]:
    """What the task said after "told" or "heard"."""
    return [found[1] for line in run.task(label).log if (found := re.search(r"(?:told|heard) (.*)", line))]


def line_of(text: str) -> int:
    return 1 + next(n for n, line in enumerate(FILES["dags/calls.py"].splitlines()) if text in line)


def test_a_dag_is_given_what_the_files_say_at_the_date_that_they_say_and_no_other_dag_is(runs):
    tells = runs.run("tells")
    assert tells.state == "success", tells
    assert said(tells, "tell") == ["test db.local 2 2026-01-31"]
    assert said(runs.run("forgets"), "ask") == ["nothing 2022-01-01"]
    assert said(runs.run("forgets", date="2026-01-31"), "ask") == ["nothing 2026-01-31"]


def test_what_a_call_gives_wins_over_the_files_and_the_environment(runs, monkeypatch):
    monkeypatch.setenv("AIRFLOW_VAR_STAGE", "mine")
    told = runs.run("tells", conf={"n": 7}, variables={"stage": "call"}, date="2025-06-01")
    assert said(told, "tell") == ["call db.local 7 2025-06-01"]


def test_recorded_responses_are_heard_as_often_as_asked_for_and_others_are_a_need(runs):
    heard = runs.run("heard")
    assert said(heard, "listen") == ["three degrees", "three degrees"]
    assert heard.task("listen").unmet_need == "a recorded response (to GET http://api.example.com/other)"


def test_an_allowed_host_is_asked_for_and_no_other(runs):
    failure = runs.run("open").task("reach").failure
    assert failure is not None
    assert (failure.type, failure.needs) == ("URLError", "")
    refused = runs.run("open", network=[]).task("reach")  # lists add up: none takes anything away
    assert refused.unmet_need == ""


def test_the_line_that_asked_for_the_network_is_to_blame_also_where_the_refusal_was_caught(root, pools):
    report = run(Settings(root, select=("WT308",), paths=(root / "dags/calls.py",)), pools=pools)
    found = {finding.task_id: finding.location.line for finding in report.findings if finding.dag_id == "closed"}
    assert found == {"use": line_of("culprit: caught"), "wrap": line_of("culprit: wrapped")}


@pytest.mark.parametrize(
    ("dag_id", "given", "message"),
    [
        ("tels", {}, "windtunnel_run: unknown DAG 'tels', did you mean 'tells'? (there are "),
        ("tells", {"varaibles": {}}, "windtunnel_run('tells'): unknown key 'varaibles', did you mean 'variables'?"),
        ("tells", {"dags": {}}, "windtunnel_run('tells'): unknown key 'dags'"),
    ],
)
def test_a_call_that_means_nothing_is_refused_by_name(dag_id, given, message, runs):
    with pytest.raises(UsageError, match=re.escape(message)):
        runs.run(dag_id, **given)


def test_a_task_that_is_not_in_the_run_is_named_with_those_that_are(runs):
    with pytest.raises(LookupError, match="no task 'lisen' in the run of 'forgets', but ask"):
        runs.run("forgets").task("lisen")


def test_fixtures_of_a_dag_that_is_not_there_stop_the_check(root, pools):
    (root / "windtunnel.d/late.yaml").write_text("dags: {tels: {params: {n: 3}}}")
    try:
        with pytest.raises(UsageError, match=r"late\.yaml: dags: unknown DAG 'tels', did you mean 'tells'"):
            run(Settings(root, select=("WT101",)), pools=pools)
    finally:
        (root / "windtunnel.d/late.yaml").unlink()
