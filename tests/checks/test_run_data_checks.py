"""What is said of the data that tasks were given and handed on, and of runs that look better than they are."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from windtunnel.checks.wt301_failed_task import failed_task
from windtunnel.checks.wt310_pull_from_unknown_task import pull_from_unknown_task
from windtunnel.checks.wt311_pull_of_missing_key import pull_of_missing_key
from windtunnel.checks.wt312_unrendered_template import unrendered_template
from windtunnel.checks.wt313_nothing_mapped import nothing_mapped
from windtunnel.checks.wt314_green_run_with_failure import green_run_with_failure
from windtunnel.checks.wt315_join_skipped_beside_result import join_skipped_beside_result
from windtunnel.checks.wt316_late_binding_task import late_binding_task
from windtunnel.checks.wt317_oversized_xcom import oversized_xcom
from windtunnel.checks.wt318_changed_xcom import changed_xcom
from windtunnel.checks.wt319_leaked_secret import leaked_secret
from windtunnel.checks.wt342_xcom_with_nul import xcom_with_nul
from windtunnel.collectors.task_data import _NUL
from windtunnel.facts import (
    DagFileFacts,
    DataFacts,
    End,
    FailureFacts,
    LateFacts,
    LeakFacts,
    ProcessFacts,
    PullFacts,
    PushFacts,
    RunFacts,
    TaskRunFacts,
    UnrenderedFacts,
)
from windtunnel.findings import Location
from windtunnel.settings import Settings

LINE = Location("dags/a.py", 9)


def a_task(task_id, state="success", **more):
    tries = 1 if state in ("success", "failed") else 0
    return TaskRunFacts("a", task_id, **{"map_index": -1, "state": state, "tries": tries, **more}, location=LINE)


def pulling(*pulls):
    return a_task("report", data=DataFacts(pulled=pulls))


def pushing(*pushes, task_id="count"):
    return a_task(task_id, data=DataFacts(pushed=pushes))


def a_run(*tasks, state="success"):
    return RunFacts("a", Location("dags/a.py", 2), ProcessFacts(End.COMPLETED), state, tasks)


def said(check, *facts):
    return [complaint.message for complaint in check.judge(*facts)]


def test_a_pull_from_a_task_in_a_group_is_told_with_the_id_that_was_meant():
    run = a_run(a_task("source.extract"), pulling(PullFacts("extract", "return_value", False)))
    assert said(pull_from_unknown_task, run) == [
        (
            "task 'report' pulls an XCom of a task 'extract', which DAG 'a' does not have, "
            "did you mean 'source.extract'?: it gets None"
        )
    ]


def test_which_tasks_a_dag_has_is_not_known_from_a_run_that_was_cut_off():
    run = a_run(pulling(PullFacts("extract", "return_value", False)))
    assert said(pull_from_unknown_task, replace(run, process=ProcessFacts(End.DIED))) == []


@pytest.mark.parametrize("why", ["optional", "expected"])
def test_a_pull_from_a_task_that_need_not_be_there_is_not_told(why):
    pull = PullFacts("extract", "return_value", False, **{why: True})
    assert said(pull_from_unknown_task, a_run(pulling(pull))) == []


def test_a_pull_of_a_key_that_was_not_pushed_is_told_once_with_the_nearest_that_was():
    tasks = [replace(pulling(PullFacts("count", "row", False, LINE)), map_index=index) for index in (0, 1)]
    run = a_run(pushing(PushFacts("rows", "int", 1)), *tasks)
    assert said(pull_of_missing_key, run) == [
        "task 'report[0]' pulls 'row' of task 'count', which has pushed no such key, did you mean 'rows'?: it gets None"
    ]


def test_a_pull_of_the_result_of_a_task_that_never_has_one_is_told():
    run = a_run(pushing(), pulling(PullFacts("count", "return_value", False, barren=True)))
    assert said(pull_of_missing_key, run) == [
        "task 'report' pulls the result of task 'count', which pushes none: it gets None"
    ]


@pytest.mark.parametrize(
    "pull",
    [
        PullFacts("count", "row", True),
        PullFacts("count", "row", False, optional=True),
        PullFacts("count", "row", False, expected=True),
        PullFacts("count", "return_value", False),
    ],
)
def test_a_pull_that_may_well_be_empty_today_is_not_told(pull):
    assert said(pull_of_missing_key, a_run(pushing(), pulling(pull))) == []


@pytest.mark.parametrize("state", ["failed", "skipped", ""])
def test_what_a_task_that_did_not_succeed_would_have_pushed_is_not_known(state):
    pull = PullFacts("count", "row", False)
    assert said(pull_of_missing_key, a_run(a_task("count", state), pulling(pull))) == []


def test_what_another_instance_of_a_mapped_task_has_pushed_is_there():
    instances = [
        replace(pushing(*pushes), map_index=index) for index, pushes in enumerate([(), (PushFacts("r", "", 1),)])
    ]
    assert said(pull_of_missing_key, a_run(*instances, pulling(PullFacts("count", "r", False)))) == []


def test_what_is_left_unrendered_in_all_instances_is_told_once():
    left = UnrenderedFacts(
        "the argument 'cwd'", "{{ ds }}", "/data/{{ ds }}", "it is no template field of BashOperator"
    )
    tasks = [a_task("work", map_index=index, data=DataFacts(unrendered=(left, left))) for index in (0, 1)]
    assert [said(unrendered_template, task) for task in tasks] == [
        ["task 'work' runs with {{ ds }} unrendered in the argument 'cwd': it is no template field of BashOperator"],
        [],
    ]


MAPPED = replace(a_task("load", "skipped", upstream=("find",)), mapped=True)
BEHIND = a_task("publish", "skipped", upstream=("find", "load"))


def test_an_empty_list_that_skips_all_behind_it_is_told_with_what_it_skips():
    (message,) = said(nothing_mapped, a_run(a_task("find"), MAPPED, BEHIND))
    assert message == (
        "task 'load' is mapped over an empty list: it is skipped, and so is all behind it (publish); "
        "the run of DAG 'a' is green"
    )


@pytest.mark.parametrize(
    "tasks",
    [
        (a_task("find"), MAPPED),
        (a_task("find"), MAPPED, replace(BEHIND, state="success")),
        (a_task("find", "skipped"), MAPPED, BEHIND),
        (a_task("find"), replace(MAPPED, mapped=False), BEHIND),
        (a_task("find"), replace(MAPPED, map_index=0, tries=1), BEHIND),
    ],
)
def test_an_empty_list_that_is_not_the_cause_or_does_no_harm_is_not_told(tasks):
    assert said(nothing_mapped, a_run(*tasks)) == []


FAILED = a_task("extract", "failed")
NOTIFY = a_task("notify", upstream=("extract",), parents=("extract",), trigger_rule="all_done")


def test_a_green_run_with_a_failed_task_is_told_with_the_rule_that_hides_it():
    assert said(green_run_with_failure, a_run(FAILED, NOTIFY)) == [
        "the run of DAG 'a' is green although 'extract' failed: its last task 'notify' has the trigger rule all_done"
    ]


@pytest.mark.parametrize(
    "run",
    [
        a_run(FAILED, NOTIFY, state="failed"),
        a_run(a_task("extract"), NOTIFY),
        a_run(FAILED, replace(NOTIFY, trigger_rule="one_failed")),
        a_run(replace(FAILED, is_teardown=True), NOTIFY),
    ],
)
def test_a_failure_that_shows_or_is_provided_for_is_not_told(run):
    assert said(green_run_with_failure, run) == []


JOIN = a_task("join", "skipped", upstream=("left", "right", "above"), parents=("left", "right"))
LEFT = a_task("left", "skipped", parents=("above",))


def test_a_join_skipped_beside_a_result_is_told():
    assert said(join_skipped_beside_result, a_run(a_task("above"), LEFT, a_task("right"), JOIN)) == [
        "task 'join' was skipped because 'left' was, although 'right' had succeeded; the run of DAG 'a' is green"
    ]


@pytest.mark.parametrize(
    "tasks",
    [
        (a_task("above", chooses=True), LEFT, a_task("right"), JOIN),
        (a_task("above", is_branch=True, chooses=True), LEFT, a_task("right", parents=("above",)), JOIN),
        (a_task("above"), LEFT, a_task("right", is_branch=True), JOIN),
        (a_task("above"), LEFT, a_task("right"), replace(JOIN, tries=1)),
        (a_task("above"), LEFT, replace(LEFT, task_id="right"), JOIN),
    ],
)
def test_a_join_that_is_skipped_on_purpose_or_told_by_another_check_is_not_told(tasks):
    assert said(join_skipped_beside_result, a_run(*tasks)) == []


def test_tasks_of_a_loop_are_told_with_the_variables_that_they_share():
    late = LateFacts(("name", "path"), ("load_a", "load_b"), LINE)
    file = DagFileFacts("dags/a.py", ProcessFacts(End.COMPLETED), late=(late, replace(late, names=("name",))))
    assert said(late_binding_task, file) == [
        (
            "the tasks 'load_a', 'load_b' see the last values of 'name', 'path': "
            "their function looks them up when it is called, after the loop that made it"
        ),
        (
            "the tasks 'load_a', 'load_b' see the last value of 'name': "
            "their function looks it up when it is called, after the loop that made it"
        ),
    ]


def test_an_xcom_over_the_budget_is_told_with_both_figures_and_one_at_it_is_not():
    settings = Settings(Path(), max_xcom_bytes=1000)
    pushes = (PushFacts("return_value", "list", 1001), PushFacts("rows", "str", 1000))
    assert said(oversized_xcom, pushing(*pushes), settings) == [
        "task 'count' pushes its result, a list of 1,001 bytes as it is stored, more than 1,000"
    ]


def test_a_changed_xcom_is_told_where_somebody_pulls_it_and_not_else():
    push = PushFacts("return_value", "dict", 9, "the key 1 (int) became '1'")
    assert said(changed_xcom, a_run(pushing(push))) == []
    assert said(changed_xcom, a_run(pushing(push), pulling(PullFacts("count", "return_value", True)))) == [
        "task 'report' does not get the result of task 'count' as it was pushed: the key 1 (int) became '1'"
    ]


def test_what_postgresql_does_not_store_is_told_of_each_xcom():
    pushes = (
        PushFacts("return_value", "str", 9, has_nul=True),
        PushFacts("rows", "str", 9),
        PushFacts("x", "list", 9, "", True),
    )
    assert said(xcom_with_nul, pushing(*pushes)) == [
        "task 'count' pushes its result with the character 0 in it, which PostgreSQL does not store",
        "task 'count' pushes 'x' with the character 0 in it, which PostgreSQL does not store",
    ]


@pytest.mark.parametrize(
    ("value", "found"), [("a\0b", True), ("a\\u0000b", False), ("a\\\0", True), ("a\\\\u0000", False), ("u0000", False)]
)
def test_the_character_0_is_known_from_a_backslash_and_letters(value, found):
    assert (_NUL.search(json.dumps({"text": value})) is not None) is found


def test_a_leak_is_told_by_the_name_of_the_secret():
    leak = LeakFacts("the password of the connection 'db'", "its log")
    assert said(leaked_secret, a_task("send", data=DataFacts(leaks=(leak,)))) == [
        "task 'send' shows the password of the connection 'db' in its log"
    ]


def test_a_failed_task_is_told_with_its_rendered_fields_and_its_own_last_lines():
    failure = FailureFacts("ValueError", "no", LINE, "the frames")
    log = (
        "info: DAG bundles loaded: x",
        *(f"info: line {number}" for number in range(9)),
        "error: Task failed with exception",
    )
    task = a_task("load", "failed", failure=failure, log=log, data=DataFacts(rendered=(("sql", "select 1"),)))
    (complaint,) = failed_task.judge(task)
    lines = [f"log: info: line {number}" for number in range(4, 9)]
    assert complaint.evidence.splitlines() == ["the frames", "rendered field sql: select 1", *lines]
