"""The verdict: the numbers are right, and nothing that was not proven is called clean."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.reporters.reports import (
    BROKEN,
    CLEAN,
    DONE,
    EXPLORED,
    FALSIFIED,
    MIXED,
    NO_RETRIES,
    SALES,
    SILENCED,
    STOCK,
    STOCK_MODULE,
    TASK_FAILED,
    loaded,
    run_of,
    save,
)
from windtunnel.facts import End, FailureFacts, ProcessFacts, ReplayFacts, SaveState
from windtunnel.findings import Location
from windtunnel.report import Report
from windtunnel.reporters.tally import Outcome, outcome, tally
from windtunnel.reporters.verdict import is_clean, verdict

TIMED_OUT, DIED = ProcessFacts(End.TIMED_OUT, "more than 120 s"), ProcessFacts(End.DIED, "signal 11")
STUCK = FailureFacts("RuntimeError", "stuck", None, "")


def said(report: Report) -> str:
    return " · ".join(verdict(report))


def test_a_report_without_findings_in_which_all_was_done_is_clean() -> None:
    assert is_clean(CLEAN)
    assert said(CLEAN) == "windtunnel: clean · 1 DAG run, 1 module tried, 1 save whole · 14.2 s"


def test_further_paths_are_counted_with_those_that_were_left_out() -> None:
    assert "1 DAG run, 1 further path (1 left out), 1 module tried" in said(EXPLORED)


def test_findings_are_counted_by_severity_and_by_file() -> None:
    report = replace(CLEAN, findings=(NO_RETRIES, TASK_FAILED, FALSIFIED))

    assert verdict(report)[0] == "windtunnel: 2 errors, 1 warning in 2 files"


def test_suppressed_findings_are_counted_and_leave_the_report_clean() -> None:
    assert verdict(replace(CLEAN, findings=(SILENCED,)))[0] == "windtunnel: clean (1 suppressed)"


def test_a_static_selection_says_that_nothing_was_run() -> None:
    static = replace(CLEAN, runs=(), properties=())

    assert not is_clean(static)
    assert said(static) == "windtunnel: no findings · 1 DAG loaded, none run, 1 module built, none tried · 14.2 s"


def test_modules_alone_can_be_clean() -> None:
    assert said(replace(CLEAN, files=(), runs=())) == "windtunnel: clean · 1 module tried · 14.2 s"


@pytest.mark.parametrize("process", [TIMED_OUT, DIED])
def test_an_unfinished_run_is_said_where_no_check_complains(process: ProcessFacts) -> None:
    report = replace(CLEAN, runs=(run_of(SALES, "success", process),))

    assert not is_clean(report)
    assert said(report).startswith("windtunnel: no findings · 1 DAG run (1 unfinished), ")


@pytest.mark.parametrize(
    ("report", "part"),
    [
        (replace(CLEAN, runs=(run_of(SALES, "failed"),)), "1 DAG run (1 failed)"),
        (replace(CLEAN, files=(loaded(SALES), loaded(STOCK))), "1 of 2 DAGs run"),
        (replace(CLEAN, files=(loaded(SALES), BROKEN)), "1 file not loaded"),
        (replace(CLEAN, dataflows=(*CLEAN.dataflows, STOCK_MODULE)), "1 of 2 modules tried"),
        (
            replace(CLEAN, dataflows=(*CLEAN.dataflows, STOCK_MODULE), properties=()),
            "1 of 2 modules built, none tried",
        ),
        (replace(CLEAN, properties=()), "1 module built, none tried"),
        (replace(CLEAN, files=(), runs=(), dataflows=(), properties=()), "nothing was checked"),
    ],
)
def test_what_was_not_done_is_said_and_is_not_clean(report: Report, part: str) -> None:
    assert not is_clean(report)
    assert verdict(report)[0] == "windtunnel: no findings"
    assert part in said(report)


def test_saves_that_are_not_whole_are_told_apart() -> None:
    report = replace(CLEAN, runs=(run_of(SALES, saves=(save(SALES), save(SALES, SaveState.UNSEEN))),))

    assert "1 of 2 saves whole" in said(report)


@pytest.mark.parametrize(
    ("state", "process", "failure", "expected"),
    [
        ("success", DONE, None, Outcome.SUCCESS),
        ("failed", DONE, None, Outcome.FAILED),
        ("failed", DONE, STUCK, Outcome.FAILED),
        ("success", DONE, STUCK, Outcome.UNFINISHED),
        ("running", DONE, None, Outcome.UNFINISHED),
        ("", DONE, STUCK, Outcome.UNFINISHED),
        ("success", TIMED_OUT, None, Outcome.TIMED_OUT),
        ("success", DIED, None, Outcome.DIED),
    ],
)
def test_success_is_believed_only_of_a_run_that_came_to_its_end(
    state: str, process: ProcessFacts, failure: FailureFacts | None, expected: Outcome
) -> None:
    assert outcome(replace(run_of(SALES, state, process), failure=failure)) is expected


def test_functions_are_counted_once_however_many_nodes_they_make() -> None:
    counts = tally(MIXED)

    assert (counts.functions, counts.functions_tried, counts.examples) == (3, 2, 200)
    assert (counts.modules, counts.built, counts.modules_tried) == (2, 1, 1)


def test_dataflows_that_were_played_again_are_counted_with_the_changes_tried() -> None:
    task = Location("dags/a.py", 3)
    one = ReplayFacts("a", "t", "dags/a.py", task, ProcessFacts(End.COMPLETED), nodes=4, trials=20, out_of_time=True)
    report = replace(CLEAN, replays=(one, replace(one, trials=0, out_of_time=False, not_played="no")))
    assert "1 dataflow played on 20 changes of data (1 not to the end)" in verdict(report)[1]
