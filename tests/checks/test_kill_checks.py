"""What is said of saves that were killed, and what is not, by facts made by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from windtunnel.checks.wt424_in_place_save import in_place_save
from windtunnel.checks.wt425_vanishing_save import vanishing_save
from windtunnel.checks.wt426_unrepaired_save import unrepaired_save
from windtunnel.checks.wt427_stray_after_kill import stray_after_kill
from windtunnel.checks.wt428_swallowed_fault import swallowed_fault
from windtunnel.checks.wt429_untried_save import untried_save
from windtunnel.facts import (
    End,
    Fault,
    KilledFacts,
    KilledSaveFacts,
    KillFacts,
    ProcessFacts,
    RetryFacts,
    RunFacts,
    Sight,
)
from windtunnel.findings import Location

HERE, SAVER = Location("dags/a.py", 2), Location("modules/flow.py", 7)
PLAIN = RunFacts("a", HERE, ProcessFacts(End.COMPLETED), "success")
PATH = "/data/totals.csv"
TORN = KillFacts(Fault.KILLED, "at byte 5", Sight.TORN, PATH, "5 of 10 bytes", again=True)
GONE = KillFacts(Fault.KILLED, "before it can rename totals.new", Sight.GONE, PATH, again=True)
WELL = RetryFacts(Fault.KILLED, "at byte 5", "success")
SAVE = KilledSaveFacts("load", "saved", "csv", SAVER, PATH)
MENDED, GREEN = "saver 'saved' of task 'load'", "the repetition of its task ends green"
ALL = (in_place_save, vanishing_save, unrepaired_save, stray_after_kill, swallowed_fault, untried_save)


def said(check, *saves):
    facts = KilledFacts("a", HERE, PLAIN, ProcessFacts(End.COMPLETED), saves=saves)
    return [(told.location.line, told.message) for told in check.judge(facts)]


def test_a_torn_file_is_told_with_the_point_and_what_was_lost():
    message = (
        "saver 'saved' of task 'load' is killed at byte 5 and leaves /data/totals.csv torn (5 of 10 bytes), "
        "in the place of the last good one"
    )
    first = replace(TORN, point="before its first byte", again=False)
    assert said(in_place_save, replace(SAVE, kills=(first, TORN, GONE))) == [(7, message)]


def test_a_save_is_told_once_however_many_tasks_use_it_and_points_tear_it():
    saves = [replace(SAVE, task_id=task, kills=(TORN,) * 9) for task in ("load", "reload", "again")]
    assert len(said(in_place_save, *saves)) == 1


def test_an_old_file_that_is_gone_is_told_where_none_is_torn():
    message = (
        "saver 'saved' of task 'load' is killed before it can rename totals.new, "
        "and the last good /data/totals.csv is gone"
    )
    assert said(vanishing_save, replace(SAVE, kills=(GONE,))) == [(7, message)]
    assert said(vanishing_save, replace(SAVE, kills=(GONE, TORN))) == []


@pytest.mark.parametrize("sight", [Sight.WHOLE, Sight.UNTOUCHED, Sight.UNSURE])
def test_what_is_whole_or_not_known_is_not_accused(sight):
    kills = tuple(KillFacts(fault, "at byte 5", sight, PATH, strays=1) for fault in Fault)
    save = replace(SAVE, kills=kills, retries=(WELL,))
    assert [said(check, save) for check in ALL] == [[]] * len(ALL)


def test_a_file_that_only_a_full_disk_tears_is_left_to_the_task_that_fails():
    assert said(in_place_save, replace(SAVE, kills=(replace(TORN, fault=Fault.FULL),))) == []


@pytest.mark.parametrize(
    ("retry", "message"),
    [
        (
            replace(WELL, point="when it is done", differs="totals.csv has 4 lines instead of 2"),
            f"{MENDED}, when it is killed when it is done: {GREEN}, but totals.csv has 4 lines instead of 2",
        ),
        (
            RetryFacts(Fault.DENIED, "", "failed"),
            "saver 'saved' of task 'load', when it may not write there: the repetition of its task fails",
        ),
    ],
)
def test_a_repetition_that_does_not_mend_is_told(retry, message):
    assert said(unrepaired_save, replace(SAVE, retries=(WELL, retry, retry))) == [(7, message)]


def test_a_file_that_is_left_for_good_is_told():
    stray = replace(WELL, strays=("/data/totals.csv.17",))
    message = "saver 'saved' of task 'load', killed at byte 5 and repeated, leaves /data/totals.csv.17 behind"
    assert said(stray_after_kill, replace(SAVE, retries=(stray,))) == [(7, message)]
    assert said(stray_after_kill, replace(SAVE, retries=(replace(stray, state="failed"),))) == []


def test_faults_that_are_swallowed_are_told_together():
    retries = tuple(RetryFacts(fault, "", "success", swallowed=True) for fault in (Fault.FULL, Fault.DENIED))
    message = (
        "task 'load' is marked success although saver 'saved' could not save: "
        "when the disk is full or it may not write there"
    )
    assert said(swallowed_fault, replace(SAVE, retries=retries)) == [(7, message)]


def test_what_was_not_tried_is_told_with_its_reason():
    message = "saver 'saved' of task 'load' was not killed at all points: it hangs there"
    assert said(untried_save, replace(SAVE, unseen="it hangs there")) == [(7, message)]
    assert said(untried_save, replace(SAVE, task_id="", node="", unseen="too much"))[0][1].startswith(
        "what the DAG saves"
    )
