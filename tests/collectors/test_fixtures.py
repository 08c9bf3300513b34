"""The files of windtunnel.d: what they give to which DAG, and how a file that means nothing is refused."""

from __future__ import annotations

import json
import re

import pytest

from windtunnel.collectors.fixtures import Fixtures, read_fixtures, with_pools
from windtunnel.errors import UsageError
from windtunnel.settings import Settings

RECORDING = "interactions: [{request: {}, response: {}}]\nversion: 1\n"


@pytest.fixture
def fixtures(tmp_path):
    """Write files into windtunnel.d and read them, under settings."""

    def read(files: dict[str, str], **settings: object) -> Fixtures:
        for name, text in files.items():
            file = tmp_path / "windtunnel.d" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        return read_fixtures(Settings(tmp_path, **settings))  # type: ignore[arg-type]

    return read


def test_a_repository_without_the_folder_gives_nothing_but_its_settings(fixtures):
    read = fixtures({}, conf={"rows": 3}, date="2026-01-31")
    assert read.environment() == {}
    assert read.conf("any") == {"rows": 3}
    assert read.given_to("any").date == "2026-01-31"


def test_connections_and_variables_become_what_airflow_reads_in_the_environment(fixtures):
    read = fixtures(
        {
            "all.yaml": """
        connections:
          warehouse: postgres://me:secret@localhost:5432/sales
          api: {conn_type: http, host: localhost, extra: {timeout: 3}}
        variables: {stage: test, limits: {rows: 3}, "on": true, since: 2026-01-31}
        environment: {API_KEY: abc, RETRIES: 3}
        """
        }
    )
    given = read.environment()
    assert json.loads(given.pop("AIRFLOW_CONN_API")) == {
        "conn_type": "http",
        "host": "localhost",
        "extra": {"timeout": 3},
    }
    assert given == {
        "AIRFLOW_CONN_WAREHOUSE": "postgres://me:secret@localhost:5432/sales",
        "AIRFLOW_VAR_STAGE": "test",
        "AIRFLOW_VAR_LIMITS": '{"rows": 3}',
        "AIRFLOW_VAR_ON": "true",
        "AIRFLOW_VAR_SINCE": "2026-01-31",
        "API_KEY": "abc",
        "RETRIES": "3",
    }


def test_the_three_forms_say_the_same(fixtures):
    given = fixtures(
        {
            "a.yaml": "variables: {a: '1'}",
            "b.json": '{"variables": {"b": "2"}}',
            "c.env": "AIRFLOW_VAR_C='3'\n",
            "README.md": "What lies here.",
            "samples/weather.csv": "not read",
        }
    ).environment()
    assert given == {"AIRFLOW_VAR_A": "1", "AIRFLOW_VAR_B": "2", "AIRFLOW_VAR_C": "3"}


def test_the_dag_wins_over_the_glob_the_glob_over_all_and_the_command_line_over_the_files(fixtures):
    files = {
        "all.yaml": """
        params: {a: all, b: all, c: all, d: all}
        dags:
          weather: {params: {c: name, d: name}, date: 2026-01-01, network: [only.example.com]}
          wea*: {params: {b: glob, c: glob, d: glob}}
        network: [all.example.com]
        """
    }
    read = fixtures(files, conf={"d": "line"})
    assert read.conf("weather") == {"a": "all", "b": "glob", "c": "name", "d": "line"}
    assert read.conf("other") == {"a": "all", "b": "all", "c": "all", "d": "line"}
    assert read.given_to("weather").network == ("all.example.com", "only.example.com")
    assert read.given_to("other").network == ("all.example.com",)
    assert read.given_to("weather").date.startswith("2026-01-01T00:00:00+00:00")
    assert fixtures({}, date="2026-02-02").given_to("weather").date == "2026-02-02"


def test_what_is_given_to_one_dag_is_not_there_while_files_load(fixtures):
    read = fixtures({"one.yaml": "dags: {weather: {variables: {stage: test}}}"})
    assert read.environment() == {}
    assert read.given_to("weather").environment == {"AIRFLOW_VAR_STAGE": "test"}
    assert read.given_to("other").environment == {}


def test_the_users_own_environment_wins_over_files(fixtures, monkeypatch):
    monkeypatch.setenv("AIRFLOW_VAR_STAGE", "mine")
    assert fixtures({"all.yaml": "variables: {stage: test}"}).given_to("any").environment == {}


def test_pools_have_the_slots_given_and_belong_to_the_deployment(fixtures, tmp_path):
    read = fixtures({"a.yaml": "pools: {warehouse: 2}", "b.yaml": "pools: [slow]"})
    assert read.given_to("any").pools == {"warehouse": 2, "slow": 128}
    assert with_pools(Settings(tmp_path, pools=("mine",)), read).pools == ("mine", "warehouse", "slow")


