"""What becomes of what a task gives to a driver is seen for every kind of driver, by real tasks."""

from __future__ import annotations

import pytest

from windtunnel.collectors.dags import DagFile
from windtunnel.collectors.discovery import Found
from windtunnel.engine import run
from windtunnel.facts import Fate, Gift, GivenFacts
from windtunnel.plan import Plan
from windtunnel.reporters.tally import coverage
from windtunnel.selection import selected
from windtunnel.settings import Settings

FILES = {
    "modules/inner.py": """\
def doubled(n: int) -> int:
    return 2 * n
""",
    "modules/flow.py": """\
import time

from hamilton.function_modifiers import config, source, subdag
from hamilton.htypes import Collect, Parallelizable

from modules import inner


def part(n: int) -> Parallelizable[int]:
    yield from range(n)


def squared(part: int) -> int:
    return part**2


def total(squared: Collect[int]) -> int:
    return sum(squared)


def base(n: int, limit: int = 5) -> int:
    return n


def top(base: int) -> int:
    return base + 1


@subdag(inner, inputs={"n": source("base")})
def twice(doubled: int) -> int:
    return doubled


@config.when(mode="fast")
def hurried__fast(n: int) -> int:
    return n


@config.when(mode="slow")
def hurried__slow(n: int) -> int:
    time.sleep(1.05)
    return n


def table(n: int) -> dict:
    return {"n": n}


async def awaited(n: int) -> int:
    return n


def after(awaited: int) -> int:
    return awaited
""",
    "dags/givers.py": """\
from airflow.sdk import DAG, get_current_context, task
from hamilton import async_driver, driver
from hamilton.io.materialization import to

from modules import flow


def built(**config):
    return driver.Builder().with_modules(flow).with_config(config)


PARAMS = {"n": 2, "colour": "red", "wanted": "twice"}

with DAG("givers", schedule=None, params=PARAMS, default_args={"trigger_rule": "all_done"}):

    @task
    def legacy() -> None:
        driver.Driver({"n": 2, "mode": "fast"}, flow).execute(["top"], inputs={"base": 7, "limti": 3, "limit_": 1})

    @task
    def dynamic() -> None:
        dr = built().enable_dynamic_execution(allow_experimental_mode=True).build()
        assert dr.execute(["total"], inputs={"n": 3, "squared": 9, "total": 5})["total"] == 5

    @task
    def overriding() -> None:
        dr = built().build()
        dr.execute(["top"], inputs={"n": 1}, overrides={"base": 3, "tpo": 1, "twice": 2})
        dr.execute(["top"], overrides={"base": 3, "top": 4})

    @task
    def asynchronous() -> None:
        import asyncio

        async def go() -> None:
            built = await async_driver.Builder().with_modules(flow).build()
            await built.execute(["after"], inputs={"n": 2, "awaited": 3, "strange": 1})

        asyncio.run(go())

    @task
    def materializing() -> None:
        saver = to.json(id="saved", dependencies=["table"], path="table.json")
        wanted, given = ["twice", "spare"], {"n": 1, "spare": 3}
        built().build().materialize(saver, additional_vars=wanted, inputs=given, overrides={"top": 1})

    @task
    def several() -> None:
        dr = built(mode="fast", key="s3cret").build()
        for wanted in ("top", "twice", "hurried"):
            dr.execute([wanted], inputs={"n": 1, "base": 1})

    @task
    def handing_on() -> None:
        context = get_current_context()
        params = dict(context["params"])
        built().build().execute([params["wanted"]], inputs=params)

    @task
    def failing() -> None:
        try:
            built().build().execute(["top"], inputs={"limti": 3})
        except ValueError:
            pass

    @task
    def slow_one() -> None:
        built(mode="slow").build().execute(["hurried"], inputs={"n": 1})

    @task
    def slow_other() -> None:
        driver.Driver({"n": 1, "mode": "slow"}, flow).execute(["hurried"])

    legacy() >> dynamic() >> overriding() >> asynchronous() >> materializing() >> several()
    handing_on() >> failing() >> slow_one() >> slow_other()
""",
}


@pytest.fixture(scope="module")
def report(pools, tmp_path_factory):
    root = tmp_path_factory.mktemp("repository")
    for path, text in {"pyproject.toml": "", **FILES}.items():
        (root / path).parent.mkdir(exist_ok=True)
        (root / path).write_text(text)
    report = run(Settings(root, select=("WT52", "WT53")), pools=pools)
    failed = [(task.label, task.failure) for task in report.runs[0].tasks if task.state != "success"]
    assert not failed
    return report


