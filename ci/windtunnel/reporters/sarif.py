"""The report as SARIF 2.1.0, which code scanning services and editors read.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

from windtunnel.findings import Finding, Severity
from windtunnel.report import Report, Rule
from windtunnel.reporters.look import Look
from windtunnel.reporters.places import in_checkout

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
FINGERPRINT = "windtunnel/v1"
"""The name under which fingerprints stand: raised when they are made in another way."""

_ROOT = "%SRCROOT%"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTICE: "note"}
_KINDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTICE: "recommendation"}

Object = dict[str, Any]


def render(report: Report, _look: Look) -> str:
    """One run with a rule for each check, and a result for each finding, suppressed and known ones among them."""
    document = {"$schema": SCHEMA, "version": "2.1.0", "runs": [_run(report)]}
    return json.dumps(_encodable(document), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _encodable(value: Any) -> Any:
    """The value, with escapes for lone surrogates: a byte of a file name that is no UTF-8 is no character."""
    if isinstance(value, dict):
        return {name: _encodable(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_encodable(one) for one in value]
    return value.encode("utf-8", errors="backslashreplace").decode("utf-8") if isinstance(value, str) else value


def _run(report: Report) -> Object:
    rules = _rules(report)
    places = {code: number for number, code in enumerate(rules)}
    return {
        "tool": {
            "driver": {
                "name": "windtunnel",
                "version": report.versions.windtunnel,
                "semanticVersion": report.versions.windtunnel,
                "rules": list(rules.values()),
            }
        },
        "invocations": [{"executionSuccessful": True, "exitCode": int(report.failed)}],
        "columnKind": "unicodeCodePoints",
        "results": [_result(report, finding, places[finding.code]) for finding in report.findings],
    }


def _rules(report: Report) -> Mapping[str, Object]:
    """Each check that was run, or that has found something, by its code."""
    known = {rule.code: rule for rule in report.rules}
    found = {f.code: Rule(f.code, f.name, f.severity, f.name, f.remedy, "") for f in report.findings}
    every = {**found, **known}
    return {code: _rule(every[code]) for code in sorted(every)}


def _rule(rule: Rule) -> Object:
    fix = f"**fix:** {rule.remedy}"
    return {
        "id": rule.code,
        "name": "".join(word.capitalize() for word in rule.name.split("-")),
        "shortDescription": {"text": f"{rule.title}."},
        "fullDescription": {"text": f"{rule.title}."},
        "help": {
            "text": f"{rule.title}. fix: {rule.remedy}",
            "markdown": "\n\n".join(part for part in (f"{rule.title}.", fix, rule.help) if part),
        },
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {"tags": ["airflow"], "problem.severity": _KINDS[rule.severity]},
    }


def _result(report: Report, finding: Finding, place: int) -> Object:
    fix = f"\nfix: {finding.remedy}" if finding.remedy else ""
    result: Object = {
        "ruleId": finding.code,
        "ruleIndex": place,
        "level": _LEVELS[finding.severity],
        "message": {"text": f"{finding.message}{fix}"},
        "locations": [_location(report, finding)],
    }
    if finding.fingerprint:
        result["partialFingerprints"] = {FINGERPRINT: finding.fingerprint}
    if _has_baseline(report):
        result["baselineState"] = "unchanged" if finding.known else "new"
    if finding.suppressed:
        result["suppressions"] = [_suppression(finding)]
    if finding.reproduce:
        result["properties"] = {"reproduce": finding.reproduce}
    return result


def _location(report: Report, finding: Finding) -> Object:
    region: Object = {"startLine": max(finding.location.line, 1)}
    if finding.source:
        region["snippet"] = {"text": finding.source}
    physical = {"artifactLocation": _artifact(report, finding.location.path), "region": region}
    logical = list(_logical(finding))
    return {"physicalLocation": physical, **({"logicalLocations": logical} if logical else {})}


def _artifact(report: Report, path: str) -> Object:
    uri = quote(in_checkout(report, path), errors="backslashreplace")
    if PurePosixPath(path).is_absolute():
        return {"uri": f"file://{uri}"}
    return {"uri": uri, "uriBaseId": _ROOT}


def _logical(finding: Finding) -> Iterator[Object]:
    names = (("module", finding.dag_id), ("function", finding.task_id or finding.node))
    named = [(kind, name) for kind, name in names if name]
    if named:
        kind, name = named[-1]
        yield {"name": name, "fullyQualifiedName": ".".join(name for _, name in named), "kind": kind}


def _suppression(finding: Finding) -> Object:
    by_settings = finding.suppressed.startswith("per-file-ignores: ")
    return {"kind": "external" if by_settings else "inSource", "justification": finding.suppressed}


def _has_baseline(report: Report) -> bool:
    return bool(report.gone or report.unjudged) or any(finding.known for finding in report.findings)
