"""What is said of each state of a save."""

from __future__ import annotations

import pytest

from windtunnel.checks import catalogue
from windtunnel.facts import SaveFacts, SaveState
from windtunnel.findings import Location

FORGOTTEN = "saver 'saved' is in the dataflow of task 'count', but no task asks for it"
MESSAGES = {
    SaveState.NEVER_REQUESTED: (
        "WT401",
        f"{FORGOTTEN}: 'torn', which is asked for, is only what it would save",
    ),
    SaveState.CUT_OFF: (
        "WT407",
        "what task 'count' asks for needs saver 'saved', which is not run: torn",
    ),
    SaveState.SWALLOWED: ("WT412", "task 'count' was marked success, but saver 'saved' saved nothing: torn"),
    SaveState.MISTAKEN: ("WT413", "saver 'saved' of task 'count' has no data in /data/a.json: torn"),
    SaveState.MISNAMED: ("WT408", "saver 'saved' of task 'count' wrote /data/a.json: torn"),
    SaveState.TRUNCATED: ("WT410", "saver 'saved' of task 'count' lost rows in /data/a.json: torn"),
    SaveState.CONTRADICTED: ("WT409", "the metadata of saver 'saved' of task 'count' does not fit /data/a.json: torn"),
    SaveState.MISSING: ("WT402", "saver 'saved' of task 'count' ran, but nothing lies at /data/a.json"),
    SaveState.EMPTY: ("WT403", "saver 'saved' of task 'count' ran, but /data/a.json is empty (0 bytes)"),
    SaveState.UNREADABLE: ("WT404", "saver 'saved' of task 'count' wrote /data/a.json, which cannot be read: torn"),
    SaveState.UNFINISHED: (
        "WT405",
        "task 'count' was marked success while saver 'saved' was at work on /data/a.json: torn",
    ),
    SaveState.VOLATILE: (
        "WT431",
        "saver 'saved' of task 'count' writes /data/a.json, which is gone when the task ends",
    ),
}


def said(state, detail="torn"):
    save = SaveFacts(
        *("a", "count", "saved", "modules.flow", "json", Location("modules/flow.py", 3), state, "/data/a.json"),
        detail=detail,
    )
    judges = [check for check in catalogue() if check.on is SaveFacts]
    return [(check.code, complaint.location, complaint.message) for check in judges for complaint in check.judge(save)]


@pytest.mark.parametrize("state", MESSAGES)
def test_a_broken_promise_is_told_by_one_check_at_the_saver(state):
    code, message = MESSAGES[state]
    assert said(state) == [(code, Location("modules/flow.py", 3), message)]


@pytest.mark.parametrize("state", [state for state in SaveState if state not in MESSAGES])
def test_a_kept_promise_and_one_that_could_not_be_looked_at_are_not_complained_of(state):
    assert said(state) == []


def test_a_reason_of_many_lines_is_cut_to_the_first():
    assert [message for _, _, message in said(SaveState.UNREADABLE, "torn\nin two")] == [
        "saver 'saved' of task 'count' wrote /data/a.json, which cannot be read: torn"
    ]


def test_a_saver_of_which_not_even_the_value_is_asked_for_writes_nothing():
    assert [message for _, _, message in said(SaveState.NEVER_REQUESTED, "")] == [f"{FORGOTTEN}: nothing is written"]
