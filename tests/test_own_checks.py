"""Checks that a team has written: found by path and by entry point, and treated like those that ship."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from windtunnel import own_checks
from windtunnel.checks import Check
from windtunnel.cli import cli
from windtunnel.commands.test_check import line_of, lines_of
from windtunnel.errors import UsageError
from windtunnel.examples import Tried, try_failing
from windtunnel.facts import DagFacts
from windtunnel.findings import Location
from windtunnel.reporters import render
from windtunnel.selection import selected
from windtunnel.settings import Settings

HEAD = '''"""DAG without tags.

## What it does
Reports it.
"""

from windtunnel.checks import check
from windtunnel.facts import DagFacts
from windtunnel.findings import Complaint, Severity

'''
DAG = """\
from airflow.sdk import DAG, task

with DAG("report", schedule=None):  # ACME001

    @task
    def write() -> None:
        print("written")

    write()
"""
EXAMPLES = f"FAILING = {DAG!r}\nPASSING = FAILING.replace('None)', 'None, tags=[\"sales\"])')\n"
CHECK = """

@check("ACME001", on=DagFacts, severity=Severity.ERROR, remedy="add a tag")
def untagged_dag(dag: DagFacts):
    if not dag.tags:
        yield Complaint(dag.location, f"DAG {dag.dag_id!r} has no tags")
