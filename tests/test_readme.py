"""Every command and every snippet of README and of the guides does what is said of it.

The commands of all pages are run on one small repository, one after the other, a command that stands on two pages once.
They are run in this process, with the Airflow that is warm already: each would start one of its own else, for seconds.
All checks are made once; a further command that asks for all is run with those that need no run of a DAG.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from tests.project.reading import hooks_offered, pyproject, tox_environments
from windtunnel import engine
from windtunnel.cli import cli, main
from windtunnel.collectors.fixtures import read_fixtures
from windtunnel.pools import Pools
from windtunnel.settings import Settings
from windtunnel.settings_file import read_pyproject

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "ci" / "docs"
PAGES = (ROOT / "README.md", DOCS / "adopting.md", DOCS / "continuous-integration.md", DOCS / "limits.md")


class Block(NamedTuple):
    """A fenced block of code."""

    page: Path
    language: str
    text: str

    @property
    def commands(self) -> list[str]:
        return self.text.replace("\\\n", "").splitlines()


FENCED = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
EVERY = [Block(page, *found) for page in PAGES for found in FENCED.findall(page.read_text(encoding="utf-8"))]
BLOCKS = {kind: [block for block in EVERY if block.language == kind] for kind in {block.language for block in EVERY}}
COMMANDS = BLOCKS["bash"][2:]  # the first two make the environments that this test runs in
ALL = "windtunnel check"
WORKFLOWS = [block for block in BLOCKS["yaml"] if "\njobs:\n" in block.text]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with one of the examples: all of them are checked elsewhere, and take minutes."""
    root = tmp_path_factory.mktemp("clone")
    shutil.copytree(ROOT / "modules" / "how_to", root / "modules" / "how_to", ignore=shutil.ignore_patterns("*.pyc"))
    (root / "dags").mkdir()
    for file in ("dags/hamilton_how_to.py", "modules/__init__.py", "modules/atomic_savers.py", "pyproject.toml"):
        shutil.copy(ROOT / file, root / file)
    return root


@pytest.fixture(scope="module")
def done() -> set[str]:
    """The commands that have been run, on whatever page."""
    return set()


class Here:
    """Runs commands of windtunnel in this process."""

    def __init__(self, pools: Pools, patch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.pools, self.patch, self.capsys = pools, patch, capsys

    def run(self, command: str, folder: Path) -> tuple[int, str]:
        """The exit status, and what was printed."""
        program, *words = shlex.split(command)
        assert program == "windtunnel"
        with self.patch.context() as patch:
            patch.chdir(folder)
            patch.setattr(sys, "argv", [program, *words])
            patch.setattr(sys, "dont_write_bytecode", True)
            if "--env-file" not in words:  # the warm one does not know what is in it
                patch.setattr(engine, "run", partial(engine.run, pools=self.pools))
            with pytest.raises(SystemExit) as ended:
                main()
        printed = self.capsys.readouterr()
        return ended.value.code, printed.out + printed.err


@pytest.fixture
def here(pools: Pools, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Here:
    return Here(pools, monkeypatch, capsys)


@pytest.mark.parametrize("block", COMMANDS, ids=lambda block: f"{block.page.stem}: {block.commands[0]}")
def test_the_commands_of_a_page_succeed_one_after_the_other(
    block: Block, copy: Path, here: Here, done: set[str]
) -> None:
    for command in (command for command in block.commands if command not in done):
        done.add(command)
        program, *words = shlex.split(command)
        match program:
            case "windtunnel":
                asks_for_all = words[0] == "check" and "--select" not in words and command != ALL
                status, printed = here.run(f"{command} --select WT1,WT2" if asks_for_all else command, copy)
                assert status == 0, f"{command}\n{printed}"
            case "pytest":
                (example,) = (block for block in BLOCKS["python"] if "def test_" in block.text)
                (copy / "test_example.py").write_text(example.text, encoding="utf-8")
                printed = in_a_process_of_its_own(program, [*words, "-v", "test_example.py"], copy)
                assert "test_example.py::test_how_to PASSED" in printed
            case "pip":
                assert_can_be_installed(words)
            case _:
                assert (program, *words[:2]) == ("tox", "run", "-e")
                assert words[2] in tox_environments()


def in_a_process_of_its_own(program: str, words: list[str], folder: Path) -> str:
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", program, *words]
    ended = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def assert_can_be_installed(words: list[str]) -> None:
    """To install for real would take minutes: the constraints and the extras must be there, the clone is this one."""
    *before, what = words
    extras = re.fullmatch(r"\./windtunnel(?:\[(.*)\])?", what)[1].split(",")
    assert before[0] == "install"
    assert all((ROOT / word.removeprefix("windtunnel/")).is_file() for word in before if word.endswith(".txt"))
    assert set(extras) <= pyproject()["project"]["optional-dependencies"].keys()


def test_the_first_finding_of_readme_is_what_windtunnel_says(here: Here, tmp_path: Path) -> None:
    (text,) = BLOCKS["text"]
    dag = next(block for block in BLOCKS["python"] if block.page.name == "README.md")
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "dags").mkdir()
    (tmp_path / "dags" / "publish_sales.py").write_text(dag.text, encoding="utf-8")
    status, printed = here.run("windtunnel check --format concise", tmp_path)

    assert (status, text.text) == (0, printed.partition("\n")[0] + "\n"), "a warning does not fail"


def test_what_limits_says_is_green_under_dag_test_fails_where_tasks_have_processes(here: Here, tmp_path: Path) -> None:
    (dag,) = (block for block in BLOCKS["python"] if block.page.name == "limits.md")
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "dags").mkdir()
    (tmp_path / "dags" / "convert.py").write_text(dag.text, encoding="utf-8")
    status, printed = here.run("windtunnel check --select WT301 --format concise", tmp_path)

    assert (status, printed.partition("\n")[0]) == (
        1,
        "dags/convert.py:14: error WT301 task 'price' failed: KeyError: 'EUR'",
    )


