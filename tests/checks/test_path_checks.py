"""What is said of the paths that a run did not take, by facts made by hand: each fault once, and no fault twice."""

from __future__ import annotations

from dataclasses import replace

import pytest

from windtunnel.checks.wt320_broken_path import broken_path
from windtunnel.checks.wt321_skipped_input import skipped_input
from windtunnel.checks.wt322_untried_path import untried_path
from windtunnel.checks.wt323_skipped_choice import skipped_choice
from windtunnel.checks.wt324_failing_after_failure import failing_after_failure
from windtunnel.checks.wt325_raising_failure_callback import raising_failure_callback
from windtunnel.checks.wt326_publishing_after_failure import publishing_after_failure
from windtunnel.facts import (
    AssetFacts,
    CallbackFacts,
    ChoiceFacts,
    DagFacts,
    End,
    FailureFacts,
    ForcedFacts,
    Forcing,
    PathsFacts,
    ProcessFacts,
    RunEnd,
    RunFacts,
    SaveFacts,
    SaveState,
    Shape,
    TaskFacts,
    TaskRunFacts,
)
from windtunnel.findings import Location

HERE, THERE = Location("dags/a.py", 2), Location("dags/a.py", 9)
BY_ANSWER = (broken_path, skipped_input, untried_path)
ON_PATHS = (*BY_ANSWER, failing_after_failure, raising_failure_callback, publishing_after_failure)
RIGHT = ForcedFacts("choose", Forcing.FOLLOW, ("right",))
FAIL = ForcedFacts("load", Forcing.FAIL)


def fault(kind, message, line="x = 1", location=THERE, **more):
    frames = f'  File "a.py", line 9, in work\n    {line}\n{kind}: {message}\n' if location else ""
    return FailureFacts(kind, message, location, frames, **more)


UNDEFINED = fault("NameError", "name 'rows' is not defined")
NOTHING = fault("TypeError", "'NoneType' object is not iterable")
EMPTY = fault("ValueError", "max() arg is an empty sequence")


def ended(task_id, state, failure=None, upstream=("choose", "load"), tries=None):
    tries = int(state in ("success", "failed")) if tries is None else tries
    return TaskRunFacts("a", task_id, -1, state, HERE, tries=tries, failure=failure, upstream=upstream)


def a_run(*tasks, forced=(RIGHT,), **more):
    return RunFacts("a", HERE, ProcessFacts(End.COMPLETED), "success", tasks, forced=forced, **more)


def a_task(task_id, **more):
    return TaskFacts("a", task_id, "PythonOperator", HERE, **more)


def paths(*runs, plain=None, tasks=(), edges=()):
    dag = DagFacts("a", HERE, tuple(tasks), Shape(len(tasks), len(edges), (), (), ()), edges=tuple(edges))
    return PathsFacts(dag, plain or a_run(forced=()), runs)


def said(check, facts):
    return [(complaint.location.line, complaint.message) for complaint in check.judge(facts)]


def test_paths_on_which_all_goes_well_are_not_complained_of():
    facts = paths(a_run(ended("work", "success")), a_run(ended("load", "failed"), forced=(FAIL,)))
    assert [said(check, facts) for check in ON_PATHS] == [[]] * len(ON_PATHS)


def test_a_line_that_cannot_run_is_told_once_with_the_answer_that_leads_to_it():
    run = a_run(ended("work", "failed", UNDEFINED))
    facts = paths(run, replace(run, forced=(ForcedFacts("gate", Forcing.GO_ON),)))
    fails = "when 'choose' answers 'right', task 'work' fails: NameError: name 'rows' is not defined"
    assert said(broken_path, facts) == [(9, fails)]
    assert [said(check, facts) for check in BY_ANSWER[1:]] == [[], []]


def test_a_fault_that_the_plain_run_has_shown_is_not_told_again():
    run = a_run(ended("work", "failed", UNDEFINED))
    assert [said(check, paths(run, plain=replace(run, forced=()))) for check in BY_ANSWER] == [[]] * 3


def test_arguments_that_airflow_cannot_hand_to_the_function_fit_on_no_path():
    misfit = fault("TypeError", "work() missing 1 required positional argument: 'rows'", location=None)
    (complaint,) = said(broken_path, paths(a_run(ended("work", "failed", misfit))))
    assert complaint[0] == 2
    by_the_user = replace(misfit, location=THERE)
    assert said(broken_path, paths(a_run(ended("work", "failed", by_the_user)))) == []


def test_what_may_lie_in_the_data_is_but_worth_knowing():
    facts = paths(a_run(ended("work", "failed", EMPTY)))
    message = "when 'choose' answers 'right', task 'work' fails on the data of this run: ValueError: max() arg is an"
    assert said(untried_path, facts) == [(9, f"{message} empty sequence")]
    assert said(broken_path, facts) == said(skipped_input, facts) == []


