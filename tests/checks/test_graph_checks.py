"""What is said of a module's graph, by facts made by hand."""

from __future__ import annotations

from windtunnel.checks.wt502_unbuildable_combination import unbuildable_combination
from windtunnel.checks.wt503_missing_variant import missing_variant
from windtunnel.checks.wt504_cycle_of_nodes import cycle_of_nodes
from windtunnel.checks.wt505_redefined_node_function import redefined_node_function
from windtunnel.checks.wt506_node_of_two_modules import node_of_two_modules
from windtunnel.checks.wt507_misspelt_parameter import misspelt_parameter
from windtunnel.checks.wt508_undelivered_column import undelivered_column
from windtunnel.checks.wt509_identical_siblings import identical_siblings
from windtunnel.checks.wt510_effect_at_import import effect_at_import
from windtunnel.checks.wt511_state_changed_by_import import state_changed_by_import
from windtunnel.checks.wt512_slow_module_import import slow_module_import
from windtunnel.checks.wt513_driver_executed_at_import import driver_executed_at_import
from windtunnel.checks.wt514_driver_built_at_import import driver_built_at_import
from windtunnel.checks.wt515_data_read_at_import import data_read_at_import
from windtunnel.checks.wt516_hidden_variant import hidden_variant
from windtunnel.facts import (
    CombinationFacts,
    CycleFacts,
    DataflowFacts,
    DrivenTogetherFacts,
    DriverUseFacts,
    Effect,
    EffectFacts,
    End,
    FailureFacts,
    GapFacts,
    GraphFacts,
    HiddenFacts,
    LineTimeFacts,
    ModuleImportFacts,
    NearNameFacts,
    NodeFacts,
    ProcessFacts,
    RedefinedFacts,
    TwinFacts,
    UndeliveredFacts,
)
from windtunnel.findings import Location

HERE, BELOW = Location("modules/a.py", 3), Location("modules/a.py", 9)


def dataflow(graph=None, imported=None, failure=None):
    return DataflowFacts(
        "modules.a",
        "modules/a.py",
        ProcessFacts(End.COMPLETED),
        failure=failure,
        graph=graph or GraphFacts(),
        imported=imported or ModuleImportFacts(),
    )


def said(check, facts, *settings):
    return [(complaint[0], complaint[1]) for complaint in check.judge(facts, *settings)]


def test_variants_that_are_on_at_once_are_both_named():
    makers = (("tax__us", HERE), ("tax__live", BELOW))
    found = CombinationFacts("region='us', live=True", BELOW, "", "tax", makers, others=2)
    assert said(unbuildable_combination, dataflow(GraphFacts(combinations=(found,)))) == [
        (
            BELOW,
            (
                "with region='us', live=True (and 2 more) both 'tax__us' (line 3) and 'tax__live' (line 9) make the "
                "node 'tax', and Hamilton refuses to build modules.a"
            ),
        )
    ]


def test_a_combination_that_does_not_build_is_told_with_hamiltons_reason():
    found = CombinationFacts("a=1, b=2", HERE, "ValueError: no")
    message = "with a=1, b=2 Hamilton cannot build modules.a: ValueError: no"
    assert said(unbuildable_combination, dataflow(GraphFacts(combinations=(found,)))) == [(HERE, message)]


def test_a_missing_variant_is_told_with_who_asks_and_what_happens():
    gap = GapFacts(("tax", "duty"), "region='ie'", HERE, ("total",), silent=True)
    assert said(missing_variant, dataflow(GraphFacts(gaps=(gap,)))) == [
        (
            HERE,
            (
                "no variant of the node 'tax' (and 'duty') is there with region='ie': for 'total' it takes its "
                "default, and Hamilton does not say so"
            ),
        )
    ]


def test_a_cycle_is_told_all_the_way_round():
    graph = GraphFacts(cycles=(CycleFacts(("a", "b"), HERE, "mode='x'"), CycleFacts(("c",), BELOW)))
    between = DrivenTogetherFacts(HERE, (), (CycleFacts(("d", "e"), BELOW, driver="run.py:4"),))
    message = "nodes need each other in the driver at run.py:4: d needs e needs d; to ask for one of them is a "
    assert said(cycle_of_nodes, between) == [(BELOW, f"{message}RecursionError")]
    assert said(cycle_of_nodes, dataflow(graph)) == [
        (HERE, "nodes need each other with mode='x': a needs b needs a; to ask for one of them is a RecursionError"),
        (BELOW, "the node 'c' needs itself; to ask for one of them is a RecursionError"),
    ]


def test_a_function_defined_again_is_told_with_the_line_that_wins():
    graph = GraphFacts(redefined=(RedefinedFacts("tax", HERE, 9, is_variant=True),))
    message = "'tax' is defined again on line 9: this variant is never executed, and Hamilton does not know of it"
    assert said(redefined_node_function, dataflow(graph)) == [(HERE, message)]


