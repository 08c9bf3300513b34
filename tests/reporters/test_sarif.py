"""SARIF: valid by the schema of OASIS, from which the models of pydantic-sarif are made, and complete."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError
from pydantic_sarif.model import StaticAnalysisResultsFormatSarifVersion210JsonSchema as Schema

from tests.reporters.reports import CLEAN, FALSIFIED, MIXED, SILENCED, TASK_FAILED, hostile
from windtunnel.checks import catalogue
from windtunnel.engine import rule_of
from windtunnel.findings import Finding, Location, Severity
from windtunnel.report import Report
from windtunnel.reporters import render

RULES = tuple(map(rule_of, catalogue()))


def the_run(report: Report) -> dict[str, Any]:
    document = json.loads(render(report, "sarif"))
    Schema.model_validate(document)
    assert document["version"] == "2.1.0"
    (run,) = document["runs"]
    for result in run["results"]:
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
    return dict(run)


def results(*findings: Finding) -> list[dict[str, Any]]:
    return list(the_run(replace(CLEAN, findings=findings))["results"])


@pytest.mark.parametrize("report", [CLEAN, MIXED, hostile(), replace(MIXED, rules=RULES)], ids=str)
def test_every_report_keeps_to_the_schema(report: Report) -> None:
    the_run(report)


def test_the_schema_is_one_that_refuses() -> None:
    document = json.loads(render(MIXED, "sarif"))
    document["runs"][0]["results"][0]["severity"] = "error"
    with pytest.raises(ValidationError):
        Schema.model_validate(document)


def test_each_check_that_ran_is_a_rule_with_a_help_text() -> None:
    rules = the_run(replace(CLEAN, rules=RULES))["tool"]["driver"]["rules"]

    assert [rule["id"] for rule in rules] == [check.code for check in catalogue()]
    rule = next(rule for rule in rules if rule["id"] == "WT301")
    assert rule["name"] == "FailedTask"
    assert rule["defaultConfiguration"] == {"level": "error"}
    assert "## Why is this bad?" in rule["help"]["markdown"]
    assert "fix: " in rule["help"]["text"]


def test_a_result_has_message_place_subject_command_and_fingerprint() -> None:
    (result,) = results(replace(TASK_FAILED, fingerprint="0123456789abcdef"))

    assert result["message"]["text"].startswith("task 'totals' failed: KeyError: 'amount'\nfix: ")
    assert result["level"] == "error"
    (location,) = result["locations"]
    assert location["physicalLocation"]["artifactLocation"] == {
        "uri": "dags/daily_sales.py",
        "uriBaseId": "%SRCROOT%",
    }
    assert location["physicalLocation"]["region"]["startLine"] == 14
    assert location["logicalLocations"] == [
        {"name": "totals", "fullyQualifiedName": "daily_sales.totals", "kind": "function"}
    ]
    assert result["partialFingerprints"] == {"windtunnel/v1": "0123456789abcdef"}
    assert result["properties"]["reproduce"].startswith("windtunnel check ")
    assert "baselineState" not in result


def test_severities_suppressions_and_the_baseline_have_their_words() -> None:
    notice = replace(FALSIFIED, severity=Severity.NOTICE, known=True)
    by_file = replace(SILENCED, suppressed="per-file-ignores: dags/*")
    by_comment, by_settings, known = results(SILENCED, by_file, notice)

    assert by_comment["suppressions"] == [{"kind": "inSource", "justification": "the pool is set in production"}]
    assert by_settings["suppressions"] == [{"kind": "external", "justification": "per-file-ignores: dags/*"}]
    assert (by_comment["level"], known["level"]) == ("warning", "note")
    assert (by_comment["baselineState"], known["baselineState"]) == ("new", "unchanged")


def test_a_path_is_a_uri() -> None:
    inside, outside = results(
        replace(TASK_FAILED, location=Location("dags/my dag#1.py", 3)),
        replace(TASK_FAILED, location=Location("/srv/lib/a b.py", 3)),
    )

    assert inside["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "dags/my%20dag%231.py"
    place = outside["locations"][0]["physicalLocation"]["artifactLocation"]
    assert place == {"uri": "file:///srv/lib/a%20b.py"}
