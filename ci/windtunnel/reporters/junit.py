"""The report as JUnit XML, which CI servers show as tests: one test case for each subject and stage, as under pytest.

Written with the standard library: the form is a dozen elements, and its libraries are made to read and merge files.
https://github.com/testmoapp/junitxml says what readers have in common.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree import ElementTree

from windtunnel.findings import Finding
from windtunnel.report import Report
from windtunnel.reporters.gaps import why_not_run
from windtunnel.reporters.lines import line_of
from windtunnel.reporters.look import Look
from windtunnel.reporters.tally import dags

# What XML 1.0 has no way to say, not even by a reference: https://www.w3.org/TR/xml/#charsets
_UNSAYABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(slots=True)
class _Case:
    path: str
    of: str
    stage: str
    line: int = 1
    seconds: float = 0.0
    skipped: str = ""
    output: str = ""
    findings: list[Finding] = field(default_factory=list)

    @property
    def name(self) -> str:
        return f"{self.of}::{self.stage}" if self.of else self.stage


def render(report: Report, _look: Look) -> str:
    """One suite; a case fails by new findings of the severity that fails the run, and tells of the others."""
    cases = _cases(report)
    suite = ElementTree.Element("testsuite", {"name": "windtunnel"})
    for case in cases:
        suite.append(_element(report, case))
    counts = {
        "tests": len(cases),
        "failures": len(suite.findall("testcase/failure/..")),
        "errors": 0,
        "skipped": len(suite.findall("testcase/skipped/..")),
    }
    whole = next((timing.seconds for timing in report.timings if timing.stage == "total"), 0.0)
    for name, value in {**counts, "time": f"{whole:.3f}"}.items():
        suite.set(name, str(value))
    suites = ElementTree.Element("testsuites", {name: suite.attrib[name] for name in (*counts, "time")})
    suites.append(suite)
    ElementTree.indent(suites)
    text = ElementTree.tostring(suites, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def _cases(report: Report) -> list[_Case]:
    cases = [*_of_dag_files(report), *_of_modules(report)]
    by_name = {(case.path, case.of, case.stage): case for case in cases}
    by_subject: dict[tuple[str, str], list[_Case]] = defaultdict(list)
    for case in cases:
        by_subject[case.of, case.stage].append(case)
    for finding in report.shown:
        of, stage = _of(finding)
        path = finding.location.path
        there = by_name.get((path, of, stage))
        nearest = [there] if there else by_subject[of, stage] if of else []
        nearest = nearest or by_subject[finding.dag_id, "run"]  # a dataflow that was played again, for one
        keys = ((path, "", "load"), (path, "", "graph"), (path, "", "other"))
        of_file = [by_name[key] for key in keys if key in by_name]
        if not nearest and not of_file:  # in a file that is neither a DAG file nor a module
            of_file = [by_name.setdefault(keys[-1], _Case(*keys[-1]))]
            cases += of_file
        (nearest or of_file)[0].findings.append(finding)
    return cases


def _of(finding: Finding) -> tuple[str, str]:
    """The subject and the stage that a finding belongs to, by its block."""
    block = finding.code[2:3]
    if block in "34" or (finding.dag_id and block == "5"):  # what a DAG asks of its modules
        return finding.dag_id, "run"
    return (finding.node, "properties") if block == "6" else ("", "graph" if block == "5" else "load")


def _of_dag_files(report: Report) -> Iterator[_Case]:
    for file in report.files:
        yield _Case(file.path, "", "load", 1, file.process.seconds, output=file.process.output)
    for file, dag, run in dags(report) if report.runs else ():
        seconds, output = (run.process.seconds, run.process.output) if run else (0.0, "")
        why = why_not_run(report, dag, run)
        yield _Case(file.path, dag.dag_id, "run", dag.location.line, seconds, why, output)


def _of_modules(report: Report) -> Iterator[_Case]:
    for flow in report.dataflows:
        yield _Case(flow.path, "", "graph", 1, flow.process.seconds, output=flow.process.output)
    for facts in report.properties:
        of, line, seconds = facts.node, facts.location.line, facts.process.seconds
        yield _Case(facts.path, of, "properties", line, seconds, facts.not_exercised, facts.process.output)


def _element(report: Report, case: _Case) -> ElementTree.Element:
    place = {"classname": case.path, "name": case.name, "file": case.path, "line": str(case.line)}
    element = ElementTree.Element("testcase", {name: _text(value) for name, value in place.items()})
    element.set("time", f"{case.seconds:.3f}")
    failing = [finding for finding in case.findings if not finding.known and finding.severity >= report.fail_on]
    if failing:
        first, *more = failing
        message = f"{first.code} {first.name}: {first.message}" + (f" (and {len(more)} more)" if more else "")
        failure = ElementTree.SubElement(element, "failure", {"type": first.code, "message": _text(message)})
        failure.text = _text("\n\n".join(map(_told, failing)))
    elif case.skipped:
        ElementTree.SubElement(element, "skipped", {"message": _text(case.skipped)})
    others = "".join(f"{line_of(finding)}\n" for finding in case.findings if finding not in failing)
    if others or case.output:
        ElementTree.SubElement(element, "system-out").text = _text(others + case.output)
    return element


def _told(finding: Finding) -> str:
    parts = {"fix": finding.remedy, "reproduce": finding.reproduce, "evidence": finding.evidence}
    return "\n".join([line_of(finding), *(f"{label}: {text}" for label, text in parts.items() if text)])


def _text(text: str) -> str:
    return _UNSAYABLE.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text)
