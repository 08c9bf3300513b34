"""The environment in which nothing of the user's Airflow is touched."""

from __future__ import annotations

import json
from pathlib import Path

from windtunnel.airflow_compat.environment import airflow_variables, without_airflow


def test_the_users_airflow_settings_are_left_out_and_connections_and_variables_stay():
    given = {
        "AIRFLOW_HOME": "/theirs",
        "AIRFLOW_CONFIG": "/theirs/airflow.cfg",
        "AIRFLOW__CORE__EXECUTOR": "CeleryExecutor",
        "AIRFLOW_CONN_WAREHOUSE": "http://host",
        "AIRFLOW_VAR_BUCKET": "b",
        "PATH": "/bin",
    }
    assert sorted(without_airflow(given)) == ["AIRFLOW_CONN_WAREHOUSE", "AIRFLOW_VAR_BUCKET", "PATH"]


def test_the_defaults_that_tasks_are_judged_by_stay_where_airflow_could_start_with_them():
    given = {
        "AIRFLOW__CORE__DEFAULT_TASK_RETRIES": "2",
        "AIRFLOW__CORE__DEFAULT_TASK_EXECUTION_TIMEOUT": "",
        "AIRFLOW__SENSORS__DEFAULT_TIMEOUT": "a week",
    }
    assert without_airflow(given) == {"AIRFLOW__CORE__DEFAULT_TASK_RETRIES": "2"}


def test_all_that_airflow_writes_lies_below_its_home():
    variables = airflow_variables(Path("/home of/wt"))
    assert variables["AIRFLOW_HOME"] == "/home of/wt"
    assert variables["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"] == "sqlite:////home of/wt/airflow.db"
    assert variables["AIRFLOW__LOGGING__BASE_LOG_FOLDER"].startswith("/home of/wt/")
    (bundle,) = json.loads(variables["AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST"])
    assert bundle["kwargs"] == {"path": "/home of/wt/empty"}
