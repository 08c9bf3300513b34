"""The baseline: what is known is shown and does not fail, what is new does, what is gone is told and taken out."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.reporters.reports import CLEAN, MIXED, SALES, SILENCED, TASK_FAILED, loaded, run_of
from windtunnel.baseline import match, read_baseline, render, weighed
from windtunnel.checks import Check, catalogue
from windtunnel.errors import UsageError
from windtunnel.findings import Finding, Location
from windtunnel.fingerprints import KnownFinding, identity
from windtunnel.report import Report
from windtunnel.reporters import render as as_json
from windtunnel.settings import Settings


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for path in ("dags/daily_sales.py", "dags/other.py", "modules/sales.py"):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).touch()
    return tmp_path


def run(root: Path, *findings: Finding, **facts: object) -> Report:
    return replace(CLEAN, root=root, findings=findings, **facts)  # type: ignore[arg-type]


def checks(*codes: str) -> list[Check]:
    return [check for check in catalogue() if check.code in codes]


def settings(root: Path, **chosen: object) -> Settings:
    return Settings(root, baseline=str(root / "baseline.json"), **chosen)  # type: ignore[arg-type]


def adopted(root: Path, *findings: Finding) -> Settings:
    (root / "baseline.json").write_text(render(run(root, *findings)))
    return settings(root)


def compare(chosen: Settings, report: Report, *codes: str) -> Report:
    return weighed(report, read_baseline(chosen), checks(*codes or ("WT301",)), chosen)


def test_what_is_known_is_marked_and_does_not_fail_though_its_line_moved(root: Path) -> None:
    moved = replace(TASK_FAILED, location=Location("dags/daily_sales.py", 99))
    report = compare(adopted(root, TASK_FAILED), run(root, moved))

    assert [finding.known for finding in report.findings] == [True]
    assert (report.failed, report.counting, report.shown) == (False, (), report.findings)


def test_what_is_new_fails(root: Path) -> None:
    new = replace(TASK_FAILED, task_id="load", message="task 'load' failed")
    report = compare(adopted(root, TASK_FAILED), run(root, TASK_FAILED, new))

    assert report.counting == (new,)
    assert report.failed


def test_what_an_earlier_json_report_has_found_is_known(root: Path) -> None:
    earlier = run(root, replace(TASK_FAILED, known=True), replace(SILENCED, location=Location("dags/other.py", 3)))
    (root / "baseline.json").write_text(as_json(earlier, "json"))
    known = read_baseline(settings(root))

    assert known == (KnownFinding(identity(TASK_FAILED), TASK_FAILED.source.strip()),), "and not what was suppressed"
    (root / "baseline.json").write_text('{"schema": "1", "windtunnel": "1", "findings": [{"suppressed": null}]}')
    with pytest.raises(UsageError, match="not a baseline of windtunnel's"):
        read_baseline(settings(root))


def test_of_equal_findings_as_many_are_known_as_were(root: Path) -> None:
    lines = [replace(TASK_FAILED, location=Location("dags/daily_sales.py", n), source=f"line {n}") for n in (1, 2, 3)]
    report = compare(adopted(root, lines[1], lines[2]), run(root, *lines))

    assert [finding.known for finding in report.findings] == [False, True, True], "those on the same text first"
    edited = [replace(finding, source="edited") for finding in lines]
    report = compare(adopted(root, lines[1], lines[2]), run(root, *edited))
    assert [finding.known for finding in report.findings] == [True, True, False]


def test_a_file_that_was_renamed_keeps_what_is_known(root: Path) -> None:
    chosen = adopted(root, TASK_FAILED)
    renamed = replace(TASK_FAILED, location=Location("dags/new.py", 3))
    (root / "dags/daily_sales.py").rename(root / "dags/new.py")
    report = compare(chosen, run(root, renamed))

    assert ([finding.known for finding in report.findings], report.gone) == ([True], ())


def test_a_copy_of_a_file_is_not_known(root: Path) -> None:
    copied = replace(TASK_FAILED, location=Location("dags/other.py", 3))
    report = compare(adopted(root, TASK_FAILED), run(root, TASK_FAILED, copied))

    assert report.counting == (copied,)


def test_what_occurs_no_more_is_gone_where_it_was_looked_for(root: Path) -> None:
    chosen = adopted(root, TASK_FAILED)

    assert [known.identity.code for known in compare(chosen, run(root)).gone] == ["WT301"]
    assert compare(chosen, run(root), "WT101").gone == (), "its check was not selected"
    assert compare(chosen, run(root, files=(), runs=())).gone == (), "its file was not looked at"
    failed = run_of(SALES, "failed")
    assert compare(chosen, run(root, files=(loaded(SALES),), runs=(failed,))).gone == (), "its task came to no end"
    (root / "dags/daily_sales.py").unlink()
    assert len(compare(chosen, run(root, files=(), runs=())).gone) == 1, "its file is not there"


def test_what_was_found_in_a_dag_that_is_no_more_is_gone(root: Path) -> None:
    chosen = adopted(root, TASK_FAILED)
    other = replace(loaded(SALES), dags=(replace(SALES, dag_id="renamed"),))

    report = run(root, files=(other,), runs=())

    assert len(compare(chosen, report, "WT101").gone) == 1
    assert compare(replace(chosen, paths=(root / "dags",)), report, "WT101").gone == (), "it may stand in another file"


def test_what_was_not_looked_for_stays_when_the_baseline_is_updated(root: Path) -> None:
    chosen = adopted(root, TASK_FAILED)
    updating = replace(chosen, update_baseline=True)
    partial = weighed(run(root, files=(), runs=()), read_baseline(updating), checks("WT301"), updating)
    whole = weighed(run(root), read_baseline(updating), checks("WT301"), updating)

    assert [entry["code"] for entry in json.loads(render(partial))["findings"]] == ["WT301"]
    assert json.loads(render(whole))["findings"] == []


def test_an_update_takes_all_for_known_but_a_crash_and_what_is_suppressed(root: Path) -> None:
    crash = replace(TASK_FAILED, code="WT001")
    report = weighed(run(root, TASK_FAILED, SILENCED, crash), (), [], settings(root, update_baseline=True))

    assert [finding.known for finding in report.findings] == [True, False, False]
    assert report.failed
    assert [entry["code"] for entry in json.loads(render(report))["findings"]] == ["WT301"]


def test_what_is_suppressed_takes_nothing_from_the_baseline(root: Path) -> None:
    silenced = replace(TASK_FAILED, suppressed="later")
    known = read_baseline(adopted(root, TASK_FAILED))

    assert match([silenced], known, root).left == known


def test_the_file_is_sorted_has_a_line_for_each_and_is_read_back_as_it_was(root: Path) -> None:
    text = render(replace(MIXED, root=root))
    (root / "baseline.json").write_text(text)
    lines = text.splitlines()[3:-2]

    assert [json.loads(line.rstrip(","))["path"] for line in lines] == ["dags/daily_sales.py"] * 2 + [
        "modules/sales.py"
    ]
    known = read_baseline(settings(root))
    assert render(replace(MIXED, root=root, findings=(), unjudged=known)) == text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "not a baseline of windtunnel's; remove it and write it anew"),
        ("[]", "not a baseline"),
        ('{"schema": "1", "findings": [{"code": 3}]}', "not a baseline"),
        ('{"schema": "2", "findings": []}', "a baseline of form '2'; this windtunnel knows '1'"),
        (None, "no such file; --update-baseline writes it"),
    ],
)
def test_a_baseline_that_cannot_be_read_is_refused(root: Path, text: str | None, message: str) -> None:
    if text is not None:
        (root / "baseline.json").write_text(text)
    with pytest.raises(UsageError, match=message):
        read_baseline(settings(root))


def test_an_update_without_a_file_is_refused_and_one_without_a_baseline_is_the_first(root: Path) -> None:
    with pytest.raises(UsageError, match="--update-baseline: name the file with --baseline FILE"):
        read_baseline(Settings(root, update_baseline=True))
    assert read_baseline(settings(root, update_baseline=True)) == ()
    assert read_baseline(Settings(root)) == ()
