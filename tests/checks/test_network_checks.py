"""What is said of tasks that were kept from the network, on facts by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from windtunnel.checks.wt340_unanswered_request import unanswered_request
from windtunnel.facts import FailureFacts, TaskRunFacts
from windtunnel.findings import Location
from windtunnel.settings import Settings

LINE = Location("dags/rates.py", 12)


def task(state: str, *refused: tuple[str, Location | None], failure: FailureFacts | None = None) -> TaskRunFacts:
    return TaskRunFacts("rates", "rate", -1, state, Location("dags/rates.py", 9), failure=failure, refused=refused)


def said(facts: TaskRunFacts) -> list[tuple[Location, str]]:
    return [(found[0], found[1]) for found in unanswered_request.complaints(facts, Settings(Path()))]


def test_a_task_that_goes_on_without_an_answer_is_told_once_for_each_line():
    assert said(task("success", ("a.example.com", LINE), ("192.0.2.1:443", LINE))) == [
        (LINE, "task 'rate' was kept from a.example.com and went on; what it does with an answer is not tried")
    ]


@pytest.mark.parametrize(
    "silent",
    [
        task("success"),
        task("success", ("telemetry.example.com", None)),  # no line of the user's asked for it
        task("failed", ("a.example.com", LINE), failure=FailureFacts("OSError", "", LINE, "", "the network (a)")),
        task("skipped", ("a.example.com", LINE)),
    ],
)
def test_a_task_that_was_not_refused_or_that_another_check_speaks_of_is_passed_over(silent):
    assert said(silent) == []
