"""A Hamilton module becomes its nodes, or the reason why it has none."""

from __future__ import annotations

from windtunnel.checks.wt501_unbuildable_dataflow import unbuildable_dataflow
from windtunnel.facts import DataflowFacts, End, FailureFacts, NodeFacts, ProcessFacts
from windtunnel.findings import Location

CONFIGURED = """
    from hamilton.function_modifiers import config

    @config.when(region="us")
    def tax__us(price: float) -> float:
        return price

    @config.when_in(region=["uk", "ie"])
    def tax__europe(price: float, vat: float) -> float:
        return price * vat

    @config.when_not(region="us")
    def duty(tax: float) -> float:
        return tax
"""


def names(dataflow: DataflowFacts) -> set[str]:
    return {node.name for node in dataflow.nodes}


def test_a_node_has_its_function_its_def_line_its_type_and_its_parameters(built):
    dataflow = built("""
        from hamilton.function_modifiers import tag

        @tag(a="b")
        def total(values: list[int], start: int = 0) -> dict[str, list[int]]:
            return {}
    """)
    expected = NodeFacts("total", "total", Location(dataflow.path, 5), "dict[str, list[int]]", ("values", "start"))
    assert dataflow.nodes == (expected,)
    assert dataflow.failure is None
    assert dataflow.process == ProcessFacts(End.COMPLETED)


def test_inputs_imported_functions_and_private_ones_are_no_nodes(built):
    dataflow = built("""
        from textwrap import dedent

        def shown(text: str) -> str:
            return _trim(text)

        def _trim(text: str) -> str:
            return dedent(text)
    """)
    assert names(dataflow) == {"shown"}


def test_nodes_of_every_mentioned_configuration_are_collected(built):
    dataflow = built(CONFIGURED)
    assert {(node.name, node.function) for node in dataflow.nodes} == {
        ("tax", "tax__us"),
        ("tax", "tax__europe"),
        ("duty", "duty"),
    }


def test_the_number_of_configurations_grows_with_the_values_and_not_with_their_combinations(built):
    keys = "\n\n".join(
        f"@config.when_in(k{key}={list(range(6))})\ndef node_{key}(x: int) -> int:\n    return x" for key in range(12)
    )
    dataflow = built("from hamilton.function_modifiers import config\n\n" + keys)
    assert names(dataflow) == {f"node_{key}" for key in range(12)}


def test_building_does_not_shorten_the_names_of_functions_again_and_again(built):
    dataflow = built("""
        from hamilton.function_modifiers import config

        @config.when_in(mode=["a", "b", "c"])
        def left__over__one(x: int) -> int:
            return x
    """)
    assert names(dataflow) == {"left__over"}


def test_one_function_can_make_many_nodes(built):
    dataflow = built("""
        from hamilton.function_modifiers import extract_fields, parameterize, value

        @parameterize(small={"n": value(1)}, large={"n": value(9)})
        def size(n: int) -> int:
            return n

        @extract_fields({"low": int, "high": int})
        def ends(small: int) -> dict:
            return {"low": small, "high": small}
    """)
    assert names(dataflow) == {"small", "large", "ends", "low", "high"}


def test_what_needs_unknown_configuration_is_left_out_and_fails_nothing(built):
    dataflow = built("""
        from hamilton.function_modifiers import ResolveAt, config, resolve, tag

        @resolve(when=ResolveAt.CONFIG_AVAILABLE, decorate_with=lambda owner: tag(owner=owner))
        def owned(x: int) -> int:
            return x

        @config(lambda settings: settings["unknown"] > 3)
        def chosen(x: int) -> int:
            return x

        def plain(owned: int, chosen: int) -> int:
            return owned + chosen
    """)
    assert dataflow.failure is None
    assert names(dataflow) == {"plain"}


def test_a_resolve_that_needs_nothing_unknown_is_built(built):
    dataflow = built("""
        from hamilton.function_modifiers import ResolveAt, resolve, tag

        @resolve(when=ResolveAt.CONFIG_AVAILABLE, decorate_with=lambda owner="me": tag(owner=owner))
        def owned(x: int) -> int:
            return x
    """)
    assert names(dataflow) == {"owned"}


def test_other_modules_may_give_an_input_that_two_functions_see_differently(built):
    dataflow = built("""
        from collections.abc import Hashable, Sequence

        def length(given: Sequence) -> int:
            return len(given)

        def key(given: Hashable) -> int:
            return hash(given)
    """)
    assert dataflow.failure is None


