"""What a finding is known by: it stays when lines move and figures change, and differs for what is another fault."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.reporters.reports import FALSIFIED, TASK_FAILED
from windtunnel.findings import Finding, Location
from windtunnel.fingerprints import fingerprints, identity, normalised


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("8 tasks, linearity 0.38: below 0.5", "12 tasks, linearity 0.4: below 0.5"),
        ("took 3.5s and 10 MiB", "took 12s and 9 MiB"),
        ("<function f at 0x7f1200ab>", "<function f at 0x7f99>"),
        ("run of 2026-11-21T10:00:00+00:00 failed", "run of 2026-11-22 failed"),
        ("wrote '/tmp/windtunnel-abc/x.csv'", "wrote '/tmp/windtunnel-xyz/x.csv'"),
        ("key 0b5e6a2e-3f6e-4d6e-9a55-0123456789ab", "key 1b5e6a2e-3f6e-4d6e-9a55-0123456789ac"),
        ("one line\n  and another", "one line and another"),
    ],
)
def test_what_changes_from_run_to_run_is_no_part_of_a_message(one: str, other: str) -> None:
    assert normalised(one) == normalised(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("task 'load_1' failed", "task 'load_2' failed"),
        ("KeyError: 'amount'", "KeyError: 'total'"),
        ("column x1 of v2.csv", "column x2 of v2.csv"),
    ],
)
def test_names_are_told_apart_by_their_digits(one: str, other: str) -> None:
    assert normalised(one) != normalised(other)


def prints(*findings: Finding) -> list[str]:
    return list(fingerprints(findings))


def test_a_line_that_moves_or_is_edited_changes_no_fingerprint() -> None:
    moved = replace(TASK_FAILED, location=Location(TASK_FAILED.location.path, 99), source="totals = x()", evidence="")

    assert prints(moved) == prints(TASK_FAILED)


@pytest.mark.parametrize(
    "change",
    [{"code": "WT302"}, {"task_id": "other"}, {"dag_id": "other"}, {"message": "else"}, {"location": Location("b.py")}],
)
def test_another_fault_has_another_fingerprint(change: dict[str, str]) -> None:
    assert prints(replace(TASK_FAILED, **change)) != prints(TASK_FAILED)


def test_equal_findings_are_numbered() -> None:
    first, second, other = prints(TASK_FAILED, TASK_FAILED, FALSIFIED)

    assert len({first, second, other}) == 3
    assert prints(TASK_FAILED) == [first]


def test_the_path_in_a_message_is_that_of_the_finding() -> None:
    def at(path: str) -> Finding:
        return replace(TASK_FAILED, message=f"{path} does not load", location=Location(path))

    assert identity(at("dags/a.py")).elsewhere == identity(at("dags/b.py")).elsewhere


def test_a_name_that_is_no_utf_8_has_a_fingerprint() -> None:
    assert prints(replace(TASK_FAILED, dag_id="\udcff")) != prints(TASK_FAILED)