def test_the_fixtures_for_dags_are_understood(copy: Path) -> None:
    (example,) = (block for block in BLOCKS["yaml"] if "dags:\n" in block.text)
    (copy / "windtunnel.d").mkdir()
    (copy / "windtunnel.d" / "example.yaml").write_text(example.text.replace("weather_*", "hamilton_*"))
    fixtures = read_fixtures(Settings(copy))
    shutil.rmtree(copy / "windtunnel.d")

    fixtures.insist(["hamilton_how_to"])
    given = fixtures.given_to("hamilton_how_to")
    assert given.network == ("*.example.com:443",)
    assert {"AIRFLOW_CONN_WAREHOUSE", "AIRFLOW_VAR_STAGE"} <= given.environment.keys()
    assert fixtures.conf("hamilton_how_to") == {"unit": "K"}


def test_the_settings_of_the_guide_are_settings(tmp_path: Path) -> None:
    known = set()
    for block in BLOCKS["toml"]:
        (tmp_path / "pyproject.toml").write_text(block.text, encoding="utf-8")
        known |= read_pyproject(tmp_path).keys()
    assert known == {"min_linearity", "node_cov_fail_under", "pools", "budgets", "per_file_ignores", "baseline"}


@pytest.mark.parametrize("block", WORKFLOWS, ids=lambda block: block.text.splitlines()[0])
def test_what_a_workflow_asks_of_windtunnel_can_be_asked(block: Block, here: Here, copy: Path) -> None:
    """`settings` takes the words of `check`, and runs nothing. tests/project has linters for the rest."""
    (job,) = yaml.safe_load(block.text)["jobs"].values()
    asked = [step["run"] for step in job["steps"] if step.get("run", "").startswith("windtunnel")]
    inputs = yaml.safe_load((ROOT / "ci" / "action" / "action.yml").read_text(encoding="utf-8"))["inputs"]
    for step in job["steps"]:
        if "windtunnel/ci/action" in step.get("uses", ""):
            assert step["with"].keys() <= inputs.keys()
            asked.append(" ".join(["windtunnel check", *step["with"].get("options", "").split()]))
    assert len(asked) == 1
    assert here.run(asked[0].replace("windtunnel check", "windtunnel settings"), copy)[0] == 0


def test_the_table_of_inputs_and_the_outputs_are_those_of_the_action() -> None:
    text = (DOCS / "continuous-integration.md").read_text(encoding="utf-8")
    action = yaml.safe_load((ROOT / "ci" / "action" / "action.yml").read_text(encoding="utf-8"))
    table = text.partition("| input |")[2].partition("\n\n")[0]
    rows = re.findall(r"^\| `([a-z-]+)` \| (?:`(.*?)`)?[^|]*\|[^|]+\|$", table, re.MULTILINE)
    told = " ".join(re.search(r"^Its outputs are (.*?)\.\n", text, re.MULTILINE | re.DOTALL)[1].split())

    assert [name for name, _ in rows] == list(action["inputs"])
    assert all(action["inputs"][name]["default"] == default for name, default in rows if default)
    assert re.findall(r"`(.*?)`", told) == list(action["outputs"])


def test_the_hooks_of_the_guide_are_offered() -> None:
    (block,) = (block for block in BLOCKS["yaml"] if block.text.startswith("repos:"))
    (repository,) = yaml.safe_load(block.text)["repos"]
    assert [hook["id"] for hook in repository["hooks"]] == hooks_offered()


INLINE = [code for page in PAGES for code in re.findall(r"(?<!`)`([^`\n]+)`(?!`)", page.read_text(encoding="utf-8"))]


def test_commands_and_options_that_stand_within_sentences_exist() -> None:
    verbs = {verb for code in INLINE for verb in re.findall(r"^windtunnel ([a-z][a-z-]+)", code)}
    options = {option for code in INLINE for option in re.findall(r"^(--[a-z][a-z-]+)", code)}
    known = {name for command in cli.commands.values() for parameter in command.params for name in parameter.opts}

    assert verbs
    assert verbs - cli.commands.keys() == set()
    assert options - known == set()


def test_links_between_the_pages_lead_somewhere() -> None:
    for page in PAGES:
        for link, _, heading in re.findall(r"\]\((?!https?:)([^)#]+)(#([^)]+))?", page.read_text(encoding="utf-8")):
            target = page.parent / link
            assert target.exists(), f"{page.name}: {link}"
            assert not heading or heading in headings(target), f"{page.name}: {link}#{heading}"


def headings(page: Path) -> set[str]:
    """What GitHub lets one link to."""
    lines = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", line.lower()).replace(" ", "-") for line in lines}
