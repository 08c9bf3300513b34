"""DAG files read through Airflow's own DagBag, whatever its version calls it."""

from __future__ import annotations

import inspect
import os
import sys
from pathlib import Path
from typing import Any

from windtunnel.airflow_compat.environment import BUNDLE


def enter_repository(root: Path, dag_folder: Path) -> None:
    """Make the repository importable in this child as it is under Airflow.

    The root goes where PYTHONPATH would put it; the DAG folder and the plugins folder go to the end, as Airflow does
    it (a plain DagBag does not). Nothing is compiled into the user's tree.
    """
    from airflow import settings

    sys.dont_write_bytecode = True
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    sys.path.insert(0, str(root))
    plugins = root / "plugins"
    if plugins.is_dir():
        os.environ["AIRFLOW__CORE__PLUGINS_FOLDER"] = str(plugins)
        settings.PLUGINS_FOLDER = str(plugins)
        sys.path.append(str(plugins))
        _forget_plugins()
    if str(dag_folder) not in sys.path:
        sys.path.append(str(dag_folder))


def _forget_plugins() -> None:
    """Let Airflow look for plugins anew: the template, which has none of the user's, has looked already."""
    from airflow import plugins_manager

    known = vars(plugins_manager)
    for remembered in known.values():
        if hasattr(remembered, "cache_clear"):
            remembered.cache_clear()
    for name, kind in known.get("__annotations__", {}).items():  # 3.1: lists that are None until they are filled
        if str(kind).endswith("| None"):
            setattr(plugins_manager, name, None)
    known.get("loaded_plugins", set()).clear()


def read_dag_file(file: Path, dag_folder: Path) -> Any:
    """The DagBag of one file: `.dags` by dag_id, `.import_errors` as texts by path."""
    bag_class = _dag_bag_class()
    understood = inspect.signature(bag_class).parameters
    options: dict[str, Any] = {"bundle_path": dag_folder, "bundle_name": BUNDLE}
    return bag_class(str(file), **{name: value for name, value in options.items() if name in understood})


def _dag_bag_class() -> Any:
    try:
        from airflow.dag_processing.dagbag import DagBag
    except ImportError:  # 3.1
        from airflow.models.dagbag import DagBag
    return DagBag


def store(dag: Any) -> tuple[Any, str]:
    """The DAG as the scheduler knows it, serialized and read back; or None, and Airflow's reason why it cannot be."""
    try:
        from airflow.serialization.serialized_objects import DagSerialization
    except ImportError:  # 3.1
        from airflow.serialization.serialized_objects import SerializedDAG as DagSerialization
    try:
        return DagSerialization.from_dict(DagSerialization.to_dict(dag)), ""
    except Exception as error:  # a serializer meets whatever the user has put into the DAG
        return None, f"{type(error).__name__}: {error}"


def may_wait(task: Any) -> bool:
    """Whether the task, mapped or not, is of a kind that waits for something outside: a sensor, another DAG's run."""
    from airflow.sdk import BaseSensorOperator

    operator = getattr(task, "operator_class", None) or type(task)
    is_sensor = isinstance(operator, type) and issubclass(operator, BaseSensorOperator)
    return is_sensor or hasattr(task, "trigger_dag_id")


def is_branch(task: Any) -> bool:
    """Whether the task chooses which of its children run."""
    operator = getattr(task, "operator_class", None) or type(task)
    # By name: the class has moved from the standard provider into the task SDK (3.3).
    return isinstance(operator, type) and any(base.__name__ == "BranchMixIn" for base in operator.__mro__)