def test_a_recording_is_of_the_dag_whose_name_it_bears_or_that_names_it(fixtures, tmp_path):
    files = {"a.yaml": "dags: {other: {recording: recordings/weather.yaml}}", "recordings/weather.yaml": RECORDING}
    read = fixtures(files)
    recording = str(tmp_path / "windtunnel.d/recordings/weather.yaml")
    assert [read.given_to(dag).recording for dag in ("weather", "other", "third")] == [recording, recording, ""]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.toml", "", "windtunnel.d/a.toml: no file of fixtures: one ends in .yaml, .yml, .json, .env"),
        ("a.yaml", "a: [", "windtunnel.d/a.yaml: line 1: not YAML: "),
        ("a.yaml", "x: 1\n\tb: 2", "windtunnel.d/a.yaml: line 2: not YAML: "),
        ("a.yaml", "- a", "windtunnel.d/a.yaml: expected a table with connections, variables"),
        ("a.json", '{"a": 1,}', "windtunnel.d/a.json: line 1: not JSON: "),
        ("a.json", '{"dags": {}, "dags": {}}', "windtunnel.d/a.json: 'dags' stands twice"),
        ("a.env", "A=1\nnothing", "windtunnel.d/a.env: line 2: expected NAME=value"),
        ("a.yaml", "dags: {}\nvariables: {a: 1}\ndags: {}", "line 3: 'dags' stands twice in one table; keep one"),
        ("a.yaml", "conections: {}", "unknown key 'conections', did you mean 'connections'?"),
        ("a.yaml", "dgas: {}", "unknown key 'dgas', did you mean 'dags'?"),
        ("a.yaml", "dags: {weather: {dags: {}}}", "windtunnel.d/a.yaml: dags.weather: unknown key 'dags'"),
        ("a.yaml", "dags: [weather]", "a.yaml: dags: expected a table of dag_ids or globs"),
        ("a.yaml", "dags: {weather: {pools: [a]}}", "dags.weather.pools: pools belong to the deployment"),
        ("a.yaml", "connections: {a: {host: b}}", "a.yaml: connections.a: conn_type is missing"),
        ("a.yaml", "connections: {a: {conn_type: b, pasword: c}}", "unknown field 'pasword', did you mean 'password'?"),
        ("a.yaml", "connections: {a: }", "connections.a: expected a URI, or a table of conn_type"),
        ("a.yaml", "connections: text", "connections: expected a table of names"),
        ("a.yaml", "variables: {on: x}", "variables: expected a table of names (text)"),
        ("a.yaml", "environment: {A: true}", "environment.A: expected text; put it into quotes"),
        ("a.yaml", "environment: {AIRFLOW__CORE__X: a}", "windtunnel sets that itself; leave it out"),
        ("a.yaml", "environment: {TMPDIR: a}", "environment.TMPDIR: windtunnel sets that itself"),
        ("a.yaml", "params: {}\nconf: {}", "params and conf are the same; give one"),
        ("a.yaml", "network: ['http://a.example']", "network: 'http://a.example': a host or host:port, without scheme"),
        ("a.yaml", "network: ['a.example:http']", "network: 'a.example:http': its port is no number"),
        ("a.yaml", "network: {a: 1}", "network: expected a list of hosts"),
        ("a.yaml", "date: soon", "a.yaml: date: expected a date, YYYY-MM-DD or YYYY-MM-DDTHH:MM, not 'soon'"),
        ("a.yaml", "pools: {a: none}", "pools.a: expected a number of slots from 1, not 'none'"),
        ("a.yaml", "recording: recordings/none.yaml", "windtunnel.d/recordings/none.yaml: No such file or directory"),
        (
            "recordings/a.yaml",
            "a: 1",
            "windtunnel.d/recordings/a.yaml: no recording of vcrpy's: expected `interactions`",
        ),
    ],
)
def test_a_file_that_means_nothing_is_refused_by_file_and_key(name, text, message, fixtures):
    with pytest.raises(UsageError, match=re.escape(message)):
        fixtures({name: text})


def test_no_value_is_ever_quoted_where_it_may_be_a_secret(fixtures):
    for table in ("connections: {a: [hunter1]}", "environment: {A: [hunter1]}", "a: 'hunter1\nb"):
        with pytest.raises(UsageError) as refused:
            fixtures({"a.yaml": table})
        assert "hunter1" not in str(refused.value)


def test_a_folder_that_is_named_must_be_there(fixtures, tmp_path):
    with pytest.raises(UsageError, match=r"--fixtures .*nowhere: no such folder"):
        fixtures({}, fixtures=str(tmp_path / "nowhere"))


def test_fixtures_of_a_dag_that_is_not_there_are_refused(fixtures):
    read = fixtures({"a.yaml": "dags: {weathr: {}, '*_daily': {}}"})
    with pytest.raises(UsageError, match="unknown DAG 'weathr', did you mean 'weather'"):
        read.insist(["weather", "sales_daily"])
    with pytest.raises(UsageError, match=re.escape("unknown DAG '*_daily'")):
        read.insist(["weathr"])
    read.insist(["weathr", "sales_daily"])
