"""A recorded dataflow is played by other engines, and the first node that differs is named, with no luck in it."""

from __future__ import annotations

import gc

import pytest

from windtunnel.collectors.engine_requests import EngineRequest, collect_engines, compared_once, insist_on
from windtunnel.collectors.replays import ReplayRequest
from windtunnel.collectors.value_keeper import ValueKeeper
from windtunnel.errors import UsageError

BLOCK = """
    from hamilton.htypes import Collect, Parallelizable

    seen = {}


    def part(n: int) -> Parallelizable[int]:
        yield from range(n)


    def squared(part: int) -> int:
        return part**2


    def total(squared: Collect[int]) -> int:
        return sum(squared)


    def shown(total: int) -> str:
        return str(total)
"""
SHARED = """
    def numbers(n: int) -> list:
        return list(range(n))


    def total(numbers: list) -> int:
        CHANGE
        return sum(numbers)


    def count(numbers: list) -> int:
        return len(numbers)


    def mean(total: int, count: int) -> float:
        return total / count
"""
CHANGING = SHARED.replace("CHANGE", "numbers.pop()")


@pytest.fixture
def compared(played, pools, tmp_path):
    """The facts of a module's dataflow by an engine: it is recorded here, and played in children."""

    def compare(text, final_vars, inputs, engine):
        played(text, final_vars, inputs)
        (file,) = (tmp_path / "recorded").iterdir()
        request = ReplayRequest(str(file), "dag", "dags/dag.py", (), tmp_path, tmp_path, ())
        return list(collect_engines(pools.modules, [EngineRequest(request, engine, is_asked=True)], 60))

    return compare


def told(found):
    return [(one.node, one.outcome, one.reason) for facts in found for one in facts.different]


def test_what_gives_the_same_in_any_order_and_in_threads_is_not_accused(compared):
    (facts,) = compared(SHARED.replace("CHANGE", "pass"), ["mean"], {"n": 4}, "threads")
    assert (facts.nodes, facts.different, facts.not_compared, facts.is_used) == (4, (), "", False)


def test_a_node_that_reads_what_another_changes_in_place_is_named_with_that(compared):
    found = compared(CHANGING, ["mean"], {"n": 4}, "threads")
    assert told(found) == [("count", "gives another value", "total changes numbers in place")]
    assert found[0].different[0].location.line == 11


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            """
            seen = []

            def first(n: int) -> int:
                seen.append(n)
                return n

            def second(n: int) -> int:
                return len(seen)

            def both(first: int, second: int) -> int:
                return first + second
            """,
            ("second", "gives another value", ""),
        ),
        (
            """
            import threading

            def both(n: int) -> int:
                if threading.current_thread() is not threading.main_thread():
                    raise RuntimeError("not here")
                return n
            """,
            ("both", "raises RuntimeError: not here", ""),
        ),
    ],
    ids=["global state", "main thread"],
)
def test_what_rests_on_the_order_or_on_the_thread_is_named(compared, text, expected):
    assert told(compared(text, ["both"], {"n": 4}, "threads")) == [expected]


def test_what_differs_without_any_engine_is_not_accused_nor_is_what_follows_from_it(compared):
    text = """
        import random

        def luck(n: int) -> float:
            return n + random.random()

        def sure(n: int) -> int:
            return n

        def last(luck: float, sure: int) -> bool:
            return luck > sure
    """
    (facts,) = compared(text, ["last"], {"n": 4}, "threads")
    assert (facts.nodes, facts.different) == (1, ())


def test_blocks_are_compared_in_processes_and_what_has_none_is_not(compared):
    (facts,) = compared(BLOCK, ["shown"], {"n": 3}, "processes")
    assert (facts.nodes, facts.different) == (4, ())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            BLOCK.replace("return part**2", "seen[part] = part; return part**2").replace(
                "str(total)", "str(len(seen))"
            ),
            ("shown", "gives another value", ""),
        ),
        (
            BLOCK.replace("squared(part: int) -> int", "squared(part: int) -> object")
            .replace("return part**2", "return lambda: part")
            .replace("Collect[int]", "Collect[object]")
            .replace("sum(squared)", "sum(one() for one in squared)"),
            ("squared", "gives a value that cannot be sent to another process", ""),
        ),
    ],
    ids=["global state", "lambda"],
)
def test_what_other_processes_do_not_see_or_cannot_be_sent_is_named(compared, text, expected):
    assert told(compared(text, ["shown"], {"n": 3}, "processes")) == [expected]


def test_a_dataflow_without_blocks_has_nothing_that_would_run_in_processes(compared):
    assert compared(CHANGING, ["mean"], {"n": 4}, "processes") == []


@pytest.mark.filterwarnings("ignore:coroutine")
def test_coroutines_are_not_compared_and_it_is_said(compared):
    (facts,) = compared("async def one(n: int) -> int:\n    return n\n", ["one"], {"n": 3}, "threads")
    assert facts.not_compared == "its nodes are coroutines, which run in an event loop alone"
    gc.collect()  # the one that nobody has awaited


def test_what_one_dataflow_has_shown_no_other_tells_again(compared):
    found = compared(CHANGING, ["mean"], {"n": 4}, "threads")
    assert [len(facts.different) for facts in compared_once([*found, *found])] == [1, 0]


def test_an_engine_that_is_asked_for_and_not_installed_is_a_mistake_in_the_settings(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    insist_on(["threads", "processes"], "engines")
    with pytest.raises(UsageError, match=r"engines: 'dask' is asked for, and distributed is not installed; install"):
        insist_on(["dask"], "engines")


def test_of_what_ran_in_other_processes_the_nodes_are_known_and_what_entered(played, monkeypatch):
    ended = ValueKeeper.ended
    monkeypatch.setattr(ValueKeeper, "ended", lambda *of, well: ended(*of, well=well, abroad=True))
    replay = played(CHANGING, ["mean"], {"n": 4})
    assert replay.recorded.values == {}
    assert (tuple(replay.nodes), replay.entering) == (("numbers", "count", "total", "mean"), ("n",))
    assert replay.value_of("count") == 4
