"""In which contexts a DAG is run again: facts by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from windtunnel.collectors.context_plan import CONTEXTS, contexts_for
from windtunnel.facts import (
    AssetFacts,
    DagFacts,
    DatesFacts,
    ElsewhereFacts,
    End,
    FileUseFacts,
    KilledFacts,
    ProcessFacts,
    ResumedFacts,
    RunFacts,
    SaveFacts,
    SaveState,
    ScheduleFacts,
    Shape,
    TaskFacts,
    TaskRunFacts,
    TwiceFacts,
    UndatedFacts,
)
from windtunnel.findings import Location

HERE = Location("dags/a.py", 2)
BY_HAND = DagFacts("a", HERE, (), Shape(0, 0, (), (), ()))
DAILY = replace(BY_HAND, schedule=ScheduleFacts("0 0 * * *", next_runs=("2026-01-01T00:00:00+00:00",)))
BY_ASSET = replace(BY_HAND, schedule=ScheduleFacts("Asset"), consumes=(AssetFacts("orders", "orders"),))
QUIET = RunFacts("a", HERE, ProcessFacts(End.COMPLETED), "success")
WRITES = replace(QUIET, uses=(FileUseFacts("save", "/data/a.csv", HERE, writes=True),))


def planned(dag, run, *, dated=False, timeout=120.0):
    return set(contexts_for(dag, run, tuple(CONTEXTS.values()), dated=dated, timeout=timeout))


@pytest.mark.parametrize("dag", [BY_HAND, DAILY, BY_ASSET])
def test_a_dag_that_neither_writes_nor_names_dates_is_not_run_again(dag):
    assert planned(dag, QUIET) == set()


def test_a_dag_that_writes_is_repeated():
    assert planned(DAILY, WRITES) == {TwiceFacts, ResumedFacts}
    assert planned(DAILY, replace(QUIET, leaves=True)) == {TwiceFacts}


@pytest.mark.parametrize(
    ("state", "contexts"),
    [(SaveState.WHOLE, {KilledFacts}), (SaveState.UNSEEN, {KilledFacts}), (SaveState.NEVER_REQUESTED, set())],
)
def test_a_dag_that_saves_by_hamilton_is_killed_at_it(state, contexts):
    save = SaveFacts("a", "save", "saved", "m", "csv", HERE, state, "/data/a.csv")
    assert planned(DAILY, replace(QUIET, saves=(save,))) & {KilledFacts} == contexts


@pytest.mark.parametrize(("dag", "contexts"), [(BY_HAND, UndatedFacts), (BY_ASSET, UndatedFacts), (DAILY, DatesFacts)])
def test_a_dag_that_names_dates_is_run_without_one_or_for_peculiar_ones(dag, contexts):
    assert planned(dag, QUIET, dated=True) == {contexts}


@pytest.mark.parametrize(
    "run",
    [
        replace(WRITES, state="failed"),
        replace(WRITES, process=ProcessFacts(End.TIMED_OUT)),
        replace(WRITES, process=ProcessFacts(End.COMPLETED, seconds=60.0)),
        replace(WRITES, tasks=(TaskRunFacts("a", "save", -1, "failed", HERE),)),
    ],
)
def test_a_run_that_did_not_end_well_and_soon_is_not_repeated(run):
    assert planned(DAILY, run, dated=True) == set()


def test_a_dag_that_starts_others_is_not_repeated():
    task = TaskFacts("a", "start", "TriggerDagRunOperator", HERE, triggers="b")
    assert planned(replace(DAILY, tasks=(task,)), WRITES) == set()


def test_only_what_one_task_reads_and_another_has_left_is_handed_over():
    left = FileUseFacts("first", "/tmp/a.csv", HERE, writes=True, fleeting=True)
    read = FileUseFacts("second", "/tmp/a.csv", HERE, fleeting=True)
    own = replace(left, task_id="second")
    assert ElsewhereFacts in planned(BY_HAND, replace(QUIET, uses=(left, read)))
    assert ElsewhereFacts not in planned(BY_HAND, replace(QUIET, uses=(left, own, read)))
    assert ElsewhereFacts not in planned(BY_HAND, replace(QUIET, uses=(read, left)))
    assert ElsewhereFacts not in planned(BY_HAND, replace(QUIET, uses=(left, replace(read, fleeting=False))))
