"""The profile of what enters dataflows, as a document to be kept beside the code: it holds none of the values."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from windtunnel.facts import ColumnFacts, EnteringFacts, ProfileFacts


def render(profiles: Iterable[ProfileFacts], form: str) -> str:
    """The document as `yaml` or `json`; the same profiles give the same text."""
    document: dict[str, Any] = {}
    for profile in sorted(profiles, key=lambda one: (one.dag_id, one.task_id, one.modules)):
        document.setdefault(profile.dag_id, {}).setdefault(profile.task_id, []).append(_dataflow(profile))
    if form == "json":
        return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    import yaml

    return str(yaml.safe_dump(document, sort_keys=False, allow_unicode=True, default_flow_style=None, width=120))


def _dataflow(profile: ProfileFacts) -> dict[str, Any]:
    if profile.not_read:
        return {"modules": list(profile.modules), "not_read": profile.not_read}
    return {"modules": list(profile.modules), "entering": {one.name: _entering(one) for one in profile.entering}}


def _entering(entering: EnteringFacts) -> dict[str, Any]:
    known: dict[str, Any] = {"type": entering.type or "unknown"}
    if entering.rows >= 0:
        known["rows"] = entering.rows
    if len(entering.columns) == 1 and not entering.columns[0].name:
        return {**known, **_column(entering.columns[0])}
    if entering.columns:
        known["columns"] = {column.name: _column(column) for column in entering.columns}
    return known


def _column(column: ColumnFacts) -> dict[str, Any]:
    known: dict[str, Any] = {"dtype": column.dtype, "missing": column.missing}
    if column.distinct >= 0:
        known["distinct"] = column.distinct
    if column.unique:
        known["unique"] = True
    if column.increasing:
        known["increasing"] = True
    if column.low is not None and column.high is not None:
        known["range"] = [column.low, column.high]
    if column.counts:
        known["counts"] = list(column.counts)
    return known
