"""The text of a DAG file. No template: where lines break depends on how long a user's names and values are."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from windtunnel.scaffold.imports import identifier
from windtunnel.scaffold.isolation import Isolation, isolation_of
from windtunnel.scaffold.literals import indented, literal, quoted
from windtunnel.scaffold.orders import Order
from windtunnel.scaffold.params import Given
from windtunnel.scaffold.tasks import PUT, Step, function

_RUN_FOLDER = '''
def _run_folder(context: Context) -> Path:
    """`<data root>/<dag_id>/<run id>/`: a retry finds its own files and replaces them, two runs never meet.

    The run id is taken as it is: Airflow keeps "/" and ".." out of it, and file systems take ":" and "+".
    """
    # Resolved at run time, on the worker: the machine that parses this file may have other folders.
    default_root = os.environ.get("DATA_ROOT") or Path(tempfile.gettempdir(), "airflow-data")
    folder = Path(context["params"]["data_root"] or default_root, context["dag"].dag_id, context["run_id"])
    folder.mkdir(parents=True, exist_ok=True)
    return folder
'''
_BUCKET_FOLDER = '''
def _run_folder(context: Context) -> ObjectStoragePath:
    """`<storage>/<dag_id>/<run id>/`: a retry finds its own objects and replaces them, two runs never meet.

    The run id is taken as it is: Airflow keeps "/" and ".." out of it. An object store puts whole objects only.
    """
    storage = ObjectStoragePath(context["params"]["storage"]{conn})
    return storage / context["dag"].dag_id / context["run_id"]
'''
_LOCAL_ROOT = """\
        "data_root": Param(
            {root},
            type=["null", "string"],
            description="Folder below which every run gets its own. Empty: the environment variable "
            "DATA_ROOT, else a temporary folder, which serves one machine only.",
        ),"""
_BUCKET = """\
        "storage": Param(
            {root},
            type="string",
            description="Where every run gets a folder of its own.",
        ),"""
_NUMBERS = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine")


@dataclass(frozen=True, slots=True)
class Draft:
    """What is to be written: the order, the steps in their order, and what each input is given from."""

    order: Order
    steps: tuple[Step, ...]
    given: tuple[Given, ...]

    @property
    def uses_context(self) -> bool:
        """Whether tasks ask Airflow for what they need; else it is handed to them."""
        return not isolation_of(self.order).is_contained


def body(draft: Draft) -> str:
    """The text below the header."""
    isolation = isolation_of(draft.order)
    parts = [
        [f'"""{_doc(draft)}"""'],
        ["", *_imports(draft, isolation)],
        *([["", *isolation.constants]] if isolation.constants else ()),
        *([["", *_handed_on()]] if isolation.is_contained else ()),
        *([["", "", *text.strip("\n").splitlines()] for text in _helpers(draft, isolation)]),
        *([["", "", *function(step, draft.order)] for step in draft.steps]),
        ["", "", *_dag(draft)],
    ]
    return "\n".join(line for part in parts for line in part) + "\n"


def _doc(draft: Draft) -> str:
    order, modules = draft.order, " and ".join(f"`{module}`" for module in draft.order.modules)
    number = _number(len(draft.steps))
    root = "storage" if order.is_remote else "data root"
    chain = f"a chain of {number.lower()} tasks, each of them one"
    shape = "one task, which is one" if len(draft.steps) == 1 else chain
    lines = [
        *textwrap.wrap(f"The dataflow of {modules}, in {shape} Hamilton driver call.", 110, break_long_words=False),
        "",
        f"Each run writes to `<{root}>/{order.dag_id}/<run id>/`:",
        "",
        "| file | by | content |",
        "|---|---|---|",
    ]
    rows = [
        (f"`{kept.file}`", f"`{step.name}`", f"the node `{kept.node}`") for step in draft.steps for kept in step.keeps
    ]
    rows += [
        (f"`{given.file}`", f"`{step.name}`", f"what is saved to `{given.name}`")
        for step in draft.steps
        for given in step.inputs
        if given.file
    ]
    lines += [f"| {' | '.join(row)} |" for row in rows]
    text = "\n".join(lines if rows else lines[: lines.index("")])
    return f"{text}\n" if rows else text


def _imports(draft: Draft, isolation: Isolation) -> list[str]:
    order, contained = draft.order, isolation.is_contained
    modules = {name for step in draft.steps for name in step.for_helpers} - {"pickle"} if not contained else set()
    if not contained and any("json" in kept.format.reads_with for step in draft.steps for kept in step.reads):
        modules.add("json")
    if not contained and order.is_remote:
        modules |= {name for step in draft.steps for kept in step.reads for name in kept.format.opens_with}
    local = not contained and not order.is_remote
    modules |= {"os", "tempfile"} if local else set()
    sdk = ["Param", "dag", "task"]
    sdk += ["Context", "get_current_context"] if not contained else []
    sdk += ["ObjectStoragePath"] if order.is_remote else []
    packages = sorted({module.partition(".")[0] for module in order.modules})
    names = " and ".join(f"`{name}`" for name in packages)
    are = "are" if len(packages) > 1 else "is"
    return [
        f"# {names} {are} importable because the root of the repository is on the path of every Airflow process,",
        "# for example by PYTHONPATH. What a task computes with is imported inside the task: Airflow parses this file",
        "# every few seconds, and parsing must cost nothing.",
        *(f"import {module}" for module in sorted(modules)),
        "from datetime import datetime, timedelta, timezone",
        *(["from pathlib import Path"] if local else []),
        "",
        f"from airflow.sdk import {', '.join(sorted(sdk, key=_isort))}",
        *isolation.imports,
    ]


def _isort(name: str) -> tuple[bool, str]:
    """Classes before functions, as isort has it."""
    return name[0].islower(), name


def _handed_on() -> list[str]:
    return [
        "# A task in another interpreter knows nothing of its run but what it is handed.",
        'RUN = "{{ dag.dag_id }}/{{ run_id }}"',
        'GIVEN = "{{ params | tojson }}"',
    ]


def _helpers(draft: Draft, isolation: Isolation) -> list[str]:
    if isolation.is_contained:
        return []
    conn = f", conn_id={quoted(draft.order.storage_conn_id)}" if draft.order.storage_conn_id else ""
    keeps = any(step.keeps for step in draft.steps)
    helpers = dict.fromkeys(text for step in draft.steps for text in step.helpers)
    if draft.order.is_remote:
        return [_BUCKET_FOLDER.replace("{conn}", conn), *helpers]
    return [_RUN_FOLDER, *([PUT] if keeps else []), *helpers]


def _dag(draft: Draft) -> list[str]:
    order = draft.order
    name = identifier(order.dag_id)
    root = quoted(order.storage) if order.is_remote else _local_root(order)
    return [
        "@dag(",
        f"    dag_id={quoted(order.dag_id)},",
        "    doc_md=__doc__,",
        f'    schedule={literal(order.schedule or None)},  # edit: when it runs, such as "0 6 * * *"',
        "    start_date=datetime(2025, 1, 1, tzinfo=timezone.utc),  # edit: with a schedule, its first day",
        "    catchup=False,",
        '    tags=["hamilton"],  # edit',
        "    default_args={",
        '        "owner": "airflow",  # edit: who is asked when it fails',
        '        "retries": 2,  # edit',
        '        "retry_delay": timedelta(seconds=10),  # edit',
        '        "execution_timeout": timedelta(minutes=10),  # edit: more than the longest task takes',
        "    },",
        "    params={",
        *indented([line for given in draft.given if given.param for line in _with_comma(given.param)], 2),
        (_BUCKET if order.is_remote else _LOCAL_ROOT).replace("{root}", root),
        "    },",
        ")",
        f"def {name}() -> None:",
        f'    """{_number(len(draft.steps))} task{"s in a chain" if len(draft.steps) > 1 else ""}."""',
        *_chained(draft),
        "",
        "",
        f"{name}()",
    ]


def _local_root(order: Order) -> str:
    folder = order.storage.removeprefix("file://")
    return quoted(folder) if folder and order.isolate != "docker" else "None"


def _chained(draft: Draft) -> list[str]:
    """The calls of the tasks: each within the next, or one on each line where that is too long."""
    handed = [["GIVEN"] if not draft.uses_context and step.is_given else [] for step in draft.steps]
    first = [] if draft.uses_context else ["RUN"]
    chain = ", ".join(first)
    for step, more in zip(draft.steps, handed, strict=True):
        chain = f"{step.name}({', '.join([*filter(None, [chain]), *more])})"
    if len(chain) <= 110:
        return [f"    {chain}"]
    lines = [
        f"    run_folder = {step.name}({', '.join([*(['run_folder'] if number else first), *more])})"
        for number, (step, more) in enumerate(zip(draft.steps, handed, strict=True))
    ]
    return [*lines[:-1], lines[-1].replace("run_folder = ", "", 1)]


def _with_comma(lines: Sequence[str]) -> list[str]:
    return [*lines[:-1], f"{lines[-1]},"]


def _number(number: int) -> str:
    return _NUMBERS[number] if number < len(_NUMBERS) else str(number)


def config_lines(config: Mapping[str, Any]) -> list[str]:
    """The configuration for the header, as a list: as YAML it would be taken for code that somebody has put aside."""
    lines = []
    for key, value in config.items():
        text = f"- {key}: {json.dumps(value, ensure_ascii=False)}"
        lines += textwrap.wrap(text, 110, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)
    return lines
