"""The page: one file that needs nothing beside itself, says all without a script, and obeys no text in it."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest

from tests.reporters.reports import AGAIN, CLEAN, DRIVER, EXPLORED, KILLED, MIXED, SALES, hostile, loaded, run_of, save
from windtunnel.facts import GraphNodeFacts, NodeKind, SaveState
from windtunnel.findings import Location
from windtunnel.report import Report
from windtunnel.reporters import render
from windtunnel.reporters.picture import graphs
from windtunnel.reporters.picture.page import page

GRAPH = (
    GraphNodeFacts("amount", NodeKind.INPUT, "float"),
    GraphNodeFacts("day", NodeKind.INPUT, "str"),
    GraphNodeFacts("save.totals", NodeKind.SAVER, "dict", ("totals",), Location("modules/sales.py", 40)),
    GraphNodeFacts("share", NodeKind.FUNCTION, "float", ("totals",), Location("modules/sales.py", 31)),
    GraphNodeFacts("totals", NodeKind.FUNCTION, "float", ("day", "amount"), Location("modules/sales.py", 20)),
)
RAN = replace(
    DRIVER, nodes=tuple(node.name for node in GRAPH), executed=("totals", "save.totals"), inputs=("day",), graph=GRAPH
)
DRAWN = replace(
    MIXED,
    files=(MIXED.files[0], loaded(replace(SALES, edges=(("load", "totals"),))), *MIXED.files[2:]),
    runs=(replace(MIXED.runs[0], drivers=(RAN,)), *MIXED.runs[1:]),
)
VOID = {"meta", "input", "wbr", "link", "br", "img"}
SHAPES = {"path", "rect", "circle"}
FIXED = {
    *("severity", "state", "outcome", "end", "schema", "grade", "kind", "left", "code", "fingerprint", "graph", "id"),
    *("fault", "sight", "content", "property", "tried", "fail_on", "occasion", "context"),
}
ATTACKS = (
    "</script></style></noscript></title></svg><script>alert(1)</script>",
    "\"'><img src=x onerror=alert(1)><a href=javascript:alert(1)>",
    "{{ 7 * 7 }}{% for x in () %}&lt;&#60;script&#62;\x00\x1b[2J\u202e]]>--><!--",
)


class Elements(HTMLParser):
    """What a browser makes of the page: elements with their attributes, and the texts between them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, Mapping[str, str | None]]] = []
        self.open: list[str] = []
        self.texts: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), (tag, names)
        self.found.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        assert tag in SHAPES

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def values(self, attribute: str) -> list[str]:
        return [value for _, attributes in self.found if (value := attributes.get(attribute))]


def read(report: Report) -> Elements:
    return Elements(render(report, "html"))


def document(report: Report) -> Any:
    return json.loads(render(report, "json"))


