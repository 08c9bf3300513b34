"""How a task waits, ends, repeats, branches and multiplies, asked of the loaded operator, mapped or not."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from windtunnel.facts import MappingFacts, SensorFacts

_ANSWERS = ("follow_task_ids_if_true", "follow_task_ids_if_false")
_CONNECTION = re.compile(r"(^|_)conn_id$")
_LOCAL = ("fs_conn_id",)  # a folder of this machine
# By name: their modules have moved from version to version. The Async ones derive from them.
_CLOCKS = {"DateTimeSensor", "TimeSensor", "TimeDeltaSensor", "WaitSensor", "DayOfWeekSensor"}
_DEFAULT_POOL = "default_pool"


def operator_of(task: Any) -> type:
    """The class of the operator, also of one that is mapped."""
    operator = getattr(task, "operator_class", None) or type(task)
    return operator if isinstance(operator, type) else type(task)


def callable_of(task: Any) -> Any:
    """The function that the task runs: its python_callable, or what a user's own branch operator chooses by."""
    given = _argument(task, "python_callable")
    return given if given is not None else getattr(operator_of(task), "choose_branch", None)


def execute_of(task: Any) -> Any:
    """The method that does the work of the operator, without Airflow's guard around it."""
    execute = getattr(operator_of(task), "execute", None)
    return getattr(execute, "__wrapped__", execute)


def answers_of(task: Any) -> Iterator[tuple[str, ...]]:
    """What a branch without a function of its own may follow, as its arguments say."""
    for name in _ANSWERS:
        value = _argument(task, name)
        targets = [value] if isinstance(value, str) else value
        if isinstance(targets, list | tuple | set) and all(_is_plain(target) for target in targets):
            yield tuple(targets)


def _is_plain(target: object) -> bool:
    return isinstance(target, str) and "{" not in target


def templates_of(task: Any) -> Iterator[str]:
    """All texts in the fields that Airflow renders, as deep as it looks for them."""
    for name in getattr(task, "template_fields", ()):
        yield from _texts(_argument(task, name))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | tuple | set):
        for one in value:
            yield from _texts(one)
    elif isinstance(value, dict):
        yield from _texts(list(value.values()))


def seconds(value: Any) -> float:
    """A timedelta or a number of seconds, as a number; 0.0 for anything else."""
    if isinstance(value, timedelta):
        return value.total_seconds()
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0.0


def connection_of(task: Any) -> str:
    """The first connection that the operator is given or has by default, as "the connection 'x'"; "" for none."""
    for name, value in sorted(_arguments(task)):
        if _CONNECTION.search(name) and name not in _LOCAL and isinstance(value, str) and value:
            return f"the connection {value!r}"
    return ""


def bounds_itself(task: Any) -> bool:
    """Whether the operator has a timeout of its own, beside the one that Airflow has for every task."""
    return any("timeout" in name and name != "execution_timeout" and seconds(value) for name, value in _arguments(task))


def retries_of(task: Any) -> tuple[int, bool]:
    """The effective number of retries, and whether somebody has set it: on the task, its group or its DAG."""
    retries = int(task.retries or 0)
    mapped = getattr(task, "partial_kwargs", None)
    # partial() of an operator fills in the default: a 0 of the author's then looks like Airflow's.
    filled = mapped is not None and not hasattr(task, "op_kwargs_expand_input")
    chosen = retries > 0 if filled else "retries" in _given(task)
    return retries, chosen or "retries" in getattr(task.dag, "default_args", {})


def mapping_of(task: Any) -> MappingFacts | None:
    """How the task is multiplied; None for one that is not, by itself or with its group."""
    # @task keeps its own; expand_input is then an empty one.
    expansions = [getattr(task, name, None) for name in ("expand_input", "op_kwargs_expand_input")]
    if not any(expansions) and not any(task.iter_mapped_task_groups()):
        return None
    over = {upstream.task_id for given in filter(None, expansions) for upstream, _ in given.iter_references()}
    return MappingFacts(tuple(sorted(over)), _is_bounded(task))


def _is_bounded(task: Any) -> bool:
    from airflow.configuration import conf

    limits = (task.max_active_tis_per_dag, task.max_active_tis_per_dagrun)
    default = conf.getint("core", "max_active_tasks_per_dag")
    return any(limits) or task.pool != _DEFAULT_POOL or getattr(task.dag, "max_active_tasks", default) != default


