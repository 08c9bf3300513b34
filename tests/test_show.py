"""The tree of a DAG: tasks in the order of their work, and what Hamilton did in each."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.reporters.reports import SALES, SALES_MODULE, chain, run_of, save
from windtunnel.commands.show import tree
from windtunnel.errors import UsageError
from windtunnel.facts import DagFacts, DataflowFacts, DriverFacts, NodeFacts, RunFacts, SaveState
from windtunnel.findings import Location
from windtunnel.reporters.look import Look
from windtunnel.reporters.text import printed
from windtunnel.settings import Settings
from windtunnel.single_runs import SingleRuns


def node(name: str, *parameters: str) -> NodeFacts:
    return NodeFacts(name, name, Location("modules/sales.py", 3), "int", parameters)


FLOW = DataflowFacts(
    "modules.sales",
    "modules/sales.py",
    SALES_MODULE.process,
    (node("rows", "day"), node("share", "rows"), node("totals", "rows", "share"), node("spare", "rows")),
)
DRIVER = DriverFacts(
    "totals",
    -1,
    ("modules.sales",),
    ("rows", "share", "totals", "spare", "save.totals", "day"),
    ("rows", "share", "totals", "save.totals"),
    ("totals",),
    ("day",),
    (),
    0.25,
)


def lines(dag: DagFacts, run: RunFacts, *flows: DataflowFacts, width: int = 80) -> list[str]:
    return printed([tree(dag, run, flows)], Look(width=width)).splitlines()


def test_a_task_holds_the_graph_that_ran_in_it_below_what_was_asked_for() -> None:
    run = replace(run_of(SALES, saves=(save(SALES),)), drivers=(DRIVER,))

    assert lines(SALES, run, FLOW) == [
        "daily_sales  dags/daily_sales.py:7  success in 1.25 s  2 tasks, width 1,",
        "linearity 1.00",
        "├── load  success 0.50 s",
        "└── totals  success 0.50 s",
        "    └── Hamilton: modules.sales  4 of 6 nodes in 0.25 s",
        "        ├── totals",
        "        │   ├── rows",
        "        │   │   └── day  (input)",
        "        │   └── share",
        "        │       └── rows  (see above)",
        "        ├── save.totals  (saves totals.parquet: whole)",
        "        └── never executed: spare",
    ]


def test_tasks_stand_after_those_that_they_wait_for() -> None:
    dag = chain("d", "dags/d.py", "last", "first", "odd")
    run = run_of(dag)
    last, first, odd = run.tasks
    last = replace(last, upstream=("first", "odd"), parents=("odd",), state="upstream_failed")
    run = replace(run, tasks=(last, replace(first, map_index=2), replace(odd, upstream=("first",), state="")))

    assert lines(dag, run)[1:] == [
        "├── first[2]  success 0.50 s",
        "├── odd  never started 0.50 s",
        "└── last  upstream_failed 0.50 s  after odd",
    ]


def test_what_the_text_does_not_know_is_shown_and_what_was_overridden_or_not_reached_is_marked() -> None:
    driver = replace(DRIVER, executed=("totals",), overrides=("rows",))
    run = replace(run_of(SALES, saves=(save(SALES, SaveState.CUT_OFF),)), drivers=(driver,))
    shown = [line.lstrip("│├└─ ") for line in lines(SALES, run, FLOW)]

    assert "rows  (overridden)" in shown
    assert "share  (not executed)" in shown
    assert "never executed: rows, share, spare, save.totals" in shown
    assert "totals" in [line.lstrip("│├└─ ") for line in lines(SALES, run)], "without the text of the module"


def test_a_dag_that_is_not_there_is_refused_in_the_words_of_the_door(tmp_path) -> None:
    with SingleRuns(Settings(tmp_path), where="show") as runs, pytest.raises(UsageError, match="show: unknown DAG 'x'"):
        runs.run("x")
