"""What is said of tasks that meet on files, and what is left alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from windtunnel.checks.wt417_overwritten_save import overwritten_save
from windtunnel.checks.wt418_colliding_tasks import colliding_tasks
from windtunnel.checks.wt419_colliding_dags import colliding_dags
from windtunnel.checks.wt420_write_into_repository import write_into_repository
from windtunnel.checks.wt421_output_in_working_folder import output_in_working_folder
from windtunnel.checks.wt422_unordered_read import unordered_read
from windtunnel.checks.wt423_stale_read import stale_read
from windtunnel.facts import (
    AllRunsFacts,
    AssetFacts,
    DagFacts,
    End,
    FailureFacts,
    FileUseFacts,
    Occasion,
    OverwriteFacts,
    ProcessFacts,
    RunFacts,
    ScheduleFacts,
    Shape,
    TaskFacts,
    TaskRunFacts,
    TwiceFacts,
    VisitFacts,
)
from windtunnel.findings import Location
from windtunnel.settings import Settings

HERE, LINE, THERE = Location("dags/a.py", 3), Location("dags/a.py", 9), Location("dags/b.py", 5)
PATH = "/data/totals.csv"
DONE = ProcessFacts(End.COMPLETED)
FIRST = FileUseFacts("first", PATH, HERE, writes=True, replaces=True, left=True, at=1.0, content="1 a", times=1)
SECOND = replace(FIRST, task_id="second", location=LINE, at=2.0, found="1 a", content="1 b")
READ = FileUseFacts("second", PATH, LINE, at=2.0)


def run(*uses, upstream=(), state="success", dag_id="a"):
    tasks = (
        TaskRunFacts(dag_id, "first", -1, "success", HERE),
        TaskRunFacts(dag_id, "second", -1, state, HERE, upstream=upstream),
        *(TaskRunFacts(dag_id, "part", index, "success", HERE) for index in (0, 1)),
    )
    return RunFacts(dag_id, HERE, DONE, "success", tasks, uses=uses)


def said(check, facts):
    return [(complaint.location.line, complaint.message) for complaint in check.judge(facts)]


def test_two_savers_of_one_file_are_told():
    met = OverwriteFacts("a", "count", "saved_b", "saved_a", PATH, HERE)
    message = "savers 'saved_a' and 'saved_b' of task 'count' both write /data/totals.csv, and nothing orders them"
    assert said(overwritten_save, met) == [(3, f"{message}: what one has saved is lost")]
    message = "saver 'saved_a' of task 'count' writes /data/totals.csv several times in one execution"
    again = replace(met, node="saved_a")
    assert said(overwritten_save, again) == [(3, f"{message}: what it has saved before is lost")]


def test_two_tasks_that_replace_one_file_are_told():
    message = "tasks 'first' and 'second' both write /data/totals.csv, and nothing orders them: what one has written"
    assert said(colliding_tasks, run(FIRST, SECOND)) == [(9, f"{message} is lost")]
    assert said(colliding_tasks, run(FIRST, SECOND, upstream=("first",))) == []


def test_two_instances_of_a_mapped_task_are_told_once():
    parts = [replace(SECOND, task_id="part", map_index=index, at=index, content=f"1 {index}") for index in (0, 1)]
    (complaint,) = said(colliding_tasks, run(parts[0], parts[1]))
    assert "tasks 'part[0]' and 'part[1]' both write" in complaint[1]


@pytest.mark.parametrize(
    "second",
    [
        replace(SECOND, content="1 a"),  # the same again
        replace(SECOND, content=""),  # nothing is known of it
        replace(SECOND, replaces=False),  # appended, or a database
        replace(SECOND, left=False),  # a lock
        replace(SECOND, path="/data/other.csv"),
        replace(SECOND, task_id="first"),  # its own, in a second attempt
    ],
)
def test_what_meets_otherwise_is_no_collision(second):
    assert said(colliding_tasks, run(FIRST, second)) == []


@pytest.mark.parametrize("name", ["runs.log", "audit.csv", "a.lock", "a.pid", "cache/rates.json", ".token", "all.db"])
def test_what_many_may_share_by_its_name_is_no_collision(name):
    uses = [replace(use, path=f"/data/{name}") for use in (FIRST, SECOND)]
    assert said(colliding_tasks, run(*uses)) == []
    assert said(unordered_read, run(uses[0], replace(READ, path=f"/data/{name}"))) == []


def test_who_reads_before_he_writes_may_have_kept_what_was_there():
    assert said(colliding_tasks, run(FIRST, replace(READ, at=1.5), SECOND)) == []
    assert len(said(colliding_tasks, run(FIRST, SECOND, replace(READ, at=2.5)))) == 1


def test_a_task_that_failed_meets_nobody():
    assert said(colliding_tasks, run(FIRST, SECOND, state="failed")) == []


def test_what_a_worker_has_for_itself_is_no_collision():
    assert said(colliding_tasks, run(replace(FIRST, fleeting=True), replace(SECOND, fleeting=True))) == []


DAILY = ScheduleFacts("0 0 * * *", next_runs=("2026-11-22",))
ORDERS = (AssetFacts("orders", "s3://orders"),)


def dag(name, *tasks, **more):
    return DagFacts(name, HERE, tasks, Shape(1, 0, (), (), ()), **{"schedule": DAILY, **more})


def task(**more):
    return TaskFacts("a", "first", HERE, "PythonOperator", **more)


def everything(*dags, second=SECOND):
    uses = {"a": replace(FIRST, path="/tmp/windtunnel-x1/7/tmp/shop-a/t.csv")}
    uses["b"] = replace(second, path=second.path.replace("/data/totals", "/tmp/windtunnel-x1/8/tmp/shop-a/t"))
    return AllRunsFacts(dags, tuple(run(uses[name], dag_id=name) for name in ("a", "b")))


def test_two_dags_that_replace_one_file_are_told():
    message = (
        "DAGs 'a' (task 'first') and 'b' (task 'second') both write 'shop-a/t.csv' in its temporary folder, "
        "and nothing orders them"
    )
    assert said(colliding_dags, everything(dag("a"), dag("b"))) == [(9, message)]


@pytest.mark.parametrize(
    "facts",
    [
        everything(dag("a"), dag("b", schedule=ScheduleFacts())),  # somebody decides when
        everything(dag("a", task(triggers="b")), dag("b")),
        everything(dag("a"), dag("b", task(awaits="a"))),
        everything(dag("a", task(triggers="c")), dag("b", task(awaits="c")), dag("c")),
        everything(dag("a", task(produces=ORDERS)), dag("b", consumes=ORDERS)),
        everything(dag("a"), dag("b"), second=replace(SECOND, content="1 a")),
        everything(dag("a"), dag("b"), second=replace(SECOND, path="/data/other.csv")),
        everything(dag("a"), dag("b"), second=replace(SECOND, fleeting=True)),
    ],
)
def test_dags_that_are_ordered_or_write_apart_are_silent(facts):
    assert said(colliding_dags, facts) == []


def test_a_write_into_the_repository_is_told_once_for_a_line():
    uses = [replace(FIRST, path=f"/repository/{name}.csv", inside=True) for name in ("a", "b")]
    settings = Settings(Path("/repository"))
    (complaint,) = write_into_repository.judge(run(*uses), settings)
    assert complaint.location == HERE
    assert complaint.message == "task 'first' writes a.csv, which lies among the files of the repository"
    assert list(write_into_repository.judge(run(FIRST), settings)) == []


LOOSE = replace(
    FIRST, path="/tmp/windtunnel-x1/7/cwd/out.csv", fleeting=True, loose=True, unread=True, named=True, left=True
)


def test_what_nobody_reads_in_the_working_folder_is_told():
    message = "task 'first' leaves 'out.csv' in its working folder, where nobody reads it: on a worker that is"
    assert said(output_in_working_folder, run(LOOSE)) == [(3, f"{message} whichever folder")]


@pytest.mark.parametrize("change", ["loose", "unread", "named", "left"])
def test_what_is_gone_read_or_named_by_a_library_is_silent(change):
    assert said(output_in_working_folder, run(replace(LOOSE, **{change: False}))) == []


def test_what_a_task_reads_in_the_working_folder_is_left_to_wt339():
    assert said(output_in_working_folder, run(LOOSE, replace(READ, path=LOOSE.path))) == []


def test_a_reader_that_does_not_wait_for_its_writer_is_told():
    message = "task 'second' reads /data/totals.csv, which task 'first' has written, and does not wait for it"
    assert said(unordered_read, run(FIRST, READ)) == [(9, message)]
    assert said(unordered_read, run(FIRST, READ, upstream=("first",))) == []


@pytest.mark.parametrize(
    "uses",
    [
        (FIRST, replace(READ, at=0.5)),  # before there was anything of today's
        (FIRST, SECOND, READ),  # it writes itself
        (replace(FIRST, replaces=False), READ),  # something that grows
        (replace(FIRST, locked=True), READ),
        (FIRST, replace(READ, locked=True)),
        (replace(FIRST, through=("a.py:3", "a.py:20")), replace(READ, through=("a.py:3", "a.py:30"))),
        (replace(FIRST, task_id="second"), READ),
    ],
)
def test_a_reader_that_is_ready_for_both_is_silent(uses):
    assert said(unordered_read, run(*uses)) == []


def test_a_task_that_comes_too_early_is_told_for_whom_it_does_not_wait():
    failure = FailureFacts("FileNotFoundError", f"[Errno 2] No such file or directory: '{PATH}'", LINE, "...")
    facts = run(FIRST, state="failed")
    early = replace(facts, tasks=(facts.tasks[0], replace(facts.tasks[1], failure=failure)))
    message = "task 'second' does not find /data/totals.csv, which task 'first' writes: it does not wait for it"
    assert said(unordered_read, early) == [(9, message)]
    assert said(unordered_read, replace(early, uses=(replace(FIRST, path="/data/a/totals.csv"),))) == []
    near = replace(FIRST, path="/tmp/windtunnel-x1/7/cwd/totals.csv", loose=True)
    failed = replace(early.tasks[1], failure=replace(failure, message="No such file or directory: './totals.csv'"))
    assert len(said(unordered_read, replace(early, tasks=(early.tasks[0], failed), uses=(near,)))) == 1
    assert said(unordered_read, replace(early, tasks=(early.tasks[0], failed))) == []
    waits = replace(early, tasks=(early.tasks[0], replace(early.tasks[1], upstream=("first",))))
    assert said(unordered_read, waits) == []


def test_a_sensor_may_wait_by_itself():
    facts = run(FIRST, READ)
    waiting = tuple(replace(task, waits=task.task_id == "second") for task in facts.tasks)
    assert said(unordered_read, replace(facts, tasks=waiting)) == []


def test_what_another_date_has_left_is_told():
    first = VisitFacts(Occasion.DATED, "2026-10-12", "success")
    later = VisitFacts(Occasion.DATED, "2026-10-13", "success", uses=(READ,), stale=(PATH,))
    facts = TwiceFacts("a", HERE, run(), DONE, (first, later))
    message = "task 'second' reads /data/totals.csv in the run of 2026-10-13 as the run of 2026-10-12 has left it"
    assert said(stale_read, facts) == [(9, message)]
    assert said(stale_read, replace(facts, visits=(first, replace(later, state="failed")))) == []
    assert said(stale_read, replace(facts, visits=(first, replace(later, stale=("/data/cache.csv",))))) == []
