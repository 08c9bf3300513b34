"""The report for programs: it keeps to its schema, whatever the facts hold, and says the same twice."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import windtunnel.reporters
from tests.reporters.reports import (
    AGAIN,
    CLEAN,
    DIVISION,
    DRIVER,
    EXPLORED,
    KILLED,
    MIXED,
    SALES,
    hostile,
    loaded,
    run_of,
    save,
)
from windtunnel.facts import (
    DataFacts,
    End,
    Fault,
    Grade,
    GraphNodeFacts,
    KeptFacts,
    LoadFacts,
    LossFacts,
    NodeKind,
    Property,
    PushFacts,
    SaveState,
    ScheduleFacts,
    Sight,
    ValueFacts,
)
from windtunnel.findings import Location, Severity
from windtunnel.fingerprints import KnownFinding, identity
from windtunnel.report import Report, Timing, Versions
from windtunnel.reporters import render
from windtunnel.reporters.tally import Outcome

SCHEMA = json.loads((Path(windtunnel.reporters.__file__).parent / "report.schema.json").read_text(encoding="utf-8"))
EMPTY = replace(CLEAN, files=(), runs=(), dataflows=(), properties=(), timings=(), versions=Versions("0.1.0", "3.13.1"))


GRAPH = (
    GraphNodeFacts("day", NodeKind.INPUT, "str"),
    GraphNodeFacts("totals", NodeKind.FUNCTION, "float", ("day",), Location("modules/sales.py", 31)),
)


def document(report: Report) -> Any:
    return json.loads(render(report, "json"))


def objects(schema: Any) -> Iterator[dict[str, Any]]:
    """Every schema of an object, at any depth."""
    if isinstance(schema, dict):
        if schema.get("type") == "object":
            yield schema
        schema = list(schema.values())
    if isinstance(schema, list):
        for inner in schema:
            yield from objects(inner)


def enums(schema: Any, word: str) -> list[set[str]]:
    """Every closed set in the schema that has the word in it."""
    if isinstance(schema, dict):
        own = [set(schema["enum"])] if word in schema.get("enum", ()) else []
        return own + [found for inner in schema.values() for found in enums(inner, word)]
    return [found for inner in schema for found in enums(inner, word)] if isinstance(schema, list) else []


@pytest.mark.parametrize("report", [MIXED, CLEAN, EMPTY, hostile()], ids=["mixed", "clean", "empty", "hostile"])
def test_the_report_keeps_to_its_schema(report: Report) -> None:
    Draft202012Validator(SCHEMA).validate(document(report))


def test_the_schema_is_a_schema_and_closes_and_describes_every_object() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    for schema in objects(SCHEMA):
        assert schema["additionalProperties"] is False
        assert schema["required"] == list(schema["properties"])
        assert [
            key for key, value in schema["properties"].items() if not ("description" in value or "$ref" in value)
        ] == []


def test_the_schema_and_the_facts_have_the_same_words() -> None:
    assert {frozenset(found) for found in enums(SCHEMA, "never requested")} == {
        frozenset(state.value for state in SaveState)
    }
    assert {frozenset(found) for found in enums(SCHEMA, "guess")} == {frozenset(grade.value for grade in Grade)}
    assert {frozenset(found) for found in enums(SCHEMA, "completed")} == {frozenset(end.value for end in End)}
    assert {frozenset(found) for found in enums(SCHEMA, "unfinished")} >= {frozenset(kind.value for kind in Outcome)}
    assert {frozenset(found) for found in enums(SCHEMA, Property.DETERMINISTIC.value)} == {
        frozenset(p.value for p in Property)
    }
    assert {frozenset(found) for found in enums(SCHEMA, "notice")} == {
        frozenset(str(severity) for severity in Severity)
    }


def test_the_schema_refuses_a_key_that_it_does_not_know() -> None:
    assert not Draft202012Validator(SCHEMA).is_valid({**document(CLEAN), "extra": 1})


def test_the_same_report_gives_the_same_bytes() -> None:
    assert render(MIXED, "json") == render(MIXED, "json")
    assert render(MIXED, "json").endswith("}\n")


def test_the_keys_stand_in_a_fixed_order() -> None:
    assert list(document(MIXED)) == [
        "schema",
        "windtunnel",
        "airflow",
        "hamilton",
        "python",
        "summary",
        "findings",
        "gone",
        "dags",
        "not_loaded",
        "dataflows",
        "coverage",
        "graphs",
        "timings",
    ]


def test_the_summary_counts_what_the_report_holds() -> None:
    summary = document(MIXED)["summary"]

    assert summary["runs"] == {"success": 0, "failed": 1, "timed out": 1, "died": 0, "unfinished": 0}
    assert {state: number for state, number in summary["saves"].items() if number} == {
        "whole": 1,
        "missing": 1,
    }
    assert {key: value for key, value in summary.items() if key not in ("runs", "saves")} == {
        "errors": 2,
        "warnings": 1,
        "notices": 0,
        "suppressed": 1,
        "known": 0,
        "checks": 42,
        "dags": 3,
        "modules": 2,
        "functions": 3,
        "functions_tried": 2,
        "examples": 200,
        "nodes": 2,
        "nodes_executed": 1,
        "dataflows_played": 0,
        "changes_tried": 0,
        "changes_declined": 0,
        "seed": 7,
        "fail_on": "error",
        "failed": True,
    }


def test_a_finding_keeps_every_word_and_absent_ones_are_null() -> None:
    warning, _, silenced, falsified = document(MIXED)["findings"]

    assert warning == {
        "code": "WT210",
        "name": "task-without-retries",
        "severity": "warning",
        "message": "task 'load' gives up after one attempt",
        "remedy": "set retries",
        "file": "dags/daily_sales.py",
        "line": 9,
        "source": "    load = extract()",
        "dag_id": "daily_sales",
        "task_id": "load",
        "node": None,
        "evidence": None,
        "reproduce": None,
        "docs": None,
        "suppressed": None,
        "known": False,
        "fingerprint": None,
    }
    assert silenced["suppressed"] == "the pool is set in production"
    assert falsified["node"] == "share"


def test_a_dag_has_its_schedule_with_the_next_runs() -> None:
    runs = ("2026-01-02T06:00:00+00:00", "2026-01-03T06:00:00+00:00")
    schedule = ScheduleFacts("0 6 * * *", "2025-01-01T00:00:00+00:00", next_runs=runs, due=7)
    report = replace(CLEAN, files=(loaded(replace(SALES, schedule=schedule)),))
    Draft202012Validator(SCHEMA).validate(document(report))
    assert document(report)["dags"][0]["schedule"] == {
        "summary": "0 6 * * *",
        "start": "2025-01-01T00:00:00+00:00",
        "end": None,
        "next_runs": list(runs),
        "due": 7,
    }


def test_a_dag_has_its_shape_and_its_run() -> None:
    failed, timed_out, not_run = document(MIXED)["dags"]

    assert not_run == {
        "file": "dags/wide.py",
        "line": 3,
        "dag_id": "wide",
        "tasks": 5,
        "edges": 5,
        "longest_path": ["a", "b"],
        "width": 3,
        "antichain": ["b", "c", "d"],
        "peak": 4,
        "peak_is_bound": False,
        "linearity": 0.4,
        "redundant_edges": [["a", "e"]],
        "task_ids": [],
        "edge_list": [],
        "structure": {"tasks": [], "groups": []},
        "schedule": {"summary": "None", "start": None, "end": None, "next_runs": [], "due": 0},
        "run": None,
        "paths": [],
        "paths_left_out": [],
        "contexts": [],
    }
    assert failed["run"]["tasks"][0] == {
        "task_id": "load",
        "map_index": -1,
        "state": "failed",
        "tries": 1,
        "seconds": 0.5,
        "xcoms": [],
    }
    assert failed["run"]["drivers"][0]["final_vars"] == ["totals"]
    assert [save["state"] for save in failed["run"]["saves"]] == ["whole", "missing"]
    assert [save["map_index"] for save in failed["run"]["saves"]] == [-1, -1]
    assert (timed_out["run"]["outcome"], timed_out["run"]["end"], timed_out["run"]["state"]) == (
        "timed out",
        "timed out",
        None,
    )


def test_a_driver_is_there_with_what_it_was_given_and_no_value_of_its_configuration_that_nobody_has_named() -> None:
    (driver,) = document(MIXED)["dags"][0]["run"]["drivers"]
    assert driver["config"] == [{"key": "unit", "value": "'EUR'"}, {"key": "password", "value": None}]
    assert driver["given"] == [{"name": "day", "as": "input", "fate": "unknown", "nearest": "days"}]
    assert (driver["file"], driver["line"], driver["succeeded"]) == ("dags/daily_sales.py", 9, True)


def test_coverage_is_told_by_module_and_by_dag() -> None:
    coverage = document(MIXED)["coverage"]
    assert (coverage["nodes"], coverage["executed"]) == (2, 1)
    assert coverage["modules"][0]["not_executed"] == ["share"]
    assert coverage["dags"][0]["not_executed"] == ["modules.sales.share"]
    assert document(EMPTY)["coverage"] is None


def test_a_file_that_did_not_load_is_there_with_its_exception() -> None:
    (broken,) = document(MIXED)["not_loaded"]

    assert broken["file"] == "dags/broken.py"
    assert broken["failures"] == [
        {
            "type": "ImportError",
            "message": "no module named 'sale'",
            "file": "dags/broken.py",
            "line": 2,
            "needs": None,
        }
    ]


def test_a_dataflow_has_its_nodes_and_what_was_tried_of_them() -> None:
    sales, stock = document(MIXED)["dataflows"]

    assert [node["function"] for node in sales["nodes"]] == ["share", "totals", "parts", "parts"]
    assert sales["properties"][0]["counterexamples"][0]["call"] == DIVISION.call
    assert sales["properties"][2]["not_exercised"] == "parameter 'frame' is a DataFrame without a schema"
    assert (stock["end"], stock["detail"], stock["nodes"]) == ("timed out", "more than 120 s", [])


@pytest.mark.parametrize("seconds", [float("nan"), float("inf")])
def test_a_time_that_is_no_number_is_null(seconds: float) -> None:
    run = run_of(SALES)
    odd = replace(run, tasks=(replace(run.tasks[0], seconds=seconds),))
    report = replace(CLEAN, runs=(odd,), timings=(Timing("total", seconds),))

    assert document(report)["timings"] == [{"stage": "total", "seconds": None}]
    assert "NaN" not in render(report, "json")
    assert "Infinity" not in render(report, "json")
    Draft202012Validator(SCHEMA).validate(document(report))


def test_hostile_text_comes_back_unchanged_but_is_harmless_on_its_way() -> None:
    text = render(hostile(), "json")
    (finding,) = json.loads(text)["findings"]

    assert {character for character in text if character != "\n" and not character.isprintable()} == set()
    assert finding["message"] == hostile().findings[0].message.replace("\udc80", r"\udc80")
    assert "é 漢" in text
    text.encode("utf-8")


def test_versions_of_what_is_not_installed_are_null() -> None:
    assert (document(EMPTY)["airflow"], document(EMPTY)["hamilton"]) == (None, None)


def test_further_paths_stand_by_their_dag_with_what_was_forced_and_what_was_left_out() -> None:
    document_of = {dag["dag_id"]: dag for dag in document(EXPLORED)["dags"]}
    dag = document_of[EXPLORED.paths[0].dag_id]
    (path,) = dag["paths"]
    assert path["forced"] == ["'load' fails"]
    assert path["run"]["state"] == "failed"
    assert dag["paths_left_out"] == ["'choose' answers 'right'"]
    Draft202012Validator(SCHEMA).validate(document(EXPLORED))
    assert document(EXPLORED)["summary"] == document(CLEAN)["summary"]


def test_further_runs_in_a_context_stand_by_their_dag_with_what_they_left_behind() -> None:
    (context,) = document(AGAIN)["dags"][0]["contexts"]
    assert (context["context"], context["end"], context["seconds"]) == ("twice", "completed", 1.5)
    (again,) = context["runs"]
    assert (again["occasion"], again["date"], again["state"]) == ("the same run, cleared", "2026-03-01", "success")
    assert again["outputs"] == [
        {
            "path": "/data/sales.db",
            "table": "sales",
            "content": "table",
            "new": False,
            "added": 2,
            "removed": 0,
            "repeated": 2,
        }
    ]
    Draft202012Validator(SCHEMA).validate(document(AGAIN))


def test_what_a_task_handed_on_is_told_by_its_key_type_and_size() -> None:
    (run,) = CLEAN.runs
    handed = replace(run.tasks[0], data=DataFacts(pushed=(PushFacts("return_value", "list", 12),)))
    report = replace(CLEAN, runs=(replace(run, tasks=(handed,)),))
    task = document(report)["dags"][0]["run"]["tasks"][0]
    assert task["xcoms"] == [{"key": "return_value", "type": "list", "size": 12}]
    Draft202012Validator(SCHEMA).validate(document(report))


def test_what_was_lost_on_the_way_through_a_file_is_in_the_report() -> None:
    loss, saved = LossFacts(Grade.GUESS, "column 'zip'", "'01067'", "1067", used_by="mean"), save(SALES)
    kept = KeptFacts("load", "save.totals", saved.location, "csv", "/a.csv", (1, 2), ValueFacts("DataFrame"))
    run = replace(
        run_of(SALES, saves=(replace(saved, losses=(loss,)),)), loads=(LoadFacts("totals", "table", kept, (loss,)),)
    )
    told = document(replace(CLEAN, files=(loaded(SALES),), runs=(run,)))
    Draft202012Validator(SCHEMA).validate(told)
    (dag,) = told["dags"]
    lost = [{"grade": "guess", "place": "column 'zip'", "was": "'01067'", "became": "1067"}]
    assert dag["run"]["saves"][0]["losses"] == lost
    assert dag["run"]["loads"] == [
        {"task_id": "totals", "node": "table", "path": "/a.csv", "saved_by": "load", "losses": lost}
    ]


def test_saves_under_fire_are_told_with_points_of_a_kind_counted_together() -> None:
    (context,) = document(KILLED)["dags"][0]["contexts"]
    (save_,) = context["killed_saves"]
    assert (context["context"], save_["node"], save_["path"], save_["unseen"]) == (
        "kills",
        "save.rows",
        "/data/rows.csv",
        None,
    )
    assert save_["points"] == [
        {"fault": "it is killed", "sight": "torn", "points": 2, "swallowed": 0, "unmended": 1},
        {"fault": "the disk is full", "sight": "as it was before", "points": 1, "swallowed": 1, "unmended": 0},
    ]
    assert save_["retries"] == [
        {
            "fault": "it is killed",
            "point": "after byte 20",
            "state": "success",
            "differs": "2 rows more",
            "strays": ["/data/rows.tmp"],
            "swallowed": False,
        }
    ]
    Draft202012Validator(SCHEMA).validate(document(KILLED))


def test_the_schema_has_the_words_for_what_is_done_to_saves_and_seen_of_them() -> None:
    assert {frozenset(found) for found in enums(SCHEMA, "it is killed")} == {frozenset(fault.value for fault in Fault)}
    assert {frozenset(found) for found in enums(SCHEMA, "torn")} == {frozenset(sight.value for sight in Sight)}


def test_what_is_known_and_what_is_gone_from_the_baseline_is_told() -> None:
    known = replace(MIXED.findings[1], known=True, fingerprint="0123456789abcdef")
    shown = document(replace(CLEAN, findings=(known,), gone=(KnownFinding(identity(known)),)))
    Draft202012Validator(SCHEMA).validate(shown)

    assert (shown["findings"][0]["known"], shown["findings"][0]["fingerprint"]) == (True, "0123456789abcdef")
    assert (shown["summary"]["known"], shown["summary"]["errors"], shown["summary"]["failed"]) == (1, 0, False)
    assert [gone["code"] for gone in shown["gone"]] == ["WT301"]


def test_a_graph_that_several_tasks_ran_on_stands_in_the_report_once():
    driver = replace(DRIVER, graph=GRAPH, took=(("totals", 0.25),))
    run = replace(CLEAN.runs[0], drivers=(driver, replace(driver, task_id="load", broken=("totals",))))
    report = document(replace(CLEAN, runs=(run,)))
    Draft202012Validator(SCHEMA).validate(report)
    first, second = report["dags"][0]["run"]["drivers"]
    assert [first["graph"]] == [second["graph"]] == [graph["id"] for graph in report["graphs"]]
    assert [node["needs"] for node in report["graphs"][0]["nodes"]] == [[], ["day"]]
    assert (first["took"], second["broken"]) == ([{"node": "totals", "seconds": 0.25}], ["totals"])


def test_the_wiring_of_a_dag_is_in_the_report():
    dag = replace(SALES, edges=(("load", "totals"),), groups=(("group", ("load",)),))
    told = document(replace(CLEAN, files=(loaded(dag),)))["dags"][0]
    structure = told["structure"]
    assert told["edge_list"] == [["load", "totals"]]
    assert structure["groups"] == [{"group_id": "group", "tasks": ["load"]}]
    assert [task["trigger_rule"] for task in structure["tasks"]] == ["all_success", "all_success"]
