"""What a real Airflow and windtunnel answered about the same DAGs, and where the answers differ. No Airflow needed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

UNFINISHED = "unfinished"
REFUSED = "refused"
NO_ANSWER = "no answer"
ABSENT = "absent"
RUN = "(run)"
"""Stands for the run itself where task instances are named."""

_OPEN = ("", "scheduled", "queued", "running", "deferred", "restarting", "awaiting_input")
_OPEN_STATES = frozenset({*_OPEN, "up_for_retry", "up_for_reschedule"})


class Answer(NamedTuple):
    """How one run of a DAG ended.

    `state` is the run's: success, failed, unfinished (it would wait for ever), refused (it could not be asked for) or
    no answer. `tasks` has a state for each task instance, by `task_id` or `task_id[map_index]`.
    """

    state: str
    tasks: Mapping[str, str]

    @property
    def all(self) -> dict[str, str]:
        """The states of the run and of its task instances in one."""
        return {RUN: self.state, **self.tasks}


class Record(NamedTuple):
    """All that one side answered: by dag_id the run that was asked for, and the runs that others made of it.

    `made` are (run type, answer), each once, in an order that does not change.
    """

    about: Mapping[str, str]
    asked: Mapping[str, Answer]
    made: Mapping[str, tuple[tuple[str, Answer], ...]]


class Disagreement(NamedTuple):
    """One state in which the two differ; "absent" where one of them has no such run or task instance."""

    dag_id: str
    task: str
    real: str
    windtunnel: str


class Agreement(NamedTuple):
    """How many states there are on either side, and which of them differ."""

    dags: int
    tasks: int
    disagreements: tuple[Disagreement, ...]

    @property
    def disagreeing_dags(self) -> tuple[str, ...]:
        """The dag_ids with any difference, each once."""
        return tuple(dict.fromkeys(one.dag_id for one in self.disagreements))

    @property
    def disagreeing_tasks(self) -> int:
        """How many task instances differ, the runs themselves not counted."""
        return sum(one.task != RUN for one in self.disagreements)


def settled(state: str | None) -> str:
    """The state, where it is an end; for all in which a task or a run waits, the one word unfinished.

    Which of them it was when somebody looked is chance.
    """
    return UNFINISHED if (state or "") in _OPEN_STATES else str(state)


def label(task_id: str, map_index: int) -> str:
    """A task instance as people name it."""
    return task_id if map_index < 0 else f"{task_id}[{map_index}]"


def compare(real: Mapping[str, Answer], windtunnel: Mapping[str, Answer], only: Iterable[str] = ()) -> Agreement:
    """The states of all runs and task instances on either side, or of the DAGs named alone."""
    dag_ids = sorted(set(only) or {*real, *windtunnel})
    nothing = Answer(ABSENT, {})
    pairs = {dag_id: (real.get(dag_id, nothing).all, windtunnel.get(dag_id, nothing).all) for dag_id in dag_ids}
    differences = tuple(
        Disagreement(dag_id, task, a.get(task, ABSENT), b.get(task, ABSENT))
        for dag_id, (a, b) in pairs.items()
        for task in dict.fromkeys((*a, *b))
        if a.get(task) != b.get(task) and not (_waits(a, task) and _waits(b, task))
    )
    return Agreement(len(pairs), sum(len({*a, *b}) - 1 for a, b in pairs.values()), differences)


def _waits(states: Mapping[str, str], task: str) -> bool:
    """Where a run never ends, a task that it does not reach may be known already, or not yet."""
    return states[RUN] == UNFINISHED and states.get(task, UNFINISHED) == UNFINISHED


def of_report(report: Mapping[str, Any]) -> dict[str, Answer]:
    """What `windtunnel check --format json` says of every DAG that it ran."""
    return {dag["dag_id"]: _of_run(dag["run"]) for dag in report["dags"] if dag["run"] is not None}


def _of_run(run: Mapping[str, Any]) -> Answer:
    tasks = {label(task["task_id"], task["map_index"]): settled(task["state"]) for task in run["tasks"]}
    return Answer(_state(run["state"], run["waiting"], run["failure"], bool(tasks)), tasks)


def of_facts(runs: Iterable[Any]) -> dict[str, Answer]:
    """The same from windtunnel's RunFacts."""
    answers = {}
    for run in runs:
        tasks = {label(task.task_id, task.map_index): settled(task.state) for task in run.tasks}
        failure = run.failure and {"type": run.failure.type}
        answers[run.dag_id] = Answer(_state(run.state, run.waiting, failure, bool(tasks)), tasks)
    return answers


def against_recorded(file: Path, runs: Iterable[Any]) -> Agreement:
    """windtunnel's RunFacts against what a real Airflow did with the same DAGs, as `file` has recorded it."""
    said = of_facts(runs)
    return compare(read(file).asked, said, said)


def _state(state: str | None, is_waiting: bool, failure: Mapping[str, Any] | None, has_tasks: bool) -> str:
    if state:
        return settled(state)
    if is_waiting:
        return UNFINISHED
    is_param = failure is not None and failure["type"].rpartition(".")[2] in ("ParamValidationError", "ValueError")
    return REFUSED if is_param and not has_tasks else NO_ANSWER


# Records on disk


def write(record: Record, file: Path) -> None:
    """One line for each DAG, so that a difference between two records is short."""
    lines = [f'"about": {json.dumps(record.about)}']
    for name, rows in (("asked", _asked_rows(record)), ("made", _made_rows(record))):
        lines.append(f'"{name}": {{\n' + ",\n".join(rows) + "\n}")
    file.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def _asked_rows(record: Record) -> Iterator[str]:
    for dag_id, answer in sorted(record.asked.items()):
        yield f"{json.dumps(dag_id)}: {json.dumps(_plain(answer))}"


def _made_rows(record: Record) -> Iterator[str]:
    for dag_id, made in sorted(record.made.items()):
        yield f"{json.dumps(dag_id)}: {json.dumps([{'by': by, **_plain(answer)} for by, answer in made])}"


def _plain(answer: Answer) -> dict[str, Any]:
    return {"state": answer.state, "tasks": dict(sorted(answer.tasks.items()))}


def read(file: Path) -> Record:
    """What `write` has written."""
    plain = json.loads(file.read_text(encoding="utf-8"))
    asked = {dag_id: Answer(one["state"], one["tasks"]) for dag_id, one in plain["asked"].items()}
    made = {
        dag_id: tuple((one["by"], Answer(one["state"], one["tasks"])) for one in runs)
        for dag_id, runs in plain["made"].items()
    }
    return Record(plain["about"], asked, made)
