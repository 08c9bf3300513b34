"""Whether a DAG file itself speaks of a task or of an XCom that was asked for in vain."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from typing import Any

from windtunnel.airflow_compat.tasks import callable_of
from windtunnel.collectors.callables import text_of
from windtunnel.collectors.source import parsed
from windtunnel.collectors.task_names import might_name

_PULLS = ("xcom_pull", "axcom_pull")


def expects_task(task_id: str, dag: Any, file: Path) -> bool:
    """Whether the file may make a task of this id under other conditions, as far as nothing made bears its name."""
    made = {known.rpartition(".")[2] for known in dag.task_dict}
    made |= {getattr(callable_of(task), "__name__", "") for task in dag.tasks}
    return task_id not in made and might_name(task_id, file)


def expects_key(key: str, file: Path) -> bool:
    """Whether the file has the key in its text at any other place than where it is pulled."""
    return key in _texts_outside_pulls(file)


@cache
def _texts_outside_pulls(file: Path) -> frozenset[str]:
    found: set[str] = set()
    waiting: list[ast.AST] = [parsed(file)]
    for node in waiting:
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in _PULLS:
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.add(node.value)
        elif isinstance(node, ast.keyword) and node.arg:
            found.add(node.arg)  # a result may be made by dict(total=1)
        waiting += ast.iter_child_nodes(node)
    return frozenset(found)


def never_returns(task: Any) -> bool:
    """Whether a task never pushes its result: it is told not to, it does nothing, or its function returns nothing."""
    if not getattr(task, "do_xcom_push", True) or task.task_type == "EmptyOperator":
        return True
    function = callable_of(task)
    text = None if function is None or hasattr(function, "__wrapped__") else text_of(function)
    if text is None or isinstance(text.node, ast.Lambda) or task.task_type not in _OF_A_FUNCTION:
        return False
    nodes = list(ast.walk(text.node))  # a function inside that returns, or yields, leaves it open
    return not any(isinstance(node, ast.Yield | ast.YieldFrom) or _returns_something(node) for node in nodes)


_OF_A_FUNCTION = ("PythonOperator", "_PythonDecoratedOperator")


def _returns_something(node: ast.AST) -> bool:
    is_return = isinstance(node, ast.Return) and node.value is not None
    return is_return and not (isinstance(node.value, ast.Constant) and node.value.value is None)  # type: ignore[attr-defined]
