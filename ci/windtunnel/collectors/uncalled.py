"""Functions under @task that nothing calls, where the text leaves no doubt that it was forgotten."""

from __future__ import annotations

import ast
import contextlib
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from windtunnel.collectors.failures import is_users
from windtunnel.collectors.source import nodes_of, parsed

_DECORATORS = {"task", "task_group", "setup", "teardown"}
_INDIRECT = {"globals", "locals", "vars", "getattr", "eval", "exec"}
Decorated = ast.FunctionDef | ast.AsyncFunctionDef


def uncalled_tasks(file: Path, root: Path) -> tuple[tuple[str, int], ...]:
    """The functions under `@task`, and their lines, that no line of the file mentions again.

    One at the top of the file may be for others: it is left out where another file below `root` speaks of it.
    """
    tree = parsed(file)
    nodes = nodes_of(tree)
    known = _airflow_names(nodes)
    made = [node for node in nodes if isinstance(node, Decorated) and _makes_task(node, known)]
    if not made:
        return ()
    loaded = [node for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)]
    registering = {id(name) for node in nodes for name in _globals_written(node)}
    mentioned = {node.id for node in loaded if id(node) not in registering}
    mentioned |= {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    exported = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    unmentioned = [node for node in made if node.name not in mentioned]
    if mentioned & _INDIRECT or not unmentioned:
        return ()
    forgotten = [node for node in _inside_dags(nodes) if node in unmentioned]
    top = [node for node in unmentioned if node in tree.body]
    lone = [node for node in top if node.name not in exported and node not in forgotten]
    forgotten += [node for node in lone if not _spoken_of(node.name, file, root)]
    return tuple(sorted(((node.name, node.lineno) for node in forgotten), key=lambda found: found[1]))


def _globals_written(node: ast.AST) -> Iterator[ast.AST]:
    """The name in `globals()["x"] = ...`, which says where DAGs go and reads nothing."""
    if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store) and isinstance(node.value, ast.Call):
        yield node.value.func


def _airflow_names(nodes: Sequence[ast.AST]) -> set[str]:
    """The names that stand for something of Airflow's in this file."""
    imports = [node for node in nodes if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("airflow")]
    plain = [alias for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    named = {alias.asname or alias.name for node in imports for alias in node.names}
    return named | {a.asname or a.name.partition(".")[0] for a in plain if a.name.startswith("airflow")}


def _makes_task(node: Decorated, known: set[str]) -> bool:
    """Whether the only decorator is Airflow's: what another one does with the function is not known."""
    if len(node.decorator_list) != 1:
        return False
    decorator = node.decorator_list[0]
    name = ast.unparse(decorator.func if isinstance(decorator, ast.Call) else decorator).split(".")
    return name[0] in known and bool(_DECORATORS & set(name))


def _inside_dags(nodes: Iterable[ast.AST]) -> Iterator[Decorated]:
    """The functions that are defined inside a function under `@dag`, or inside a `with DAG(...)`."""
    for node in nodes:
        is_dag = isinstance(node, Decorated) and any(_calls(each, "dag") for each in node.decorator_list)
        if is_dag or (isinstance(node, ast.With) and any(_calls(item.context_expr, "DAG") for item in node.items)):
            yield from (inner for inner in ast.walk(node) if isinstance(inner, Decorated) and inner is not node)


def _calls(node: ast.expr, name: str) -> bool:
    function = node.func if isinstance(node, ast.Call) else node
    return name == getattr(function, "attr", getattr(function, "id", ""))


def _spoken_of(name: str, file: Path, root: Path) -> bool:
    """Whether another Python file of the repository has the word, or imports everything from this one."""
    spoken = re.compile(rf"\b(?:{re.escape(name)}\b|{re.escape(file.stem)}\s+import\s+\*)".encode())
    return any(spoken.search(text) for text in _other_texts(file, root))


def _other_texts(file: Path, root: Path) -> Iterator[bytes]:
    for place, folders, names in os.walk(root):
        folders[:] = [name for name in folders if not name.startswith(".") and is_users(Path(place, name), root)]
        for other in (Path(place, name) for name in names if name.endswith(".py")):
            if other != file and other.is_file():
                with contextlib.suppress(OSError):
                    yield other.read_bytes()
