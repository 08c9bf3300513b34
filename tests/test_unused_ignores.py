"""Ignore comments that silence nothing: told only where all was seen that they could silence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from tests.reporters.reports import CLEAN, DONE, SALES, TASK_FAILED, loaded, run_of
from windtunnel.checks import catalogue
from windtunnel.facts import DagFileFacts, DataflowFacts, End, FailureFacts, ProcessFacts, UnusedIgnoreFacts
from windtunnel.findings import Location
from windtunnel.judging import judge, subjects_of_ignores
from windtunnel.report import Report
from windtunnel.settings import Settings
from windtunnel.unused_ignores import unused_ignores

FILE = "dags/daily_sales.py"


def told(
    root: Path, line: str, report: Report = CLEAN, select: Sequence[str] = (), whole: bool = True, path: str = FILE
) -> list[str]:
    """The codes that are reported of a file with one line."""
    (root / path).parent.mkdir(exist_ok=True)
    (root / path).write_text(f"{line}\n")
    checks = [check for check in catalogue() if not select or check.code in select]
    unused = unused_ignores(replace(report, root=root), checks, whole)
    return [f"{ignore.location.line}:{ignore.code}" for ignore in unused if ignore.location.path == path]


@pytest.mark.parametrize("comment", ["# windtunnel: ignore[WT201] once", "# noqa: E501, WT201"])
def test_a_code_that_silences_nothing_is_told(tmp_path: Path, comment: str) -> None:
    assert told(tmp_path, f"x = 1  {comment}") == ["1:WT201"]


def test_a_code_that_silences_a_finding_on_its_line_is_not(tmp_path: Path) -> None:
    found = replace(TASK_FAILED, location=Location(FILE, 1), suppressed="once")
    report = replace(CLEAN, findings=(found,))

    assert told(tmp_path, "x = 1  # windtunnel: ignore[WT301, WT302]", report) == ["1:WT302"]


def test_a_check_that_was_not_selected_says_nothing(tmp_path: Path) -> None:
    assert told(tmp_path, "x = 1  # noqa: WT201, WT301", select=["WT301"]) == ["1:WT301"]


def test_a_code_of_nobody_is_told_but_not_one_of_another_linter(tmp_path: Path) -> None:
    assert told(tmp_path, "x = 1  # windtunnel: ignore[WT2O1]", select=["WT101"]) == ["1:WT2O1"]
    assert told(tmp_path, "x = 1  # noqa: E501, WT999") == []


@pytest.mark.parametrize("code", ["WT104", "WT120", "WT119", "WT229", "WT308", "WT601"])
def test_what_may_be_found_tomorrow_or_elsewhere_is_never_told(tmp_path: Path, code: str) -> None:
    assert told(tmp_path, f"x = 1  # windtunnel: ignore[{code}]") == []


def test_a_file_that_did_not_load_was_not_judged(tmp_path: Path) -> None:
    broken = DagFileFacts(FILE, DONE, failures=(FailureFacts("E", "no", None, ""),))

    assert told(tmp_path, "x = 1  # noqa: WT201, WT301", replace(CLEAN, files=(broken,))) == []


def test_a_run_that_did_not_go_well_to_its_end_judges_nothing_of_runs(tmp_path: Path) -> None:
    line = "x = 1  # noqa: WT201, WT302, WT402"
    died = run_of(SALES, process=ProcessFacts(End.DIED))

    assert told(tmp_path, line) == ["1:WT201", "1:WT302", "1:WT402"]
    assert told(tmp_path, line, replace(CLEAN, runs=(run_of(SALES, "failed"),))) == ["1:WT201"]
    assert told(tmp_path, line, replace(CLEAN, runs=(died,))) == ["1:WT201"]
    assert told(tmp_path, line, replace(CLEAN, runs=())) == ["1:WT201"]


def test_a_file_that_gave_no_dag_this_time_was_judged_as_a_file_alone(tmp_path: Path) -> None:
    empty = DagFileFacts(FILE, DONE)

    assert told(tmp_path, "x = 1  # noqa: WT106, WT201, WT302", replace(CLEAN, files=(empty,))) == ["1:WT106"]


def test_a_context_in_which_the_dag_was_not_run_says_nothing(tmp_path: Path) -> None:
    assert told(tmp_path, "x = 1  # noqa: WT332, WT324") == []


def test_what_shows_between_files_is_judged_with_all_of_them(tmp_path: Path) -> None:
    assert told(tmp_path, "x = 1  # noqa: WT208") == ["1:WT208"]
    assert told(tmp_path, "x = 1  # noqa: WT208", whole=False) == []


def test_a_module_is_judged_by_its_graph_and_by_all_runs(tmp_path: Path) -> None:
    flow = DataflowFacts("modules.sales", "modules/sales.py", DONE)
    report = replace(CLEAN, dataflows=(flow,))
    line = "x = 1  # noqa: WT501, WT402, WT107"

    assert told(tmp_path, line, report, path="modules/sales.py") == ["1:WT107", "1:WT402", "1:WT501"]
    assert told(tmp_path, line, report, path="modules/sales.py", whole=False) == []
    none = replace(report, files=(), runs=())
    assert told(tmp_path, line, none, path="modules/sales.py") == ["1:WT501"]
    other = replace(report, files=(loaded(SALES), DagFileFacts("dags/b.py", DONE, dags=(SALES,))))
    assert told(tmp_path, line, other, path="modules/sales.py")


def test_a_finding_names_the_comment_and_a_command_that_judges_it_again(tmp_path: Path) -> None:
    facts = UnusedIgnoreFacts(Location(FILE, 3), "WT201", "WT201 low-linearity", "WT201")
    unknown = UnusedIgnoreFacts(Location(FILE, 4), "WT2O1", "", "WT101", nearest="WT201")
    checks = [check for check in catalogue() if check.code == "WT002"]
    first, second = judge(checks, subjects_of_ignores([facts, unknown]), Settings(tmp_path))

    assert first.message == (
        "`# windtunnel: ignore[WT201]` silences nothing: WT201 low-linearity finds nothing on this line"
    )
    assert second.message == (
        "`# windtunnel: ignore[WT2O1]` silences nothing: no check has this code, did you mean 'WT201'?"
    )
    assert first.reproduce == f"windtunnel check {FILE} --select WT002,WT201"


def test_a_comment_may_silence_its_own_report(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1  # windtunnel: ignore[WT201, WT002] generated\n")
    facts = UnusedIgnoreFacts(Location("a.py", 1), "WT201", "WT201 low-linearity", "WT201")
    checks = [check for check in catalogue() if check.code == "WT002"]
    (finding,) = judge(checks, subjects_of_ignores([facts]), Settings(tmp_path))

    assert finding.suppressed == "generated"