def said(value: Any, text: str, key: str = "") -> Any:
    """The document with every text that somebody else can choose replaced, names alike for what is alike."""
    if isinstance(value, dict):
        return {name: said(inner, text, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [said(inner, text, key) for inner in value]
    if not isinstance(value, str) or key in FIXED:
        return value
    return f"{text}{hashlib.sha256(value.encode()).hexdigest()[:6]}"


@pytest.mark.parametrize("report", [CLEAN, MIXED, EXPLORED, AGAIN, KILLED, DRAWN, hostile()], ids=range(7))
def test_the_page_is_whole_and_every_link_leads_somewhere(report: Report) -> None:
    elements = read(report)
    ids = elements.values("id")
    assert elements.open == []
    assert len(ids) == len(set(ids))
    assert {link for link in elements.values("href") if not link.startswith("#")} == set()
    assert {link[1:] for link in elements.values("href")} <= set(ids)
    assert set(elements.values("aria-labelledby")) <= set(ids)


def test_nothing_is_fetched_from_anywhere() -> None:
    text = render(DRAWN, "html")
    elements = Elements(text)
    assert not elements.values("src")
    assert {tag for tag, _ in elements.found}.isdisjoint({"link", "img", "iframe", "object", "embed", "base"})
    assert "@import" not in text
    assert "url(" not in text
    assert set(re.findall(r"https?://[^\s\"'<]+", text)) <= {"http://www.w3.org/2000/svg", "https://example.org/"}


def test_no_script_may_run_but_our_own() -> None:
    text = render(DRAWN, "html")
    ((script),) = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'" in text
    assert not [name for _, attributes in Elements(text).found for name in attributes if name.startswith("on")]


def shape(elements: Elements) -> list[tuple[str, tuple[str, ...]]]:
    """Every element with the names of its attributes, but for the places at which long paths may be broken."""
    return [(tag, tuple(attributes)) for tag, attributes in elements.found if tag != "wbr"]


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("many", [1, 12], ids=["drawn at once", "drawn when asked"])
def test_no_text_of_other_people_changes_what_the_page_consists_of(attack: str, many: int) -> None:
    report = document(DRAWN)
    report["dags"] = report["dags"] * many
    # Letters of the same number, so that the same is shortened in both.
    tame = Elements(page(said(report, "x" * 400)))
    wild = Elements(page(said(report, attack + "y" * (400 - len(attack)))))
    assert shape(wild) == shape(tame)
    assert wild.open == []
    shown = "".join(wild.texts) + "".join(wild.values("title"))
    assert "\x1b" not in shown
    assert "\x00" not in shown
    assert "\u202e" not in shown
    assert "7 * 7" in shown or "7 * 7" not in attack


def test_the_page_is_the_same_from_the_report_and_from_its_json() -> None:
    assert render(DRAWN, "html") == page(document(DRAWN))


def test_everything_can_be_read_without_a_script() -> None:
    text = "".join(read(DRAWN).texts)
    for word in ("task 'totals' failed: KeyError: 'amount'", "fix", "daily_sales", "dags/broken.py", "out/totals"):
        assert word in text
    assert "windtunnel check dags/daily_sales.py --select WT301" in text


def test_of_many_dags_each_is_one_text_to_a_browser_with_a_script() -> None:
    few, many = (replace(CLEAN, files=CLEAN.files * number) for number in (3, 30))
    assert [tag for tag, _ in read(few).found].count("noscript") == 0
    assert [tag for tag, _ in read(many).found].count("noscript") == 30 + len(CLEAN.dataflows)


def test_what_counts_is_told_first_and_the_worst_before_the_rest() -> None:
    told = [attributes for tag, attributes in read(MIXED).found if tag == "article"]
    assert [one["data-code"] for one in told] == ["WT301", "WT601", "WT210", "WT203"]
    assert "aside" in str(told[-1]["class"])


def test_a_finding_is_pinned_to_its_task_and_leads_to_it() -> None:
    elements = read(DRAWN)
    ((mark, says),) = [(a["href"], a["aria-label"]) for tag, a in elements.found if a.get("class") == "m error"][:1]
    (finding,) = [a for _, a in elements.found if a.get("id") == str(mark).lstrip("#")]
    assert finding["data-code"] == "WT301"
    assert says == "1 error at totals"
    assert "#dag--daily_sales--totals" in elements.values("href")


def nodes(report: Report) -> dict[str, str]:
    """The classes of each box of the dataflow that ran, by its hint's first word."""
    text = render(report, "html")
    flow = text[text.index('class="flow"') :]
    flow = flow[: flow.index("</svg>")]
    found = re.findall(r'<(?:g|a) class="n ([^"]*)"[^>]*><title>([^:]*):', flow)
    return {name: classes for classes, name in found}


def test_the_graph_that_ran_shows_what_was_executed_given_saved_and_left_alone() -> None:
    assert nodes(DRAWN) == {
        "amount": "input idle",
        "day": "input given",
        "save.totals": "saver executed unkept",
        "share": "function idle",
        "totals": "function executed",
    }


def test_a_node_that_raised_and_one_that_was_overridden_are_told_apart() -> None:
    driver = replace(RAN, broken=("share",), overrides=("totals",))
    found = nodes(replace(DRAWN, runs=(replace(DRAWN.runs[0], drivers=(driver,)),)))
    assert (found["share"], found["totals"]) == ("function broken", "function overridden")


def test_a_finding_at_a_function_is_pinned_wherever_it_was_driven() -> None:
    text = render(DRAWN, "html")
    flow = text[text.index('class="flow"') :]
    assert 'aria-label="1 error at share"' in flow[: flow.index("</svg>")]


@pytest.mark.parametrize(
    ("operator", "written"),
    [
        ("_PythonDecoratedOperator", "@task"),
        ("_BranchPythonDecoratedOperator", "@task.branch"),
        ("_ShortCircuitDecoratedOperator", "@task.short_circuit"),
        ("_PythonVirtualenvDecoratedOperator", "@task.virtualenv"),
        ("_PythonExternalDecoratedOperator", "@task.external_python"),
        ("DecoratedSensorOperator", "@task.sensor"),
        ("BashOperator", "BashOperator"),
    ],
)
def test_an_operator_is_named_as_the_author_writes_it(operator: str, written: str) -> None:
    assert graphs.operator(operator) == written


def test_executions_that_were_alike_are_drawn_once() -> None:
    drivers = tuple(replace(RAN, map_index=index, seconds=float(index)) for index in range(7))
    text = render(replace(DRAWN, runs=(replace(DRAWN.runs[0], drivers=drivers),)), "html")
    assert text.count('class="flow"') == 1
    assert "7 executions alike" in text


def test_the_longest_path_and_the_largest_antichain_stand_out() -> None:
    text = render(DRAWN, "html")
    assert 'class="e lp"' in text
    assert re.search(r'class="n s-failed lp ac" href="#dag--daily_sales--load"', text)
    assert "longest path: 2 of 2 tasks" in text


def test_a_save_says_what_became_of_it_and_where_it_went() -> None:
    report = replace(CLEAN, runs=(run_of(SALES, saves=(save(SALES, SaveState.MISSING),)),))
    text = "".join(read(report).texts)
    assert "missing" in text
    assert "/repo/out/totals.parquet" in text
    assert "no such file" in text


def test_a_graph_too_large_to_look_at_is_not_drawn_and_says_so() -> None:
    graph = tuple(GraphNodeFacts(f"n{number}", NodeKind.FUNCTION) for number in range(400))
    driver = replace(RAN, graph=graph, nodes=tuple(node.name for node in graph))
    text = render(replace(DRAWN, runs=(replace(DRAWN.runs[0], drivers=(driver,)),)), "html")
    assert "Not drawn: 400 nodes are too many to be looked at." in text


def test_every_field_has_a_label() -> None:
    text = render(MIXED, "html")
    for field in re.findall(r"<(?:input|select)[^>]*>", text):
        before = text[: text.index(field)]
        assert before.rindex("<label") > before.rfind("</label>")
