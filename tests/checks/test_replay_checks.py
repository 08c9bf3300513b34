"""What is said of dataflows that were played again, from facts made by hand."""

from __future__ import annotations

from dataclasses import replace

from windtunnel.checks import catalogue
from windtunnel.collectors.replays import ReplayRequest, timed, told_once
from windtunnel.facts import BreakFacts, Disturbance, End, PeekFacts, ProcessFacts, ReplayFacts, UnrepeatedFacts
from windtunnel.findings import Location
from windtunnel.settings import Settings

TASK, LINE = Location("dags/a.py", 3), Location("modules/flow.py", 7)
PLAYED = ReplayFacts("a", "load", "dags/a.py", TASK, ProcessFacts(End.COMPLETED), ("modules.flow",), 4, 20, 3)
BREAK = BreakFacts(
    Disturbance.MISSING,
    "ages",
    LINE,
    "one value of column 'age' of 'raw' is missing",
    "raises TypeError: no",
    ("all values of column 'age' of 'raw' are missing",),
    "import pandas as pd",
)
KINDS = {
    "WT620": Disturbance.MISSING,
    "WT621": Disturbance.SMALL,
    "WT622": Disturbance.ZERO,
    "WT623": Disturbance.DTYPES,
    "WT624": Disturbance.CONSTANT,
    "WT625": Disturbance.DUPLICATES,
    "WT627": Disturbance.EXTREME,
    "WT628": Disturbance.TEXT,
    "WT629": Disturbance.ORDER,
    "WT631": Disturbance.ZONE,
}


def said(code, facts, tmp_path):
    (check,) = [known for known in catalogue() if known.code == code]
    return list(check.complaints(facts, Settings(tmp_path)))


def test_a_break_names_the_change_the_exception_and_the_task(tmp_path):
    (found,) = said("WT620", replace(PLAYED, breaks=(BREAK,)), tmp_path)
    assert found.location == LINE
    assert found.message == (
        "ages raises TypeError: no when one value of column 'age' of 'raw' is missing, in task 'load' "
        "(and on 1 other change)"
    )
    assert found.evidence == "also when all values of column 'age' of 'raw' are missing\nimport pandas as pd"


def test_each_kind_of_change_has_a_check_of_its_own(tmp_path):
    assert set(KINDS.values()) == set(Disturbance)
    for kind in Disturbance:
        facts = replace(PLAYED, breaks=(replace(BREAK, kind=kind, others=()),))
        assert [code for code in KINDS if said(code, facts, tmp_path)] == [
            code for code, known in KINDS.items() if known is kind
        ]


def test_what_could_not_be_played_again_is_said(tmp_path):
    (found,) = said("WT626", replace(PLAYED, unrepeated=(UnrepeatedFacts("n", LINE, "gives another value"),)), tmp_path)
    assert found.message == (
        "n gives another value when it is called again with what it got in task 'load'; "
        "it and what is behind it was not tried with other data"
    )
    (found,) = said("WT626", replace(PLAYED, not_played="its module is gone"), tmp_path)
    assert found.message == "the dataflow of task 'load' was not tried with other data: its module is gone"
    assert found.location == TASK


def test_a_leak_names_both_parts_and_the_node_that_sees_too_much(tmp_path):
    (found,) = said("WT630", replace(PLAYED, peeks=(PeekFacts("mean", LINE, "X_train", "X_test", "raw"),)), tmp_path)
    assert found.message == ("X_train changes when only the rows of X_test in 'raw' do: mean sees them, in task 'load'")


def test_what_two_tasks_share_is_told_once():
    once, again = told_once(
        [replace(PLAYED, breaks=(BREAK,)), replace(PLAYED, task_id="b", breaks=(BREAK, replace(BREAK, node="other")))]
    )
    assert once.breaks == (BREAK,)
    assert [one.node for one in again.breaks] == ["other"]


def test_what_small_dataflows_leave_of_the_budget_goes_to_the_large_ones(tmp_path):
    files = [tmp_path / name for name in ("large", "small")]
    for file, size in zip(files, (100, 1), strict=True):
        file.write_bytes(b"x" * size)
    requests = [ReplayRequest(str(file), "a", "dags/a.py", (), tmp_path, tmp_path, ()) for file in files]
    first, second = timed(requests, 1, timeout=1000, budget=60)
    assert (first.file, second.file) == (str(files[1]), str(files[0]))
    assert 29 < first.seconds <= 30
    assert 59 < second.seconds <= 60
    assert [one.seconds for one in timed(requests, 2, timeout=20, budget=60)] == [12, 12]
