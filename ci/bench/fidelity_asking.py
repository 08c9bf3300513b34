"""The same DAGs asked of a real Airflow and of windtunnel: how does a run of each end?"""

from __future__ import annotations

import contextlib
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta, timezone
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

from fidelity_agreement import REFUSED, RUN, Answer, Record, label, of_report, settled
from fidelity_real import Api, Deployment, Refusal, Unavailable, path_of

WINDTUNNEL = Path(__file__).parents[1]
QUIET = 10.0
"""Seconds without a new DAG after which all of them are taken to be parsed."""

Say = Callable[[str], object]


class Manner(NamedTuple):
    """How runs are asked for: seconds after which one is given up, how many at a time, and whom to tell."""

    limit: float
    at_a_time: int
    say: Say


class Heard(NamedTuple):
    """How a run ended, and the seconds that it took."""

    answer: Answer
    seconds: float


class Said(NamedTuple):
    """What windtunnel says: answers and files by dag_id, and the seconds that all of it took."""

    answers: dict[str, Answer]
    files: dict[str, str]
    seconds: float


class _AtWork(NamedTuple):
    dag_id: str
    run_id: str
    since: float


# The real one


def all_dags(api: Api, say: Say) -> list[str]:
    """The ids of all DAGs, once they are parsed; what does not load is told."""
    seen: list[str] = []
    since = time.monotonic()
    while not seen or time.monotonic() - since < QUIET:
        known = sorted(dag["dag_id"] for dag in api.all("/api/v2/dags", "dags"))
        if known != seen:
            seen, since = known, time.monotonic()
        time.sleep(1)
    for error in api.all("/api/v2/importErrors", "import_errors"):
        say(f"not loaded: {Path(error['filename']).name}: {error['stack_trace'].strip().splitlines()[-1]}")
    return seen


def record(real: Deployment, dag_ids: list[str], manner: Manner, rounds: int) -> tuple[Record, dict[str, float]]:
    """The answers, and the seconds of the first round; what the rounds do not agree on is asked again, alone."""
    heard = []
    for number in range(1, rounds + 1):
        heard.append(hear(real.api, dag_ids, manner))
        manner.say(f"round {number} of {rounds}: {len(dag_ids)} DAGs asked")
    unsteady = [one for one in dag_ids if len({_key(answers[one].answer) for answers in heard}) > 1]
    if unsteady:
        manner.say(f"unsteady, asked again, alone: {', '.join(unsteady)}")
        heard.append(hear(real.api, unsteady, manner._replace(at_a_time=1)))
    asked = {one: most_frequent(answers[one].answer for answers in heard if one in answers) for one in dag_ids}
    seconds = {one: heard[0][one].seconds for one in dag_ids}
    return Record(_about(real), asked, _made(real.api, manner.limit)), seconds


def _about(real: Deployment) -> dict[str, str]:
    return {
        "airflow": metadata.version("apache-airflow-core"),
        "python": platform.python_version(),
        "database": real.database,
        "date": datetime.now(timezone.utc).date().isoformat(),
    }


def most_frequent(answers: Iterable[Answer]) -> Answer:
    """The answer that was heard most often, of several the first."""
    by_key, counted = dict[str, Answer](), Counter[str]()
    for answer in answers:
        by_key.setdefault(_key(answer), answer)
        counted[_key(answer)] += 1
    return by_key[counted.most_common(1)[0][0]]


def _key(answer: Answer) -> str:
    return json.dumps(answer.all, sort_keys=True)


def hear(api: Api, dag_ids: list[str], manner: Manner) -> dict[str, Heard]:
    """How a run of each DAG ended; some of them at a time, none longer than the limit."""
    waiting, at_work, heard = list(dag_ids), list[_AtWork](), dict[str, Heard]()
    while waiting or at_work:
        while waiting and len(at_work) < manner.at_a_time:
            dag_id = waiting.pop(0)
            try:
                at_work.append(_ask(api, dag_id))
            except Refusal as refusal:
                state = REFUSED if refusal.status == 400 else f"HTTP {refusal.status}"
                heard[dag_id] = Heard(Answer(state, {}), 0.0)
        for run in list(at_work):
            if (ended := _ended(api, run, manner.limit)) is not None:
                at_work.remove(run)
                heard[run.dag_id] = ended
        time.sleep(0.3)
    return heard


