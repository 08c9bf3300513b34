"""Saves are seen wherever Hamilton runs the saver: in threads, in processes, in an event loop, on Dask and on Ray."""

from __future__ import annotations

import importlib.util

import pytest

from windtunnel.engine import run
from windtunnel.facts import SaveState
from windtunnel.settings import Settings

FILES = {
    "modules/blocks.py": """\
from pathlib import Path

from hamilton.function_modifiers import datasaver
from hamilton.htypes import Collect, Parallelizable


def part(parts: int) -> Parallelizable[int]:
    yield from range(parts)


@datasaver()
def save_part(part: int, folder: str) -> dict:
    file = Path(folder) / f"part_{part}.txt"
    file.write_text(str(part))
    return {"path": str(file)}


def parts_saved(save_part: Collect[dict]) -> int:
    return len(save_part)


@datasaver()
def save_count(parts_saved: int, folder: str) -> dict:
    file = Path(folder) / "count.txt"
    file.write_text(str(parts_saved))
    return {"path": str(file)}
""",
    "modules/flat.py": """\
from pathlib import Path

import pandas as pd
from hamilton.function_modifiers import datasaver, save_to, source


@save_to.csv(path=source("path"), index=False, output_name_="save_table")
def table(n: int) -> pd.DataFrame:
    return pd.DataFrame({"n": range(n), "code": [f"{at:03}" for at in range(n)]})


@datasaver()
def save_own(table: pd.DataFrame, folder: str) -> dict:
    file = Path(folder) / "own.txt"
    file.write_text(str(table))
    return {"path": str(file)}
""",
    "modules/waiting.py": """\
import asyncio
from pathlib import Path

from hamilton.function_modifiers import datasaver, save_to, source


async def rows(n: int) -> dict:
    await asyncio.sleep(0)
    return {"n": n}


@save_to.json(path=source("path"), output_name_="save_table")
def table(rows: dict) -> dict:
    return rows


@datasaver()
async def save_own(table: dict, folder: str) -> dict:
    await asyncio.sleep(0.01)
    file = Path(folder) / "own.txt"
    file.write_text(str(table))
    return {"path": str(file)}


@datasaver()
async def save_nothing(table: dict, folder: str) -> dict:
    await asyncio.sleep(0.01)
    return {"path": "nothing.txt"}
""",
    "dags/engines.py": """\
import asyncio
import importlib.util
import os
import sys
from pathlib import Path

from airflow.sdk import DAG, task
from hamilton import async_driver, base, driver
from hamilton.execution import executors
from hamilton.plugins import h_threadpool

from modules import blocks, flat, waiting

RAY = {
    "include_dashboard": False,
    "runtime_env": {"env_vars": {"PYTHONPATH": os.pathsep.join(sys.path)}},
}


def drive_blocks(executor, folder: str) -> None:
    Path(folder).mkdir()
    dynamic = driver.Builder().with_modules(blocks).enable_dynamic_execution(allow_experimental_mode=True)
    built = dynamic.with_remote_executor(executor).build()
    built.execute(["save_count"], inputs={"parts": 3, "folder": folder})


def drive_flat(adapter, folder: str) -> None:
    Path(folder).mkdir()
    built = driver.Builder().with_modules(flat).with_adapters(adapter).build()
    built.execute(["save_table", "save_own"], inputs={"n": 3, "folder": folder, "path": f"{folder}/table.csv"})


with DAG("engines", schedule=None):

    @task
    def threads() -> None:
        drive_blocks(executors.MultiThreadingExecutor(2), "threads")

    @task
    def processes() -> None:
        drive_blocks(executors.MultiProcessingExecutor(2), "processes")

    @task
    def futures() -> None:
        drive_flat(h_threadpool.FutureAdapter(result_builder=base.DictResult()), "futures")

    @task
    def event_loop() -> None:
        async def drive() -> None:
            built = await async_driver.Builder().with_modules(waiting).build()
            inputs = {"n": 2, "folder": "event_loop", "path": "event_loop/table.json"}
            await built.execute(["save_table", "save_own", "save_nothing"], inputs=inputs)

        Path("event_loop").mkdir()
        asyncio.run(drive())

    threads() >> processes() >> futures() >> event_loop()

if importlib.util.find_spec("distributed"):
    with DAG("on_dask", schedule=None):

        @task
        def dask_graph() -> None:
            from hamilton.plugins import h_dask

            drive_flat(h_dask.DaskGraphAdapter(None, base.DictResult()), "dask_graph")

        @task
        def dask_executor() -> None:
            from distributed import Client
            from hamilton.plugins import h_dask

            with Client(n_workers=1, threads_per_worker=1, dashboard_address=None) as client:
                drive_blocks(h_dask.DaskExecutor(client=client), "dask_executor")

        dask_graph() >> dask_executor()

if importlib.util.find_spec("ray"):
    with DAG("on_ray", schedule=None):

        @task
        def ray_graph() -> None:
            from hamilton.plugins import h_ray

            config = {**RAY, "num_cpus": 1}
            adapter = h_ray.RayGraphAdapter(base.DictResult(), ray_init_config=config, shutdown_ray_on_completion=True)
            drive_flat(adapter, "ray_graph")

        @task
        def ray_executor() -> None:
            from hamilton.plugins import h_ray

            drive_blocks(h_ray.RayTaskExecutor(num_cpus=1, ray_init_config=RAY), "ray_executor")

        ray_graph() >> ray_executor()
""",
}
BLOCKS = [("save_count", "count.txt"), *(("save_part", f"part_{part}.txt") for part in range(3))]
FLAT = [("save_own", "own.txt"), ("save_table", "table.csv")]
SEEN = {
    "threads": BLOCKS,
    "processes": BLOCKS,
    "futures": FLAT,
    "event_loop": [("save_own", "own.txt"), ("save_table", "table.json")],
}
ENGINE = {
    "threads": ("threads",),
    "processes": ("processes",),
    "futures": ("threads",),
    "event_loop": (),
    **dict.fromkeys(("dask_graph", "dask_executor"), ("dask",)),
    **dict.fromkeys(("ray_graph", "ray_executor"), ("ray",)),
}
# Not in every environment: what these show is shown where somebody has installed them.
if importlib.util.find_spec("distributed"):
    SEEN |= {"dask_graph": [("save_table", "table.csv")], "dask_executor": BLOCKS}
