"""Tasks made to take another way than they would: by the machinery of Airflow that they use themselves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

from windtunnel.facts import ForcedFacts, Forcing


def cuts_of(task: Any) -> tuple[str, ...]:
    """The ids of the tasks that a short circuit skips when it stops; none for any other task."""
    operator = getattr(task, "operator_class", None) or type(task)
    # By name: another provider's may be derived from a class that has moved.
    if not any(base.__name__ == "ShortCircuitOperator" for base in getattr(operator, "__mro__", ())):
        return ()
    options = getattr(task, "partial_kwargs", None) or vars(task)
    ignores_rules = options.get("ignore_downstream_trigger_rules", True) is True
    below = task.get_flat_relatives(upstream=False) if ignores_rules else task.get_direct_relatives(upstream=False)
    return tuple(sorted(one.task_id for one in below if not one.is_teardown))


def force(task: Any, forced: ForcedFacts) -> None:
    """Make a task that is about to run in this process do what is forced.

    But for one that has to fail, it does all that it would do; only its answer is another.
    """
    if forced.how is Forcing.FAIL:
        task.execute = _fail
    elif forced.how is Forcing.FOLLOW:
        answer = forced.targets[0] if len(forced.targets) == 1 else list(forced.targets)
        task.do_branch = _with_answer(task.do_branch, answer)
    elif forced.how is Forcing.EMPTY:
        task.execute = _emptied(task.execute)
    else:
        task.execute_callable = _answering(task.execute_callable, forced.how is Forcing.GO_ON)


def _fail(context: Any) -> NoReturn:  # noqa: ARG001
    try:
        from airflow.sdk.exceptions import AirflowFailException
    except ImportError:  # 3.1
        from airflow.exceptions import AirflowFailException
    raise AirflowFailException("windtunnel makes this task fail, to see what runs then")


def _with_answer(do_branch: Callable[..., Any], answer: str | list[str]) -> Callable[..., Any]:
    def follow(context: Any, branches_to_execute: Any) -> Any:  # noqa: ARG001
        return do_branch(context, answer)

    return follow


def _answering(ask: Callable[[], Any], wanted: bool) -> Callable[[], Any]:
    def answer() -> Any:
        given = ask()
        return given if bool(given) is wanted else wanted

    return answer


def _emptied(execute: Callable[..., Any]) -> Callable[..., Any]:
    def nothing(context: Any) -> Any:
        given = execute(context)
        return {} if isinstance(given, dict) else []

    return nothing