"""
ANOTHER = CHECK.replace("ACME001", "ACME002").replace("untagged_dag", "other")
WHOLE = f"{HEAD}{EXAMPLES}{CHECK}"
IN_FOLDER = '[tool.windtunnel]\nchecks = ["own"]\n'
Repository = Callable[..., Path]


def loaded(root: Path, *paths: str) -> tuple[Check, ...]:
    return own_checks.own_checks(Settings(root, checks=paths or ("own",)))


def windtunnel(*arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments, catch_exceptions=False, standalone_mode=False)


def test_a_check_is_found_in_a_folder_with_all_that_it_says_of_itself(repository: Repository) -> None:
    helped = WHOLE.replace("if not dag.tags", "if len(dag.tags) < LEAST").replace(
        "from windtunnel.checks", "from ._shared import LEAST\nfrom windtunnel.checks"
    )
    root = repository({"own/a.py": helped, "own/_shared.py": "LEAST = 1", "own/test_a.py": "x", "own/conftest.py": "x"})

    (check,) = loaded(root)
    assert (check.code, check.name, check.title) == ("ACME001", "untagged-dag", "DAG without tags")
    assert (check.on, check.remedy, check.page) == (DagFacts, "add a tag", "## What it does\nReports it.")
    assert check.failing == {"dags/example.py": DAG}
    assert not list(root.rglob("__pycache__")), "the owner's folder is left as it is"
    assert loaded(root, "own", "own/a.py") == (check,), "a file that is named twice is one"
    deeper = repository({"own/b/c.py": WHOLE.replace("ACME001", "ACME002").replace("untagged_dag", "other")})
    assert [check.code for check in loaded(deeper)] == ["ACME001", "ACME002"]


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("ACME001", "WT999", r"own/a.py:\d+: WT999: codes in WT are windtunnel's own; choose other letters"),
        (
            "ACME001",
            "acme-1",
            r"own/a.py:1[56]: 'acme-1' is no code of a check: write capital letters and three digits",
        ),
        ("untagged_dag", "low_linearity", r"own/a.py:\d+: 'low-linearity' means a check of windtunnel's already"),
        (
            "(dag: DagFacts)",
            "(dag, settings, more)",
            r"own/a.py:1[56]: ACME001: a check is a function of the facts, or of",
        ),
        ("(dag: DagFacts)", "()", "ACME001: a check is a function of the facts"),
        ("(dag: DagFacts)", "(*, dag)", "ACME001: a check is a function of the facts"),
        ("def untagged", "async def untagged", "ACME001: a check is a function of the facts"),
        ("on=DagFacts", "on=Severity", "ACME001: no subject is of on=Severity; use one of AllRunsFacts, "),
        ("on=DagFacts", "on='DagFacts'", "ACME001: on='DagFacts' is no class of facts: write one of those in "),
        ("Severity.ERROR", "'error'", "ACME001: severity='error' is none: write Severity.ERROR, WARNING or NOTICE"),
        ('"add a tag"', '" "', "ACME001: no remedy: say in one line what is to be done"),
        (EXAMPLES, "", r"own/a.py:13: ACME001: no FAILING above the function: write the text of a file, or a dict"),
        (EXAMPLES, "FAILING = ''\nPASSING = 3\n", "ACME001: no PASSING above the function"),
        (EXAMPLES, "FAILING = {}\nPASSING = ''\n", r"own/a.py:\d+: ACME001: FAILING is empty; give an example"),
        ('"""DAG without', '0, """DAG without', "ACME001: nothing explains the check: begin its file with a docstring"),
        (CHECK, CHECK + ANOTHER, "own/a.py: ACME001 and ACME002 in one file; each check stands in a file of its own"),
        (CHECK, "", "own/a.py: no check in it; write one with @check, or begin its name with _ if it only helps"),
        (EXAMPLES, "import acme_none\n", r"own/a.py:11: cannot be imported: ModuleNotFoundError: No module named"),
        (EXAMPLES, "raise SystemExit(0)\n", r"own/a.py:11: cannot be imported: SystemExit: 0; mend it, or take it out"),
        (EXAMPLES, "x = = 1\n", r"own/a.py:11: cannot be imported: SyntaxError: invalid syntax; mend it"),
    ],
)
def test_a_check_that_cannot_be_loaded_is_wrong_usage_which_says_where_and_the_way_out(
    repository: Repository, before: str, after: str, message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        loaded(repository({"own/a.py": WHOLE.replace(before, after)}))


def test_codes_and_names_that_two_checks_bear_are_refused(repository: Repository) -> None:
    root = repository({"own/a.py": WHOLE, "own/b.py": WHOLE.replace("untagged_dag", "other")})
    with pytest.raises(UsageError, match=r"own/b.py:\d+: 'ACME001' means own/a.py:\d+ already; choose another"):
        loaded(root)


@pytest.mark.parametrize(
    ("paths", "message"),
    [
        (["none"], "checks: none: no such file or folder"),
        (["dags"], "checks: dags: no check in this folder; write one, or take it out of `checks`"),
        (["own/notes.txt"], "checks: own/notes.txt: no module of Python"),
    ],
)
def test_a_path_without_checks_is_wrong_usage(repository: Repository, paths: list[str], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        loaded(repository({"dags/_a.py": "", "own/notes.txt": ""}), *paths)


@pytest.mark.parametrize("value", ["acme_checks", "acme_checks.untagged", "acme_checks.untagged:untagged_dag"])
def test_a_package_brings_checks_by_entry_points(
    repository: Repository, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    about = {"METADATA": "Name: acme\nVersion: 1\n", "entry_points.txt": f"[windtunnel.checks]\nacme = {value}\n"}
    package = {"__init__": "", "_shared": "", "untagged": WHOLE}
    installed = {f"site/acme_checks/{name}.py": text for name, text in package.items()}
    root = repository({**installed, **{f"site/acme-1.dist-info/{name}": text for name, text in about.items()}})
    monkeypatch.syspath_prepend(str(root / "site"))
    found = own_checks._by_entry_points.__wrapped__()
    for name in [name for name in sys.modules if name.startswith("acme_checks")]:
        monkeypatch.delitem(sys.modules, name)
    assert [check.code for check in found] == ["ACME001"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("raise OSError('no')", r"entry point acme = 'acme_broken' of acme: cannot be imported: OSError: no"),
        ("", r"entry point acme = 'acme_broken' of acme: .*acme_broken.py: no check in it"),
    ],
)
def test_an_entry_point_that_leads_to_no_check_is_wrong_usage(
    repository: Repository, monkeypatch: pytest.MonkeyPatch, text: str, message: str
) -> None:
    root = repository(
        {
            "site/acme_broken.py": text,
            "site/acme-1.dist-info/METADATA": "Name: acme\nVersion: 1\n",
            "site/acme-1.dist-info/entry_points.txt": "[windtunnel.checks]\nacme = acme_broken\n",
        }
    )
    monkeypatch.syspath_prepend(str(root / "site"))
    monkeypatch.delitem(sys.modules, "acme_broken", raising=False)
    with pytest.raises(UsageError, match=message):
        own_checks._by_entry_points.__wrapped__()
    monkeypatch.delitem(sys.modules, "acme_broken", raising=False)


def test_it_is_selected_ignored_listed_and_explained_like_those_that_ship(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = repository({"own/a.py": WHOLE, "pyproject.toml": IN_FOLDER})
    settings = Settings(root, checks=("own",))
    monkeypatch.chdir(root)

    assert "ACME001" in {check.code for check in selected(settings)}
    for word in ("ACME", "ACME001", "untagged-dag"):
        assert [check.code for check in selected(replace(settings, select=(word,)))] == ["ACME001"]
        assert "ACME001" not in {check.code for check in selected(replace(settings, ignore=(word,)))}
    with pytest.raises(UsageError, match="unknown check 'ACME1', did you mean 'ACME001'"):
        selected(replace(settings, select=("ACME1",)))
    listed = windtunnel("checks", "--ignore", "ACME").output
    assert re.search(r"\n\nyour own:\n- ACME001  error    untagged-dag +DAG without tags\n\n", listed)
    assert windtunnel("explain", "untagged-dag").output.startswith(
        "# ACME001: untagged-dag\n\nDAG without tags.\n\nSeverity **error**, judged from the DAG's structure."
    )


def test_what_is_wrong_with_it_hides_no_page_of_those_that_ship(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repository({"own/a.py": "x = = 1", "pyproject.toml": IN_FOLDER}))

    assert windtunnel("explain", "wt301").output.startswith("# WT301")
    with pytest.raises(UsageError, match=r"own/a.py:1: cannot be imported"):
        windtunnel("explain", "ACME001")


CRASHING = """
from windtunnel.facts import NodeFacts


