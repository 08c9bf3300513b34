"""The generated pages: what they say, and that they are told apart from what lies in the checkout."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from windtunnel import docs, pages
from windtunnel.checks import Check, catalogue
from windtunnel.errors import UsageError
from windtunnel.facts import TaskFacts
from windtunnel.findings import Complaint, Severity
from windtunnel.settings import options


def _judge(task: TaskFacts) -> Iterator[Complaint]:
    yield Complaint(task.location, "no")


RETRIES = Check(
    code="WT210",
    name="task-without-retries",
    severity=Severity.WARNING,
    on=TaskFacts,
    remedy="set `retries`",
    judge=_judge,
    title="Task without retries | a table cell",
    page="## What it does\nFlags tasks whose `retries` is 0.",
    failing={"dags/example.py": "load()  # WT210\n", "settings.toml": 'text = """\n```\n"""\n'},
    passing={"dags/example.py": "load(retries=1)\n"},
)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout without any page, with a README that has the markers; the tests stand in it."""
    (tmp_path / "ci" / "windtunnel").mkdir(parents=True)
    (tmp_path / "ci" / "windtunnel" / "docs.py").touch()
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "README.md").write_text("# House\n<!-- checks -->\nold\n<!-- /checks -->\nend\n", encoding="utf-8")
    return tmp_path


def test_a_page_explains_the_check_shows_both_examples_and_says_how_to_silence_it() -> None:
    page = pages.page(RETRIES)

    assert page.startswith(
        "# WT210: task-without-retries\n\nTask without retries | a table cell.\n\n"
        "Severity **warning**, judged from the DAG's structure.\n\n"
        "**fix:** set `retries`\n\n## What it does\nFlags tasks whose `retries` is 0.\n\n"
        "## An example that fails\n"
    )
    assert "`dags/example.py`\n\n```python\nload()  # WT210\n```\n" in page
    assert "## An example that passes\n\n`dags/example.py`\n\n```python\nload(retries=1)\n```\n" in page
    assert "`windtunnel check --select WT210` runs this check alone" in page
    assert "`# windtunnel: ignore[WT210] reason` on the line of a finding allows task-without-retries there" in page


def test_an_example_that_holds_a_fence_is_fenced_with_a_longer_one() -> None:
    assert '`settings.toml`\n\n````toml\ntext = """\n```\n"""\n````\n' in pages.page(RETRIES)


def test_the_index_has_one_row_for_each_check_and_escapes_what_would_end_a_cell() -> None:
    row = (
        "| [WT210](checks/WT210.md) | task-without-retries | warning | the DAG's structure "
        "| Task without retries \\| a table cell |"
    )

    assert pages.index([RETRIES], "checks").splitlines()[2:] == [row]


def test_every_check_that_ships_has_a_page() -> None:
    paths = pages.documents(catalogue())

    assert [path for path in paths if path.startswith("ci/docs/checks/")] == [
        f"ci/docs/checks/{check.code}.md" for check in catalogue()
    ]


def test_the_settings_page_names_every_option_in_all_its_forms() -> None:
    rows = pages.settings().splitlines()[4:]

    assert [row.split(" | ")[0].removeprefix("| ") for row in rows] == [option.name for option in options()]
    assert (
        "| max_examples | `--max-examples N` | `max-examples` | `--windtunnel-max-examples` | `100` "
        "| Generated inputs for each Hamilton function. |"
    ) in rows


def test_the_defaults_that_a_machine_decides_are_the_same_text_on_every_machine() -> None:
    assert "| `--windtunnel-jobs` | the number of processors |" in pages.settings()
    assert "| `--windtunnel-max-memory` | a share of the memory |" in pages.settings()


def test_the_settings_page_shows_short_flags_and_that_pytest_reports_in_its_own_way() -> None:
    rows = pages.settings().splitlines()

    assert [row for row in rows if row.startswith("| output | `-o FILE`, `--output FILE` | `output` | - | none |")]
    assert "| quiet | `-q`, `--quiet` | `quiet` | - | off | Findings and verdict only. |" in rows


def test_what_is_written_is_in_step(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert docs.main(["--check"]) == 1
    assert docs.main([]) == 0
    assert docs.main(["--check"]) == 0
    assert docs.main([]) == 0
    assert capsys.readouterr().out.endswith("windtunnel.docs: all in step\n")


def test_a_page_that_was_edited_is_named_and_not_touched(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    docs.main([])
    (root / "ci/docs/settings.md").write_text("mine", encoding="utf-8")
    capsys.readouterr()

    assert docs.main(["--check"]) == 1
    assert capsys.readouterr().out == "ci/docs/settings.md: out of step, run `python -m windtunnel.docs`\n"
    assert (root / "ci/docs/settings.md").read_text(encoding="utf-8") == "mine"


def test_the_page_of_a_check_that_is_gone_goes_too(root: Path) -> None:
    gone = root / "ci/docs/checks/WT999.md"
    gone.parent.mkdir(parents=True)
    gone.touch()

    assert docs.differences(root, ())["ci/docs/checks/WT999.md"] is None
    docs.main([])
    assert not gone.exists()


def test_the_readme_gets_the_index_between_its_markers(root: Path) -> None:
    readme = docs.differences(root, [RETRIES])["README.md"]

    assert readme is not None
    assert readme.startswith("# House\n<!-- checks -->\n\n| code | name |")
    assert "| [WT210](ci/docs/checks/WT210.md) |" in readme
    assert readme.endswith("|\n\n<!-- /checks -->\nend\n")
    assert "old" not in readme


def test_a_readme_without_markers_is_left_alone(root: Path) -> None:
    (root / "README.md").write_text("# House\n", encoding="utf-8")

    assert "README.md" not in docs.differences(root, [RETRIES])


def test_outside_a_checkout_the_door_says_so_and_exits_with_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)

    assert docs.main([]) == 2
    assert "not the root of a checkout of windtunnel, so there are no pages; run this there" in capsys.readouterr().err
    with pytest.raises(UsageError, match="not the root of a checkout"):
        docs.checkout(tmp_path)
