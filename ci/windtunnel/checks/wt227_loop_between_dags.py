"""DAGs that wait for each other, or start each other without end.

## What it does
Follows what leads from one DAG to the next. Reports tasks that wait for each other's runs of the same logical date, by
ExternalTaskSensors and by the order of the tasks between them; and DAGs of which each run starts a run of the next, by
TriggerDagRunOperator or by an asset that is all that the next one's schedule waits for. Left out are triggers that end
the loop (behind a branch or a short circuit, or of a date or a run_id that there can be only once), and a DAG without a
schedule that triggers itself: that is meant.

## Why is this bad?
Tasks that wait for each other all time out. DAGs that start each other never stop once one of them has run.

## What to do
Take one of the references out, or wait for the run before by `execution_delta`. Where runs are to follow each other for
as long as there is work, let a branch decide.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.checks._between import dags_of, loops
from windtunnel.facts import DagFacts, RepositoryFacts, TaskFacts
from windtunnel.findings import Complaint, Severity
from windtunnel.trigger_rules import ancestors

_PONG = """\
from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sdk import DAG

with DAG("pong", schedule=None):
    TriggerDagRunOperator(task_id="back", trigger_dag_id="ping")
"""
FAILING = {
    "dags/ping.py": """\
from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sdk import DAG

with DAG("ping", schedule=None):
    TriggerDagRunOperator(task_id="forth", trigger_dag_id="pong")  # WT227
""",
    "dags/pong.py": _PONG,
}
PASSING = {
    "dags/ping.py": """\
from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sdk import DAG, task

with DAG("ping", schedule=None):

    @task.short_circuit
    def is_work_left() -> bool:
        return False

    is_work_left() >> TriggerDagRunOperator(task_id="forth", trigger_dag_id="pong")
""",
    "dags/pong.py": _PONG,
}

_NEEDS_NOT_ALL = ("always", "one_success", "one_failed", "one_done")
_AFTER_SUCCESS = ("all_success", "all_done", "none_failed")
Place = tuple[str, str]
"""A task: its dag_id and its task_id."""


@check("WT227", on=RepositoryFacts, severity=Severity.WARNING, remedy="take one of the references out")
def loop_between_dags(repository: RepositoryFacts) -> Iterator[Complaint]:
    dags = dags_of(repository)
    yield from _deadlocks(dags)
    yield from _endless(dags)


def _deadlocks(dags: dict[str, DagFacts]) -> Iterator[Complaint]:
    tasks = {(task.dag_id, task.task_id): task for dag in dags.values() for task in dag.tasks}
    needs: dict[Place, list[Place]] = {place: _awaited(task, dags) for place, task in tasks.items()}
    waiting = [place for place in needs if needs[place]]  # a loop leads through one of them at least
    for dag in dags.values():
        for above, below in dag.edges:
            if tasks[dag.dag_id, below].trigger_rule not in _NEEDS_NOT_ALL:
                needs[dag.dag_id, below].append((dag.dag_id, above))
    for way in loops(waiting, needs):
        first = tasks[way[0]]
        path = " > ".join(f"{dag_id}.{task_id}" for dag_id, task_id in (*way, way[0]))
        yield Complaint(first.location, f"these tasks wait for each other: {path}", task_id=first.task_id)


def _awaited(task: TaskFacts, dags: dict[str, DagFacts]) -> list[Place]:
    """The tasks whose end the task waits for, in the run of its own logical date."""
    external = task.external
    if external is None or external.dag_id not in dags or not task.awaits:
        return []
    if not external.fixed or external.delta or not external.until_end or _may_be_skipped(task, dags[task.dag_id]):
        return []
    other = dags[external.dag_id]
    inside = dict(other.groups).get(external.group, ())
    wanted = [known.task_id for known in other.tasks] if external.whole else [*external.tasks, *inside]
    known = {known.task_id for known in other.tasks}
    return [(other.dag_id, task_id) for task_id in wanted if task_id in known]


def _endless(dags: dict[str, DagFacts]) -> Iterator[Complaint]:
    readers = _readers(dags)
    steps = {
        (dag_id, other): (task, by) for dag_id, dag in dags.items() for task, other, by in _starts(dag, dags, readers)
    }
    edges: dict[str, list[str]] = {dag_id: [] for dag_id in dags}
    for dag_id, other in steps:
        edges[dag_id].append(other)
    for way in loops(edges, edges):
        first = steps[way[0], (*way, way[0])[1]][0]
        hops = [f"{one!r} {steps[one, other][1]} {other!r}" for one, other in zip(way, (*way[1:], way[0]), strict=True)]
        message = f"each run leads to the next, without end: {', '.join(hops)}"
        yield Complaint(first.location, message, task_id=first.task_id)


def _readers(dags: dict[str, DagFacts]) -> dict[str, list[str]]:
    """The DAGs of which an asset alone starts a run, by its name."""
    readers: dict[str, list[str]] = {}
    for dag in dags.values():
        for name in {read.name for read in dag.consumes if read.suffices}:
            readers.setdefault(name, []).append(dag.dag_id)
    return readers


def _starts(
    dag: DagFacts, dags: dict[str, DagFacts], readers: dict[str, list[str]]
) -> Iterator[tuple[TaskFacts, str, str]]:
    """(task, dag_id, how) for each DAG of which every run of this one starts a run."""
    for task in (task for task in dag.tasks if not _may_be_skipped(task, dag)):
        meant = task.triggers == dag.dag_id and dag.schedule.summary == "None"
        if task.triggers in dags and not meant:
            yield task, task.triggers, "triggers"
        started = {dag_id for made in task.produces for dag_id in readers.get(made.name, ())}
        if started:  # seldom: most tasks produce nothing
            yield from ((task, other, "produces what starts") for other in dags if other in started)


def _may_be_skipped(task: TaskFacts, dag: DagFacts) -> bool:
    """Whether a run in which nothing fails can go without the task."""
    above = ancestors(dag, task.task_id) | {task.task_id}
    choices = [known for known in dag.tasks if known.task_id in above and (known.is_branch or known.may_skip)]
    return bool(choices) or task.trigger_rule not in _AFTER_SUCCESS
