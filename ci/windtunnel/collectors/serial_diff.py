"""What differs between two serialized DAGs, in the words of whoever wrote the DAG: tasks, edges, fields."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

from windtunnel.facts import DifferenceFacts, DifferenceKind

_FOLLOWS_IDS = ("task_group", "edge_info", "dag_dependencies")
_SHOWN = 60  # characters


def differences(first: str, second: str) -> tuple[DifferenceFacts, ...]:
    """The differences between two canonical texts of one DAG."""
    one, two = (_parts(json.loads(text)) for text in (first, second))
    return tuple(_compare(one, two))


def only_in(which: int, kind: str, name: str) -> DifferenceFacts:
    """An id that one of two parses alone has: `which` is 0 for the first."""
    return DifferenceFacts(
        DifferenceKind.ID, f"{kind} {name}", f"{kind} {name!r} is only in the {('first', 'second')[which]} parse"
    )


def _parts(document: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The fields of the DAG, and of each task by its id."""
    tasks = {str(task["task_id"]): task for task in map(_plain, document["dag"].get("tasks", ()))}
    fields = {name: value for name, value in document["dag"].items() if name != "tasks"}
    return _plain({**{name: value for name, value in document.items() if name != "dag"}, **fields}), tasks


def _compare(
    one: tuple[dict[str, Any], dict[str, Any]], two: tuple[dict[str, Any], dict[str, Any]]
) -> Iterator[DifferenceFacts]:
    (fields, tasks), (other_fields, other_tasks) = one, two
    strange = [sorted(tasks.keys() - other_tasks.keys()), sorted(other_tasks.keys() - tasks.keys())]
    for which, names in enumerate(strange):
        yield from (only_in(which, "task", name) for name in names)
    for name in (name for name in fields | other_fields if not any(strange) or name not in _FOLLOWS_IDS):
        yield from _fields(name, "", fields.get(name), other_fields.get(name))
    for task_id in (task_id for task_id in tasks if task_id in other_tasks):
        yield from _task(task_id, tasks[task_id], other_tasks[task_id], {name for names in strange for name in names})


def _task(task_id: str, one: dict[str, Any], two: dict[str, Any], strange: set[str]) -> Iterator[DifferenceFacts]:
    below = [set(task.pop("downstream_task_ids", ())) - strange for task in (one, two)]
    for which, gone in enumerate((below[0] - below[1], below[1] - below[0])):
        for name in sorted(gone):
            edge = f"edge {task_id!r} >> {name!r}"
            yield DifferenceFacts(
                DifferenceKind.EDGE, edge, f"{edge} is only in the {('first', 'second')[which]} parse"
            )
    for name in one | two:
        yield from _fields(name, f"task {task_id!r}: ", one.get(name), two.get(name))


def _fields(path: str, prefix: str, one: Any, two: Any) -> Iterator[DifferenceFacts]:
    if one == two:
        return
    if isinstance(one, dict) and isinstance(two, dict):
        for name in one | two:
            yield from _fields(f"{path}.{name}", prefix, one.get(name), two.get(name))
    elif isinstance(one, list) and isinstance(two, list) and len(one) == len(two) and not _is_reordered(one, two):
        for index, (left, right) in enumerate(zip(one, two, strict=True)):
            yield from _fields(f"{path}[{index}]", prefix, left, right)
    else:
        is_order = isinstance(one, list) and isinstance(two, list) and len(one) == len(two)
        shown = " | ".join(_shown(one, two))
        text = f"{prefix}{'order of ' if is_order else ''}{path}: {shown}"
        yield DifferenceFacts(DifferenceKind.FIELD, f"{prefix}{path}", text)


def _is_reordered(one: list[Any], two: list[Any]) -> bool:
    return sorted(map(_text, one)) == sorted(map(_text, two))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True, ensure_ascii=False)


def _shown(one: Any, two: Any) -> tuple[str, str]:
    """Both as text; of long ones what lies around the first place at which they differ."""
    texts = ["nothing" if value is None else _text(value) for value in (one, two)]
    same = next((at for at, (a, b) in enumerate(zip(*texts, strict=False)) if a != b), min(map(len, texts)))
    start = max(0, same - _SHOWN // 2) if max(map(len, texts)) > _SHOWN else 0
    left, right = (_cut(text, start) for text in texts)
    return left, right


def _cut(text: str, start: int) -> str:
    before, after = "…" if start else "", "…" if len(text) > start + _SHOWN else ""
    return f"{before}{text[start : start + _SHOWN]}{after}"


def _plain(value: Any) -> Any:
    """What Airflow has encoded, without the wrappings: dates and durations as people write them, params by name."""
    if isinstance(value, list):
        named = value and all(isinstance(pair, list) and len(pair) == 2 and isinstance(pair[1], dict) for pair in value)
        return _plain({str(name): inner for name, inner in value}) if named else [_plain(inner) for inner in value]
    if not isinstance(value, dict):
        return value
    if "__var" in value:
        return _decoded(str(value.get("__type", "")), value["__var"])
    return {name: _date(inner) if name.endswith("_date") else _plain(inner) for name, inner in value.items()}


def _decoded(kind: str, value: Any) -> Any:
    if kind == "datetime":
        return _date(value)
    if kind == "timedelta" and isinstance(value, int | float):
        return str(timedelta(seconds=value))
    return _plain(value)


def _date(value: Any) -> Any:
    """`start_date` and its like are stored as bare seconds since 1970."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return _plain(value)
    return datetime.fromtimestamp(value, timezone.utc).isoformat()
