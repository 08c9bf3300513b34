"""Annotations of GitHub Actions: at the right place, errors first, and no more than GitHub takes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.reporters.reports import CLEAN, SILENCED, TASK_FAILED
from windtunnel.findings import Finding, Location, Severity
from windtunnel.report import Report
from windtunnel.reporters import render

WARNED = replace(TASK_FAILED, code="WT201", name="low-linearity", severity=Severity.WARNING, message="wide", remedy="")


def lines(*findings: Finding, report: Report = CLEAN) -> list[str]:
    return render(replace(report, findings=findings), "github").splitlines()


def test_a_finding_is_an_annotation_with_its_remedy_and_errors_come_first() -> None:
    first, second, verdict = lines(WARNED, replace(TASK_FAILED, remedy="mend it"))

    assert first == (
        "::error file=dags/daily_sales.py,line=14,title=WT301 task-failed::"
        "task 'totals' failed: KeyError: 'amount'%0Afix: mend it"
    )
    assert second == "::warning file=dags/daily_sales.py,line=14,title=WT201 low-linearity::wide"
    assert verdict.startswith("windtunnel: 1 error, 1 warning in 1 file · ")


def test_what_github_would_obey_is_escaped() -> None:
    (line, _) = lines(
        replace(TASK_FAILED, location=Location("a,b:c%.py", 1), message="100%\nand ::error::x", remedy="")
    )

    assert line == "::error file=a%2Cb%3Ac%25.py,line=1,title=WT301 task-failed::100%25%0Aand ::error::x"


def test_more_than_github_takes_of_a_kind_is_listed_in_the_log_and_counted() -> None:
    errors = [replace(TASK_FAILED, location=Location("dags/a.py", n), message="::notice::no") for n in range(1, 13)]
    shown = lines(*errors, WARNED)

    assert sum(line.startswith("::error") for line in shown) == 10
    assert shown[10:14] == [
        "2 errors not annotated, GitHub takes 10 of a kind:",
        "  dags/a.py:11: WT301 ::notice::no",
        "  dags/a.py:12: WT301 ::notice::no",
        "::warning file=dags/daily_sales.py,line=14,title=WT201 low-linearity::wide",
    ]


def test_what_is_known_is_listed_and_what_is_suppressed_is_not() -> None:
    assert lines(replace(TASK_FAILED, known=True), SILENCED)[:-1] == [
        "1 error known:",
        "  dags/daily_sales.py:14: WT301 task 'totals' failed: KeyError: 'amount'",
    ]


def test_a_path_counts_from_the_top_of_the_checkout(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "team").mkdir()
    shown = lines(TASK_FAILED, report=replace(CLEAN, root=tmp_path / "team"))

    assert shown[0].startswith("::error file=team/dags/daily_sales.py,line=14,")
