"""One picture of one graph, and the page of an earlier report."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.reporters.reports import BROKEN, CLEAN, MIXED, SALES, STOCK, loaded
from windtunnel.cli import cli
from windtunnel.commands import draw
from windtunnel.commands import picture as page
from windtunnel.errors import UsageError
from windtunnel.reporters import render
from windtunnel.settings import Settings

WIRED = replace(CLEAN, files=(loaded(replace(SALES, edges=(("load", "totals"),))), loaded(STOCK)))
SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize(("output", "form"), [("", "svg"), ("a/x.SVG", "svg"), ("x.mmd", "mmd"), ("x.png", "png")])
def test_the_name_of_the_file_says_the_form(output: str, form: str) -> None:
    assert draw.form_of(output) == form


@pytest.mark.parametrize("output", ["x", "x.jpg", ".svg.bak"])
def test_a_name_that_says_no_form_is_refused(output: str) -> None:
    with pytest.raises(UsageError, match=r"the name of a picture ends with \.svg, \.mmd, \.png"):
        draw.form_of(output)


def test_a_dag_and_a_module_are_drawn_by_their_names() -> None:
    drawings = draw.drawings(WIRED)
    assert set(drawings) == {SALES.dag_id, STOCK.dag_id, "modules.sales"}
    root = ElementTree.fromstring(str(draw.picture(drawings["daily_sales"], "svg")))
    assert root.attrib["aria-label"] == "DAG daily_sales: 2 tasks"
    assert "load" in {text.text for text in root.iter(f"{SVG}text")}
    assert "var(" not in ElementTree.tostring(root, encoding="unicode").replace("--w", "")
    asked = {node.name for node in drawings["modules.sales"].nodes if "input" in node.classes}
    assert asked == {"amount", "total"}


def test_a_picture_for_mermaid_has_the_same_boxes_and_arrows() -> None:
    text = str(draw.picture(draw.drawings(WIRED)["daily_sales"], "mmd"))
    assert text == 'flowchart LR\n    t0["load"]\n    t1["totals"]\n    t0 --> t1\n'


def test_a_picture_can_be_pixels() -> None:
    content = draw.picture(draw.drawings(WIRED)["daily_sales"], "png")
    assert isinstance(content, bytes)
    assert content.startswith(b"\x89PNG\r\n")


def test_what_nobody_could_look_at_is_refused_but_for_mermaid() -> None:
    task = SALES.tasks[0]
    many = replace(SALES, tasks=tuple(replace(task, task_id=f"t{number}") for number in range(400)))
    drawing = draw.drawings(replace(CLEAN, files=(loaded(many),)))["daily_sales"]
    with pytest.raises(UsageError, match=r"400 tasks and 0 edges are too many; -o FILE\.mmd takes any"):
        draw.picture(drawing, "svg")
    assert str(draw.picture(drawing, "mmd")).count("\n") == 401


@pytest.mark.parametrize(
    ("report", "name", "message"),
    [
        (WIRED, "", "3 graphs; choose by --name one of modules.sales, daily_sales, "),
        (WIRED, "daily_sale", "unknown graph 'daily_sale', did you mean 'daily_sales'"),
        (replace(CLEAN, files=(BROKEN,), dataflows=()), "", "nothing to draw; ImportError: no module named 'sale'"),
    ],
)
def test_what_is_not_one_graph_is_said(report, name: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        draw._the_one(draw.drawings(report), name, report)


def test_a_module_is_drawn_from_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pyproject.toml").write_text("")
    (tmp_path / "flow.py").write_text(
        "from hamilton.function_modifiers import tag\n\n\n"
        "@tag(of='x')\ndef total(amount: float) -> float:\n    return amount\n"
    )
    monkeypatch.chdir(tmp_path)
    cli.main(["draw", "flow.py", "-o", "flow.svg"], standalone_mode=False)
    names = {text.text for text in ElementTree.parse(tmp_path / "flow.svg").getroot().iter(f"{SVG}text")}
    assert names == {"total", "float", "amount", "input"}
    assert {path.name for path in tmp_path.iterdir()} == {"pyproject.toml", "flow.py", "flow.svg"}


def test_the_page_of_an_earlier_report_is_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "last.json").write_text(render(MIXED, "json"))
    cli.main(["report", "last.json", "-o", "page.html"], standalone_mode=False)
    assert (tmp_path / "page.html").read_text() == render(MIXED, "html")


def test_the_report_may_be_that_which_the_settings_have_written(tmp_path: Path) -> None:
    (tmp_path / "last.json").write_text(render(MIXED, "json"))
    settings = Settings(tmp_path, report=(("json", str(tmp_path / "last.json")),))
    assert page.picture(settings, "") == render(MIXED, "html")
    with pytest.raises(UsageError, match="report: name a JSON report; `windtunnel check --report json=FILE` writes it"):
        page.picture(Settings(tmp_path), "")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not a report"),
        ("[1]", "not a report"),
        ('{"schema": "1"}', "written by another windtunnel"),
        (json.dumps({"schema": "0", "graphs": []}), "written by another windtunnel"),
    ],
)
def test_what_is_no_report_of_this_windtunnel_is_refused(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "last.json").write_text(text)
    with pytest.raises(UsageError, match=message):
        page.read(tmp_path / "last.json")
