"""The forms with a line for each finding, the counts by check, and how they are chosen."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.reporters.reports import CLEAN, FALSIFIED, MIXED, SILENCED, TASK_FAILED, hostile
from windtunnel.errors import UsageError
from windtunnel.findings import Finding
from windtunnel.fingerprints import KnownFinding, identity
from windtunnel.report import Report
from windtunnel.reporters import render
from windtunnel.settings import FORMATS

KNOWN = replace(TASK_FAILED, known=True)


def lines(report: Report, form: str, **look: object) -> list[str]:
    return render(report, form, **look).splitlines()


def found(*findings: Finding) -> Report:
    return replace(CLEAN, findings=findings)


@pytest.mark.parametrize("form", FORMATS)
def test_every_form_holds_whatever_people_write_and_ends_a_line(form: str) -> None:
    for report in (CLEAN, MIXED, hostile()):
        text = render(report, form)
        assert text.endswith("\n")
        text.encode("utf-8")
        assert "\x1b" not in text


def test_a_form_that_is_not_there_is_refused() -> None:
    with pytest.raises(UsageError, match="unknown form 'jsonl', did you mean 'json'"):
        render(CLEAN, "jsonl")


def test_concise_is_a_line_for_each_finding_and_the_verdict() -> None:
    *shown, verdict = lines(found(TASK_FAILED, SILENCED, KNOWN), "concise", width=60)

    assert shown == [
        "dags/daily_sales.py:14: error WT301 task 'totals' failed: KeyError: 'amount'",
        "dags/daily_sales.py:14: error (known) WT301 task 'totals' failed: KeyError: 'amount'",
    ]
    assert verdict.startswith("windtunnel: 1 error in 1 file (1 known, 1 suppressed) · 1 DAG run, ")
    assert "dags/wide.py:3: warning (suppressed) WT203" in render(found(SILENCED), "concise", verbosity=1)


def test_grouped_has_the_findings_of_a_file_below_its_name() -> None:
    shown = lines(found(TASK_FAILED, KNOWN, FALSIFIED), "grouped", width=80)

    assert shown[0].startswith("dags/daily_sales.py · 2 findings ")
    assert shown[1:3] == [
        "    14  error  WT301  task 'totals' failed: KeyError: 'amount'",
        "    14  known  WT301  task 'totals' failed: KeyError: 'amount'",
    ]
    assert all(len(line) <= 80 for line in shown)


def test_statistics_count_by_check_the_most_frequent_first() -> None:
    report = found(TASK_FAILED, TASK_FAILED, KNOWN, SILENCED, FALSIFIED)
    shown = lines(report, "concise", statistics=True)
    table = shown[shown.index("Findings by check") + 1 :]

    assert [row.split() for row in table[2:5]] == [
        ["2", "WT301", "error", "task-failed", "1", "0"],
        ["1", "WT601", "error", "unexpected-exception", "0", "0"],
        ["0", "WT203", "warning", "wide-dag", "0", "1"],
    ]
    assert "Findings by check" in render(report, "full", statistics=True)
    assert "Findings by check" not in render(report, "full")


def test_as_many_of_the_slowest_are_named_as_was_asked_for() -> None:
    assert "Slowest 5" in render(CLEAN, "full")
    assert "Slowest 2" in render(CLEAN, "full", durations=2)
    assert "Slowest" not in render(CLEAN, "full", durations=0)


def test_a_known_finding_is_told_in_short_and_counts_for_nothing() -> None:
    text = render(found(KNOWN), "full")

    assert (
        "dags/daily_sales.py:14  error (known)  WT301 task-failed\n  task 'totals' failed: KeyError: 'amount'\n\n"
        in text
    )
    assert "windtunnel: no new findings (1 known)" in text
    assert "evidence:" in render(found(KNOWN), "full", verbosity=1)
    assert "WT301" not in render(found(KNOWN), "full", verbosity=-1)


def test_what_is_gone_from_the_baseline_is_told() -> None:
    text = render(replace(CLEAN, gone=(KnownFinding(identity(TASK_FAILED)),)), "full")

    assert (
        "no longer occurs; --update-baseline takes it out of the baseline:\n  dags/daily_sales.py  WT301  task" in text
    )
    assert "1 known gone" in text
