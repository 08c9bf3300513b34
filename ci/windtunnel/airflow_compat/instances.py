"""How many instances a task is, and with which tasks it could be one: asked of the loaded task."""

from __future__ import annotations

from typing import Any

_PYTHON = ("PythonOperator", "_PythonDecoratedOperator")  # others run elsewhere, or decide what runs
_SAME = ("pool", "queue", "retries", "executor", "run_as_user", "depends_on_past", "wait_for_downstream")


def instances_of(dag: Any, scheduled: Any) -> dict[str, tuple[int, bool]]:
    """(number, whether it is exact) by task_id, for each task that is mapped or lies in a mapped group.

    `scheduled` is the DAG as the scheduler knows it, None where it cannot be stored.
    Where the list is written in the file, its length; else the most that there can be: `max_map_length`, or fewer
    where the task limits its instances with `max_active_tis_per_dag` or `max_active_tis_per_dagrun`.
    """
    from airflow.exceptions import AirflowException

    known = {task.task_id: task for task in scheduled.tasks} if scheduled is not None else {}
    found: dict[str, tuple[int, bool]] = {}
    for task in filter(_is_mapped, dag.tasks):
        try:
            found[task.task_id] = (int(known[task.task_id].get_parse_time_mapped_ti_count()), True)
        except (KeyError, AirflowException, RuntimeError, TypeError):  # NotFullyPopulated is another in each version
            found[task.task_id] = (_most(task), False)
    return found


def _is_mapped(task: Any) -> bool:
    return bool(task.is_mapped) or next(iter(task.iter_mapped_task_groups()), None) is not None


def _most(task: Any) -> int:
    from airflow.configuration import conf

    limits = (getattr(task, f"max_active_tis_per_{of}", None) for of in ("dag", "dagrun"))
    most: int = min([conf.getint("core", "max_map_length"), *(limit for limit in limits if limit)])
    return most


def nature_of(task: Any) -> str:
    """What two tasks must have in common to be merged into one Python task; "" for one that cannot be merged.

    Only plain Python tasks can, and those that do nothing: with the default trigger rule, not mapped, not branching,
    no setup and no teardown.
    """
    rule = str(getattr(task.trigger_rule, "value", task.trigger_rule))
    does = type(task).__name__
    if does not in (*_PYTHON, "EmptyOperator") or rule != "all_success":
        return ""
    if task.is_setup or task.is_teardown or _is_mapped(task):
        return ""
    return ", ".join(f"{name}={getattr(task, name, None)}" for name in _SAME)