def _ask(api: Api, dag_id: str) -> _AtWork:
    run_id = f"fidelity_{time.time_ns()}"
    api.patch(path_of("dags", dag_id), {"is_paused": False})
    api.post(path_of("dags", dag_id, "dagRuns"), {"dag_run_id": run_id, "logical_date": _date(api, dag_id)})
    return _AtWork(dag_id, run_id, time.monotonic())


def _date(api: Api, dag_id: str) -> str | None:
    """The date for which windtunnel runs the DAG; None for one in the future, which a scheduler would wait for."""
    now = datetime.now(timezone.utc)
    subjects = [api.get(path_of("dags", dag_id, "details")), *api.get(path_of("dags", dag_id, "tasks"))["tasks"]]
    starts, ends = (_dates(one.get(key) for one in subjects) for key in ("start_date", "end_date"))
    living = min([max([now, *starts]), *ends])
    if living < now:  # two runs of one date are refused
        living -= timedelta(microseconds=time.time_ns() // 1000 % 1_000_000)
    return living.isoformat() if living <= now else None


def _dates(texts: Iterable[str | None]) -> list[datetime]:
    return [datetime.fromisoformat(text.replace("Z", "+00:00")) for text in texts if text]


def _ended(api: Api, run: _AtWork, limit: float) -> Heard | None:
    """The answer, if there is one already; a run that takes too long is ended, so that it holds nobody else."""
    path = path_of("dags", run.dag_id, "dagRuns", run.run_id)
    state = api.get(path)["state"]
    taken = time.monotonic() - run.since
    is_open = state in ("queued", "running")
    if is_open and taken < limit:
        return None
    heard = Heard(_answer(api, run.dag_id, run.run_id, state), taken)
    if is_open:
        with contextlib.suppress(Refusal):  # it may have ended meanwhile
            api.patch(path, {"state": "failed"})
    return heard


def _answer(api: Api, dag_id: str, run_id: str, state: str) -> Answer:
    tasks = api.all(path_of("dags", dag_id, "dagRuns", run_id, "taskInstances"), "task_instances")
    return Answer(settled(state), {label(one["task_id"], one["map_index"]): settled(one["state"]) for one in tasks})


def _made(api: Api, limit: float) -> dict[str, tuple[tuple[str, Answer], ...]]:
    """The runs that nobody asked for by hand: started by assets or by other DAGs, each kind of end once."""
    end = time.monotonic() + limit
    time.sleep(5)  # the last events are still on their way
    while time.monotonic() < end and any(run["state"] in ("queued", "running") for run in _others(api)):
        time.sleep(1)
    made: dict[str, set[tuple[str, str]]] = {}
    for run in _others(api):
        answer = _answer(api, run["dag_id"], run["dag_run_id"], run["state"])
        made.setdefault(run["dag_id"], set()).add((run["run_type"], _key(answer)))
    return {dag_id: tuple((by, _from_key(key)) for by, key in sorted(runs)) for dag_id, runs in made.items()}


def _others(api: Api) -> list[dict[str, str]]:
    runs = api.all(path_of("dags", "~", "dagRuns"), "dag_runs", order_by="id")
    return [run for run in runs if run["run_type"] != "scheduled" and not run["dag_run_id"].startswith("fidelity_")]


def _from_key(key: str) -> Answer:
    states = json.loads(key)
    return Answer(states.pop(RUN), states)


# Windtunnel


def ask_windtunnel(dags: Path, limit: float) -> Said:
    """What `windtunnel check` says of every DAG of a folder, run in a process of its own; raises Unavailable."""
    with tempfile.TemporaryDirectory(prefix="fidelity-") as folder:
        report = Path(folder) / "report.json"
        options = ["--select", "WT3", "--timeout", str(limit), "--format", "json", "--output", str(report), "--quiet"]
        environment = {**os.environ, "PYTHONPATH": str(WINDTUNNEL), "PYTHONDONTWRITEBYTECODE": "1"}
        started = time.monotonic()
        command = [sys.executable, "-m", "windtunnel", "check", *options, "--dags", str(dags), str(dags)]
        done = subprocess.run(command, cwd=dags.parent, env=environment, check=False, capture_output=True, text=True)
        if done.returncode not in (0, 1):
            raise Unavailable(f"windtunnel ended with status {done.returncode}:\n{done.stderr[-2000:]}")
        told = json.loads(report.read_text(encoding="utf-8"))
    files = {dag["dag_id"]: Path(dag["file"]).stem for dag in told["dags"]}
    return Said(of_report(told), files, time.monotonic() - started)
