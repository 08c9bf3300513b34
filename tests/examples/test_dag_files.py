"""The example DAG files cost nothing to parse, and what they offer is what their modules know.

Airflow is imported in a child process: it keeps global state, and this process belongs to pytest.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, get_args

import pytest
from hamilton import driver

from modules.absenteeism import SAMPLE_DATA, TaskKind, evaluate_model, prepare_data, train_model
from modules.how_to import strongest_gust
from modules.marketing_spend import REGIONS
from modules.marketing_spend.graph_adapters import ENGINES

ROOT = Path(__file__).parents[2]
DAG_FILES = sorted((ROOT / "dags").glob("*.py"))
HEAVY = {
    "dask",
    "graphviz",
    "hamilton",
    "matplotlib",
    "modules",
    "numpy",
    "pandas",
    "pyarrow",
    "ray",
    "s3fs",
    "scipy",
    "sklearn",
}

# In each example, the file, the function that makes the DAG and the dag_id have one name. The last line that
# the child prints is the answer; Airflow may have said something before.
PARSE = """
import json, os, pathlib, runpy, sys, tempfile, types
path = pathlib.Path(sys.argv[1])
namespace = runpy.run_path(str(path))
imported = sorted({name.partition(".")[0] for name in sys.modules})
dag = namespace[path.stem]()

def folder(data_root, run_id):
    dag = types.SimpleNamespace(dag_id="a_dag")
    context = {"params": {"data_root": data_root}, "dag": dag, "run_id": run_id}
    made = namespace["_run_folder"](context)
    return made.relative_to(os.getcwd()).as_posix() if made.is_dir() else "missing"

