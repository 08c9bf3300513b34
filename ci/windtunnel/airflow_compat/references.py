"""What a loaded DAG says of other DAGs and of things outside: tasks it waits for, assets, pools and queues."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from windtunnel.facts import AssetFacts, ExternalFacts

_UNKNOWN = object()
_ENDS = {"success", "failed", "skipped", "upstream_failed"}


def triggered_dag(task: Any) -> str:
    """The dag_id that a TriggerDagRunOperator starts a run of; "" for other tasks, and where it is not known yet."""
    return _plain(_given(task, "trigger_dag_id"))


def awaited_dag(task: Any) -> str:
    """The dag_id whose run an ExternalTaskSensor waits for; "" for other tasks, and where it is not known yet."""
    return "" if _is_a(task, "ExternalTaskMarker") else _plain(_given(task, "external_dag_id"))


def references_of(task: Any) -> dict[str, Any]:
    """The fields of TaskFacts that say what the task has to do with the world outside its DAG."""
    outlets = _given(task, "outlets")
    return {
        "marks": _plain(_given(task, "external_dag_id")) if _is_a(task, "ExternalTaskMarker") else "",
        "external": _external(task),
        "may_skip": _is_a(task, "SkipMixin") or _meets_its_own_run(task),
        "produces": tuple(_assets(outlets)) if isinstance(outlets, list) else (),
        "pool": _plain(getattr(task, "pool", "")),
        "queue": _plain(getattr(task, "queue", "")),
    }


def groups_of(dag: Any) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Each task group by its id, with the tasks in it at any depth."""
    groups = dag.task_group.get_task_group_dict()
    return tuple(
        (group_id, tuple(task.task_id for task in group.iter_tasks()))
        for group_id, group in sorted((str(group_id), group) for group_id, group in groups.items() if group_id)
    )


def consumed_assets(dag: Any) -> tuple[AssetFacts, ...]:
    """The assets, aliases and references in the schedule of the DAG."""
    condition = getattr(dag.timetable, "asset_condition", None)
    return tuple(dict.fromkeys(_assets([condition]))) if condition is not None else ()


def _assets(given: Any, suffices: bool = True) -> Iterator[AssetFacts]:
    for asset in given:
        parts = getattr(asset, "objects", None)
        if parts is not None:  # AssetAll, AssetAny
            yield from _assets(parts, suffices and (len(parts) == 1 or type(asset).__name__.endswith("Any")))
        elif hasattr(asset, "name") or hasattr(asset, "uri"):
            yield AssetFacts(
                name=str(getattr(asset, "name", "")),
                uri=str(getattr(asset, "uri", "")),
                is_alias="Alias" in type(asset).__name__,
                suffices=suffices,
                watched=bool(getattr(asset, "watchers", ())),
            )


def _external(task: Any) -> ExternalFacts | None:
    dag_id = _plain(_given(task, "external_dag_id"))
    if not dag_id or not (_is_a(task, "ExternalTaskSensor") or _is_a(task, "ExternalTaskMarker")):
        return None
    named = [_given(task, name) for name in ("external_task_ids", "external_task_id", "external_task_group_id")]
    listed, single, group = named
    tasks = listed if isinstance(listed, list | tuple | set) else [single]
    delta, decides = _given(task, "execution_delta"), _given(task, "execution_date_fn")
    states = _given(task, "allowed_states") or ["success"]
    return ExternalFacts(
        dag_id=dag_id,
        tasks=tuple(sorted(filter(None, map(_plain, tasks)))),
        group=_plain(group),
        whole=not any(named),
        delta=delta.total_seconds() / 60 if isinstance(delta, timedelta) else 0.0,
        fixed=not decides and (not delta or isinstance(delta, timedelta)),
        until_end=isinstance(states, list | tuple | set) and {str(getattr(s, "value", s)) for s in states} <= _ENDS,
    )


def _meets_its_own_run(task: Any) -> bool:
    """Whether the task triggers a run of a date or an id of its own choice, which there can be but once."""
    chosen = (_given(task, name) for name in ("trigger_run_id", "logical_date"))
    return bool(triggered_dag(task)) and any(isinstance(value, str | datetime) for value in chosen)


def _given(task: Any, name: str) -> Any:
    """The value of an operator's argument; None where it has none, `_UNKNOWN` where each mapped task has its own."""
    partial = getattr(task, "partial_kwargs", None)
    if partial is None:
        return getattr(task, name, None)
    if name in partial:
        return partial[name]
    mapped = getattr(task.expand_input, "value", None)
    return None if isinstance(mapped, dict) and name not in mapped else _UNKNOWN


def _plain(value: Any) -> str:
    """The text that the run will have too; "" for what a template, a mapping or another task decides."""
    return value if isinstance(value, str) and "{" not in value else ""


def _is_a(task: Any, name: str) -> bool:
    # By name: the classes have moved between the providers and the task SDK.
    operator = getattr(task, "operator_class", None) or type(task)
    return isinstance(operator, type) and any(base.__name__ == name for base in operator.__mro__)