@pytest.mark.parametrize(
    "failure",
    [
        fault("ValueError", "not supported", "raise ValueError("),
        fault("ValueError", "no", "if not x: raise ValueError('no')"),
        fault("AssertionError", "", "assert rows"),
        fault("SystemExit", "1", "sys.exit(1)"),
    ],
    ids=lambda failure: failure.traceback.splitlines()[1].strip(),
)
def test_a_task_that_means_to_fail_is_right_on_every_path(failure):
    by_answer = paths(a_run(ended("stop", "failed", failure)))
    after_failure = paths(a_run(ended("load", "failed"), ended("stop", "failed", failure), forced=(FAIL,)))
    assert [said(check, by_answer) + said(check, after_failure) for check in ON_PATHS] == [[]] * len(ON_PATHS)


def test_what_a_path_needs_from_outside_is_told_as_not_judged():
    need = fault("AirflowNotFoundException", "The conn_id `x` isn't defined", needs="a connection (x)")
    facts = paths(a_run(ended("work", "failed", need)))
    message = "when 'choose' answers 'right', task 'work' needs a connection (x); it is not judged"
    assert said(untried_path, facts) == [(9, message)]


def test_a_path_that_comes_to_no_end_is_told():
    late = replace(a_run(), process=ProcessFacts(End.TIMED_OUT, "did not end within 60 s"))
    waiting = a_run(left=RunEnd.WAITING)
    assert said(untried_path, paths(late, waiting)) == [
        (2, "when 'choose' answers 'right', the run of DAG 'a' did not end within 60 s"),
        (2, "when 'choose' answers 'right', the run of DAG 'a' was left waiting"),
    ]


def test_an_answer_in_the_text_of_a_branch_that_fails_it_is_left_to_the_check_of_the_text():
    bad = fault("AirflowException", "'branch_task_ids' must contain only valid task_ids. Invalid tasks found: {'no'}.")
    run = a_run(ended("inner", "failed", replace(bad, location=None, traceback="")))
    literal = a_task("inner", is_branch=True, choices=(ChoiceFacts(("no",), HERE),))
    assert said(untried_path, paths(run, tasks=[literal])) == []
    assert len(said(untried_path, paths(run, tasks=[a_task("inner", is_branch=True)]))) == 1


JOINED = {"tasks": [a_task("left"), a_task("right"), a_task("join")], "edges": [("left", "join"), ("right", "join")]}


def test_a_join_that_fails_on_the_result_of_a_skipped_task_is_told_with_it():
    run = a_run(ended("left", "skipped"), ended("right", "success"), ended("join", "failed", NOTHING))
    fails = "when 'choose' answers 'right', task 'join' fails: TypeError: 'NoneType' object is not iterable"
    assert said(skipped_input, paths(run, **JOINED)) == [(9, f"{fails}; it gets nothing from 'left', skipped then")]
    assert said(untried_path, paths(run, **JOINED)) == []


def test_a_join_that_fails_on_an_answer_that_may_never_be_given_is_but_worth_knowing():
    unsure = replace(RIGHT, is_sure=False)
    run = a_run(ended("left", "skipped"), ended("join", "failed", NOTHING), forced=(unsure,))
    assert said(skipped_input, paths(run, **JOINED)) == []
    assert len(said(untried_path, paths(run, **JOINED))) == 1


def test_a_task_that_fails_on_nothing_though_no_task_above_it_was_skipped_has_it_from_elsewhere():
    run = a_run(ended("left", "success"), ended("join", "failed", NOTHING))
    assert said(skipped_input, paths(run, **JOINED)) == []


def shortcut(rule="all_success", **more):
    tasks = [
        a_task("choose", is_branch=True, choices=(ChoiceFacts(("clean",), HERE), ChoiceFacts(("load",), HERE))),
        a_task("clean"),
        a_task("load", trigger_rule=rule),
    ]
    edges = (("choose", "clean"), ("choose", "load"), ("clean", "load"))
    return DagFacts("a", HERE, tuple(tasks), Shape(3, 3, (), (), ()), edges=edges, **more)


def test_a_task_that_is_skipped_though_its_branch_goes_to_it_is_told():
    message = "when 'choose' answers 'load', task 'load' is skipped all the same: its trigger rule is all_success"
    assert said(skipped_choice, shortcut()) == [(2, f"{message}, and another child that it waits for is skipped")]
    assert said(skipped_choice, shortcut("none_failed_min_one_success")) == []


def test_a_skipped_choice_of_an_end_at_which_nothing_happens_does_no_harm():
    dag = shortcut()
    idle = replace(dag.tasks[2], operator="EmptyOperator")
    assert said(skipped_choice, replace(dag, tasks=(*dag.tasks[:2], idle))) == []


