"""What is said of each state of a save."""

from __future__ import annotations

import pytest

from windtunnel.checks import catalogue
from windtunnel.facts import SaveFacts, SaveState
from windtunnel.findings import Location

MESSAGES = {
    SaveState.NEVER_REQUESTED: (
        "WT401",
        "saver 'saved' is in the dataflow of task 'count', but no task asks for it: nothing is written",
    ),
    SaveState.MISSING: ("WT402", "saver 'saved' of task 'count' ran, but nothing lies at /data/a.json"),
    SaveState.EMPTY: ("WT403", "saver 'saved' of task 'count' ran, but /data/a.json is empty (0 bytes)"),
    SaveState.UNREADABLE: ("WT404", "saver 'saved' of task 'count' wrote /data/a.json, which cannot be read: torn"),
    SaveState.UNFINISHED: (
        "WT405",
        "task 'count' was marked success while saver 'saved' was at work on /data/a.json: torn\nin two",
    ),
}


def said(state):
    save = SaveFacts(
        *("a", "count", "saved", "modules.flow", "json", Location("modules/flow.py", 3), state, "/data/a.json"),
        detail="torn\nin two",
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
