"""The environment variables under which Airflow touches nothing of the user's. Airflow itself is not imported here."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

BUNDLE = "windtunnel"
CONNECTION, VARIABLE = "AIRFLOW_CONN_", "AIRFLOW_VAR_"
"""How the names of environment variables begin that give Airflow a connection or a variable."""
_SETTINGS_PREFIX = "AIRFLOW__"
_OWN = ("AIRFLOW_HOME", "AIRFLOW_CONFIG")
# Defaults of what is judged, and what they may be: with anything else Airflow would not start.
_NUMBER, _YES_OR_NO = re.compile(r"[0-9]+"), re.compile(r"(?i)t|true|1|f|false|0")
_JUDGED = {
    "AIRFLOW__CORE__DEFAULT_TASK_RETRIES": _NUMBER,
    "AIRFLOW__CORE__DEFAULT_TASK_EXECUTION_TIMEOUT": _NUMBER,
    "AIRFLOW__SENSORS__DEFAULT_TIMEOUT": _NUMBER,
    "AIRFLOW__SCHEDULER__CREATE_CRON_DATA_INTERVALS": _YES_OR_NO,
    "AIRFLOW__SCHEDULER__CREATE_DELTA_DATA_INTERVALS": _YES_OR_NO,
}


def without_airflow(environment: Mapping[str, str]) -> dict[str, str]:
    """`environment` without the user's Airflow settings, but for the defaults of retries, timeouts and data intervals.

    Connections and variables given in it stay.
    """
    return {
        name: value
        for name, value in environment.items()
        if not is_own(name) or (name in _JUDGED and _JUDGED[name].fullmatch(value))
    }


def is_own(name: str) -> bool:
    """Whether an environment variable is one of Airflow's settings, which windtunnel makes itself."""
    return name.startswith(_SETTINGS_PREFIX) or name in _OWN


def airflow_variables(home: Path) -> dict[str, str]:
    """What makes an Airflow that lives below `home` alone: database, logs, no examples, no plugins, an empty bundle."""
    empty = home / "empty"
    return {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(empty),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(empty),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__WORKERS__MIN_HEARTBEAT_INTERVAL": "1",
        "AIRFLOW__CORE__DAGBAG_IMPORT_ERROR_TRACEBACK_DEPTH": "200",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home / 'airflow.db'}",
        **bundle_variable(empty),
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(home / "logs"),
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "WARNING",
        "AIRFLOW__API_AUTH__JWT_SECRET": "windtunnel runs nothing that this could open, neither here nor elsewhere",
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
    }


def bundle_variable(folder: Path) -> dict[str, str]:
    """What makes `folder` the one bundle: the processes of tasks read their DAG file there."""
    bundle = {
        "name": BUNDLE,
        "classpath": "airflow.dag_processing.bundles.local.LocalDagBundle",
        "kwargs": {"path": str(folder)},
    }
    return {"AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST": json.dumps([bundle])}