if importlib.util.find_spec("ray"):
    SEEN |= {"ray_graph": FLAT, "ray_executor": BLOCKS}


@pytest.fixture(scope="module")
def report(pools, tmp_path_factory):
    root = tmp_path_factory.mktemp("repository")
    for path, text in {"pyproject.toml": "", **FILES}.items():
        (root / path).parent.mkdir(exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    needs_long = len(SEEN) > len(("threads", "processes", "futures", "event_loop"))
    report = run(
        Settings(root, select=("WT301", "WT4", "WT616", "WT618"), timeout=400 if needs_long else 60, max_memory=4000),
        pools=None if needs_long else pools,
    )
    assert not [finding.message for finding in report.findings if finding.code == "WT301"]
    return report


@pytest.fixture(scope="module")
def saves(report):
    return [save for facts in report.runs for save in facts.saves]


@pytest.mark.parametrize("engine", SEEN)
def test_every_save_is_seen_where_it_was_made(saves, engine):
    whole = [save for save in saves if save.task_id == engine and save.state is SaveState.WHOLE]
    assert sorted((save.node, save.path.rpartition("/")[2]) for save in whole) == sorted(SEEN[engine])


@pytest.mark.parametrize("engine", SEEN)
def test_no_save_that_was_made_is_accused(saves, engine):
    others = {save.node: save.state for save in saves if save.task_id == engine and save.state is not SaveState.WHOLE}
    assert others == {
        "event_loop": {"save_nothing": SaveState.MISSING},
        "dask_graph": {"save_own": SaveState.UNSEEN},
    }.get(engine, {})


def test_what_is_lost_is_seen_of_a_save_in_a_thread_too(saves):
    (table,) = [save for save in saves if save.task_id == "futures" and save.node == "save_table"]
    assert [loss.text for loss in table.losses] == ["column 'code' was '000', is read back as 0"]


def test_the_engine_of_each_driver_is_known(report):
    known = {driver.task_id: driver.engines for facts in report.runs for driver in facts.drivers}
    assert known == {task_id: ENGINE[task_id] for task_id in SEEN}


def test_what_each_driver_ran_is_the_same_without_its_engine_as_far_as_it_can_be_played_again(report):
    assert [found for found in report.findings if found.code == "WT616"] == []
    reasons = {found.task_id: found.message for found in report.findings if found.code == "WT618"}
    for task_id in ("threads", "processes"):  # what is in their blocks, or follows from it, are savers
        assert reasons[task_id].endswith(": nothing in it can be computed again without its loaders and savers")
    assert "futures" not in reasons
