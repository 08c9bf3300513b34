"""Every check finds the fault in its own example, at the line that the example marks, and explains itself."""

from __future__ import annotations

import pytest

from windtunnel.checks import catalogue
from windtunnel.examples import try_failing
from windtunnel.facts import CheckCrash, UnusedIgnoreFacts
from windtunnel.plan import SUBJECTS

# No file can make a check of ours crash, and no DAG has been found yet that leaves a task behind: see test_run_checks.
WITHOUT_EXAMPLE = ("WT001",)
EXAMPLES = [known for known in catalogue() if known.code not in WITHOUT_EXAMPLE]


@pytest.mark.parametrize("check", EXAMPLES, ids=lambda check: check.code)
def test_a_check_finds_the_fault_in_its_failing_example(check, pools):
    tried = try_failing(check, pools)
    assert tried.expected
    assert (tried.missing, tried.strange) == ((), ())


@pytest.mark.parametrize("check", catalogue(), ids=lambda check: check.code)
def test_a_check_explains_itself(check):
    assert check.title
    assert "## What it does" in check.page
    assert "## Why is this bad?" in check.page
    assert bool(check.failing) == bool(check.passing) == (check.code not in WITHOUT_EXAMPLE)


def test_what_a_check_reads_is_collected_for_it():
    others = {known.on for known in catalogue()} - set(SUBJECTS)
    assert others == {CheckCrash, UnusedIgnoreFacts}


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
