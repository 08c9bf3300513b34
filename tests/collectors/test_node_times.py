"""What stands for a node's result is the same for the same, and costs no more than a look."""

from __future__ import annotations

import threading
import time
import types

import numpy as np
import pandas as pd
import pytest

from windtunnel.collectors import node_times
from windtunnel.collectors.executions import Execution


class Refusing:
    def __reduce__(self):
        raise RuntimeError


def execution(**nodes):
    graph = types.SimpleNamespace(nodes=nodes)
    return Execution(graph, (), (), (), time.monotonic())


def a_node(name="a", user_defined=False, **tags):
    return types.SimpleNamespace(name=name, tags=tags, user_defined=user_defined)


def slept(seen, node, result, monkeypatch, seconds=2.0):
    now = time.monotonic()
    node_times.begins(seen, node)
    monkeypatch.setattr(node_times.time, "monotonic", lambda: now + seconds)
    node_times.has_ended(seen, node, result)
    monkeypatch.undo()


@pytest.mark.parametrize(
    "make",
    [
        lambda: pd.DataFrame({"a": range(5)}),
        lambda: {"a": [1, 2.5, None]},
        lambda: np.arange(5),
        lambda: np.zeros(20_000_000 // 8),
        lambda: 3,
    ],
    ids=["table", "dict", "array", "large array", "number"],
)
def test_equal_results_are_known_for_equal(make, monkeypatch):
    seen, node = execution(), a_node()
    slept(seen, node, make(), monkeypatch)
    slept(seen, node, make(), monkeypatch)
    first, second = seen.slow
    assert first.content == second.content != ""


def test_other_results_are_others_and_what_cannot_be_compared_is_unknown(monkeypatch):
    seen, node = execution(), a_node()
    for result in (pd.DataFrame({"a": [1]}), pd.DataFrame({"a": [2]}), Refusing(), threading.Lock()):
        slept(seen, node, result, monkeypatch)
    one, other, *unknown = [slow.content for slow in seen.slow]
    assert one != other
    assert unknown == ["", ""]


def test_quick_nodes_loaders_savers_and_promises_are_not_slow(monkeypatch):
    seen = execution()
    slept(seen, a_node(), 1, monkeypatch, seconds=0.5)
    slept(seen, a_node(**{"hamilton.data_loader": True}), 1, monkeypatch)
    slept(seen, a_node(**{"hamilton.data_saver": True}), 1, monkeypatch)
    node_times.begins(seen, a_node())
    node_times.only_begun(seen, a_node())
    node_times.has_ended(seen, a_node(), 1)
    assert seen.slow == []


@pytest.mark.parametrize(
    ("given", "computed", "agree"),
    [
        (1, 1, True),
        (1, 2, False),
        (1, 1.0, False),
        (pd.Series([1, None]), pd.Series([1, None]), True),
        (pd.Series([1]), pd.Series([2]), False),
        (np.arange(3), np.arange(3), True),
        (np.arange(3), np.arange(1, 4), False),
        (np.arange(0), np.arange(3), False),
        ([np.arange(3)], [np.arange(3)], True),
    ],
)
def test_an_input_for_a_node_is_compared_with_what_is_computed(given, computed, agree):
    node = a_node()
    seen = execution(a=node, n=a_node("n", user_defined=True))
    node_times.note_ignored(seen, {"a": given, "n": 1, "strange": 2})
    assert list(seen.ignored) == ["a"]
    node_times.begins(seen, node)
    node_times.has_ended(seen, node, computed)
    assert seen.agreed == ({"a"} if agree else set())
