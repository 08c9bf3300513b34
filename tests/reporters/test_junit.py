"""JUnit XML: the cases that pytest would show, each with what was found in it."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

from tests.reporters.reports import (
    BROKEN,
    CLEAN,
    FALSIFIED,
    MIXED,
    SALES,
    SILENCED,
    TASK_FAILED,
    WIDE,
    hostile,
    loaded,
    tried,
)
from windtunnel.findings import Finding, Location, Severity
from windtunnel.report import Report
from windtunnel.reporters import render


def suite(report: Report) -> ElementTree.Element:
    root = ElementTree.fromstring(render(report, "junit").encode())
    assert root.tag == "testsuites"
    (one,) = root
    cases = one.findall("testcase")
    assert one.get("tests") == root.get("tests") == str(len(cases))
    assert one.get("failures") == str(len(one.findall("*/failure")))
    assert one.get("skipped") == str(len(one.findall("*/skipped")))
    return one


def cases(report: Report) -> dict[str, ElementTree.Element]:
    return {f"{case.get('classname')}::{case.get('name')}": case for case in suite(report)}


def found(*findings: Finding) -> dict[str, ElementTree.Element]:
    return cases(replace(CLEAN, findings=findings))


def test_there_is_a_case_for_each_subject_and_stage_as_under_pytest() -> None:
    assert list(cases(CLEAN)) == [
        "dags/daily_sales.py::load",
        "dags/daily_sales.py::daily_sales::run",
        "modules/sales.py::graph",
        "modules/sales.py::share::properties",
        "modules/sales.py::totals::properties",
    ]
    assert suite(CLEAN).get("failures") == "0"
    assert suite(CLEAN).get("time") == "14.240"


def test_a_finding_fails_the_case_of_its_subject_and_stage() -> None:
    elsewhere = replace(TASK_FAILED, location=Location("modules/sales.py", 3))
    at_load = replace(TASK_FAILED, code="WT201", message="wide", task_id="")
    shown = found(elsewhere, FALSIFIED, at_load)
    failure = shown["dags/daily_sales.py::daily_sales::run"].find("failure")

    assert failure is not None
    assert failure.get("type") == "WT301"
    assert failure.get("message") == "WT301 task-failed: task 'totals' failed: KeyError: 'amount'"
    assert "reproduce: windtunnel check dags/daily_sales.py --select WT301" in str(failure.text)
    assert shown["modules/sales.py::share::properties"].find("failure") is not None
    assert shown["dags/daily_sales.py::load"].find("failure") is not None
    assert shown["modules/sales.py::graph"].find("failure") is None


def test_what_is_found_between_a_dag_and_its_modules_belongs_to_the_run() -> None:
    asked = replace(TASK_FAILED, code="WT520", message="asks for nothing", location=Location("modules/sales.py", 3))
    played = replace(asked, code="WT620", node="nobody_knows")

    assert (
        len(str(found(asked, played)["dags/daily_sales.py::daily_sales::run"].findtext("failure")).split("\n\n")) == 2
    )


def test_what_does_not_fail_the_run_fails_no_case_and_is_told() -> None:
    warning = replace(TASK_FAILED, severity=Severity.WARNING)
    run = found(warning, replace(TASK_FAILED, known=True), SILENCED)["dags/daily_sales.py::daily_sales::run"]

    assert run.find("failure") is None
    assert str(run.findtext("system-out")).splitlines() == [
        "dags/daily_sales.py:14: warning WT301 task 'totals' failed: KeyError: 'amount'",
        "dags/daily_sales.py:14: error (known) WT301 task 'totals' failed: KeyError: 'amount'",
    ]


def test_what_lies_in_another_file_has_a_case_of_its_own() -> None:
    shown = found(replace(TASK_FAILED, code="WT116", dag_id="", location=Location("dags/.airflowignore", 1)))

    assert shown["dags/.airflowignore::other"].find("failure") is not None


def test_what_was_not_run_is_skipped_for_its_reason() -> None:
    report = replace(CLEAN, files=(loaded(SALES), loaded(WIDE), BROKEN))
    skipped = cases(report)["dags/wide.py::wide::run"].find("skipped")
    assert skipped is not None
    assert skipped.get("message") == "not run"
    untried = replace(tried("share"), tried=(), not_exercised="parameter 'x' has no type")
    skipped = cases(replace(CLEAN, properties=(untried,)))["modules/sales.py::share::properties"].find("skipped")
    assert skipped is not None
    assert skipped.get("message") == "parameter 'x' has no type"


def test_what_xml_cannot_say_is_escaped() -> None:
    text = render(
        replace(hostile(), findings=(*MIXED.findings, replace(TASK_FAILED, message="\x00\ufffe\udcff"))), "junit"
    )

    assert "\\x00\\ufffe\\udcff" in text
    ElementTree.fromstring(text.encode())
