"""What the text of files tells, without Airflow and without importing anything: for the moment of a commit."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from windtunnel.baseline import match, read_baseline
from windtunnel.checks import Check
from windtunnel.collectors.dags import DagFile
from windtunnel.collectors.discovery import discover
from windtunnel.collectors.modules import ModuleFile
from windtunnel.collectors.source import SourceIndex, read_source
from windtunnel.collectors.uncalled import uncalled_tasks
from windtunnel.collectors.unreached import is_imported_elsewhere
from windtunnel.facts import DagFileFacts, DataflowFacts, End, FailureFacts, ProcessFacts
from windtunnel.findings import Location
from windtunnel.fingerprints import KnownFinding
from windtunnel.judging import in_order, judge, subjects_of_file, subjects_of_ignores, subjects_of_module
from windtunnel.own_checks import own_checks
from windtunnel.report import Report, Versions
from windtunnel.selection import selected
from windtunnel.settings import Settings
from windtunnel.unused_ignores import unused_ignores

CODES = ("WT002", "WT101", "WT106", "WT213", "WT501")
"""The checks that text alone can answer; of WT101 and WT501 what is no Python, of WT002 codes that no check has."""

_READ = ProcessFacts(End.COMPLETED)


def examine(settings: Settings) -> Report:
    """The report on the DAG files and modules below the settings' paths; an empty one where there are none."""
    known = read_baseline(settings)
    checks = [check for check in selected(settings) if check.code in CODES]
    found = discover(settings)
    report = Report(
        root=settings.root,
        versions=Versions("", ""),
        fail_on=settings.fail_on,
        checks=len(checks),
        seed=settings.seed,
        files=tuple(map(_of_dag_file, found.dag_files)),
        dataflows=tuple(map(_of_module, found.modules)),
    )
    return _judged(report, checks, settings, known)


def _judged(report: Report, checks: Sequence[Check], settings: Settings, known: tuple[KnownFinding, ...]) -> Report:
    own = own_checks(settings)
    ignores = unused_ignores(report, (), whole=False, own=own)  # whether a comment is of use, only a whole run can tell
    subjects = [
        *(subject for file in report.files for subject in subjects_of_file(file)),
        *(subject for flow in report.dataflows for subject in subjects_of_module(flow)),
        *subjects_of_ignores(ignores),
    ]
    findings = in_order(judge(checks, subjects, settings))
    return replace(report, findings=match(findings, known, report.root).findings)


def _of_dag_file(file: DagFile) -> DagFileFacts:
    """What was written and forgotten, where the file is Python at all; a library may be waiting for others."""
    if failure := _no_python(file.file, file.path):
        return DagFileFacts(file.path, _READ, failures=(failure,))
    index = SourceIndex.of(file.file)
    uncalled = index.uncalled_dags()
    makes_dags = bool(index.dags) and len(uncalled) < len(index.dags)
    return DagFileFacts(
        file.path,
        _READ,
        uncalled=() if uncalled and is_imported_elsewhere(file.file, file.root) else uncalled,
        uncalled_tasks=uncalled_tasks(file.file, file.root) if makes_dags else (),
    )


def _of_module(module: ModuleFile) -> DataflowFacts:
    return DataflowFacts(module.name, module.path, _READ, failure=_no_python(module.file, module.path))


def _no_python(file: Path, path: str) -> FailureFacts | None:
    """Why the text is no Python to the interpreter that is at work."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(read_source(file), path, "exec", dont_inherit=True)
    except SyntaxError as error:
        return FailureFacts(type(error).__name__, error.msg, Location(path, error.lineno or 1), "")
    except ValueError as error:  # a null byte, on older Pythons
        return FailureFacts("SyntaxError", str(error), Location(path), "")
    except OSError:
        return None
    return None
