"""The job summary: verdict, findings with links, DAGs, pictures, the slowest, and what was not run."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from tests.reporters.reports import (
    BROKEN,
    CLEAN,
    DONE,
    DRIVER,
    FALSIFIED,
    MIXED,
    SALES,
    SALES_MODULE,
    SILENCED,
    TASK_FAILED,
    WIDE,
    chain,
    loaded,
    node,
    run_of,
)
from windtunnel.errors import UsageError
from windtunnel.facts import DagFacts, GraphNodeFacts, NodeFacts, NodeKind
from windtunnel.findings import Finding, Severity
from windtunnel.fingerprints import KnownFinding, identity
from windtunnel.report import Report
from windtunnel.reporters import render
from windtunnel.reporters.base import read_base

LINKS = "https://github.com/o/r/blob/abc/"


def sections(report: Report, **look: object) -> dict[str, str]:
    """The text below each heading, by its words."""
    text = render(report, "markdown", **look)
    parts = re.split(r"^(#+ .*)$", text, flags=re.MULTILINE)
    return {title.lstrip("# "): body.strip() for title, body in zip(parts[1::2], parts[2::2], strict=True)}


def found(*findings: Finding) -> Report:
    return replace(CLEAN, findings=findings)


def rows(body: str) -> list[list[str]]:
    return [
        [cell.strip() for cell in line.strip("|").split(" | ")] for line in body.splitlines() if line.startswith("|")
    ]


def test_a_clean_run_says_so_and_shows_its_dags() -> None:
    shown = sections(CLEAN)

    assert list(shown) == ["windtunnel: clean", "DAGs", "Slowest"]
    assert shown["windtunnel: clean"].startswith("clean · 1 DAG run, ")
    assert rows(shown["DAGs"])[2] == ["`daily_sales`", "2", "1", "1.00", "success", "1.25"]


def test_node_coverage_is_shown_where_a_dag_drives_a_module() -> None:
    assert rows(sections(MIXED)["Node coverage"])[2:] == [
        ["module", "`modules.sales`", "2", "1", "50"],
        ["DAG", "`daily_sales`", "2", "1", "50"],
    ]


def test_findings_come_with_links_to_their_lines_the_worst_first() -> None:
    warning = replace(SILENCED, suppressed="")
    shown = sections(found(warning, TASK_FAILED), links=LINKS)
    error, second = rows(shown["Findings"])[2:]

    assert error[0] == "error"
    assert error[1].endswith(f"]({LINKS}dags/daily_sales.py#L14)")
    assert error[2] == "WT301 task-failed"
    assert "<br>fix: run the command below" in error[3]
    assert second[0] == "warning"
    assert "windtunnel: failed" in shown
    assert "](" not in sections(found(TASK_FAILED))["Findings"]


def test_what_is_known_is_folded_away_and_what_is_gone_is_told() -> None:
    known = replace(TASK_FAILED, known=True)
    text = render(replace(found(known), gone=(KnownFinding(identity(FALSIFIED)),)), "markdown")

    assert text.startswith("## windtunnel: passed\n")
    assert "<details><summary>1 known finding</summary>\n\n| " in text
    assert "### No longer occurs" in text
    assert "### Findings" not in text


def test_a_dag_with_findings_is_drawn_with_the_task_marked() -> None:
    picture = sections(found(TASK_FAILED))["DAGs with findings"]

    assert "```mermaid\nflowchart LR\n" in picture
    assert '    t1["totals"]' in picture
    assert "    class t1 error" in picture
    assert "DAGs with findings" not in sections(found(replace(TASK_FAILED, known=True)))


def test_edges_are_drawn_and_labels_say_what_they_say() -> None:
    dag = replace(chain("d", "dags/daily_sales.py", 'a"b', "x<y>#1"), edges=(('a"b', "x<y>#1"),))
    finding = replace(TASK_FAILED, dag_id="d", task_id='a"b', severity=Severity.WARNING)
    picture = sections(replace(CLEAN, files=(loaded(dag),), runs=(), findings=(finding,)))["DAGs with findings"]

    assert '    t0["a#34;b"]\n    t1["x#60;y#62;#35;1"]\n    t0 --> t1\n' in picture
    assert "    class t0 warning" in picture


def test_a_dag_that_nobody_could_read_is_not_drawn() -> None:
    dag = chain("d", "dags/daily_sales.py", *(f"t{n}" for n in range(61)))
    finding = replace(TASK_FAILED, dag_id="d", task_id="t1")
    picture = sections(replace(CLEAN, files=(loaded(dag),), runs=(), findings=(finding,)))["DAGs with findings"]

    assert "(not drawn: 61 tasks, 0 edges)" in picture
    assert "mermaid" not in picture


def test_what_was_not_run_is_listed_with_its_reason() -> None:
    skipped = run_of(SALES)
    skipped = replace(skipped, tasks=(replace(skipped.tasks[0], state="skipped", tries=0), skipped.tasks[1]))
    report = replace(CLEAN, files=(loaded(SALES), loaded(WIDE), BROKEN), runs=(skipped,))
    listed = rows(sections(report)["Not run"])[2:]

    assert [row[0] for row in listed] == ["load", "run", "run"]
    assert [row[2] for row in listed] == ["ImportError: no module named 'sale'", "skipped", "not run"]


def test_a_long_list_is_cut_and_says_so() -> None:
    body = sections(found(*[TASK_FAILED] * 103))["Findings"]

    assert len(rows(body)) == 102
    assert body.endswith("… and 3 more findings.")


def test_nothing_that_people_write_is_obeyed() -> None:
    finding = replace(TASK_FAILED, message="<img> | @octocat closes #1 **b** `x`\n- [a](b)", task_id="")
    (row,) = rows(sections(found(finding))["Findings"])[2:]

    assert not re.search(r"<img|@|\*\*|`|\[a\]|#1\b", re.sub(r"&#\d+;", "", row[3]))
    assert len(row) == 4


def test_with_a_report_of_the_base_branch_what_changed_comes_first(tmp_path: Path) -> None:
    stock = chain("stock", "dags/stock.py", "a", "b")
    before = replace(CLEAN, files=(loaded(SALES), loaded(chain("stock", "dags/stock.py", "a")), loaded(WIDE)), runs=())
    (tmp_path / "base.json").write_text(render(before, "json"))
    now = replace(CLEAN, files=(loaded(SALES), loaded(stock), loaded(chain("fresh", "dags/fresh.py", "a"))))
    body = sections(now, base=read_base(str(tmp_path / "base.json")))["DAGs"]

    assert rows(body)[2:] == [
        ["`stock`", "1 → 2", "1", "1.00", "not run", ""],
        ["`fresh` (new)", "1", "1", "1.00", "not run", ""],
        ["`daily_sales`", "2", "1", "1.00", "success", "1.25"],
    ]
    assert body.endswith("No longer there: `wide`.")
    slower = replace(before, runs=(run_of(SALES, process=replace(DONE, seconds=9.0)),))
    (tmp_path / "base.json").write_text(render(slower, "json"))
    assert "9.00 → 1.25" in sections(CLEAN, base=read_base(str(tmp_path / "base.json")))["DAGs"]


def test_a_base_that_is_no_report_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text("[]")
    assert read_base("") is None
    with pytest.raises(UsageError, match="not a report of `windtunnel check --report json=FILE`"):
        read_base(str(tmp_path / "x.json"))
    with pytest.raises(UsageError, match=r"--compare .*none.json: No such file"):
        read_base(str(tmp_path / "none.json"))


def compared(before: Report, now: Report, tmp_path: Path) -> dict[str, str]:
    """The summary of a change from one to the other."""
    (tmp_path / "base.json").write_text(render(before, "json"))
    return sections(now, base=read_base(str(tmp_path / "base.json")))


def of_dags(*dags: DagFacts) -> Report:
    return replace(CLEAN, files=tuple(map(loaded, dags)), runs=())


def test_a_changed_dag_is_drawn_with_what_is_new_and_what_is_gone(tmp_path: Path) -> None:
    before = replace(chain("d", "dags/d.py", "a", "b", "c"), edges=(("a", "b"), ("b", "c")))
    now = replace(chain("d", "dags/d.py", "a", "b", "x"), edges=(("a", "b"), ("b", "x"), ("a", "x")))
    now = replace(now, tasks=(replace(now.tasks[0], operator="BashOperator"), *now.tasks[1:]))
    body = compared(of_dags(before), of_dags(now), tmp_path)["Changed DAGs"]

    assert body.splitlines()[:16] == [
        "Green and thick is new, yellow is another operator or type than before, dashed and dotted is gone.",
        "",
        "**d**",
        "",
        "```mermaid",
        "flowchart LR",
        '    t0["a<br/>@task → BashOperator"]',
        '    t1["b"]',
        '    t2["x"]',
        '    t3["c"]',
        "    t0 --> t1",
        "    t0 ==> t2",
        "    t1 ==> t2",
        "    t1 -.-> t3",
        "    classDef new fill:#dafbe1,stroke:#1a7f37,stroke-width:3px,color:#1f2328",
        "    class t2 new",
    ]
    assert "    class t0 altered" in body
    assert "    class t3 gone" in body
    assert "Changed DAGs" not in compared(of_dags(before), of_dags(before), tmp_path)


def test_a_new_dag_is_drawn_without_marks(tmp_path: Path) -> None:
    body = compared(of_dags(SALES), of_dags(SALES, chain("fresh", "dags/fresh.py", "a")), tmp_path)["Changed DAGs"]

    assert body == '**fresh** (new)\n\n```mermaid\nflowchart LR\n    t0["a"]\n```'


def test_of_a_large_dag_what_changed_is_drawn_with_its_neighbours(tmp_path: Path) -> None:
    tasks = [f"t{n}" for n in range(80)]
    before = replace(chain("d", "dags/d.py", *tasks), edges=tuple(pairwise(tasks)))
    now = replace(chain("d", "dags/d.py", *tasks, "x"), edges=(*pairwise(tasks), ("t40", "x")))
    body = compared(of_dags(before), of_dags(now), tmp_path)["Changed DAGs"]

    assert "**d** (81 boxes; only what changed is drawn, and its neighbours)" in body
    assert re.findall(r'\["(.*)"\]', body) == ["t39", "t40", "t41", "x"]
    star = replace(now, edges=tuple(("x", task) for task in tasks))
    body = compared(of_dags(before), of_dags(star), tmp_path)["Changed DAGs"]
    assert "**d** (not drawn: 81 boxes, 80 arrows)" in body


def driving(*nodes: GraphNodeFacts, functions: tuple[NodeFacts, ...] = ()) -> Report:
    """The clean report, with a task that ran on this graph, and with this module."""
    run = replace(CLEAN.runs[0], drivers=(replace(DRIVER, graph=nodes),))
    return replace(CLEAN, runs=(run,), dataflows=(replace(SALES_MODULE, nodes=functions),))


DAY = GraphNodeFacts("day", NodeKind.INPUT, "str")
TOTALS = GraphNodeFacts("totals", NodeKind.FUNCTION, "int", ("day",))


def test_a_changed_dataflow_is_drawn_once_for_its_task_and_its_module(
    tmp_path: Path,
) -> None:
    share = GraphNodeFacts("share", NodeKind.FUNCTION, "float", ("totals",))
    totals = replace(node("totals"), type="int", parameters=("day",))
    before = driving(DAY, TOTALS, functions=(totals,))
    now = driving(
        DAY,
        replace(TOTALS, type="float"),
        share,
        functions=(replace(totals, type="float"), replace(node("share"), parameters=("totals",))),
    )
    body = compared(before, now, tmp_path)["Changed dataflows"]

    assert re.findall(r"^\*\*.*", body, re.MULTILINE) == ["**daily_sales / totals**"]
    assert '    t1["totals<br/>int → float"]\n    t2["share"]\n    t0 --> t1\n    t1 ==> t2\n' in body
    assert "    class t2 new" in body
    assert "    class t1 altered" in body
    assert "Changed dataflows" not in compared(before, before, tmp_path)


def test_a_module_is_drawn_where_no_task_shows_its_change_and_a_new_one_without_marks(tmp_path: Path) -> None:
    before = driving(DAY, TOTALS, functions=(node("totals"),))
    now = driving(DAY, TOTALS, functions=(replace(node("totals"), parameters=("amount",)),))
    fresh = replace(SALES_MODULE, module="modules.fresh", nodes=(node("share"),))
    body = compared(before, replace(now, dataflows=(*now.dataflows, fresh)), tmp_path)["Changed dataflows"]

    assert re.findall(r"^\*\*.*", body, re.MULTILINE) == ["**modules.sales**", "**modules.fresh** (new)"]
    assert "    class t2 gone" in body
    gone = compared(replace(before, dataflows=(*before.dataflows, fresh)), before, tmp_path)["Changed dataflows"]
    assert gone == "No longer there: `modules.fresh`."


def test_what_lies_in_a_file_that_nobody_has_looked_at_is_not_gone(tmp_path: Path) -> None:
    other = chain("other", "dags/other.py", "a")
    before = replace(of_dags(SALES, other), dataflows=(SALES_MODULE, replace(SALES_MODULE, path="modules/more.py")))
    now = replace(of_dags(SALES), root=tmp_path, dataflows=())
    for file in ("dags/other.py", "modules/sales.py", "modules/more.py"):
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).touch()

    assert "No longer there" not in str(compared(before, now, tmp_path))
    (tmp_path / "dags" / "other.py").unlink()
    assert compared(before, now, tmp_path)["DAGs"].endswith("No longer there: `other`.")


def test_a_base_of_an_older_windtunnel_that_tells_less_changes_nothing(tmp_path: Path) -> None:
    report = driving(DAY, TOTALS, functions=(node("totals"),))
    old = json.loads(render(report, "json"))
    del old["graphs"], old["dags"][0]["structure"]
    (tmp_path / "base.json").write_text(json.dumps(old))

    assert (
        not {"Changed DAGs", "Changed dataflows"} & sections(report, base=read_base(str(tmp_path / "base.json"))).keys()
    )


def test_a_summary_stays_below_what_github_takes() -> None:
    dags = [chain(f"d{n}" + "\U0001f32c" * 20_000, f"dags/d{n}.py", "a") for n in range(20)]
    text = render(of_dags(*dags), "markdown")

    assert len(text.encode()) < 1_048_576
    assert "### DAGs\n\nLeft out: GitHub takes no summary of more than 1 MiB.\n\n### Slowest" in text
