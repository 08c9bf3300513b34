"""Word of nodes that ran in other processes comes through whole, torn, or not at all, and nobody is accused for it."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from windtunnel.collectors.effects import Effects
from windtunnel.collectors.executions import SAVER_TAG, Execution
from windtunnel.collectors.far_nodes import Messenger, words_in
from windtunnel.collectors.saves import Owner, inspect_saves
from windtunnel.collectors.unfinished import Bystanders
from windtunnel.facts import SaveState


def node_of(name="save", **tags):
    return SimpleNamespace(
        name=name, tags=tags, callable=len, dependencies=(), originating_functions=(), user_defined=False
    )


def tell(folder, node, result=None, *, success=True, **kwargs):
    Messenger(str(folder)).post_node_execute(run_id="run", node_=node, kwargs=kwargs, success=success, result=result)


def test_a_saver_tells_what_it_was_given_and_what_it_returned_as_far_as_that_is_plain(tmp_path):
    tell(tmp_path, node_of("total"))
    tell(tmp_path, node_of(**{SAVER_TAG: True}), {"path": Path("a.csv"), "rows": 3}, handle=object(), n=1)
    total, save = words_in(tmp_path)
    assert (total.run_id, total.node, total.saved) == ("run", "total", None)
    seen = save.saved.of("the node here")
    assert (seen.node, seen.metadata, seen.idle) == ("the node here", {"path": "a.csv", "rows": 3}, False)
    assert (seen.options, seen.cwd) == ({"handle": "object", "n": 1}, Path.cwd())


def test_a_saver_that_failed_has_saved_nothing(tmp_path):
    tell(tmp_path, node_of(**{SAVER_TAG: True}), success=False)
    assert [word.saved for word in words_in(tmp_path)] == [None]


def test_of_word_that_was_torn_the_whole_part_is_heard(tmp_path):
    tell(tmp_path, node_of("total"))
    (file,) = tmp_path.iterdir()
    whole = file.read_bytes()
    file.write_bytes(whole + whole[: len(whole) // 2])
    assert [word.node for word in words_in(tmp_path)] == ["total"]


def test_a_messenger_without_a_place_to_write_disturbs_nobody_and_bears_with_every_hook(tmp_path):
    tell(tmp_path / "gone", node_of())
    Messenger(str(tmp_path)).pre_graph_execute(run_id="run", graph=None)
    with pytest.raises(AttributeError):
        Messenger(str(tmp_path)).__len__  # noqa: B018


@pytest.mark.parametrize(
    ("abroad", "well", "state"),
    [
        (True, True, SaveState.UNSEEN),
        (True, False, SaveState.NOT_REACHED),
        (False, True, SaveState.NOT_REACHED),
    ],
)
def test_a_saver_of_which_no_word_has_come_is_not_said_to_be_missed(tmp_path, abroad, well, state):
    graph = SimpleNamespace(nodes={"save": node_of(**{SAVER_TAG: True})}, config={})
    execution = Execution(graph, ("save",), (), (), 0.0, abroad=abroad, well=well)
    owner = Owner("dag", "task", -1, tmp_path, Bystanders(frozenset(), os.getpid()), Effects())
    (save,) = inspect_saves([execution], owner)
    assert save.state is state