LATE = {"tasks": [a_task("load"), a_task("tidy", trigger_rule="all_done")], "edges": [("load", "tidy")]}


def test_a_task_for_the_bad_day_that_fails_on_it_is_told():
    run = a_run(ended("load", "failed", UNDEFINED), ended("tidy", "failed", NOTHING), forced=(FAIL,))
    fails = "when 'load' fails, task 'tidy', which runs all the same (all_done), fails as well: TypeError: "
    assert said(failing_after_failure, paths(run, **LATE)) == [(9, f"{fails}'NoneType' object is not iterable")]


def test_a_task_for_the_bad_day_is_left_alone_where_it_misses_something_or_has_nothing_to_do_with_the_failure():
    needs = replace(NOTHING, needs="the network (example.com)")
    beside = ended("tidy", "failed", NOTHING, upstream=())
    says_no = fault("AirflowException", "Bash command failed", location=None)
    for tidy in (ended("tidy", "failed", needs), beside, ended("tidy", "failed", says_no)):
        run = a_run(ended("load", "failed"), tidy, forced=(FAIL,))
        assert said(failing_after_failure, paths(run, **LATE)) == []


def test_a_callback_that_raises_is_told_once_for_all_its_tasks():
    called = CallbackFacts("load", "on_failure_callback", "tell", fault("KeyError", "'x'"))
    run = a_run(ended("load", "failed"), forced=(FAIL,), callbacks=(called,))
    runs = run, replace(run, callbacks=(replace(called, task_id="other"),))
    message = "when 'load' fails, the on_failure_callback 'tell' of task 'load' raises: KeyError: 'x'"
    assert said(raising_failure_callback, paths(*runs)) == [(9, message)]
    assert said(raising_failure_callback, paths(*runs, plain=a_run(forced=(), callbacks=(called,)))) == []


def test_a_callback_that_misses_something_outside_is_not_judged():
    needs = fault("OSError", "no network", needs="the network (example.com)")
    called = CallbackFacts("", "on_failure_callback", "tell", needs)
    run = a_run(ended("load", "failed"), forced=(FAIL,), callbacks=(called,))
    assert said(raising_failure_callback, paths(run)) == []


def test_nothing_is_said_of_a_failure_that_could_not_be_brought_about():
    called = CallbackFacts("load", "on_failure_callback", "tell", fault("KeyError", "'x'"))
    run = a_run(ended("load", "success"), forced=(FAIL,), callbacks=(called,))
    assert said(raising_failure_callback, paths(run)) == []


def publishes(rule="all_done", state="success", above="failed", saves=(), **more):
    tasks = [a_task("load"), a_task("publish", trigger_rule=rule, **more)]
    run = a_run(ended("load", above), ended("publish", state), forced=(FAIL,), saves=saves)
    return said(publishing_after_failure, paths(run, tasks=tasks, edges=[("load", "publish")]))


SAVED = SaveFacts("a", "publish", "save.x", "modules.x", "csv", HERE, SaveState.WHOLE, path="out/x.csv")


@pytest.mark.parametrize(
    ("published", "words"),
    [
        ({"produces": (AssetFacts("sales", ""),)}, "produces the asset 'sales'"),
        ({"produces": (AssetFacts("", "s3://x"),)}, "produces the asset 's3://x'"),
        ({"triggers": "next"}, "starts DAG 'next'"),
        ({"saves": (SAVED,)}, "saves out/x.csv"),
    ],
)
def test_what_is_published_after_a_failure_is_told(published, words):
    message = f"when 'load' fails, task 'publish' {words} all the same: its trigger rule is all_done"
    assert publishes(**published) == [(2, message)]


def test_nothing_is_said_of_tasks_that_publish_nothing_or_only_what_is_whole():
    asset = (AssetFacts("sales", ""),)
    assert publishes() == []
    assert publishes(produces=asset, rule="one_failed") == []
    assert publishes(produces=asset, is_teardown=True) == []
    assert publishes(produces=asset, state="failed") == []
    assert publishes(produces=asset, above="success") == []
    assert publishes(saves=(replace(SAVED, state=SaveState.NOT_REACHED),)) == []


def test_an_operator_that_moves_data_is_known_by_its_name():
    tasks = [a_task("load"), replace(a_task("publish", trigger_rule="all_done"), operator="S3ToRedshiftOperator")]
    run = a_run(ended("load", "failed"), ended("publish", "success"), forced=(FAIL,))
    ((_, message),) = said(publishing_after_failure, paths(run, tasks=tasks, edges=[("load", "publish")]))
    assert "moves data (S3ToRedshiftOperator)" in message
