"""The inventory in its three forms, by facts made by hand."""

from __future__ import annotations

import io
import json

from dotenv import dotenv_values

from windtunnel.facts import End, FailureFacts, InventoryFacts, NeedFacts, NeedKind, ProcessFacts
from windtunnel.findings import Location
from windtunnel.inventory import inventory_of
from windtunnel.reporters.inventory import render
from windtunnel.settings import Settings

DONE = ProcessFacts(End.COMPLETED)


def a_need(kind, name, line, path="dags/a.py", **more):
    return NeedFacts(kind, name, Location(path, line), **more)


FACTS = (
    InventoryFacts(
        "dags/a.py",
        DONE,
        needs=(
            a_need(NeedKind.CONNECTION, "my-db", 4, form="postgres"),
            a_need(NeedKind.CONNECTION, "my-db", 9),
            a_need(NeedKind.VARIABLE, "table", 5, required=False, at_import=True),
            a_need(NeedKind.VARIABLE, "two words", 5),
            a_need(NeedKind.VARIABLE, "rows", 6, form="json"),
            a_need(NeedKind.ENVIRONMENT, "HOME_OF_DATA", 7),
            a_need(NeedKind.ENVIRONMENT, "TOKEN", 8, required=False),
            a_need(NeedKind.POOL, "etl", 4),
            a_need(NeedKind.ASSET, "in", 2),
            a_need(NeedKind.ASSET, "own", 2),
            a_need(NeedKind.ASSET, "own", 4, required=False, form="made"),
        ),
    ),
    InventoryFacts(
        "dags/b.py",
        DONE,
        (FailureFacts("ValueError", "no\nnot at all", None, ""),),
        needs=(a_need(NeedKind.ENVIRONMENT, "TOKEN", 3, "dags/b.py", at_import=True),),
    ),
    InventoryFacts("dags/c.py", ProcessFacts(End.TIMED_OUT, "did not end within 5 s")),
)
INVENTORY = inventory_of(FACTS, {"HOME_OF_DATA": "a secret value"})


def test_what_several_places_ask_for_is_one_thing_and_needed_if_one_of_them_needs_it():
    (token,) = [thing for thing in INVENTORY.things if thing.name == "TOKEN"]
    assert (token.required, token.at_import) == (True, True)
    assert token.places == (Location("dags/b.py", 3), Location("dags/a.py", 8))


def test_the_table_tells_kind_name_place_and_whether_it_is_given():
    lines = [line.split() for line in render(INVENTORY, "text", width=110).splitlines()]
    assert ["connection", "my-db", "needed", "task", "dags/a.py:4", "(+1)", "no"] in lines
    assert ["environment", "variable", "HOME_OF_DATA", "needed", "task", "dags/a.py:7", "yes"] in lines
    assert ["variable", "table", "optional", "import", "dags/a.py:5", "no"] in lines
    assert ["pool", "etl", "needed", "-", "dags/a.py:4", "-"] in lines
    assert ["asset", "own", "needed", "-", "dags/a.py:2", "(+1)", "yes"] in lines


def test_the_table_names_what_did_not_load_and_counts():
    shown = render(INVENTORY, "text", width=110)
    assert "not loaded, so there may be more: dags/b.py (ValueError: no)\n" in shown
    assert "not loaded, so there may be more: dags/c.py (did not end within 5 s)\n" in shown
    assert shown.endswith("windtunnel: 9 things, 8 needed, 5 of these not given here · 2 not loaded\n")


def test_json_has_every_place():
    document = json.loads(render(INVENTORY, "json"))
    assert document["things"][0] == {
        "kind": "connection",
        "name": "my-db",
        "needed": True,
        "at_import": False,
        "form": "postgres",
        "variable": "AIRFLOW_CONN_MY-DB",
        "given": False,
        "places": [{"file": "dags/a.py", "line": 4}, {"file": "dags/a.py", "line": 9}],
    }
    assert document["not_loaded"][1] == {"file": "dags/c.py", "reason": "did not end within 5 s"}


def test_the_stub_file_gives_what_is_needed_and_keeps_the_rest_behind_a_comment():
    stub = render(INVENTORY, "env")
    assert dotenv_values(stream=io.StringIO(stub)) == {
        "AIRFLOW_CONN_MY-DB": '{"conn_type": "postgres", "host": "my-db.invalid"}',
        "AIRFLOW_VAR_ROWS": "{}",
        "HOME_OF_DATA": "stub",
        "TOKEN": "stub",
    }
    lines = stub.splitlines()
    assert lines[lines.index("# AIRFLOW_VAR_TABLE=stub") - 1] == '# variable "table": dags/a.py:5'
    assert "# no line of a file can give a variable of this name" in lines
    assert '# connection "my-db" (postgres): dags/a.py:4, dags/a.py:9' in lines


def test_the_stub_file_tells_pools_and_assets_as_the_settings_that_they_are():
    lines = render(INVENTORY, "env").splitlines()
    assert '# pyproject.toml, [tool.windtunnel]: pools = ["etl"]' in lines
    assert '# pyproject.toml, [tool.windtunnel]: assets = ["in"]' in lines


def test_what_the_settings_name_is_given(tmp_path):
    declared = Settings(tmp_path, pools=("etl",), assets=("in",))
    given = {thing.name: thing.given for thing in inventory_of(FACTS, {}, declared).things}
    assert (given["etl"], given["in"], given["own"]) == (True, True, True)
    other = {thing.name: thing.given for thing in inventory_of(FACTS, {}, Settings(tmp_path, pools=("x",))).things}
    assert (other["etl"], other["in"]) == (False, False)


def test_no_form_tells_a_value_of_the_environment():
    assert not any("a secret value" in render(INVENTORY, form) for form in ("text", "json", "env"))
