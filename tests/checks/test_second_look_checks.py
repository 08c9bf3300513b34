"""What is said of files that were read a second time, by facts made by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from windtunnel.checks.wt119_unstable_dag import unstable_dag
from windtunnel.checks.wt120_slow_import import slow_import
from windtunnel.checks.wt121_unstable_id import unstable_id
from windtunnel.facts import (
    AskFacts,
    Cause,
    DifferenceFacts,
    DifferenceKind,
    InstabilityFacts,
    LineTimeFacts,
    SlowImportFacts,
)
from windtunnel.findings import Location
from windtunnel.settings import Settings

HERE = Location("dags/a.py", 3)
FIELD = DifferenceFacts(DifferenceKind.FIELD, "start_date", "start_date: yesterday | today")
TASK = DifferenceFacts(DifferenceKind.ID, "task a1", "task 'a1' is only in the first parse")


def unstable(cause, *differences, dag_id="weekly", asks=()):
    return InstabilityFacts(dag_id, HERE, cause, differences, asks)


def said(check, *facts):
    return [tuple(complaint)[:3] for complaint in check.judge(*facts)]


def test_a_field_that_differs_is_told_with_both_values_and_the_lines_that_may_make_it_differ():
    facts = unstable(Cause.CLOCK, FIELD, asks=(AskFacts(Cause.CLOCK, "now", Location("dags/a.py", 1)),))
    message = "DAG 'weekly' changes with the date: start_date: yesterday | today"
    evidence = "start_date: yesterday | today\ndags/a.py:1 asks for it: now"
    assert said(unstable_dag, facts) == [(HERE, message, evidence)]
    assert said(unstable_id, facts) == []


def test_the_remedy_fits_what_makes_the_difference():
    def remedy(cause):
        (complaint,) = unstable_dag.judge(unstable(cause, FIELD))
        return complaint.remedy

    assert "sorted(" in remedy(Cause.LISTING)
    assert "time zone" in remedy(Cause.TIME_ZONE)
    assert "{{ ds }}" in remedy(Cause.CLOCK)
    assert "{{ run_id }}" in remedy(Cause.PARSE)


@pytest.mark.parametrize(
    ("cause", "how"), [(Cause.PARSE, "from one parse to the next"), (Cause.HASH_SEED, "with the hash seed")]
)
def test_ids_that_no_two_processes_agree_on_are_an_error_and_their_fields_a_warning(cause, how):
    facts = unstable(cause, TASK, FIELD)
    assert [message for _, message, _ in said(unstable_id, facts)] == [
        f"DAG 'weekly' changes {how}: task 'a1' is only in the first parse"
    ]
    assert [message for _, message, _ in said(unstable_dag, facts)] == [
        f"DAG 'weekly' changes {how}: start_date: yesterday | today"
    ]


@pytest.mark.parametrize("cause", [Cause.CLOCK, Cause.LISTING, Cause.TIME_ZONE, Cause.TOGETHER])
def test_ids_on_which_two_processes_of_one_deployment_may_agree_are_a_warning(cause):
    facts = unstable(cause, TASK)
    assert said(unstable_id, facts) == []
    assert len(said(unstable_dag, facts)) == 1


def test_a_dag_whose_own_id_differs_is_told_of_the_file():
    facts = unstable(Cause.PARSE, TASK, replace(TASK, key="task b"), dag_id="")
    message = "dags/a.py changes from one parse to the next: task 'a1' is only in the first parse (and 1 more)"
    assert [message for _, message, _ in said(unstable_id, facts)] == [message]


DAG_LINE = LineTimeFacts(Location("dags/a.py", 2), "from lib import heavy", 3.9, 0)
HELPER_LINE = LineTimeFacts(Location("dags/lib/heavy.py", 1), "import pandas", 3.2, 1, "pandas")
OTHER_LINE = LineTimeFacts(Location("dags/lib/heavy.py", 9), "build()", 0.7, 2, "")


def slow(*lines, seconds=4.1):
    return SlowImportFacts("dags/a.py", seconds, lines)


def test_a_slow_import_is_told_at_the_innermost_line_that_holds_most_of_the_time():
    (complaint,) = said(slow_import, slow(DAG_LINE, HELPER_LINE, OTHER_LINE), Settings(Path("/repository")))
    message = "importing dags/a.py takes 4.1 s, over 2 s: 3.2 s of it in `import pandas` (dags/lib/heavy.py:1)"
    evidence = (
        "  3.90 s  95%  dags/a.py:2  from lib import heavy\n"
        "  3.20 s  78%  dags/lib/heavy.py:1  import pandas  [pandas]\n"
        "  0.70 s  17%  dags/lib/heavy.py:9  build()"
    )
    assert complaint == (HELPER_LINE.location, message, evidence)


def test_a_slow_import_of_which_no_line_holds_much_is_told_at_the_slowest():
    lines = (replace(DAG_LINE, seconds=1.0), replace(OTHER_LINE, seconds=0.9))
    ((location, message, _),) = said(slow_import, slow(*lines), Settings(Path("/repository")))
    assert location == DAG_LINE.location
    assert message.endswith("1.0 s of it in `from lib import heavy` (line 2)")


def test_a_slow_import_without_any_line_is_told_of_the_file():
    message = "importing dags/a.py takes 4.1 s, over 2 s"
    assert said(slow_import, slow(), Settings(Path("/repository"))) == [(Location("dags/a.py"), message, "")]


def test_an_import_within_the_budget_is_not_complained_of():
    assert said(slow_import, slow(DAG_LINE), Settings(Path("/repository"), max_import_seconds=5.0)) == []
