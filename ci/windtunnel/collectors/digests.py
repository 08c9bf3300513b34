"""A DAG as one text, or as a digest of it: the same for whatever Airflow takes for the same DAG."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path


def digest(stored: str, workshop: Path) -> str:
    """The same for each DAG that Airflow takes for the same, by the text that it compares; "" for an empty one."""
    text = whole_text(stored, workshop)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest() if text else ""


def whole_text(stored: str, workshop: Path) -> str:
    """What Airflow compares two versions of a DAG by, without the folders in `workshop`, which this child alone has."""
    return re.sub(rf"{re.escape(str(workshop))}/\w+", "<a folder of the process>", stored)
