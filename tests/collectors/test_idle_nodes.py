"""What nobody comes to is told only where every way to it is known."""

from __future__ import annotations

from dataclasses import replace

import pytest

from windtunnel.collectors.idle_nodes import idle_functions, unused_values
from windtunnel.collectors.repository_text import RepositoryText
from windtunnel.facts import (
    DataflowFacts,
    DriverFacts,
    End,
    ForcedFacts,
    Forcing,
    MentionFacts,
    NodeFacts,
    ProcessFacts,
    RunFacts,
    TaskRunFacts,
)
from windtunnel.findings import Location

HERE, DONE = Location("dags/a.py", 7), ProcessFacts(End.COMPLETED)
MODULE = """\
from hamilton.function_modifiers import tag


@tag(asks="unasked")
def wanted(needed: int) -> int:
    return needed


def needed() -> int:
    return 1


def unasked(needed: int) -> int:
    return needed


def behind_unasked(unasked: int) -> int:
    return unasked
"""
DRIVER = DriverFacts(
    *("t", -1, ("modules.flow",), (), ("wanted", "needed"), ("wanted",), (), (), 0.1),
    reached=(("modules.flow", "wanted"), ("modules.flow", "needed")),
)


def node(name, *parameters, always=True):
    return NodeFacts(name, name, Location("modules/flow.py", 3), "int", parameters, always)


NODES = (node("wanted", "needed"), node("needed"), node("unasked", "needed"), node("behind_unasked", "unasked"))
FLOW = DataflowFacts("modules.flow", "modules/flow.py", DONE, NODES)


def run_of(*drivers, state="success"):
    return RunFacts("dag", HERE, DONE, state, (TaskRunFacts("dag", "t", -1, state, HERE),), drivers)


def written(tmp_path, **files):
    texts = {"modules/flow.py": MODULE, "dags/a.py": 'driver.execute(["wanted"])\n', **files}
    for path, text in texts.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    return RepositoryText(tmp_path)


RUNS = (run_of(DRIVER),)
IN_METRES = replace(DRIVER, config=(("unit", "'m'"),))


def idle(tmp_path, flow=FLOW, runs=RUNS, **files):
    return [found.function for found in idle_functions([flow], runs, written(tmp_path, **files))]


def test_a_further_path_on_which_a_task_was_made_to_fail_is_no_failed_run(tmp_path):
    failing = replace(run_of(state="failed"), forced=(ForcedFacts("t", Forcing.FAIL),))
    assert idle(tmp_path, runs=(*RUNS, failing)) == ["unasked", "behind_unasked"]


def test_functions_that_nobody_asks_for_are_idle_with_those_behind_them(tmp_path):
    assert idle(tmp_path) == ["unasked", "behind_unasked"]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("tests/test_flow.py", "from modules.flow import behind_unasked\n"),
        ("dags/b.py", 'wanted = ["behind_unasked"]\n'),
        ("dags/nodes.yaml", "- behind_unasked\n"),
        ("modules/flow.py", MODULE + "\n\ndef _help() -> int:\n    return behind_unasked(1)\n"),
        ("modules/flow.py", MODULE + '\n\nASKED = ["behind_unasked"]\n'),
    ],
    ids=["test", "DAG", "YAML", "call", "list"],
)
def test_what_somebody_names_is_not_idle_and_neither_is_what_it_needs(tmp_path, path, text):
    assert idle(tmp_path, **{path: text}) == []


@pytest.mark.parametrize(
    "runs",
    [
        (),
        (run_of(replace(DRIVER, modules=("other",), reached=())),),
        (run_of(DRIVER), run_of(state="failed")),
        (run_of(replace(DRIVER, is_chosen=True)),),
        (run_of(replace(DRIVER, final_vars=("wanted", "worked_out"))),),
    ],
    ids=["nothing ran", "another module", "a run failed", "asked for by params", "asked for by a list"],
)
def test_nothing_is_said_where_somebody_may_ask_for_it_after_all(tmp_path, runs):
    assert idle(tmp_path, runs=runs) == []


def test_what_exists_in_some_configurations_is_not_idle(tmp_path):
    some = replace(FLOW, nodes=(*NODES[:2], node("unasked", always=False), node("behind_unasked", always=False)))
    assert idle(tmp_path, flow=some) == []


def test_a_function_is_not_idle_where_one_of_its_nodes_is_reached(tmp_path):
    extracted = replace(node("column"), function="wanted")
    assert idle(tmp_path, flow=replace(FLOW, nodes=(*NODES[:2], extracted))) == []


MENTIONS = tuple(MentionFacts("unit", f"'{unit}'", Location("modules/flow.py", 5)) for unit in ("m", "km"))
MENTIONING = replace(FLOW, mentions=MENTIONS)


def unused(tmp_path, given, driver=IN_METRES, **files):
    text = written(tmp_path, **{"dags/a.py": f"wanted\n{given}\n", **files})
    return [found.value for found in unused_values([MENTIONING], [run_of(driver)], text)]


@pytest.mark.parametrize(
    "given", ['config = {"unit": "m"}', 'config = dict(unit="m")', 'config = {}\nconfig["unit"] = "m"']
)
def test_a_value_that_no_constant_in_the_text_gives_is_unused(tmp_path, given):
    assert unused(tmp_path, given) == ["'km'"]


@pytest.mark.parametrize(
    "given",
    [
        'config = {"unit": params["size"]}',
        'config = {"unit": "m"}\nother = {"unit": unit}',
        'config = {"unit": "m"}\nother = {"unit": "km"}',
        'config = {"unit": "m"}\nasked = params["unit"]',
        "config = dict(unit=unit)",
    ],
)
def test_a_value_that_may_be_given_is_not(tmp_path, given):
    assert unused(tmp_path, given) == []


def test_a_key_in_another_kind_of_file_may_be_anything(tmp_path):
    assert unused(tmp_path, 'config = {"unit": "m"}', **{"dags/config.yaml": "unit: km\n"}) == []


def test_a_value_that_a_run_was_given_otherwise_than_the_text_says_proves_that_the_text_does_not_say_all(tmp_path):
    assert unused(tmp_path, 'config = {"unit": "m"}', driver=replace(DRIVER, config=(("unit", "'cm'"),))) == []


def test_keys_of_modules_that_no_dag_drives_are_not_judged(tmp_path):
    assert unused(tmp_path, "", driver=replace(DRIVER, modules=("other",), reached=())) == []
