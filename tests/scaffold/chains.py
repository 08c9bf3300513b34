"""A child process of test_chains.py: scaffolded files are executed as Airflow would, task by task, without a scheduler.

The functions of the tasks are those of the DAG file; what they ask Airflow for, the context of the run, is handed to
them. Prints as JSON how many cuts were tried, how many were refused, and which results were not the single task's.
"""

from __future__ import annotations

import importlib
import json
import random
import re
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from windtunnel.collectors.outlines import _Outline
from windtunnel.errors import UsageError
from windtunnel.facts import OutlineFacts
from windtunnel.scaffold import scaffold
from windtunnel.scaffold.orders import Order

RUN_ID = "manual__2025-01-01T00:00:00+00:00"


def outlined(modules: tuple[str, ...], config: dict[str, Any], root: Path) -> OutlineFacts:
    return _Outline(tuple(map(importlib.import_module, modules)), root, config).facts()


def play(text: str, **params: Any) -> list[Any]:
    """Run the tasks of a DAG file one after the other; what each hands on."""
    namespace: dict[str, Any] = {"__name__": "scaffolded"}
    exec(compile(text, "scaffolded.py", "exec"), namespace)
    (dag_name,) = re.findall(r"^(\w+)\(\)$", text, re.MULTILINE)
    dag = namespace[dag_name]()
    given = {**{name: dag.params[name] for name in dag.params}, **params}
    run = {"params": json.loads(json.dumps(given)), "dag": SimpleNamespace(dag_id=dag.dag_id), "run_id": RUN_ID}
    namespace["get_current_context"] = lambda: run
    handed: list[Any] = []
    for name in re.findall(r"^@task\ndef (\w+)\(", text, re.MULTILINE):
        handed.append(json.loads(json.dumps(namespace[name].function(*handed[-1:]))))
    assert [task.task_id for task in dag.topological_sort()] == re.findall(r"^@task\ndef (\w+)\(", text, re.MULTILINE)
    return handed


def scaffold_or_as_told(order: Order, outline: OutlineFacts) -> str:
    """The text, or that which the refusal says how to get."""
    try:
        return scaffold(order, outline)
    except UsageError as error:
        way = re.search(r"split there too \(--split-at ([^)]+)\)", str(error))
        if way is None:
            raise
        return scaffold(replace(order, split_at=tuple(way[1].split(","))), outline)


def files_in(folder: str) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in Path(folder).iterdir()}


def try_cuts(case: dict[str, Any], root: Path, out: Path, times: int) -> dict[str, Any]:
    """Cut one dataflow in many ways; each chain must leave what the single task leaves, byte by byte."""
    modules, config, finals = tuple(case["modules"]), case["config"], tuple(case["final_vars"])
    outline = outlined(modules, config, root)
    whole = Order(modules, finals, config=config, dag_id=f"{case['name']}_single")
    single = play(scaffold(whole, outline), data_root=str(out))
    expected = files_in(single[-1])
    told: dict[str, Any] = {"files": sorted(expected), "tried": 0, "refused": 0, "lengths": [], "different": []}
    drawn = random.Random(0)
    names = [node.name for node in outline.nodes]
    for number in range(times):
        cuts = tuple(drawn.sample(names, min(len(names), drawn.randint(1, 3))))
        order = Order(modules, finals, cuts, config=config, dag_id=f"{case['name']}_{number}")
        try:
            text = scaffold_or_as_told(order, outline)
        except UsageError:
            told["refused"] += 1
            continue
        handed = play(text, data_root=str(out))
        found = files_in(handed[-1])
        told["tried"] += 1
        told["lengths"].append(len(handed))
        if {name: found.get(name) for name in expected} != expected or {*handed} != {handed[0]}:
            told["different"].append([*cuts, *(name for name in expected if found.get(name) != expected[name])])
    return told


def through_a_bucket(case: dict[str, Any], root: Path, endpoint: str) -> dict[str, Any]:
    """A chain whose runs lie in an object store; what is in the store then, and what the tasks have handed on."""
    from airflow.sdk.io import attach
    from s3fs import S3FileSystem

    files = S3FileSystem(key="nobody", secret="nothing", endpoint_url=endpoint)
    attach("s3", "store", fs=files)
    modules, config = tuple(case["modules"]), case["config"]
    order = Order(
        modules,
        tuple(case["final_vars"]),
        tuple(case["split_at"]),
        config=config,
        dag_id="bucket",
        storage="s3://bucket/runs",
        storage_conn_id="store",
    )
    handed = play(scaffold(order, outlined(modules, config, root)))
    found = {name.partition(RUN_ID)[2]: files.cat(name) for name in files.find("bucket/runs/bucket")}
    return {"handed": handed, "found": {name: content.decode("latin-1") for name, content in sorted(found.items())}}


def main() -> None:
    asked = json.loads(Path(sys.argv[1]).read_text())
    root, out = Path(asked["root"]), Path(asked["out"])
    sys.path.insert(0, str(root))
    told = {case["name"]: try_cuts(case, root, out, case["times"]) for case in asked["cases"]}
    told["bucket"] = through_a_bucket(asked["bucket"], root, asked["endpoint"])
    Path(sys.argv[2]).write_text(json.dumps(told))


main()
