"""What is said of runs and of their tasks, by facts made by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from windtunnel.checks.wt301_failed_task import failed_task
from windtunnel.checks.wt302_upstream_failed_task import upstream_failed_task
from windtunnel.checks.wt303_never_run_task import never_run_task
from windtunnel.checks.wt304_run_without_task import run_without_task
from windtunnel.checks.wt305_unfinished_run import unfinished_run
from windtunnel.checks.wt306_endless_wait import endless_wait
from windtunnel.checks.wt307_failed_run import failed_run
from windtunnel.checks.wt308_unmet_need import unmet_need
from windtunnel.checks.wt309_raising_callback import raising_callback
from windtunnel.facts import CallbackFacts, End, FailureFacts, ProcessFacts, RunEnd, RunFacts, TaskRunFacts
from windtunnel.findings import Location

ON_RUNS = (
    *(upstream_failed_task, never_run_task, run_without_task, unfinished_run, endless_wait, failed_run, unmet_need),
)
FAULT = FailureFacts("ValueError", "no", Location("dags/a.py", 9), "the frames")
NEED = replace(FAULT, needs="the network (example.com)")


def a_task(task_id, state, tries=1, failure=None, map_index=-1):
    return TaskRunFacts("a", task_id, map_index, state, Location("dags/a.py", 5), tries=tries, failure=failure)


def a_run(*tasks, state="success", end=End.COMPLETED, detail="", **more):
    return RunFacts("a", Location("dags/a.py", 2), ProcessFacts(end, detail, "its output"), state, tasks, **more)


def said(check, facts):
    return [(complaint.location.line, complaint.message) for complaint in check.judge(facts)]


@pytest.mark.parametrize("state", ["success", "skipped"])
def test_a_run_whose_tasks_end_well_is_not_complained_of(state):
    run = a_run(a_task("first", "success"), a_task("second", state))
    assert [said(check, run) for check in ON_RUNS] == [[]] * len(ON_RUNS)
    assert said(failed_task, run.tasks[1]) == []


def test_a_failed_task_is_told_at_the_users_line_with_the_users_frames():
    task = a_task("load", "failed", failure=FAULT, map_index=2)
    assert said(failed_task, task) == [(9, "task 'load[2]' failed: ValueError: no")]
    (complaint,) = failed_task.judge(task)
    assert complaint.evidence == "the frames"


def test_a_task_that_failed_again_and_again_is_told_with_its_attempts():
    task = a_task("load", "failed", tries=3, failure=FAULT)
    assert said(failed_task, task) == [(9, "task 'load' failed after 3 attempts: ValueError: no")]


def test_a_task_that_failed_without_an_exception_is_told_where_it_stands():
    assert said(failed_task, a_task("load", "failed")) == [
        (5, "task 'load' failed without an exception; its log says why")
    ]


def test_a_task_behind_a_failed_one_is_told_with_its_cause_and_no_other():
    behind = replace(a_task("report", "upstream_failed", tries=0), upstream=("load",))
    failed = (a_task(name, "failed", failure=FAULT) for name in ("load", "other"))
    run = a_run(*failed, behind, state="failed")
    assert said(upstream_failed_task, run) == [(5, "task 'report' never ran, because of the failure of 'load'")]
    assert said(failed_run, run) == []


def test_a_task_in_need_is_a_warning_that_names_what_is_not_judged_behind_it():
    run = a_run(a_task("load", "failed", failure=NEED), a_task("report", "upstream_failed", tries=0), state="failed")
    message = "task 'load' needs the network (example.com); it is not judged; not judged either: report"
    assert said(unmet_need, run) == [(9, message)]
    assert said(upstream_failed_task, run) == []
    assert said(failed_task, run.tasks[0]) == []


@pytest.mark.parametrize(("state", "word"), [("", "not even scheduled"), ("scheduled", "scheduled")])
def test_a_task_left_behind_by_a_run_that_ended_is_told(state, word):
    run = a_run(a_task("first", "success"), a_task("left", state, tries=0))
    assert said(never_run_task, run) == [(5, f"task 'left' never ran: it is {word}, and the run has ended")]


def test_a_run_without_a_task_is_told():
    assert said(run_without_task, a_run()) == [(2, "the run of DAG 'a' ended success, but no task ran")]


def test_a_run_of_which_all_tasks_were_skipped_unseen_is_told_with_their_states():
    run = a_run(a_task("first", "skipped", tries=0), a_task("second", "upstream_failed", tries=0))
    (complaint,) = run_without_task.judge(run)
    assert complaint.evidence == "first skipped, second upstream_failed"


def test_a_run_whose_only_task_skips_itself_has_run():
    assert said(run_without_task, a_run(a_task("first", "skipped", tries=1))) == []


def test_a_run_that_ended_its_process_names_the_task_at_work():
    run = a_run(a_task("first", "running"), state="", end=End.DIED, detail="was killed by SIGKILL")
    message = "the run of DAG 'a' was killed by SIGKILL while 'first' was at work"
    assert said(unfinished_run, run) == [(5, message)]
    assert said(run_without_task, run) == said(never_run_task, run) == said(failed_run, run) == []


def test_a_run_that_hangs_is_told_at_the_line_where_it_stood():
    run = a_run(a_task("first", "running"), state="", end=End.TIMED_OUT, detail="did not end within 5 s", failure=FAULT)
    message = "the run of DAG 'a' did not end within 5 s while 'first' was at work, at dags/a.py:9"
    assert said(unfinished_run, run) == [(9, message)]


def test_a_run_that_waits_is_a_warning_and_not_a_hang():
    run = a_run(a_task("sensor", "deferred"), state="running", left=RunEnd.WAITING)
    message = "the run of DAG 'a' would still be waiting in 'sensor'; what follows is not judged"
    assert said(endless_wait, run) == [(5, message)]
    assert said(unfinished_run, run) == said(never_run_task, run) == []


def test_a_task_that_nothing_will_ever_start_is_told():
    run = a_run(a_task("big", "scheduled", tries=0), state="running", left=RunEnd.STUCK)
    assert said(never_run_task, run) == [(5, "task 'big' never ran: it is scheduled, and nothing will ever start it")]


def test_a_run_that_cannot_start_is_told_with_its_reason_or_its_need():
    broken, in_need = a_run(state="", failure=FAULT), a_run(state="", failure=NEED)
    assert said(failed_run, broken) == [(2, "DAG 'a' cannot run: ValueError: no")]
    assert said(unmet_need, in_need) == [(9, "DAG 'a' needs the network (example.com); it was not run")]
    assert said(failed_run, in_need) == said(unmet_need, broken) == said(run_without_task, broken) == []


def test_a_run_that_failed_though_no_task_did_is_told():
    run = a_run(a_task("first", "success"), state="failed")
    assert said(failed_run, run) == [(2, "the run of DAG 'a' ended failed, though no task did")]


def test_a_callback_that_raises_is_told_once_with_whose_it_is():
    again = (CallbackFacts("load", "on_retry_callback", "tell", FAULT),) * 2
    run = a_run(a_task("load", "success"), callbacks=(*again, CallbackFacts("", "on_success_callback", "cheer", FAULT)))
    assert said(raising_callback, run) == [
        (9, "on_retry_callback 'tell' of task 'load' raises: ValueError: no"),
        (9, "on_success_callback 'cheer' of DAG 'a' raises: ValueError: no"),
    ]


def test_a_callback_that_ends_well_or_needs_the_outside_is_not_told():
    well, in_need = CallbackFacts("", "on_success_callback", "tell"), CallbackFacts("", "on_x", "tell", NEED)
    assert said(raising_callback, a_run(callbacks=(well, in_need))) == []