here = pathlib.Path.cwd()
tempfile.tempdir = str(here / "temporary")
run_id = "manual__2025-01-01T00:00:00+00:00"
folders = [folder(None, run_id)]
os.environ["DATA_ROOT"] = str(here / "by_environment")
folders += [folder(None, run_id)]
folders += [folder(str(here / "by_param"), run) for run in (run_id, run_id, "another_run")]
print()
print(json.dumps({
    "imported": imported,
    "dag_id": dag.dag_id,
    "tasks": [task.task_id for task in dag.topological_sort()],
    "folders": folders,
    "edges": sum(len(task.downstream_task_ids) for task in dag.tasks),
    "params": {name: dag.params.get_param(name).dump() for name in dag.params},
}))
"""


@pytest.fixture(scope="module")
def parsed(tmp_path_factory) -> dict[str, Any]:
    """What came of each DAG file, by its name."""
    home = tmp_path_factory.mktemp("airflow")
    environment = {**os.environ, "AIRFLOW_HOME": str(home), "PYTHONDONTWRITEBYTECODE": "1"}
    environment["PYTHONPATH"] = str(ROOT)  # as in a deployment
    environment.pop("DATA_ROOT", None)
    answers = {}
    for path in DAG_FILES:
        child = subprocess.run(
            [sys.executable, "-c", PARSE, str(path)],
            check=True,
            capture_output=True,
            text=True,
            timeout=120,
            cwd=home,
            env=environment,
        )
        answers[path.stem] = json.loads(child.stdout.splitlines()[-1])
    return answers


def values_of(parsed: dict[str, Any], dag_id: str, param: str) -> list[str]:
    return parsed[dag_id]["params"][param]["schema"]["enum"]


def test_parsing_imports_nothing_heavy(parsed):
    assert {name: HEAVY.intersection(answer["imported"]) for name, answer in parsed.items()} == {
        "absenteeism_prediction": set(),
        "hamilton_driver_tour": set(),
        "hamilton_how_to": set(),
        # Its sensor and its callbacks, which Airflow itself has to import. They bring nothing that is heavy.
        "songplays_warehouse": {"modules"},
    }


def test_each_dag_is_a_chain_of_the_promised_tasks(parsed):
    assert parsed["absenteeism_prediction"]["tasks"] == ["prepare_data", "train_and_evaluate_model"]
    assert parsed["hamilton_how_to"]["tasks"] == [
        "pass_data_as_inputs",
        "load_and_save_in_hamilton",
        "configure_by_template",
        "configure_by_context",
    ]
    assert parsed["hamilton_driver_tour"]["tasks"] == [
        "give_config",
        "pass_inputs",
        "override_nodes",
        "execute_once",
        "execute_in_chunks",
        "build_results",
        "use_graph_adapters",
        "cache_results",
        "materialize_results",
        "draw_dataflow",
        "wrap_driver",
    ]
    assert parsed["songplays_warehouse"]["tasks"] == [
        "deliver_sample",
        "wait_for_log",
        "stage",
        "build_star_schema",
        "check_quality",
        "train_and_score_model",
        "publish_report",
    ]
    assert all(answer["edges"] == len(answer["tasks"]) - 1 for answer in parsed.values())


def test_file_and_dag_have_one_name(parsed):
    assert all(answer["dag_id"] == name for name, answer in parsed.items())


def test_every_run_has_its_own_folder_and_a_retry_finds_it_again(parsed):
    run_id = "manual__2025-01-01T00:00:00+00:00"
    for answer in parsed.values():
        assert answer["folders"] == [
            f"temporary/airflow-data/a_dag/{run_id}",
            f"by_environment/a_dag/{run_id}",
            f"by_param/a_dag/{run_id}",
            f"by_param/a_dag/{run_id}",
            "by_param/a_dag/another_run",
        ]


def test_every_param_has_a_type_a_description_and_a_valid_default(parsed):
    """`Param` itself validates a default against its schema when the DAG is made."""
    params = [param for answer in parsed.values() for param in answer["params"].values()]
    assert all(param["schema"].get("type") and param["description"] for param in params)


def test_the_task_kinds_on_offer_are_those_of_the_modules(parsed):
    kinds = values_of(parsed, "absenteeism_prediction", "task_kind")
    assert kinds == list(get_args(TaskKind))
    for kind in kinds:
        dr = driver.Builder().with_config({"task_kind": kind}).with_modules(train_model, evaluate_model).build()
        assert {"label", "trained_model", "association"}.isdisjoint(external_inputs(dr))


def test_every_environment_on_offer_has_its_rows(parsed):
    for environment in values_of(parsed, "absenteeism_prediction", "environment"):
        dr = driver.Builder().with_config({"environment": environment}).with_modules(prepare_data).build()
        assert "absences" not in external_inputs(dr)


def test_every_unit_on_offer_has_its_conversion(parsed):
    for unit in values_of(parsed, "hamilton_how_to", "unit"):
        dr = driver.Builder().with_config({"unit": unit}).with_modules(strongest_gust).build()
        assert "strongest_gust" in {node.name for node in dr.list_available_variables()}


def test_every_region_and_engine_on_offer_is_known_to_the_modules(parsed):
    assert values_of(parsed, "hamilton_driver_tour", "region") == list(REGIONS)
    engines = parsed["hamilton_driver_tour"]["params"]["engines"]["schema"]["items"]["enum"]
    assert engines == list(ENGINES)


def test_every_feature_of_the_default_set_can_be_prepared(parsed):
    features = parsed["absenteeism_prediction"]["params"]["feature_set"]["value"]
    dr = driver.Builder().with_config({"environment": "production"}).with_modules(prepare_data).build()
    inputs = {"raw_data_location": str(SAMPLE_DATA), "feature_set": features}
    assert set(features) < set(dr.execute(["prepared_data"], inputs=inputs)["prepared_data"].columns)


def external_inputs(dr: driver.Driver) -> set[str]:
    """What the dataflow takes from outside. A `@config.when` that matches nothing silently ends up here."""
    return {node.name for node in dr.list_available_variables() if node.is_external_input}
