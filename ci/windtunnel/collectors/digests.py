"""A DAG as one text, or as a digest of it: the same for whatever Airflow takes for the same DAG."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path
from typing import Any

from windtunnel.template import FOLDER


def digest(dag: Any) -> str:
    """The same for each DAG that Airflow takes for the same; "" for one that it cannot serialize."""
    text = whole_text(dag)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest() if text else ""


def whole_text(dag: Any) -> str:
    """What Airflow compares two versions of a DAG by, without the folders that this child alone has."""
    from windtunnel.airflow_compat.serialized import canonical

    try:
        text = canonical(dag)
    except Exception:  # which is what WT103 reports
        return ""
    workshop = re.escape(str(_workshop()))
    return re.sub(rf"{workshop}/\w+", "<a folder of the process>", text)


def _workshop() -> Path:
    """Where the template and all its children live; the worker's own folder is that of its TMPDIR."""
    own = os.environ.get(FOLDER) or str(Path(os.environ["TMPDIR"]).parent)
    return Path(own).parent
