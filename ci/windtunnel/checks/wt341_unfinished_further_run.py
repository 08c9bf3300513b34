"""Further run that hangs, or that is lost, where the first came to its end.

## What it does
Reports a DAG that is run again in one of the `contexts` (without a date, a second time, for another date) and then does
not come to an end, though its first run did in a tenth of the time or less: nothing is left that could go on, a task
has killed the process that it was started from, or the time is over.

## Why is this bad?
Such a run holds its place among the active runs for ever: with `max_active_runs=1` the DAG stands still.

## What to do
The message says what is different in that run, and which task was at work. Give tasks an `execution_timeout`, and the
DAG a `dagrun_timeout`.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.facts import ContextFacts, End, RunEnd, VisitFacts
from windtunnel.findings import Complaint, Severity

_FILE = """\
from airflow.sdk import dag, get_current_context, task


@dag(schedule=None)
def leaver():
    @task%s
    def leave() -> None:
        import os
        import signal

        if not get_current_context().get("ds"):
            %s

    leave()


leaver()
"""
FAILING = _FILE % ("  # WT341", "os.kill(os.getppid(), signal.SIGKILL)")
PASSING = _FILE % ("", "return")

_SLOWER = 10
_PATIENCE = 5.0  # seconds that a busy machine may take for nothing


@check(
    "WT341",
    on=ContextFacts,
    severity=Severity.WARNING,
    remedy="mend the task that was at work, and bound it by an execution_timeout",
)
def unfinished_further_run(context: ContextFacts) -> Iterator[Complaint]:
    visit = context.visits[-1] if context.visits else None
    if visit is None or visit.state in ("success", "failed") or not (how := _how(context, visit)):
        return
    at_work = [task for task in visit.tasks if task.state == "running"]
    who = " while " + ", ".join(repr(task.label) for task in at_work) + " was at work" if at_work else ""
    yield Complaint(
        at_work[0].location if at_work else context.location,
        f"DAG {context.dag_id!r} {how} in {visit.occasion.value}{who}",
        task_id=at_work[0].task_id if at_work else "",
    )


def _how(context: ContextFacts, visit: VisitFacts) -> str:
    """What has become of the run, as the end of a sentence; "" where it may only have had too little time."""
    if visit.left is RunEnd.STUCK:
        return "stands still"
    if visit.left is RunEnd.CUT_OFF:
        return "is cut off from its tasks"
    if context.process.end is End.DIED:
        return context.process.detail
    expected = context.plain.process.seconds * len(context.visits)
    is_late = visit.left is RunEnd.OUT_OF_TIME or context.process.end is End.TIMED_OUT
    return "does not come to an end" if is_late and context.process.seconds > expected * _SLOWER + _PATIENCE else ""