def test_a_node_that_is_there_only_in_some_configurations_may_be_made_by_another_module():
    def module(name, *, always):
        place = Location(f"modules/{name}.py", 3)
        nodes = (NodeFacts("tax", "tax", place, "float", (), always=always), NodeFacts(name, name, place, "int", ()))
        return DataflowFacts(f"modules.{name}", place.path, ProcessFacts(End.COMPLETED), nodes)

    sure = DrivenTogetherFacts(HERE, (module("a", always=True), module("b", always=True)))
    unsure = DrivenTogetherFacts(HERE, (module("a", always=True), module("b", always=False)))
    message = "modules.a and modules.b both make 'tax' (modules/a.py:3 and modules/b.py:3): the driver cannot be built"
    assert said(node_of_two_modules, sure) == [(HERE, message)]
    assert said(node_of_two_modules, unsure) == []


def test_a_slip_in_a_name_is_told_with_what_is_used_in_its_place():
    with_default = NearNameFacts("discuont", "discount", "price", HERE, "0.0")
    without = NearNameFacts("discuont", "discount", "price", BELOW, "")
    message = "nothing gives the parameter 'discuont' of 'price', so that {}; did you mean the node 'discount'?"
    assert said(misspelt_parameter, dataflow(GraphFacts(near_names=(with_default, without)))) == [
        (HERE, message.format("it is always 0.0")),
        (BELOW, message.format("it becomes an input")),
    ]


def test_what_is_not_delivered_is_told_beside_what_is():
    found = UndeliveredFacts("frame", "column", ("size", "age"), ("sise",), HERE)
    message = "'frame' never returns the columns 'size', 'age': it returns 'sise'"
    assert said(undelivered_column, dataflow(GraphFacts(undelivered=(found,)))) == [(HERE, message)]


def test_twins_are_told_with_what_they_are_given():
    twin = TwinFacts("mean", ("a", "b", "c"), "x=source('p')", HERE)
    message = "'a', 'b' and 'c' of 'mean' are the same: each is given x=source('p')"
    assert said(identical_siblings, dataflow(GraphFacts(twins=(twin,)))) == [(HERE, message)]


def test_a_variant_that_its_own_key_hides_is_told():
    graph = GraphFacts(hidden=(HiddenFacts("tax__us", "tax", HERE),))
    message = (
        "'tax__us' is never executed: it is there only while the configuration has 'tax', which then takes the place "
        "of the node"
    )
    assert said(hidden_variant, dataflow(graph)) == [(HERE, message)]


def test_effects_of_an_import_are_told_and_what_it_needed_only_once():
    effects = (
        EffectFacts(Effect.NETWORK, "example.com:80", HERE),
        EffectFacts(Effect.PROCESS_STATE, "os.environ (A)", None),
        EffectFacts(Effect.FILE, "write modules/x", BELOW),
    )
    failure = FailureFacts("PermissionError", "no", BELOW, "frames", "to change files (write modules/x)")
    facts = dataflow(imported=ModuleImportFacts(effects), failure=failure)
    assert said(effect_at_import, facts) == [
        (BELOW, "importing modules/a.py needs to change files (write modules/x); the module is not judged"),
        (HERE, "importing modules/a.py reaches for the network: example.com:80"),
    ]
    assert said(state_changed_by_import, facts) == [
        (Location("modules/a.py"), "importing modules/a.py changes os.environ (A)")
    ]


def test_own_lines_that_take_long_are_told_with_the_innermost_that_takes_most(tmp_path):
    from windtunnel.settings import Settings

    lines = (LineTimeFacts(HERE, "x = f()", 3.0, 0), LineTimeFacts(BELOW, "sleep(3)", 2.9, 1))
    facts = dataflow(imported=ModuleImportFacts(seconds=3.1, lines=lines))
    message = "importing modules/a.py takes 3.1 s beside its libraries, over 2 s: 2.9 s of it in modules/a.py:9"
    assert said(slow_module_import, facts, Settings(tmp_path)) == [(BELOW, message)]
    assert said(slow_module_import, facts, Settings(tmp_path, max_import_seconds=4.0)) == []


def test_a_driver_that_is_built_is_not_told_beside_one_that_executes():
    built, executed = DriverUseFacts(HERE, executes=False), DriverUseFacts(BELOW, executes=True)
    only_built = dataflow(imported=ModuleImportFacts(drivers=(built,)))
    both = dataflow(imported=ModuleImportFacts(drivers=(built, executed)))
    assert said(driver_built_at_import, only_built) == [(HERE, "importing modules/a.py builds a Hamilton driver")]
    assert said(driver_built_at_import, both) == said(driver_executed_at_import, only_built) == []
    assert said(driver_executed_at_import, both) == [(BELOW, "importing modules/a.py executes a Hamilton driver")]


def test_data_that_is_read_is_told_by_its_path():
    facts = dataflow(imported=ModuleImportFacts(reads=(("modules/x.csv", HERE),)))
    assert said(data_read_at_import, facts) == [(HERE, "importing modules/a.py reads modules/x.csv")]


def test_a_sound_module_has_nothing_said_of_it(tmp_path):
    from windtunnel.settings import Settings

    checks = (unbuildable_combination, missing_variant, cycle_of_nodes, redefined_node_function, misspelt_parameter)
    more = (undelivered_column, identical_siblings, effect_at_import, state_changed_by_import, data_read_at_import)
    assert [said(check, dataflow()) for check in (*checks, *more)] == [[]] * 10
    assert said(slow_module_import, dataflow(), Settings(tmp_path)) == []
