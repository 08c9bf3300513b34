"""A DAG as one text, or as a digest of it: the same for whatever Airflow takes for the same DAG."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any


def digest(dag: Any, workshop: Path) -> str:
    """The same for each DAG that Airflow takes for the same; "" for one that it cannot serialize."""
    text = whole_text(dag, workshop)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest() if text else ""


def whole_text(dag: Any, workshop: Path) -> str:
    """What Airflow compares two versions of a DAG by, without the folders in `workshop`, which this child alone has."""
    from windtunnel.airflow_compat.serialized import canonical

    try:
        text = canonical(dag)
    except Exception:  # which is what WT103 reports
        return ""
    return re.sub(rf"{re.escape(str(workshop))}/\w+", "<a folder of the process>", text)