@pytest.fixture(scope="module")
def drivers(report):
    noted = {task.task_id: [] for task in report.runs[0].tasks}
    for facts in report.runs[0].drivers:
        noted[facts.task_id].append(facts)
    return noted


def fates(driver, gift=Gift.INPUT):
    return {one.name: one.fate for one in driver.given if one.gift is gift}


def test_an_input_for_a_node_is_ignored_by_the_legacy_driver(drivers):
    (only,) = drivers["legacy"]
    assert fates(only) == {"base": Fate.COMPUTED, "limti": Fate.UNKNOWN, "limit_": Fate.UNKNOWN}
    assert {one.name: one.nearest for one in only.given} == {"base": "", "limti": "limit", "limit_": ""}
    assert only.location is not None
    assert only.location.path == "dags/givers.py"


def test_an_input_for_a_node_is_ignored_under_dynamic_execution(drivers):
    (only,) = drivers["dynamic"]
    assert fates(only) == {"n": Fate.TAKEN, "squared": Fate.COMPUTED, "total": Fate.AGREED}


def test_overrides_are_taken_unknown_or_not_needed(drivers):
    first, second = drivers["overriding"]
    assert fates(first, Gift.OVERRIDE) == {"base": Fate.TAKEN, "tpo": Fate.UNKNOWN, "twice": Fate.UNNEEDED}
    assert fates(first) == {"n": Fate.UNNEEDED}
    assert fates(second, Gift.OVERRIDE) == {"base": Fate.TAKEN, "top": Fate.TAKEN}


def test_an_asynchronous_driver_is_no_other(drivers):
    (only,) = drivers["asynchronous"]
    assert fates(only) == {"n": Fate.TAKEN, "awaited": Fate.COMPUTED, "strange": Fate.UNKNOWN}


def test_an_input_that_is_asked_for_itself_is_taken(drivers):
    (only,) = drivers["materializing"]
    assert fates(only) == {"n": Fate.TAKEN, "spare": Fate.TAKEN}


def test_each_execution_of_a_driver_is_judged_by_what_it_was_asked_for(drivers):
    top, twice, hurried = drivers["several"]
    assert [fates(one)["base"] for one in (top, twice, hurried)] == [Fate.AGREED, Fate.AGREED, Fate.UNNEEDED]


def test_only_values_that_decorators_name_are_shown_of_a_configuration(drivers):
    assert drivers["several"][0].config == (("mode", "'fast'"), ("key", ""))


def test_what_comes_with_all_params_comes_along(drivers):
    (only,) = drivers["handing_on"]
    assert GivenFacts("colour", Gift.INPUT, Fate.UNKNOWN, along=True) in only.given
    assert only.is_chosen
    assert not drivers["legacy"][0].is_chosen


def test_an_execution_that_raises_did_not_go_well(drivers):
    assert [only.well for only in drivers["failing"]] == [False]


def test_a_node_in_a_subdag_covers_what_it_is_a_copy_of(drivers):
    reached = drivers["several"][1].reached
    assert ("modules.flow", "twice") in reached
    assert ("modules.inner", "doubled") in reached


def test_adapters_are_named_without_ours(drivers):
    assert not [name for facts in drivers.values() for one in facts for name in one.adapters if "windtunnel" in name]


def test_the_checks_find_each_fault_once(report):
    assert [(finding.code, finding.task_id) for finding in report.findings] == [
        ("WT520", "legacy"),
        ("WT521", "legacy"),
        ("WT522", "legacy"),
        ("WT522", "dynamic"),
        ("WT523", "overriding"),
        ("WT523", "overriding"),
        ("WT521", "asynchronous"),
        ("WT522", "asynchronous"),
        ("WT523", "materializing"),
        ("WT524", "slow_other"),
    ]


@pytest.mark.parametrize(("chosen", "looks"), [("WT525", True), ("WT528", True), ("WT520", False), ("WT3", False)])
def test_values_are_looked_at_only_where_a_chosen_check_asks(tmp_path, chosen, looks):
    settings = Settings(tmp_path, select=(chosen,))
    found = Found((DagFile(tmp_path / "a.py", tmp_path, tmp_path),), (), drives_hamilton=True)
    assert Plan.of(selected(settings), found, settings).looks is looks


def test_the_report_counts_nodes_by_module_and_by_dag(report):
    covered = coverage(report)
    (module,), (dag,) = covered.modules, covered.dags
    assert (module.name, dag.name) == ("modules.flow", "givers")
    assert module.missing == ()
    assert {"twice", "twice.doubled", "hurried"} <= set(module.executed)
    assert module.nodes.count("hurried") == 1
