"""What is said of further runs, and what is not, by facts made by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from windtunnel.checks._visits import shown
from windtunnel.checks.wt330_date_in_asset_run import date_in_asset_run
from windtunnel.checks.wt331_date_in_undated_run import date_in_undated_run
from windtunnel.checks.wt332_doubled_rows import doubled_rows
from windtunnel.checks.wt333_growing_output import growing_output
from windtunnel.checks.wt334_unrepeatable_run import unrepeatable_run
from windtunnel.checks.wt335_unclean_retry import unclean_retry
from windtunnel.checks.wt336_undated_output import undated_output
from windtunnel.checks.wt337_output_named_by_chance import output_named_by_chance
from windtunnel.checks.wt338_failing_date import failing_date
from windtunnel.checks.wt341_unfinished_further_run import unfinished_further_run
from windtunnel.checks.wt432_partial_commit import partial_commit
from windtunnel.facts import (
    Content,
    DatesFacts,
    End,
    FailureFacts,
    FileUseFacts,
    Occasion,
    OutputFacts,
    ProcessFacts,
    ResumedFacts,
    RunEnd,
    RunFacts,
    SaveFacts,
    SaveState,
    TaskRunFacts,
    TwiceFacts,
    UndatedFacts,
    VisitFacts,
)
from windtunnel.findings import Location

HERE, LINE = Location("dags/a.py", 2), Location("dags/a.py", 9)
FAULT = FailureFacts("KeyError", "'ds'", LINE, "the frames")
TASK = TaskRunFacts("a", "save", -1, "success", HERE)
BROKEN = replace(TASK, state="failed", failure=FAULT)
PATH = "/data/totals.csv"
PLAIN = RunFacts(
    "a", HERE, ProcessFacts(End.COMPLETED), "success", (TASK,), uses=(FileUseFacts("save", PATH, LINE, writes=True),)
)
MARKS = ("scheduled__2026-10-12", "2026-10-12")
NEW = OutputFacts(PATH, Content.RECORDS, new=True, added=3)
SAME_ROWS = OutputFacts(PATH, Content.RECORDS, added=3, repeated=3, alike=3)
ON_TWICE = (doubled_rows, growing_output, unrepeatable_run, undated_output, output_named_by_chance)


def context(kind, *visits, plain=PLAIN, **more):
    return kind("a", HERE, plain, ProcessFacts(End.COMPLETED), visits, "2026-11-21", **more)


def visit(occasion, *outputs, state="success", tasks=(TASK,), date="2026-10-12", marks=MARKS):
    return VisitFacts(occasion, date, state, tasks=tasks, outputs=outputs, marks=marks)


def twice(*again, first=NEW, other=None, plain=PLAIN, **more):
    visits = [visit(Occasion.DATED, first), visit(Occasion.CLEARED, *again)]
    if other is not None:
        visits.append(visit(Occasion.DATED, other, date="2026-10-13", marks=("scheduled__2026-10-13", "2026-10-13")))
    return context(TwiceFacts, *visits, plain=plain, **more)


def said(check, facts):
    return [(complaint.location.line, complaint.message) for complaint in check.judge(facts)]


def test_rows_that_a_cleared_run_adds_again_are_doubled():
    message = "task 'save' adds the same 3 rows to /data/totals.csv again when it is cleared and runs again"
    assert said(doubled_rows, twice(SAME_ROWS)) == [(9, message)]
    assert said(growing_output, twice(SAME_ROWS)) == []


@pytest.mark.parametrize(
    "again",
    [
        replace(SAME_ROWS, repeated=0, alike=0),  # rows of its own
        replace(SAME_ROWS, repeated=2, alike=2),  # some of them
        replace(SAME_ROWS, removed=3),  # replaced
        replace(SAME_ROWS, added=0, repeated=0),  # written whole
        replace(SAME_ROWS, path="/data/run_history.csv"),
        replace(SAME_ROWS, content=Content.TABLE, table="load_log"),
        OutputFacts("/data/totals.parquet", Content.BYTES),
        OutputFacts("/data/runs.log", Content.LINES, added=1, repeated=1, alike=1),
    ],
)
def test_a_cleared_run_that_replaces_or_records_is_correct(again):
    assert [said(check, twice(again)) for check in ON_TWICE] == [[]] * len(ON_TWICE)


def test_rows_with_a_time_of_their_own_and_lines_of_a_text_grow():
    stamped = replace(SAME_ROWS, repeated=0)
    lines = replace(SAME_ROWS, content=Content.LINES, path="/data/totals.txt")
    message = "task 'save' adds to /data/totals.csv again what it has added before when it is cleared"
    assert said(growing_output, twice(stamped)) == [(9, message)]
    assert said(doubled_rows, twice(stamped)) == []
    assert len(said(growing_output, twice(lines))) == 1
    assert said(doubled_rows, twice(lines)) == []


def resumed(output, cleared=None, tasks=(TASK,), state="success"):
    return context(
        ResumedFacts,
        visit(Occasion.DATED, NEW),
        visit(Occasion.CLEARED, *filter(None, [cleared])),
        visit(Occasion.RESUMED, output, state=state, tasks=tasks),
    )


def test_rows_that_a_repeated_task_has_added_twice_are_doubled_once():
    double = OutputFacts(PATH, Content.RECORDS, added=6, even=True)
    message = "task 'save' adds the same 3 rows to /data/totals.csv again when it is repeated after it was killed"
    assert said(doubled_rows, resumed(double)) == [(9, message)]
    assert len(said(doubled_rows, resumed(double, cleared=SAME_ROWS))) == 1
    assert said(doubled_rows, resumed(replace(double, even=False))) == []
    assert said(doubled_rows, resumed(replace(double, added=4))) == []


def test_rows_that_are_there_twice_in_part_come_of_a_kill_between_two_commits():
    once = OutputFacts(PATH, Content.TABLE, "totals", added=3)
    torn = replace(once, added=4, twice=1)

    def partly(again, first=once):
        return context(ResumedFacts, visit(Occasion.DATED, first), visit(Occasion.RESUMED, again))

    message = "task 'save' adds 1 row of 3 to table 'totals' of /data/totals.csv again when it was killed between"
    assert said(partial_commit, partly(torn)) == [(9, f"{message} two commits")]
    for correct in (once, replace(torn, added=5), replace(torn, table="load_log"), replace(once, added=6, twice=3)):
        assert said(partial_commit, partly(correct)) == []
    assert said(partial_commit, partly(torn, replace(once, twice=1))) == []


def test_a_task_that_fails_when_repeated_is_told_where_the_run_can_be_cleared():
    facts = resumed(NEW, tasks=(BROKEN,), state="failed")
    assert said(unclean_retry, facts) == [
        (9, "task 'save' fails when it is repeated after it was killed at work: KeyError: 'ds'")
    ]
    first, cleared, last = facts.visits
    unclear = replace(facts, visits=(first, replace(cleared, state="failed"), last))
    assert said(unclean_retry, unclear) == []


def test_a_cleared_run_that_fails_is_told_where_another_date_does_not():
    first, cleared, other = twice(other=NEW).visits
    broken = replace(cleared, state="failed", tasks=(BROKEN,))
    message = "task 'save' succeeds once, and fails when its run is cleared and runs again: KeyError: 'ds'"
    assert said(unrepeatable_run, context(TwiceFacts, first, broken, other)) == [(9, message)]
    assert said(unrepeatable_run, context(TwiceFacts, first, broken, replace(other, state="failed"))) == []
    assert said(unrepeatable_run, context(TwiceFacts, first, broken)) == []


REWRITTEN = OutputFacts(PATH, Content.RECORDS, added=3, removed=3)
CROWDED = replace(PLAIN, beside=16)


def test_a_file_that_two_dates_write_whole_is_told_where_they_may_meet():
    message = "task 'save' writes /data/totals.csv in every run, and catchup may have 16 of them at work at one time"
    assert said(undated_output, twice(other=REWRITTEN, plain=CROWDED)) == [(9, message)]
    assert said(undated_output, twice(other=REWRITTEN)) == []
    added = replace(REWRITTEN, removed=0)
    assert said(undated_output, twice(other=added, plain=CROWDED)) == []
    assert said(undated_output, twice(other=replace(REWRITTEN, path="/data/b.csv"), plain=CROWDED)) == []


def test_the_file_of_a_saver_is_left_to_wt406():
    save = SaveFacts("a", "save", "saved", "m", "csv", HERE, SaveState.WHOLE, PATH)
    assert said(undated_output, twice(other=REWRITTEN, plain=replace(CROWDED, saves=(save,)))) == []


def test_a_second_file_beside_the_first_is_told_and_tempfiles_are_not():
    first = replace(NEW, path="/data/part-7c6f9e2d-0001-4bb9-9e2d-530c62d0963c.csv")
    again = replace(NEW, path="/data/part-aa6f9e2d-0002-4bb9-9e2d-530c62d0963d.csv")
    assert len(said(output_named_by_chance, twice(again, first=first))) == 1
    assert said(output_named_by_chance, twice(first=first)) == []
    names = [replace(NEW, path=f"/tmp/tmp{chance}") for chance in ("1e3ap96f", "ylv1_7fn")]
    assert said(output_named_by_chance, twice(names[1], first=names[0])) == []


def test_a_file_named_by_today_is_told_of_a_dag_that_runs_by_the_clock():
    today = replace(NEW, path="/data/totals-20261121.csv")
    (complaint,) = said(output_named_by_chance, twice(first=today, scheduled=True))
    assert "in the run of 2026-10-12: the name is that of the day on which it happens to run" in complaint[1]
    assert said(output_named_by_chance, twice(first=today)) == []
    assert said(output_named_by_chance, twice(first=replace(NEW, path="/data/20261012.csv"), scheduled=True)) == []


def undated(occasion, *outputs, task=TASK):
    state = "failed" if task.state == "failed" else "success"
    return context(UndatedFacts, visit(occasion, *outputs, state=state, tasks=(task,), date="", marks=()))


def test_a_task_that_lacks_its_date_is_told_by_who_makes_such_runs():
    by_asset, by_api = undated(Occasion.BY_ASSET, task=BROKEN), undated(Occasion.BY_API, task=BROKEN)
    message = "task 'save' fails in a run that its assets trigger, which has no logical date: KeyError: 'ds'"
    assert said(date_in_asset_run, by_asset) == [(9, message)]
    assert said(date_in_undated_run, by_asset) == said(date_in_asset_run, by_api) == []
    assert len(said(date_in_undated_run, by_api)) == 1


def test_a_failure_that_is_not_for_want_of_a_date_is_not_told():
    other = replace(BROKEN, failure=FailureFacts("AttributeError", "'NoneType' has no xcom_pull", LINE, "event.source"))
    assert said(date_in_asset_run, undated(Occasion.BY_ASSET, task=other)) == []
    need = replace(BROKEN, failure=replace(FAULT, needs="the network (a.example)"))
    assert said(date_in_asset_run, undated(Occasion.BY_ASSET, task=need)) == []


@pytest.mark.parametrize(("name", "found"), [("totals_None.csv", 1), ("totals.csv", 0), ("Nonesuch.csv", 0)])
def test_a_file_named_after_nothing_is_told(name, found):
    output = OutputFacts(f"/data/{name}", Content.RECORDS, new=True)
    assert len(said(date_in_asset_run, undated(Occasion.BY_ASSET, output))) == found


def test_dates_that_a_task_refuses_are_told_together_if_an_ordinary_one_is_not():
    refused = replace(TASK, state="failed", failure=replace(FAULT, type="ValueError", message="out of range"))
    days = [visit(Occasion.DATED, state="failed", tasks=(refused,), date=day) for day in ("2024-02-29", "2026-10-31")]
    ordinary = visit(Occasion.DATED)
    message = "task 'save' fails in the run of 2024-02-29, 2026-10-31: ValueError: out of range"
    assert said(failing_date, context(DatesFacts, ordinary, *days)) == [(9, message)]
    assert said(failing_date, context(DatesFacts, *days)) == []
    absent = replace(days[0], tasks=(replace(BROKEN, failure=replace(FAULT, type="FileNotFoundError")),))
    assert said(failing_date, context(DatesFacts, ordinary, absent)) == []


def test_what_lies_in_the_folders_of_a_run_is_named_without_them():
    assert shown("/tmp/windtunnel-ab_c/17/tmp/lake2/a.csv") == "'lake2/a.csv' in its temporary folder"
    assert shown("/tmp/windtunnel-ab_c/17/attempts-x/1.machine/cwd/a.csv") == "'a.csv' in its working folder"
    assert shown("/data/a.csv") == "/data/a.csv"


def unended(left, *, end=End.COMPLETED, seconds=60.0):
    last = replace(visit(Occasion.BY_API, state="running", tasks=(replace(TASK, state="running"),)), left=left)
    run = replace(PLAIN, process=ProcessFacts(End.COMPLETED, seconds=2.0))
    return replace(
        context(UndatedFacts, last, plain=run), process=ProcessFacts(end, "was killed by SIGKILL", seconds=seconds)
    )


@pytest.mark.parametrize(
    ("lost", "how"),
    [
        (unended(RunEnd.STUCK), "stands still"),
        (unended(RunEnd.CUT_OFF), "is cut off from its tasks"),
        (unended(RunEnd.OUT_OF_TIME), "does not come to an end"),
        (unended(RunEnd.FINISHED, end=End.TIMED_OUT), "does not come to an end"),
        (unended(RunEnd.FINISHED, end=End.DIED), "was killed by SIGKILL"),
    ],
)
def test_a_further_run_that_is_lost_is_told_with_the_task_at_work(lost, how):
    message = f"DAG 'a' {how} in a manual run by the API while 'save' was at work"
    assert said(unfinished_further_run, lost) == [(2, message)]


def test_a_further_run_that_waits_or_may_have_had_too_little_time_is_not_told():
    assert said(unfinished_further_run, unended(RunEnd.WAITING)) == []
    assert said(unfinished_further_run, unended(RunEnd.OUT_OF_TIME, seconds=24.0)) == []
    assert said(unfinished_further_run, context(UndatedFacts, visit(Occasion.BY_API))) == []
    assert said(unfinished_further_run, context(UndatedFacts)) == []
