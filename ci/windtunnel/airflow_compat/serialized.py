"""A DAG as Airflow compares it with the one that it has stored, to tell whether it needs a new version."""

from __future__ import annotations

import json
from typing import Any

from airflow.models.serialized_dag import SerializedDagModel

try:
    from airflow.serialization.serialized_objects import DagSerialization
except ImportError:  # 3.1
    from airflow.serialization.serialized_objects import SerializedDAG as DagSerialization


def canonical(dag: Any) -> str:
    """The JSON text that `SerializedDagModel.hash` takes its hash of: what Airflow sorts is sorted, no file location.

    Raises what the serialization raises.
    """
    ordered = SerializedDagModel._sort_serialized_dag_dict(DagSerialization.to_dict(dag))  # noqa: SLF001
    ordered["dag"].pop("fileloc", None)
    return json.dumps(ordered, sort_keys=True)
