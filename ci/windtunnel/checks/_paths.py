"""What the checks of further paths share: which faults are new there, and which were meant."""

from __future__ import annotations

import re
from collections.abc import Iterator

from windtunnel.facts import FailureFacts, Forcing, PathsFacts, RunFacts, TaskRunFacts

_MEANT = ("SystemExit", "AssertionError")
_RAISES = re.compile(r"^\s*(.*[:;]\s*)?(raise|assert)\b")


def runs_after_failure(paths: PathsFacts) -> tuple[RunFacts, ...]:
    """The runs in which a task was made to fail, and did."""
    return tuple(run for run in paths.runs if _fails(run) and _has_failed(run))


def runs_by_answer(paths: PathsFacts) -> tuple[RunFacts, ...]:
    """The runs in which a task was made to give another answer."""
    return tuple(run for run in paths.runs if not _fails(run))


def _fails(run: RunFacts) -> bool:
    return any(forced.how is Forcing.FAIL for forced in run.forced)


def _has_failed(run: RunFacts) -> bool:
    failed = {task.task_id for task in run.tasks if task.state == "failed"}
    return any(forced.how is Forcing.FAIL and forced.task_id in failed for forced in run.forced)


def new_faults(paths: PathsFacts, runs: tuple[RunFacts, ...]) -> Iterator[tuple[RunFacts, TaskRunFacts, FailureFacts]]:
    """The tasks that failed in these runs and in no run before, without being made to, and without meaning to."""
    told = {task.task_id for task in paths.plain.tasks if task.state == "failed"}
    for run in runs:
        made_to = {forced.task_id for forced in run.forced if forced.how is Forcing.FAIL}
        for task in run.tasks:
            is_new = task.state == "failed" and task.task_id not in told | made_to
            if is_new and not _is_meant(task.failure, after_failure=bool(made_to)):
                told.add(task.task_id)
                yield run, task, task.failure or FailureFacts("", "it left no exception", None, "\n".join(task.log))


def _is_meant(failure: FailureFacts | None, after_failure: bool) -> bool:
    """Whether the task was written to fail: the user's own line raises; after a failure, an operator may do so too."""
    if failure is None:
        return False
    below = (failure.traceback.rpartition('File "')[2].splitlines() or [""])[1:2]  # under the innermost of the user's
    raises = bool(below) and _RAISES.search(below[0]) is not None
    says_no = after_failure and failure.type.startswith("Airflow")
    return raises or says_no or failure.type in _MEANT


def cannot_run(failure: FailureFacts) -> bool:
    """Whether no data would make the line run: a name that is not there, a call that does not fit the function."""
    if failure.type == "NameError":
        return failure.location is not None
    called = "required positional argument" in failure.message or "unexpected keyword argument" in failure.message
    return failure.type == "TypeError" and called and failure.location is None  # Airflow calls it, by the DAG's words


def lacks_skipped(paths: PathsFacts, run: RunFacts, task: TaskRunFacts, failure: FailureFacts) -> tuple[str, ...]:
    """The direct upstream tasks that gave the task nothing because they were skipped, where it failed on nothing."""
    failed_on_none = failure.type in ("TypeError", "AttributeError") and "NoneType" in failure.message
    if not failed_on_none or not all(forced.is_sure for forced in run.forced):
        return ()
    skipped = {one.task_id for one in run.tasks if one.state == "skipped" and not one.tries}
    return tuple(sorted(above for above, below in paths.dag.edges if below == task.task_id and above in skipped))
