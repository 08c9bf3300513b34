"""The states of two sides are counted and compared without an Airflow."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from fidelity_agreement import (
    NO_ANSWER,
    REFUSED,
    RUN,
    UNFINISHED,
    Answer,
    Disagreement,
    Record,
    against_recorded,
    compare,
    of_facts,
    of_report,
    read,
    write,
)

from windtunnel.facts import End, FailureFacts, ProcessFacts, RunFacts, TaskRunFacts
from windtunnel.findings import Location


def test_the_same_states_agree() -> None:
    answer = {"a": Answer("success", {"x": "success", "y[0]": "skipped"})}
    agreement = compare(answer, answer)
    assert (agreement.dags, agreement.tasks, agreement.disagreements) == (1, 2, ())


def test_each_state_that_differs_is_named_the_run_s_own_too() -> None:
    real, other = {"a": Answer("failed", {"x": "failed"})}, {"a": Answer("success", {"x": "success"})}
    agreement = compare(real, other)
    assert agreement.disagreements == (
        Disagreement("a", RUN, "failed", "success"),
        Disagreement("a", "x", "failed", "success"),
    )
    assert agreement.disagreeing_dags == ("a",)
    assert agreement.disagreeing_tasks == 1


def test_what_only_one_side_has_is_absent_on_the_other() -> None:
    agreement = compare({"a": Answer("success", {"x": "success"})}, {"b": Answer("success", {})})
    assert [(one.dag_id, one.task, one.real, one.windtunnel) for one in agreement.disagreements] == [
        ("a", RUN, "success", "absent"),
        ("a", "x", "success", "absent"),
        ("b", RUN, "absent", "success"),
    ]


def test_a_task_that_an_endless_run_does_not_reach_may_be_known_or_not() -> None:
    real, other = {"a": Answer(UNFINISHED, {"x": UNFINISHED})}, {"a": Answer(UNFINISHED, {})}
    assert compare(real, other).disagreements == ()
    assert compare(real, {"a": Answer("success", {})}).disagreeing_tasks == 1
    assert compare({"a": Answer(UNFINISHED, {"x": "failed"})}, other).disagreeing_tasks == 1


def test_only_the_dags_that_are_named_are_compared() -> None:
    real = {"a": Answer("success", {}), "b": Answer("success", {})}
    assert compare(real, {}, ["b"]).disagreeing_dags == ("b",)


@pytest.mark.parametrize(
    ("run", "state"),
    [
        ({"state": "success"}, "success"),
        ({"state": "running"}, UNFINISHED),
        ({"waiting": True}, UNFINISHED),
        ({}, NO_ANSWER),
        ({"failure": {"type": "ParamValidationError"}}, REFUSED),
        ({"failure": {"type": "RuntimeError"}}, NO_ANSWER),
    ],
)
def test_the_state_of_a_run_in_a_report_has_one_word(run: Mapping[str, Any], state: str) -> None:
    whole = {"state": None, "waiting": False, "failure": None, "tasks": [], **run}
    assert of_report({"dags": [{"dag_id": "a", "run": whole}]})["a"].state == state


def test_a_dag_that_did_not_run_has_no_answer_in_a_report() -> None:
    assert of_report({"dags": [{"dag_id": "a", "run": None}]}) == {}


def test_every_state_in_which_a_task_waits_is_the_same_word_and_mapped_tasks_have_their_index() -> None:
    states = {"a": None, "b": "scheduled", "c": "deferred", "d": "up_for_retry", "e": "removed"}
    tasks = [{"task_id": name, "map_index": 1, "state": state} for name, state in states.items()]
    run = {"state": "running", "waiting": False, "failure": None, "tasks": tasks}
    answer = of_report({"dags": [{"dag_id": "x", "run": run}]})["x"]
    waiting = dict.fromkeys(("a[1]", "b[1]", "c[1]", "d[1]"), UNFINISHED)
    assert answer == Answer(UNFINISHED, {**waiting, "e[1]": "removed"})


def test_the_facts_of_runs_give_the_same_answers_as_the_report() -> None:
    location = Location("a.py", 1)
    task = TaskRunFacts("a", "x", 0, "failed", location)
    failed = RunFacts("a", location, ProcessFacts(End.COMPLETED), "failed", (task,))
    wanting = FailureFacts("ParamValidationError", "", None, "")
    refused = RunFacts("b", location, ProcessFacts(End.COMPLETED), failure=wanting)
    assert of_facts([failed, refused]) == {"a": Answer("failed", {"x[0]": "failed"}), "b": Answer(REFUSED, {})}


def test_the_facts_of_some_runs_are_compared_with_what_was_recorded_of_the_same_dags(tmp_path: Path) -> None:
    recorded = {"a": Answer("success", {}), "b": Answer("failed", {}), "c": Answer("failed", {})}
    write(Record({}, recorded, {}), tmp_path / "record.json")
    location = Location("a.py", 1)
    runs = [RunFacts(dag_id, location, ProcessFacts(End.COMPLETED), "success") for dag_id in "ab"]
    agreement = against_recorded(tmp_path / "record.json", runs)
    assert agreement.dags == 2
    assert agreement.disagreements == (Disagreement("b", RUN, "failed", "success"),)


def test_a_record_is_read_as_it_was_written(tmp_path: Path) -> None:
    answer = Answer("success", {"x": "success"})
    record = Record({"airflow": "3.3.2"}, {"a": answer}, {"b": (("asset_triggered", answer),)})
    write(record, tmp_path / "record.json")
    assert read(tmp_path / "record.json") == record
