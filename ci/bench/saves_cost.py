"""What the look at saves adds to the run of a DAG that saves much: the same run with it and without, in turn."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from windtunnel.collectors import attempt_watch
from windtunnel.collectors.dags import DagFile
from windtunnel.collectors.fixtures import read_fixtures
from windtunnel.collectors.runs import DagRunRequest, run_dag
from windtunnel.collectors.second_loads import collect_dag_files
from windtunnel.facts import RunFacts
from windtunnel.pool import Job
from windtunnel.pools import Pools
from windtunnel.run_requests import run_requests
from windtunnel.settings import Settings

_TIMEOUT = 600.0
_MODULE = """\
import numpy as np
import pandas as pd
from hamilton.function_modifiers import save_to, value


@save_to.{format}(path=value("saved.{format}"), output_name_="saved"{options})
def table() -> pd.DataFrame:
    numbers = np.random.default_rng(0).random(({rows}, 10))
    return pd.DataFrame(numbers, columns=list("abcdefghij"))
"""
_DAG = """\
from airflow.sdk import dag, task


@dag(schedule=None)
def saves():
    @task
    def save() -> None:
        from hamilton import driver

        from flows import heavy

        driver.Builder().with_modules(heavy).build().execute(["saved"])

    save()


saves()
"""
_BYTES_OF_A_NUMBER = {"parquet": 8.4, "pickle": 8.0, "csv": 19.3, "feather": 8.0}
_OPTIONS = {"parquet": ', engine=value("pyarrow")'}


def measure_cost(megabytes: int, repeat: int) -> None:
    """Print the table: the fastest of so many runs with and without the look, which alternate."""
    print("| saver | MB | without, s | with, s | adds |\n|---|---:|---:|---:|---:|")
    for format_, size in _BYTES_OF_A_NUMBER.items():
        with tempfile.TemporaryDirectory() as name:
            root = Path(name)
            rows = int(megabytes * 1e6 / size / 10)
            options = _OPTIONS.get(format_, "")
            _write(root, _MODULE.format(format=format_, rows=rows, options=options))
            without, with_, saved = _measured(root, repeat)
        added = f"{with_ / without - 1:.0%}"
        print(f"| {format_} | {saved / 1e6:.0f} | {without:.1f} | {with_:.1f} | {added} |", flush=True)


def _write(root: Path, module: str) -> None:
    for path, text in {"pyproject.toml": "", "flows/heavy.py": module, "dags/saves.py": _DAG}.items():
        (root / path).parent.mkdir(exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")


def _measured(root: Path, repeat: int) -> tuple[float, float, int]:
    settings = Settings(root, jobs=1, timeout=_TIMEOUT)
    os.environ["PYTHONPATH"] = os.pathsep.join([str(Path(__file__).parent), *sys.path])  # for the children
    with Pools(settings, hamilton=True, runs=True) as pools:
        files = [DagFile(root / "dags" / "saves.py", root / "dags", root)]
        loaded = tuple(collect_dag_files(pools.dags, files, _TIMEOUT))
        (request,) = run_requests(zip(files, loaded, strict=True), loaded, read_fixtures(settings))
        rounds = [[_run(pools, request, target) for target in ("unwatched", "watched")] for _ in range(repeat)]
    without, with_ = (min(seconds for seconds, _ in runs) for runs in zip(*rounds, strict=True))
    return without, with_, max(save.size for save in rounds[0][1][1].saves)


def _run(pools: Pools, request: DagRunRequest, target: str) -> tuple[float, RunFacts]:
    """How many seconds its process took, and what was seen."""
    job = Job(request, f"saves_cost:{target}", (request, _TIMEOUT), _TIMEOUT)
    ((_, outcome),) = pools.dags.map([job])
    facts: Any = outcome.value
    assert facts is not None, outcome
    assert facts.state == "success", facts
    return outcome.process.seconds, facts


# In the child


def watched(request: DagRunRequest, timeout: float) -> RunFacts:
    """A run as it is."""
    return run_dag(request, timeout)


def unwatched(request: DagRunRequest, timeout: float) -> RunFacts:
    """A run in which nobody looks at what was saved."""

    def nothing(_executions: Iterable[Any], _owner: Any) -> list[Any]:
        return []

    attempt_watch.inspect_saves = nothing  # type: ignore[assignment]
    return run_dag(request, timeout)
