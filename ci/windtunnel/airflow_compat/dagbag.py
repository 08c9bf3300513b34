"""DAG files read through Airflow's own DagBag, whatever its version calls it."""

from __future__ import annotations

import inspect
import os
import signal
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from windtunnel.airflow_compat.environment import BUNDLE
from windtunnel.airflow_compat.plugins import use_plugins


def enter_repository(root: Path, dag_folder: Path) -> None:
    """Make the repository importable in this child as it is under Airflow.

    The root goes where PYTHONPATH would put it; `config/`, the plugins folder and the DAG folder go to the end, in the
    order of airflow/settings.py and of BundleDagBag (a plain DagBag adds none). Nothing is compiled into the user's
    tree.
    """
    sys.dont_write_bytecode = True
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    sys.path.insert(0, str(root))
    # For the interpreters that tasks start, which know nothing of sys.path.
    further = [folder for folder in os.environ.get("PYTHONPATH", "").split(os.pathsep) if folder not in ("", str(root))]
    os.environ["PYTHONPATH"] = os.pathsep.join([str(root), *further])
    home = airflow_home(root, dag_folder)
    if (plugins := home / "plugins").is_dir():
        use_plugins(plugins)
    for folder in (home / "config", plugins, dag_folder):
        if folder.is_dir() and str(folder) not in sys.path:
            sys.path.append(str(folder))


def airflow_home(root: Path, dag_folder: Path) -> Path:
    """The folder of the repository that is deployed as AIRFLOW_HOME: the nearest above the DAG folder with `plugins/`.

    Where there is none, the folder that the DAG folder lies in.
    """
    above = [folder for folder in dag_folder.parents if folder.is_relative_to(root)] or [root]
    return next((folder for folder in above if (folder / "plugins").is_dir()), above[0])


def read_dag_file(file: Path, dag_folder: Path, safe_mode: bool = True) -> Any:
    """The DagBag of one file: `.dags` by dag_id, `.import_errors` as texts by path.

    Under `safe_mode` Airflow reads only what speaks of airflow and of a dag or an asset. What it lets pass flies on,
    and so does what it logs and forgets (3.1): a file or an archive that cannot be opened.
    """
    file.open("rb").close()
    if file.suffix != ".py" and zipfile.is_zipfile(file):
        zipfile.ZipFile(file).close()
    bag_class = _dag_bag_class()
    _let_crashes_kill()
    understood = inspect.signature(bag_class).parameters
    options: dict[str, Any] = {"bundle_path": dag_folder, "bundle_name": BUNDLE, "safe_mode": safe_mode}
    return bag_class(str(file), **{name: value for name, value in options.items() if name in understood})


def _dag_bag_class() -> Any:
    try:
        from airflow.dag_processing.dagbag import DagBag
    except ImportError:  # 3.1
        from airflow.models.dagbag import DagBag
    return DagBag


class _SignalsButForCrashes:
    """The module `signal` for one who may not answer a segmentation fault."""

    def __getattr__(self, name: str) -> Any:
        return getattr(signal, name)

    def signal(self, number: int, handler: Any) -> Any:
        return None if number == signal.SIGSEGV else signal.signal(number, handler)


def _let_crashes_kill() -> None:
    """Keep Airflow from handling SIGSEGV in Python: the fault would be met again and again until the time is over."""
    _reader().signal = _SignalsButForCrashes()


def _reader() -> Any:
    try:
        from airflow.dag_processing.importers import python_importer
    except ImportError:  # 3.1
        from airflow.models import dagbag

        return dagbag
    return python_importer


@dataclass(frozen=True, slots=True)
class Stored:
    """A DAG as the scheduler knows it, serialized and read back, and the text that Airflow compares versions by.

    Where it cannot be stored there is neither, but `reason`, in Airflow's words.
    """

    dag: Any = None
    text: str = ""
    reason: str = ""


def store(dag: Any) -> Stored:
    """The DAG stored, as far as that can be done without a database."""
    from windtunnel.airflow_compat.serialized import canonical

    try:
        data = serialized(dag)
        text = canonical(data)
        return Stored(_serialization().from_dict(data), text)
    except Exception as error:  # a serializer meets whatever the user has put into the DAG
        return Stored(reason=f"{type(error).__name__}: {error}")


def serialized(dag: Any) -> Any:
    """The DAG as plain data, as it lies in Airflow's database. Raises what a serializer raises."""
    return _serialization().to_dict(dag)


def _serialization() -> Any:
    try:
        from airflow.serialization.serialized_objects import DagSerialization
    except ImportError:  # 3.1
        from airflow.serialization.serialized_objects import SerializedDAG as DagSerialization
    return DagSerialization


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
