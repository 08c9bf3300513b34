"""DAGs run by `dag.test()`, each in a child of its own, and watched while they run."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from windtunnel.collectors.dags import DagFile, dag_location, own_folder, settle_in, stuck_at, task_location
from windtunnel.collectors.effects import Effects
from windtunnel.collectors.failures import failure_facts
from windtunnel.collectors.needs import need_of, need_of_network
from windtunnel.collectors.recorder import Execution, Recording, record_drivers
from windtunnel.collectors.saves import Owner, asked_for, inspect_saves
from windtunnel.collectors.source import SourceIndex
from windtunnel.collectors.unfinished import Bystanders
from windtunnel.collectors.writes import WriteGuard
from windtunnel.facts import DagFacts, DriverFacts, End, FailureFacts, ProcessFacts, RunFacts, SaveFacts, TaskRunFacts
from windtunnel.pool import Job, Outcome, Pool
from windtunnel.worker import Shelf


@dataclass(frozen=True, slots=True)
class DagRunRequest:
    """One DAG to run, of the file that it was loaded from, with the params that the user gives.

    `neighbours` are the files of the DAGs that its tasks trigger: without them Airflow would not know those.
    """

    file: DagFile
    dag: DagFacts
    conf: Mapping[str, Any]
    neighbours: tuple[DagFile, ...] = ()


def collect_runs(pool: Pool, requests: Iterable[DagRunRequest], timeout: float) -> Iterator[RunFacts]:
    """The facts of each run, in the order in which their children end."""
    jobs = (Job(request, f"{__name__}:run_dag", (request,), timeout) for request in requests)
    for job, outcome in pool.map(jobs):
        dag = job.key.dag
        facts: RunFacts = outcome.value or RunFacts(dag.dag_id, dag.location, outcome.process)
        stuck = next(iter(stuck_at(outcome, job.key.file.root)), facts.failure)
        yield replace(facts, process=outcome.process, failure=stuck, waiting=_is_waiting(facts, outcome))


_TASK_RUNNER = "airflow/sdk/execution_time/task_runner.py"


def _is_waiting(facts: RunFacts, outcome: Outcome) -> bool:
    """dag.test() runs one task at a time: it waits where no task's code is on the stack, or a waiting one's."""
    in_task = any(file.endswith(_TASK_RUNNER) for file, _, _ in outcome.stack)
    latest = [task for task in facts.tasks if task.state == "running"][-1:]
    waits = not in_task or any(task.waits for task in latest)
    return outcome.process.end is End.TIMED_OUT and bool(facts.tasks) and bool(outcome.stack) and waits


# In the child


def run_dag(request: DagRunRequest) -> RunFacts:
    """The facts of one run, made in this very process: a child of the Airflow template."""
    from windtunnel.airflow_compat import running
    from windtunnel.airflow_compat.dagbag import read_dag_file

    file = request.file
    effects = settle_in(file)
    recording = record_drivers(effects)  # before the file is loaded: it may build a driver at its top
    guard = WriteGuard(file.root, own_folder())
    guard.is_on = True
    bag = read_dag_file(file.file, file.dag_folder)
    dag = bag.dags.get(request.dag.dag_id)
    if dag is None:
        gone = FailureFacts("LookupError", "the second time that the file was loaded, it held no such DAG", None, "")
        return RunFacts(request.dag.dag_id, request.dag.location, ProcessFacts(End.COMPLETED), failure=gone)
    watch = _Watch(dag, file, effects, recording)
    failure: FailureFacts | None = None
    try:
        running.prepare(bag, dag, [read_dag_file(near.file, near.dag_folder) for near in request.neighbours])
        guard.is_on = False
        dag_run = running.test_run(dag, request.conf, watch)
        watch.settle(running.task_instances(dag_run), str(getattr(dag_run.state, "value", dag_run.state)))
        watch.marks = (*running.marks_of(dag_run), tempfile.gettempdir())
    except Exception as error:  # whatever keeps the user's DAG from running
        failure = failure_facts(error, file.root, need_of(error))
    return replace(watch.facts(), failure=failure)


class _Watch:
    """What has been seen of one run so far, kept safe outside the process each time that a task starts."""

    def __init__(self, dag: Any, file: DagFile, effects: Effects, recording: Recording) -> None:
        self._dag, self._file, self._effects, self._recording = dag, file, effects, recording
        self._index = SourceIndex.of(file.file)
        self._tasks: dict[tuple[str, int], TaskRunFacts] = {}
        self._drivers: list[DriverFacts] = []
        self._saves: list[SaveFacts] = []
        self._unsettled: dict[tuple[str, int], list[Execution]] = {}
        self._refused: dict[str, list[str]] = defaultdict(list)
        self.marks: tuple[str, ...] = ()
        self._state = ""
        self._shelf = Shelf()
        self._bystanders = Bystanders.now()

    def facts(self) -> RunFacts:
        """The run as far as it has been seen."""
        from windtunnel.airflow_compat import running

        return RunFacts(
            dag_id=self._dag.dag_id,
            location=dag_location(self._dag, self._file, self._index),
            process=ProcessFacts(End.COMPLETED),
            state=self._state,
            tasks=tuple(self._tasks.values()),
            drivers=tuple(self._drivers),
            saves=tuple(self._saves),
            marks=self.marks,
            beside=running.runs_at_a_time(self._dag),
        )

    def task_started(self, task_id: str, map_index: int, attempt: int) -> None:
        executions = self._recording.take()
        for known in [task for task in self._tasks.values() if task.state == "running"]:
            # One task at a time: this one has given way, and will come back.
            self._note(known.task_id, known.map_index, state="deferred")
            self._unsettled.setdefault((known.task_id, known.map_index), []).extend(executions)
        self._effects.refused.clear()
        self._bystanders = Bystanders.now()
        self._note(task_id, map_index, state="running", tries=attempt)
        self._shelf.keep(self.facts())

    def task_ended(self, task_id: str, map_index: int, state: str, error: BaseException | None) -> None:
        self._end(task_id, map_index, state, None if error is None else self._failure(task_id, error))

    def task_broke(self, task_id: str, map_index: int, error: BaseException) -> None:
        failure = self._failure(task_id, error)
        if failure.location is None and not failure.needs:  # no line of the user's: in production it may well run
            failure = replace(failure, needs=f"what dag.test() cannot give ({failure.summary})")
        self._end(task_id, map_index, "failed", failure)

    def _failure(self, task_id: str, error: BaseException) -> FailureFacts:
        return failure_facts(error, self._file.root, self._need(task_id, error))

    def _end(self, task_id: str, map_index: int, state: str, failure: FailureFacts | None) -> None:
        self._note(task_id, map_index, state=state, failure=failure)
        self._refused[task_id] += self._effects.refused
        executions = self._unsettled.pop((task_id, map_index), []) + self._recording.take()
        self._drivers += [_driver_facts(execution, task_id, map_index) for execution in executions]
        owner = Owner(self._dag.dag_id, task_id, self._file.root, self._bystanders, self._effects)
        judge = inspect_saves if state == "success" else asked_for
        self._saves += judge(executions, owner)
        self._shelf.keep(self.facts())

    def _need(self, task_id: str, error: BaseException) -> str:
        """What the task failed for want of: it may have caught the refusal, and so may a task that it had data from."""
        from windtunnel.airflow_compat.running import upstream_of, waited_in_vain

        if need := need_of(error):
            return need
        task = self._dag.get_task(task_id)
        refused = [*self._effects.refused, *(host for known in upstream_of(task) for host in self._refused[known])]
        return need_of_network(refused) if refused else waited_in_vain(task, error)

    def settle(self, stored: Iterable[tuple[str, int, str, int, float]], run_state: str) -> None:
        """Take the states of the task instances and of the run as Airflow has stored them."""
        self._state = run_state
        for task_id, map_index, state, tries, seconds in stored:
            self._note(task_id, map_index, state=state, tries=tries, seconds=seconds)

    def _note(self, task_id: str, map_index: int, **seen: Any) -> None:
        known = self._tasks.get((task_id, map_index)) or self._unseen(task_id, map_index)
        self._tasks[task_id, map_index] = replace(known, **seen)

    def _unseen(self, task_id: str, map_index: int) -> TaskRunFacts:
        from windtunnel.airflow_compat.dagbag import may_wait
        from windtunnel.airflow_compat.running import upstream_of

        task = self._dag.get_task(task_id)
        return TaskRunFacts(
            dag_id=self._dag.dag_id,
            task_id=task_id,
            map_index=map_index,
            state="",
            location=task_location(task, self._dag, self._file, self._index),
            waits=may_wait(task),
            upstream=tuple(sorted(upstream_of(task))),
        )


def _driver_facts(execution: Execution, task_id: str, map_index: int) -> DriverFacts:
    nodes = execution.graph.nodes.values()
    functions = [function for node in nodes for function in node.originating_functions or ()]
    return DriverFacts(
        task_id=task_id,
        map_index=map_index,
        modules=tuple(sorted({function.__module__ for function in functions})),
        nodes=tuple(sorted(node.name for node in nodes)),
        executed=tuple(execution.executed),
        final_vars=execution.final_vars,
        inputs=execution.inputs,
        overrides=execution.overrides,
        seconds=execution.seconds,
    )
