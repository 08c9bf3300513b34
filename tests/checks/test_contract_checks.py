"""What is said of the contract between tasks and dataflows, by facts made by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from windtunnel.checks import catalogue
from windtunnel.coverage import coverage_of
from windtunnel.facts import (
    CoverageFacts,
    CoveredFacts,
    DataflowFacts,
    DriverFacts,
    End,
    Fate,
    FlowFacts,
    Gift,
    GivenFacts,
    IdleFacts,
    LackingFacts,
    MisfitFacts,
    NodeFacts,
    ProcessFacts,
    RunFacts,
    SlowNodeFacts,
    ValidationFacts,
)
from windtunnel.findings import Location
from windtunnel.settings import Settings

HERE, THERE = Location("dags/a.py", 7), Location("modules/flow.py", 3)
DONE = ProcessFacts(End.COMPLETED)
CHECKS = {check.code: check for check in catalogue()}


def driver(*given, task="t", nodes=("a", "b"), **more):
    names = tuple(one.name for one in given if one.gift is Gift.INPUT)
    return DriverFacts(task, -1, ("modules.flow",), nodes, (), (), names, (), 0.1, HERE, given=given, **more)


def run_of(*drivers):
    return RunFacts("dag", HERE, DONE, "success", drivers=drivers)


def said(code, facts, settings=None):
    check = CHECKS[code]
    wanted = (facts, settings or Settings(Path())) if check.wants_settings else (facts,)
    return [complaint[1] for complaint in check.judge(*wanted)]


def of_input(fate, nearest="", name="x", along=False):
    return GivenFacts(name, Gift.INPUT, fate, nearest, along)


def test_an_input_that_nothing_takes_is_told_with_the_name_that_is_near():
    run = run_of(driver(of_input(Fate.UNKNOWN, "xs")))
    assert said("WT520", run) == [
        "task 't' gives the driver an input 'x', which nothing takes: did you mean 'xs', which has its default?"
    ]
    assert said("WT521", run) == []


def test_an_input_that_is_like_no_other_is_only_noticed():
    run = run_of(driver(of_input(Fate.UNKNOWN)))
    assert said("WT520", run) == []
    assert said("WT521", run) == ["task 't' gives the driver an input 'x', which no function takes"]


@pytest.mark.parametrize("nearest", ["", "xs"])
@pytest.mark.parametrize(
    "drivers",
    [
        pytest.param([driver(of_input(Fate.TAKEN))], id="taken"),
        pytest.param([driver(of_input(Fate.UNNEEDED))], id="not needed this time"),
        pytest.param([driver(of_input(Fate.UNKNOWN, along=True))], id="with all params"),
        pytest.param([driver(of_input(Fate.UNKNOWN)), driver(nodes=("x",))], id="for another dataflow"),
        pytest.param([driver(of_input(Fate.UNKNOWN), well=False)], id="of a driver that failed"),
    ],
)
def test_an_input_that_somebody_may_take_is_not_told(drivers, nearest):
    assert said("WT520", run_of(*drivers)) == said("WT521", run_of(*drivers)) == []


def test_an_input_for_a_computed_node_is_told_unless_it_makes_no_difference():
    computed, agreed = driver(of_input(Fate.COMPUTED)), driver(of_input(Fate.AGREED))
    assert said("WT522", run_of(computed)) == [
        "task 't' gives the driver an input 'x', but that is a node: it was computed all the same, to another value"
    ]
    assert said("WT522", run_of(agreed)) == []


def test_one_mapping_may_be_meant_for_several_dataflows():
    computed, taken = driver(of_input(Fate.COMPUTED)), driver(of_input(Fate.TAKEN), task="u")
    assert said("WT522", run_of(computed, taken)) == []
    more = driver(of_input(Fate.TAKEN), of_input(Fate.TAKEN, name="y"), task="u")
    assert said("WT522", run_of(computed, more)) != []


def test_an_override_is_told_that_no_node_answers_to_and_one_that_nobody_needs():
    unknown = GivenFacts("x", Gift.OVERRIDE, Fate.UNKNOWN, "xs")
    assert said("WT523", run_of(driver(unknown))) == [
        "task 't' overrides 'x', but no node has this name: did you mean 'xs'?"
    ]
    unneeded = driver(GivenFacts("x", Gift.OVERRIDE, Fate.UNNEEDED))
    assert said("WT523", run_of(unneeded)) == ["task 't' overrides 'x', but nothing that it asks for needs that node"]
    needed = driver(GivenFacts("x", Gift.OVERRIDE, Fate.TAKEN))
    assert said("WT523", run_of(unneeded, needed)) == []
    assert said("WT523", run_of(unneeded, replace(needed, task_id="u"))) != []


SLOW = SlowNodeFacts("modules.flow", "model", 4.25, THERE, "1a")


@pytest.mark.parametrize(
    ("other", "task", "told"),
    [
        (SLOW, "u", ["node 'model' takes 4.2 s in task 't' and 4.2 s in task 'u', for the same result"]),
        (SLOW, "t", []),
        (replace(SLOW, content="2b"), "u", []),
        (replace(SLOW, module="modules.other"), "u", []),
    ],
    ids=["twice", "twice in one task", "other results", "other modules"],
)
def test_a_node_is_computed_twice_where_two_tasks_come_to_the_same(other, task, told):
    assert said("WT524", run_of(driver(slow=(SLOW,)), driver(slow=(other,), task=task))) == told


def test_a_result_that_cannot_be_compared_is_not_called_the_same():
    unknown = replace(SLOW, content="")
    assert said("WT524", run_of(driver(slow=(unknown,)), driver(slow=(unknown,), task="u"))) == []


def test_a_misfit_is_told_of_the_function_that_made_the_value_or_of_the_one_that_asked_for_it():
    own = MisfitFacts("t", "a", "str", "int", THERE)
    asked = replace(own, consumer="b")
    assert said("WT525", FlowFacts("dag", (own, asked))) == ["node 'a' returned int in task 't', annotated str"]
    assert said("WT526", FlowFacts("dag", (own, asked))) == ["node 'b' asks for 'a' as str, and in task 't' it got int"]


def test_a_misfit_that_several_tasks_have_seen_is_told_once():
    own = MisfitFacts("t", "a", "str", "int", THERE)
    assert said("WT525", FlowFacts("dag", (own, replace(own, task_id="u")))) == [
        "node 'a' returned int in task 't' and 'u', annotated str"
    ]


def test_a_misfit_that_a_task_has_given_is_told_as_the_tasks():
    own = MisfitFacts("t", "a", "str", "int", HERE, given=True)
    assert said("WT525", FlowFacts("dag", (own,))) == [
        "task 't' overrides 'a' by a value of the type int, but the node is annotated str"
    ]
    assert said("WT526", FlowFacts("dag", (replace(own, consumer="b"),))) == [
        "node 'b' asks for 'a' as str, and task 't' gave it as int"
    ]


def test_promised_parts_that_are_not_there_are_named():
    lacking = LackingFacts("t", "a", "column", ("p", "q"), THERE)
    declared = LackingFacts("t", "a", "field", ("p",), THERE, declared=True)
    assert said("WT527", FlowFacts("dag", undelivered=(lacking, declared))) == [
        "node 'a' promises the columns 'p', 'q', but in task 't' it had none such",
        "node 'a' is declared to have the field 'p', but in task 't' it had none such",
    ]


def test_a_validator_that_has_passed_once_is_heeded():
    failed = ValidationFacts("t", "a", "range_validator", passes=False, location=THERE)
    passed = replace(failed, passes=True, task_id="u")
    assert said("WT528", FlowFacts("dag", validations=(failed, replace(failed, task_id="u")))) == [
        "validator 'range_validator' of node 'a' did not pass once, in task 't' and 'u', and only warned"
    ]
    assert said("WT528", FlowFacts("dag", validations=(failed, passed))) == []


UNDER = "and node-cov-fail-under is 40"
COVERED = CoverageFacts((CoveredFacts("modules.flow", "modules/flow.py", ("a", "b", "c"), ("a",)),), whole=True)


@pytest.mark.parametrize(
    ("bound", "whole", "told"),
    [
        (
            40,
            True,
            ["the DAGs execute 1 of 3 nodes (33.3 %), and node-cov-fail-under is 40; most are missing of modules.flow"],
        ),
        (33, True, []),
        (0, True, []),
        (40, False, []),
    ],
)
def test_coverage_is_judged_where_a_bound_is_set_and_nothing_is_left_out(bound, whole, told):
    settings = Settings(Path(), node_cov_fail_under=bound)
    assert said("WT529", replace(COVERED, whole=whole), settings) == told


def test_no_nodes_are_enough_of_none():
    assert said("WT529", CoverageFacts(whole=True), Settings(Path(), node_cov_fail_under=100.0)) == []


def test_idle_functions_are_told_once_for_their_module():
    idle = (
        IdleFacts("modules.flow", "b", ("b",), replace(THERE, line=9)),
        IdleFacts("modules.flow", "c", ("c1", "c2"), THERE),
    )
    assert said("WT530", replace(COVERED, idle=idle)) == [
        "module modules.flow has 2 functions that no DAG, saver or test comes to: b, c"
    ]


def test_of_a_namespace_only_what_is_needed_outside_of_it_is_counted():
    needs = {"result": ("inner.last",), "inner.last": ("inner.first",), "inner.first": (), "inner.spare": ()}
    nodes = tuple(NodeFacts(name, "result", THERE, "int", parameters) for name, parameters in needs.items())
    (module,) = coverage_of([DataflowFacts("modules.flow", "modules/flow.py", DONE, nodes)], ()).modules
    assert module.nodes == ("inner.first", "inner.last", "result")


def test_nodes_are_counted_by_module_and_by_dag_and_runs_of_a_dag_together():
    names = ("a", "a", "b")  # one of two configurations each
    nodes = tuple(NodeFacts(name, f"{name}__{at}", THERE, "int", ()) for at, name in enumerate(names))
    flows = (DataflowFacts("modules.flow", "modules/flow.py", DONE, nodes), DataflowFacts("broken", "b.py", DONE))
    first = run_of(driver(reached=(("modules.flow", "a"), ("elsewhere", "b"))))
    second = run_of(driver(reached=(("modules.flow", "b"),)))
    other = replace(first, dag_id="other")
    known = coverage_of(flows, (first, second, other, replace(other, dag_id="idle", drivers=())))
    assert (known.nodes, known.executed) == (2, 2)
    assert [(dag.name, dag.missing) for dag in known.dags] == [("dag", ()), ("other", ("modules.flow.b",))]
