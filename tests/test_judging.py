"""What a finding carries beside the complaint: its line, its reason to be silent, a command that finds it again."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from windtunnel.checks import Check, catalogue
from windtunnel.cli import cli
from windtunnel.errors import UsageError
from windtunnel.facts import (
    CounterExample,
    CycleFacts,
    DagFacts,
    DataflowFacts,
    DrivenTogetherFacts,
    End,
    FailureFacts,
    NodeFacts,
    ProcessFacts,
    Property,
    PropertyFacts,
    Shape,
    TaskFacts,
    TaskRunFacts,
)
from windtunnel.findings import Finding, Location
from windtunnel.judging import Subject, judge, subjects_of_drivers
from windtunnel.selection import selected
from windtunnel.settings import Settings

DONE = ProcessFacts(End.COMPLETED)
FILE = "dags/my dag.py"
TASK = TaskRunFacts(
    "d", "t", -1, "failed", Location(FILE, 2), tries=1, failure=FailureFacts("ValueError", "no", Location(FILE, 2), "")
)
DAG = DagFacts("d", Location(FILE), (), Shape(4, 0, ("a",), ("a", "b", "c", "d"), ()))
NODE = PropertyFacts(
    *("m", "modules/m.py", "n", Location("modules/m.py"), DONE),
    tried=(Property.NO_EXCEPTION,),
    counterexamples=(CounterExample(Property.NO_EXCEPTION, "n(x=0)", "raises E: no", Location("modules/m.py")),),
)


def the(code: str) -> Check:
    return next(check for check in catalogue() if check.code == code)


def judged(code: str, path: str, facts: object, root: Path, **settings: object) -> Finding:
    subject = Subject(path, facts)
    (finding,) = judge([the(code)], [subject], Settings(root, **settings))  # type: ignore[arg-type]
    return finding


def reproduce(code: str, path: str, facts: object, root: Path, **settings: object) -> list[str]:
    """The arguments of the command behind `check --select CODE`, in words."""
    words = shlex.split(judged(code, path, facts, root, **settings).reproduce)
    assert words[:5] == ["windtunnel", "check", path, "--select", code]
    return words[5:]


def test_a_command_that_finds_it_again_names_what_was_chosen_and_bears_on_it(tmp_path: Path) -> None:
    chosen = {
        "dags": (str(tmp_path / "dags"),),
        "timeout": 5.0,
        "max_memory": 512,
        "conf": {"unit": "m/s"},
        "min_linearity": 0.9,
        "seed": 7,
    }
    everywhere = ["--dags", "dags", "--timeout", "5.0", "--max-memory", "512"]

    assert reproduce("WT301", FILE, TASK, tmp_path, **chosen) == [*everywhere, "--conf", '{"unit": "m/s"}']
    assert reproduce("WT201", FILE, DAG, tmp_path, **chosen) == [*everywhere, "--min-linearity", "0.9"]
    assert reproduce("WT601", "modules/m.py", NODE, tmp_path, **chosen) == [
        *(*everywhere, "--max-examples", "100", "--seed", "7")
    ]


def test_a_command_that_finds_it_again_leaves_names_that_are_no_paths_as_they_are(tmp_path: Path) -> None:
    task = TaskFacts("d", "t", "op", Location(FILE, 2), pool="warehouse")
    pools = ("s3://a//b", "c")
    assert reproduce("WT229", FILE, task, tmp_path, pools=pools) == ["--pools", "s3://a//b,c"]


def test_a_command_that_finds_it_again_is_short_where_nothing_was_chosen(tmp_path: Path) -> None:
    how_to_report = {"jobs": 1, "quiet": True, "output": "report", "ignore": ("WT5",)}

    assert reproduce("WT301", FILE, TASK, tmp_path, **how_to_report) == []
    assert reproduce("WT601", "modules/m.py", NODE, tmp_path) == ["--max-examples", "100", "--seed", "0"]


@pytest.mark.parametrize(
    ("comment", "reason"),
    [
        ("# windtunnel: ignore[WT301] the pool is missing here", "the pool is missing here"),
        ("# noqa: E501  # windtunnel: ignore[WT201, wt301]", "no reason given"),
        ("# windtunnel: ignore[WT201] another check", ""),
        ("# windtunnel: ignore", ""),
    ],
)
def test_an_ignore_comment_silences_its_codes_on_its_line_and_says_why(repository, comment: str, reason: str) -> None:
    root = repository({FILE: f"import this\nraise ValueError  {comment}\n"})

    finding = judged("WT301", FILE, TASK, root)

    assert finding.suppressed == reason
    assert finding.source == f"raise ValueError  {comment}"


def test_a_file_that_is_gone_costs_the_line_and_not_the_finding(tmp_path: Path) -> None:
    assert judged("WT301", FILE, TASK, tmp_path).source == ""


def test_what_is_said_twice_is_reported_once(tmp_path: Path) -> None:
    subject = Subject(FILE, TASK)

    assert len(judge([the("WT301")], [subject, subject], Settings(tmp_path))) == 1


def test_every_option_of_a_command_that_finds_it_again_is_one_of_check(tmp_path: Path) -> None:
    help_ = CliRunner().invoke(cli, ["check", "--help"]).output
    words = reproduce("WT601", "modules/m.py", NODE, tmp_path, dags=("d",), modules=("m",), timeout=1.0)

    assert [word for word in words if word.startswith("--") and word not in help_] == []


def test_a_cycle_through_two_modules_shows_in_the_driver_that_joins_them(tmp_path: Path) -> None:
    def module(name: str, *nodes: tuple[str, str]) -> DataflowFacts:
        place = Location(f"modules/{name}.py", 3)
        made = tuple(NodeFacts(node, node, place, "int", (needed,)) for node, needed in nodes)
        return DataflowFacts(f"modules.{name}", place.path, ProcessFacts(End.COMPLETED), made)

    dataflows = [module("a", ("one", "two"), ("own", "own")), module("b", ("two", "one"))]
    files = tuple(tmp_path / facts.path for facts in dataflows)
    ((_, facts),) = subjects_of_drivers([(Location("run.py", 4), files)], dataflows, tmp_path)

    assert isinstance(facts, DrivenTogetherFacts)
    assert facts.cycles == (CycleFacts(("one", "two"), Location("modules/a.py", 3), driver="run.py:4"),)


def test_an_ignore_for_files_silences_its_checks_there_and_says_by_which_glob(repository) -> None:
    root = repository({FILE: "import this\nraise ValueError\n"})
    ignored = {"per_file_ignores": (("modules/*", ("WT3",)), ("dags/*", ("WT2", "failed-task")))}

    assert judged("WT301", FILE, TASK, root, **ignored).suppressed == "per-file-ignores: dags/*"
    assert judged("WT301", FILE, TASK, root, per_file_ignores=(("dags/*", ("WT2",)),)).suppressed == ""


def test_the_reason_on_the_line_goes_before_that_for_its_file(repository) -> None:
    root = repository({FILE: "import this\nraise ValueError  # noqa: WT301\n"})

    assert judged("WT301", FILE, TASK, root, per_file_ignores=(("*", ("WT3",)),)).suppressed == "no reason given"


def test_a_check_that_is_ignored_for_files_has_to_exist(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="per-file-ignores: unknown check 'WT9'"):
        selected(Settings(tmp_path, per_file_ignores=(("*", ("WT9",)),)))
