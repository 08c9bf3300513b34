"""Every kind of Hamilton driver inside a real task is noted, and none is disturbed."""

from __future__ import annotations

import pytest

from windtunnel.engine import run
from windtunnel.facts import NodeKind
from windtunnel.settings import Settings

FILES = {
    "modules/flow.py": """\
from hamilton.function_modifiers import datasaver, save_to, source
from hamilton.htypes import Collect, Parallelizable


def part(n: int) -> Parallelizable[int]:
    yield from range(n)


def squared(part: int) -> int:
    return part**2


def total(squared: Collect[int]) -> int:
    return sum(squared)


def base(n: int) -> int:
    return n


async def awaited(n: int) -> int:
    return n
""",
    "dags/drivers.py": """\
from airflow.sdk import DAG, task
from hamilton import async_driver, driver
from hamilton.execution import executors

from modules import flow

AT_TOP = driver.Builder().with_modules(flow).build()
AT_TOP.execute(["base"], inputs={"n": 0})


def dynamic(executor) -> int:
    builder = driver.Builder().with_modules(flow).enable_dynamic_execution(allow_experimental_mode=True)
    return builder.with_remote_executor(executor).build().execute(["total"], inputs={"n": 3})["total"]


with DAG("drivers", schedule=None, default_args={"trigger_rule": "all_done"}):

    @task
    def at_top() -> None:
        AT_TOP.execute(["base"], inputs={"n": 1})

    @task
    def legacy() -> None:
        driver.Driver({"n": 2}, flow).execute(["base"])

    @task
    def several() -> None:
        for _ in range(2):
            AT_TOP.execute(["base"], inputs={"n": 1})

    @task
    def overridden() -> None:
        AT_TOP.execute(["base"], overrides={"base": 3})

    @task
    def asynchronous() -> None:
        import asyncio

        async def go() -> None:
            built = await async_driver.Builder().with_modules(flow).build()
            await built.execute(["awaited"], inputs={"n": 2})

        asyncio.run(go())

    @task
    def threads() -> None:
        assert dynamic(executors.MultiThreadingExecutor(max_tasks=2)) == 5

    @task
    def processes() -> None:
        assert dynamic(executors.MultiProcessingExecutor(max_tasks=2)) == 5

    @task
    def pickled() -> None:
        import pickle

        from hamilton.lifecycle.base import LifecycleAdapterSet

        there = pickle.loads(pickle.dumps(LifecycleAdapterSet()))
        there.call_all_lifecycle_hooks_sync("post_graph_execute", run_id="", graph=None, success=True)

    @task
    def idle() -> None:
        pass

    at_top() >> legacy() >> several() >> overridden() >> asynchronous() >> threads() >> processes() >> pickled()
    idle()
""",
}


@pytest.fixture(scope="module")
def drivers(pools, tmp_path_factory):
    root = tmp_path_factory.mktemp("repository")
    for path, text in {"pyproject.toml": "", **FILES}.items():
        (root / path).parent.mkdir(exist_ok=True)
        (root / path).write_text(text)
    (only,) = run(Settings(root, select=("WT3",)), pools=pools).runs
    failed = [(task.label, task.failure) for task in only.tasks if task.state != "success"]
    assert not failed
    noted = {task.task_id: [] for task in only.tasks}
    for facts in only.drivers:
        noted[facts.task_id].append(facts)
    return noted


@pytest.mark.parametrize(
    ("task_id", "executed"),
    [
        ("at_top", ["base"]),
        ("legacy", ["base"]),
        ("asynchronous", ["awaited"]),
        ("threads", ["part", "squared", "squared", "squared", "total"]),
    ],
)
def test_a_driver_of_any_kind_is_noted_with_the_nodes_that_ran(drivers, task_id, executed):
    (only,) = drivers[task_id]
    assert sorted(only.executed) == executed
    assert only.modules == ("modules.flow",)


def test_each_execution_of_a_task_is_noted_by_itself(drivers):
    assert [facts.final_vars for facts in drivers["several"]] == [("base",), ("base",)]
    assert drivers["idle"] == []


def test_inputs_and_overrides_are_noted_by_name(drivers):
    (given,), (overridden,) = drivers["at_top"], drivers["overridden"]
    assert (given.inputs, given.overrides) == (("n",), ())
    assert (overridden.inputs, overridden.overrides) == ((), ("base",))


def test_a_process_pool_runs_undisturbed_and_sends_word_of_its_nodes(drivers):
    (only,) = drivers["processes"]
    assert sorted(only.executed) == ["part", "squared", "squared", "squared", "total"]


def test_the_graph_that_really_ran_is_noted_with_its_edges_and_the_time_of_each_node(drivers):
    (only,) = drivers["threads"]
    nodes = {node.name: node for node in only.graph}
    assert tuple(nodes) == only.nodes
    assert {name: node.needs for name, node in nodes.items()}["total"] == ("squared",)
    assert nodes["total"].location.path == "modules/flow.py"
    assert {name for name, _ in only.took} == {"part", "squared", "total"}
    assert all(seconds >= 0 for _, seconds in only.took)


def test_an_input_is_a_node_of_the_graph_that_no_text_makes(drivers):
    (only,) = drivers["at_top"]
    (given,) = [node for node in only.graph if node.name == "n"]
    assert (given.kind, given.needs, given.location) == (NodeKind.INPUT, (), None)
