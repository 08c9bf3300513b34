"""One finding of a report, named by its fingerprint, and what is looked for again."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.reporters.reports import CLEAN, FALSIFIED, MIXED, TASK_FAILED
from windtunnel.commands.replay import Recorded, alone, last_report, listing, read, the_one
from windtunnel.errors import UsageError
from windtunnel.findings import Finding
from windtunnel.reporters import render
from windtunnel.settings import Settings

FIRST = replace(TASK_FAILED, fingerprint="aaaa000000000001")
SECOND = replace(TASK_FAILED, fingerprint="aaaa000000000002")
OTHER = replace(FALSIFIED, fingerprint="bbbb000000000003")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    written = tmp_path / "report.json"
    written.write_text(render(replace(CLEAN, findings=(FIRST, SECOND, OTHER)), "json"))
    return written


def test_a_finding_is_named_by_the_beginning_of_its_fingerprint_or_by_a_code_that_only_it_has(file: Path) -> None:
    findings = read(file)

    assert the_one(findings, "aaaa000000000002", file).id == SECOND.fingerprint
    assert the_one(findings, "BBBB", file).id == OTHER.fingerprint
    assert the_one(findings, "wt601", file).arguments == [
        *("modules/sales.py", "--select", "WT601", "--seed", "0", "--max-examples", "100"),
        *("--conf", '{"day": "2024-01-01"}'),
    ]


@pytest.mark.parametrize(
    ("id", "message"),
    [
        ("aaaa", "replay aaaa: 2 findings of .* are named so; `windtunnel replay` without an id lists them"),
        ("WT301", "2 findings"),
        ("b", "has no such finding"),
        ("cccc", "has no such finding"),
    ],
)
def test_a_name_for_none_or_several_is_refused(file: Path, id: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        the_one(read(file), id, file)


def test_without_a_name_all_are_listed(file: Path) -> None:
    lines = listing(read(file)).splitlines()

    assert lines[0] == "aaaa0000  dags/daily_sales.py:14: WT301 task 'totals' failed: KeyError: 'amount'"
    assert len(lines) == 3
    assert listing([]) == "no findings\n"


def test_what_is_no_report_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No such file"):
        read(tmp_path / "none.json")
    for text in ("{", "[]", json.dumps({"findings": [{"code": "WT1"}]})):
        (tmp_path / "x.json").write_text(text)
        with pytest.raises(UsageError, match="not a report of `windtunnel check --report json=FILE`"):
            read(tmp_path / "x.json")


def test_the_report_is_that_of_the_settings_if_nobody_names_one(tmp_path: Path) -> None:
    written = Settings(tmp_path, report=(("sarif", "a"), ("json", "b")))

    assert last_report(written, "c") == Path("c")
    assert last_report(written, "") == Path("b")
    assert last_report(Settings(tmp_path, format="json", output="d"), "") == Path("d")
    with pytest.raises(UsageError, match="replay: name a report with --from FILE"):
        last_report(Settings(tmp_path), "")


def test_what_is_shown_is_that_finding_and_the_run_of_its_dag() -> None:
    report = alone(replace(MIXED, findings=(FIRST, OTHER)), recorded(FIRST))

    assert report.findings == (FIRST,)
    assert {run.dag_id for run in report.runs} == {"daily_sales"}


def test_what_is_gone_is_not_shown_but_what_kept_it_from_being_looked_for() -> None:
    report = replace(CLEAN, findings=(SECOND, OTHER))

    assert alone(report, recorded(FIRST)).findings == (OTHER,)
    assert alone(replace(CLEAN, findings=(SECOND,)), recorded(FIRST)).findings == ()


def recorded(finding: Finding) -> Recorded:
    return Recorded(finding.fingerprint, finding.code, str(finding.location), finding.message, finding.reproduce)
