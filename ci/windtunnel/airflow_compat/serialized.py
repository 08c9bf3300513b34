"""A DAG as Airflow compares it with the one that it has stored, to tell whether it needs a new version."""

from __future__ import annotations

import json
from typing import Any

from airflow.models.serialized_dag import SerializedDagModel


def canonical(data: Any) -> str:
    """The JSON text that `SerializedDagModel.hash` takes its hash of: what Airflow sorts is sorted, no file location.

    `data` is the serialized DAG, which stays as it is.
    """
    ordered = SerializedDagModel._sort_serialized_dag_dict(data)  # noqa: SLF001
    without_place = {name: value for name, value in ordered["dag"].items() if name != "fileloc"}
    return json.dumps({**ordered, "dag": without_place}, sort_keys=True)
