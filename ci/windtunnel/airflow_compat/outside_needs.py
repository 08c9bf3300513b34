"""What failed code has asked of the deployment, told by the exceptions of each Airflow."""

from __future__ import annotations

import re
from traceback import walk_tb
from typing import Any


def outside_need(error: BaseException) -> str:
    """What the failed code asked of the deployment and this run does not have: a connection, a variable, a param."""
    from airflow.exceptions import AirflowNotFoundException, ParamValidationError

    reason = (str(error).strip().splitlines() or [""])[0]
    # 3.2 raises a plain ValueError
    if isinstance(error, ParamValidationError | ValueError) and _PARAM_WITHOUT_VALUE.match(reason):
        return f"a value for a param ({reason})"
    if isinstance(error, AirflowNotFoundException):
        return f"a connection ({reason})"
    code = str(getattr(getattr(getattr(error, "error", None), "error", None), "value", ""))
    if code in ("CONNECTION_NOT_FOUND", "VARIABLE_NOT_FOUND"):
        return f"a {code.partition('_')[0].lower()} ({reason})"
    if (missing := _dag_not_found(error)) is not None:
        return _a_dag(missing)
    if _asked_for_events(error):
        return f"an event of an asset ({reason})"
    if any(kind.__name__ in _WAITED_IN_VAIN for kind in type(error).__mro__):
        return "what its sensor waits for"
    return ""


# By name: each version has moved some of them.
_WAITED_IN_VAIN = {"AirflowSensorTimeout", "TaskDeferralTimeout"} | {
    f"External{what}NotFoundError" for what in ("Dag", "Task")
}
_PARAM_WITHOUT_VALUE = re.compile("Invalid input for param .*: No value passed")
_NEED_IN_TEXT = re.compile(
    r"^[\w.]*(?:AirflowRuntimeError: (?:VARIABLE|CONNECTION)_NOT_FOUND"
    r"|AirflowNotFoundException: The conn_id"
    r"|KeyError: 'Variable .* does not exist).*$",
    re.MULTILINE,
)


_NO_SUCH_DAG = re.compile(r"\b[Dd][Aa][Gg] with dag_id: \\?'(?P<dag_id>[^'\\]+)\\?' not found")


def outside_need_in_text(text: str) -> str:
    """What a printed traceback says was asked of the deployment: a connection or a variable; "" where nothing was."""
    if missing := _NO_SUCH_DAG.search(text):
        return _a_dag(missing["dag_id"])
    found = _NEED_IN_TEXT.search(text)
    return f"a connection or a variable ({found[0].partition(': ')[2]})" if found else ""


def waited_in_vain(task: Any, error: BaseException) -> str:
    """What a task that waits by its kind failed for want of, where its execution_timeout has ended the wait."""
    from windtunnel.airflow_compat.dagbag import may_wait

    is_timeout = any(kind.__name__ == "AirflowTaskTimeout" for kind in type(error).__mro__)
    return "what its sensor waits for" if is_timeout and may_wait(task) else ""


def _a_dag(dag_id: str) -> str:
    return f"a DAG that this repository does not have ({dag_id})"


def is_of_trigger(error: BaseException) -> bool:
    """Whether the task failed because its trigger had."""
    return type(error).__name__ == "TaskDeferralError"


def _dag_not_found(error: BaseException) -> str | None:
    """The dag_id that a TriggerDagRunOperator asked the execution API for in vain."""
    found = _NO_SUCH_DAG.search(str(error)) if type(error).__name__ == "AirflowRuntimeError" else None
    return found["dag_id"] if found else None


def _asked_for_events(error: BaseException) -> bool:
    """Whether the innermost code found nothing in the asset events of the run: nobody gives it any."""
    from airflow.sdk.execution_time import context

    names = ("InletEventsAccessors", "InletEventsAccessor", "TriggeringAssetEventsAccessor")
    if any(name in str(error) for name in names):
        return True
    accessors = tuple(getattr(context, name) for name in names if hasattr(context, name))  # 3.1 has a list for one
    found_nothing = isinstance(error, LookupError) or type(error).__name__ == "UndefinedError"
    innermost = list(walk_tb(error.__traceback__))[-4:]  # of which three may be those of a template engine
    seen = [value for frame, _ in innermost for value in frame.f_locals.values()]
    return found_nothing and any(isinstance(value, accessors) for value in seen)
