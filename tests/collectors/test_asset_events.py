"""DAGs that assets start hear of the events that other DAGs of the repository have made, as they do in production."""

from __future__ import annotations

import json

from windtunnel.collectors.asset_events import heard_by, makers_in
from windtunnel.facts import (
    AssetEventFacts,
    AssetFacts,
    DagFacts,
    End,
    Occasion,
    ScheduleFacts,
    Shape,
    TaskFacts,
    UndatedFacts,
)
from windtunnel.findings import Location

CONSUMERS = """\
from airflow.sdk import Asset, AssetAlias, dag, get_current_context, task

orders, returns = Asset("orders"), Asset("s3://shop/returns")


@dag(schedule=[orders])
def report():
    @task
    def summarize() -> str:
        context = get_current_context()
        (event,) = context["triggering_asset_events"][orders]
        return f"{event.extra['path']} {event.source_dag_id} {event.source_task_id} {context.get('ds') or ''}"

    summarize()


@dag(schedule=[AssetAlias("latest")])
def by_alias():
    @task
    def summarize() -> int:
        ((event,),) = get_current_context()["triggering_asset_events"].values()
        return event.extra["n"]

    summarize()


@dag(schedule=[returns])
def from_outside():
    @task
    def summarize() -> str:
        (event,) = get_current_context()["triggering_asset_events"][returns]
        return str(event.extra.get("path"))

    summarize()


report()
by_alias()
from_outside()
"""
PRODUCER = """\
from airflow.sdk import Asset, AssetAlias, Metadata, dag, task

orders = Asset("orders")


@dag(schedule="@daily")
def shop():
    @task(outlets=[orders])
    def collect():
        yield Metadata(orders, {"path": "/data/orders"})

    @task(outlets=[AssetAlias("latest")])
    def name(*, outlet_events):
        outlet_events[AssetAlias("latest")].add(Asset("numbered"), extra={"n": 3})

    collect()
    name()


shop()
"""
LINE = Location("dags/a.py", 1)


def test_who_is_started_by_an_asset_is_played_after_who_makes_it_and_is_given_its_events(examine):
    report = examine({"dags/a.py": CONSUMERS, "dags/z.py": PRODUCER}, select=("WT301", "WT330", "WT341"))
    assert {run.dag_id: run.state for run in report.runs} == dict.fromkeys(
        ("shop", "report", "by_alias", "from_outside"), "success"
    )
    assert not report.findings, [finding.message for finding in report.findings]
    heard = {run.dag_id: [(event.name, json.loads(event.extra)) for event in run.heard] for run in report.runs}
    assert heard["report"] == [("orders", {"path": "/data/orders"})]
    assert heard["by_alias"] == [("numbered", {"n": 3})]
    assert heard["from_outside"] == heard["shop"] == []
    (again,) = [facts for facts in report.contexts if facts.dag_id == "report" and isinstance(facts, UndatedFacts)]
    assert again.process.end is End.COMPLETED
    assert again.visit(Occasion.BY_ASSET).state == "success"


def a_dag(dag_id, consumes=(), produces=()):
    task = TaskFacts(dag_id, "t", "task", LINE, produces=produces)
    return DagFacts(dag_id, LINE, (task,), Shape(1, 1, (), (), ()), ScheduleFacts("Asset"), consumes=consumes)


def test_who_makes_an_asset_is_known_by_its_name_its_uri_or_its_alias():
    asset, alias = AssetFacts("orders", "s3://shop/orders"), AssetFacts("latest", "", is_alias=True)
    dags = [a_dag("a", consumes=(AssetFacts("", "s3://shop/orders"), alias)), a_dag("b", produces=(asset,))]
    assert makers_in([*dags, a_dag("c", produces=(alias,)), a_dag("d")]) == [{1, 2}, set(), set(), set()]
    assert makers_in([a_dag("a", consumes=(asset,), produces=(asset,))]) == [set()]
    event = AssetEventFacts("numbered", "numbered", ("latest",), "{}", "c", "t", "r")
    assert heard_by(dags[0], [event]) == (event,)
    assert heard_by(dags[1], [event]) == ()