def test_an_exception_at_import_is_a_failure_at_the_users_line(built):
    dataflow = built("""
        from hamilton.function_modifiers import tag

        limit = {}["limit"]
    """)
    assert dataflow.failure is not None
    assert dataflow.failure.summary == "KeyError: 'limit'"
    assert dataflow.failure.location == Location(dataflow.path, 4)
    assert "importlib" not in dataflow.failure.traceback


def test_leaving_at_import_is_a_failure(built):
    dataflow = built("raise SystemExit(3)")
    assert dataflow.failure is not None
    assert dataflow.failure.type == "SystemExit"


def test_a_function_that_hamilton_cannot_make_a_node_of_is_the_place_of_the_failure(built):
    dataflow = built("""
        def good(x: int) -> int:
            return x

        def bad(x: int):
            return x
    """)
    assert dataflow.failure is not None
    assert dataflow.failure.summary == "ValueError: Missing type hint for return value in function bad."
    assert dataflow.failure.location == Location(dataflow.path, 5)


def test_types_that_do_not_fit_between_two_nodes_are_a_failure_at_one_of_them(built):
    dataflow = built("""
        def number(text: str) -> int:
            return len(text)

        def shown(number: str) -> str:
            return number
    """)
    assert dataflow.failure is not None
    assert "shown is expecting number" in dataflow.failure.message
    assert dataflow.failure.location == Location(dataflow.path, 5)


def test_a_mentioned_value_that_never_builds_is_a_failure_that_names_the_configuration(built):
    dataflow = built("""
        from hamilton.function_modifiers import config

        @config.when(mode="text")
        def reading__text(raw: str) -> str:
            return raw

        @config.when(mode="number")
        def reading__number(raw: str) -> float:
            return float(raw)

        def twice(reading: float) -> float:
            return 2 * reading
    """)
    assert dataflow.failure is not None
    assert "(configuration {'mode': 'text'})" in dataflow.failure.message


def test_a_combination_of_values_that_nobody_may_use_is_no_failure(built):
    dataflow = built("""
        from hamilton.function_modifiers import config

        @config.when(source="file")
        def reading__file(raw: str) -> str:
            return raw

        @config.when(source="api", live=True)
        def reading__api(raw: str) -> float:
            return float(raw)

        @config.when(live=True)
        def twice(reading: float) -> float:
            return 2 * reading
    """)
    assert dataflow.failure is None
    assert names(dataflow) == {"reading", "twice"}


def test_a_sub_dataflow_is_built_for_what_its_functions_mention_unless_that_is_given(built):
    dataflow = built("""
        from hamilton.function_modifiers import config, source, subdag

        @config.when(kind="a", size=1)
        def part__a(raw: int) -> int:
            return raw

        @config.when(kind="b")
        def part__b(raw: int) -> int:
            return -raw

        @subdag(part__a, part__b, inputs={"raw": source("number")}, config={"size": 1})
        def whole(part: int) -> int:
            return part
    """)
    assert dataflow.failure is None
    assert "whole" in names(dataflow)


def test_a_module_of_the_same_name_elsewhere_is_not_taken_for_it(tmp_path):
    from windtunnel.collectors.dataflows import collect_dataflow

    (tmp_path / "json.py").write_text("def x() -> int:\n    return 1\n")
    failure = collect_dataflow("json", "json.py", str(tmp_path)).failure
    assert failure is not None
    assert failure.type == "ImportError"
    assert "rename one of them" in failure.message


def test_wt501_quotes_the_failure_at_its_line_with_the_users_frames():
    failure = FailureFacts("ValueError", "no\nmore", Location("modules/a.py", 4), "frames")
    dataflow = DataflowFacts("modules.a", "modules/a.py", ProcessFacts(End.COMPLETED), failure=failure)
    (complaint,) = unbuildable_dataflow.judge(dataflow)
    assert complaint.location == Location("modules/a.py", 4)
    assert complaint.message == "Hamilton cannot build modules.a: ValueError: no"
    assert complaint.evidence == "frames"


def test_wt501_reports_a_child_that_died():
    process = ProcessFacts(End.DIED, "was killed by SIGSEGV", "last words")
    (complaint,) = unbuildable_dataflow.judge(DataflowFacts("modules.a", "modules/a.py", process))
    assert complaint.message == "building the graph of modules/a.py was killed by SIGSEGV"
    assert complaint.evidence == "last words"


def test_wt501_has_nothing_to_say_of_a_graph_that_builds():
    dataflow = DataflowFacts("modules.a", "modules/a.py", ProcessFacts(End.COMPLETED))
    assert list(unbuildable_dataflow.judge(dataflow)) == []
