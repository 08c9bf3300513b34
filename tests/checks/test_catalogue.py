"""Every check finds the fault in its own example, at the line that the example marks, and explains itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from windtunnel.checks import Check, catalogue

# No file can make a check of ours crash, and no DAG has been found yet that leaves a task behind: see test_run_checks.
WITHOUT_EXAMPLE = ("WT001",)
EXAMPLES = [known for known in catalogue() if known.code not in WITHOUT_EXAMPLE]


def marked_lines(check: Check, files: Mapping[str, str]) -> Iterator[tuple[str, int]]:
    for path, text in files.items():
        for number, line in enumerate(text.splitlines(), 1):
            if line.rstrip().endswith(f"# {check.code}"):
                yield path, number


# An ignore comment is judged beside the check that it is about.
BESIDE = {"WT002": ("WT201",)}


def settings_for(check: Check) -> dict[str, object]:
    return {"select": (check.code, *BESIDE.get(check.code, ())), "timeout": 4.0 if check.code == "WT306" else 60.0}


@pytest.mark.parametrize("check", EXAMPLES, ids=lambda check: check.code)
def test_a_check_finds_the_fault_in_its_failing_example(check, examine):
    report = examine(check.failing, **settings_for(check))
    found = {(finding.location.path, finding.location.line) for finding in report.findings}
    assert {finding.code for finding in report.findings} == {check.code}
    assert found == set(marked_lines(check, check.failing))


@pytest.mark.parametrize("check", catalogue(), ids=lambda check: check.code)
def test_a_check_explains_itself(check):
    assert check.title
    assert "## What it does" in check.page
    assert "## Why is this bad?" in check.page
    assert check.remedy
    assert bool(check.failing) == bool(check.passing) == (check.code not in WITHOUT_EXAMPLE)


def test_codes_and_names_are_unique():
    codes = [known.code for known in catalogue()]
    names = [known.name for known in catalogue()]
    assert len(set(codes)) == len(codes)
    assert len(set(names)) == len(names)


def test_a_code_names_the_file_of_its_check():
    import pkgutil

    import windtunnel.checks

    modules = (info.name for info in pkgutil.iter_modules(windtunnel.checks.__path__))
    files = sorted(name for name in modules if not name.startswith("_"))  # those with one are shared by several
    assert files == sorted(f"{known.code.lower()}_{known.name.replace('-', '_')}" for known in catalogue())