@check("ACME002", on=NodeFacts, severity=Severity.NOTICE, remedy="no")
def crashing(node: NodeFacts):
    raise SystemExit(0)
    yield
"""
MISTAKEN = CHECK.replace("ACME001", "ACME003").replace("untagged_dag", "mistaken").replace("dag.location", "'a line'")
MODULE = """\
from hamilton.function_modifiers import tag


@tag(of="numbers")
def doubled(number: int) -> int:
    return number
"""


def test_it_finds_crashes_is_silenced_and_reported_like_those_that_ship(repository: Repository, examine) -> None:
    own = {
        "own/a.py": WHOLE,
        "own/b.py": HEAD + EXAMPLES + CRASHING,
        "own/c.py": HEAD + EXAMPLES + MISTAKEN,
    }
    silenced = DAG.replace("report", "other").replace("# ACME001", "# windtunnel: ignore[ACME001] on purpose")
    needless = silenced.replace('"other",', '"third", tags=["a"],')
    typo = "x = 1  # windtunnel: ignore[ACME0O1]\n"
    files = {"dags/a.py": DAG, "dags/b.py": silenced, "dags/c.py": needless + typo, "modules/m.py": MODULE}
    settings = {"checks": ("own",), "select": ("ACME", "WT002"), "per_file_ignores": (("dags/c.py", ("ACME003",)),)}
    report = examine({**own, **files}, **settings)

    found = {(one.code, str(one.location)): one for one in report.findings}
    first = found["ACME001", "dags/a.py:3"]
    assert (first.name, first.message, first.remedy) == ("untagged-dag", "DAG 'report' has no tags", "add a tag")
    assert first.reproduce == "windtunnel check dags/a.py --select ACME001 --checks own"
    assert (first.docs, str(first.severity), bool(first.fingerprint)) == ("windtunnel explain ACME001", "error", True)
    assert found["ACME001", "dags/b.py:3"].suppressed == "on purpose"
    assert "ACME001 untagged-dag finds nothing on this line" in found["WT002", "dags/c.py:3"].message
    assert "did you mean 'ACME001'?" in found["WT002", "dags/c.py:10"].message
    assert (
        found["WT001", "modules/m.py:5"].message == "ACME002 crashing crashed here, so it judged nothing: SystemExit: 0"
    )
    assert found["WT001", "modules/m.py:5"].reproduce == "windtunnel check modules/m.py --select ACME002 --checks own"
    assert "ACME003 mistaken crashed" in found["WT001", "dags/a.py:3"].message
    assert "a Location and a message were expected, not ('a line'," in found["WT001", "dags/a.py:3"].message
    rules = json.loads(render(report, "sarif"))["runs"][0]["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules if rule["id"] > "ACME" and rule["id"] < "WT"] == [
        "ACME001",
        "ACME002",
        "ACME003",
    ]
    assert rules[0]["help"]["markdown"] == "DAG without tags.\n\n**fix:** add a tag\n\n## What it does\nReports it."


def test_an_example_that_says_otherwise_is_told_line_by_line(repository: Repository, pools) -> None:
    root = repository({"own/a.py": WHOLE})
    (check,) = loaded(root)
    wrong = replace(
        check, failing={"dags/example.py": DAG.replace("  # ACME001", "").replace(")\n", ")  # ACME001\n", 1)}
    )
    tried = try_failing(
        replace(check, failing={"dags/example.py": f"# moved  # ACME001\n{DAG}"}), pools, (str(root / "own"),)
    )

    assert tried.expected == (Location("dags/example.py", 1), Location("dags/example.py", 4))
    assert list(lines_of(tried)) == [
        "ACME001 FAILING: not as expected",
        "  expected dags/example.py:1, where nothing came",
    ]
    assert line_of([tried]) == "windtunnel test-check: 1 check, 1 example, 1 not as expected\n"
    strange = Tried(wrong, "PASSING", (), (), ())
    assert list(lines_of(strange)) == ["ACME001 PASSING: as expected, nothing"]
    unmarked = Tried(wrong, "FAILING", (), (), ())
    assert list(lines_of(unmarked))[1] == "  no line ends with `# ACME001`: mark those where a finding must be"