def sensor_of(task: Any) -> SensorFacts | None:
    """How the task waits; None for a task that is no sensor."""
    from airflow.configuration import conf
    from airflow.sdk import BaseSensorOperator

    operator = operator_of(task)
    if not issubclass(operator, BaseSensorOperator):
        return None
    default = conf.getfloat("sensors", "default_timeout")
    timeout = _argument(task, "timeout") or default
    return SensorFacts(
        timeout=seconds(timeout),
        poke_interval=seconds(_argument(task, "poke_interval", 60.0)),
        mode=str(_argument(task, "mode", "poke")),
        deferrable=bool(_argument(task, "deferrable", False)) or operator.__name__.endswith("Async"),
        chosen=seconds(timeout) != default or "timeout" in _given(task),
        clock=any(base.__name__ in _CLOCKS for base in operator.__mro__),
        movable=not isinstance(inspect.getattr_static(operator, "mode", None), property),  # @poke_mode_only
    )


def held_by(task: Any) -> Iterator[tuple[str, Any]]:
    """What the task was given that can be changed, by the name of the argument; of its function's arguments each."""
    for name, value in _given(task).items():
        inner = [*value.values()] if isinstance(value, dict) else value if isinstance(value, list | tuple) else []
        yield from ((name, held) for held in (value, *inner) if type(held) in (dict, list, set))


def _given(task: Any) -> dict[str, Any]:
    """What the operator was called with, from the DAG's default_args and by its own subclasses too."""
    mapped = getattr(task, "partial_kwargs", None)
    if mapped is None:
        return getattr(task, "_BaseOperator__init_kwargs", {})
    expanded = getattr(task.expand_input, "value", {})
    # partial() takes of default_args only what every operator knows, and leaves the rest for the run.
    inherited = {**getattr(task.dag, "default_args", {}), **getattr(task.task_group, "default_args", {})}
    return {**inherited, **mapped, **(expanded if isinstance(expanded, dict) else {})}


def _argument(task: Any, name: str, default: Any = None) -> Any:
    """An argument of the operator as it was taken in: the attribute; for a mapped task what it will be made with."""
    if getattr(task, "partial_kwargs", None) is None:
        return getattr(task, name, default)
    return _given(task).get(name, getattr(task, name, None) or _defaults(operator_of(task)).get(name, default))


def _arguments(task: Any) -> Iterator[tuple[str, Any]]:
    if getattr(task, "partial_kwargs", None) is None:
        yield from vars(task).items()
    else:
        yield from {**_defaults(operator_of(task)), **_given(task)}.items()


def _defaults(operator: type) -> dict[str, Any]:
    """The defaults of all parameters that the operator and its bases are made with, the most derived first."""
    found: dict[str, Any] = {}
    for base in operator.__mro__:
        parameters = inspect.signature(base.__init__).parameters if "__init__" in vars(base) else {}  # type: ignore[misc]
        for name, parameter in parameters.items():
            if parameter.default is not parameter.empty:
                found.setdefault(name, parameter.default)
    return found


def handed_on(task: Any) -> set[str]:
    """The ids of the tasks whose results are arguments of this one."""
    from airflow.sdk.definitions.xcom_arg import XComArg

    given = [getattr(task, name, None) for name in ("op_args", "op_kwargs", "partial_kwargs", "params")]
    given += [getattr(task, name, None) for name in getattr(task, "template_fields", ())]
    inputs = getattr(task, "expand_input", None) or getattr(task, "op_kwargs_expand_input", None)
    given += [getattr(inputs, "value", None), getattr(getattr(task, "op_kwargs_expand_input", None), "value", None)]
    return {operator.task_id for value in given for operator, _ in XComArg.iter_xcom_references(value)}


def wiring_of(task: Any) -> dict[str, Any]:
    """The fields of TaskRunFacts that say how the task hangs together with its neighbours."""
    from windtunnel.airflow_compat.dagbag import is_branch

    return {
        "parents": tuple(sorted(task.upstream_task_ids)),
        "trigger_rule": str(getattr(task.trigger_rule, "value", task.trigger_rule)),
        "mapped": bool(task.is_mapped) or next(iter(task.iter_mapped_task_groups()), None) is not None,
        "chooses": any(base.__name__ == "SkipMixin" for base in operator_of(task).__mro__),
        "is_branch": is_branch(task),
        "is_teardown": bool(task.is_teardown),
    }
