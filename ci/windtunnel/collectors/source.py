"""Where things stand in the text of a file: DAG ids, task ids, functions."""

from __future__ import annotations

import ast
import re
import zipfile
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

_ARCHIVES = (".zip", ".egg")
_NAMING = ("task_id", "dag_id", "group_id")
_COPY = re.compile(r"__\d+$")


@dataclass(slots=True)
class SourceIndex:
    """Lines by name. A name that is composed at run time is not found; the caller then falls back on the file."""

    named: dict[str, int] = field(default_factory=dict)
    functions: dict[str, int] = field(default_factory=dict)
    dags: list[int] = field(default_factory=list)
    decorated: dict[str, int] = field(default_factory=dict)
    mentioned: set[str] = field(default_factory=set)
    dag_ids: list[str] = field(default_factory=list)
    _places: dict[str, list[int]] = field(default_factory=dict)
    _starts: list[int] = field(default_factory=list)

    @classmethod
    def of(cls, file: Path) -> SourceIndex:
        """The index of a Python file; an empty one where it cannot be read as Python."""
        index = cls()
        for node in walk_unless_main(parsed(file)):
            index._take(node)
        return index

    def _take(self, node: ast.AST) -> None:
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            self.mentioned.add(node.id)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            self.functions.setdefault(node.name, node.lineno)
            if any(_called_name(decorator) == "dag" for decorator in node.decorator_list):
                self.decorated[node.name] = node.lineno
            if any(
                isinstance(decorator, ast.Name | ast.Attribute) and _called_name(decorator) == "dag"
                for decorator in node.decorator_list
            ):
                self.dag_ids.append(node.name)
                self._starts.append(node.lineno)
            self._take_dag_calls(node.decorator_list, fallback=node.name)
        elif isinstance(node, ast.Call):
            if _called_name(node) in ("DAG", "dag"):
                self.dags.append(node.lineno)
                self._starts.append(node.lineno)
            if _called_name(node) == "DAG":
                self._take_dag_calls([node])
            names = [keyword.value for keyword in node.keywords if keyword.arg in _NAMING] or node.args[:1]
            for name in names:
                if isinstance(name, ast.Constant) and isinstance(name.value, str):
                    self.named.setdefault(name.value, node.lineno)
                    self._places.setdefault(name.value, []).append(node.lineno)

    def _take_dag_calls(self, nodes: Iterable[ast.expr], fallback: str = "") -> None:
        """Note the id that each call of DAG or dag gives: "" for one that only a run knows."""
        for node in nodes:
            if isinstance(node, ast.Call) and _called_name(node) in ("DAG", "dag"):
                given = [word.value for word in node.keywords if word.arg == "dag_id"] or node.args[:1]
                literal = [value.value for value in given if isinstance(value, ast.Constant)]
                self.dag_ids.append(str(literal[0]) if literal else "" if given else fallback)

    def uncalled_dags(self) -> tuple[tuple[str, int], ...]:
        """The functions under `@dag` that the file never mentions again, with their lines.

        What is said below `if __name__ == "__main__"` does not count: Airflow never gets there.
        """
        return tuple((name, line) for name, line in self.decorated.items() if name not in self.mentioned)

    def literal_dag_ids(self) -> tuple[str, ...] | None:
        """The ids of all DAGs that the text makes; None where it cannot be read, or leaves an id to the run."""
        return tuple(self.dag_ids) if self.dag_ids and "" not in self.dag_ids else None

    def dag_line(self, dag_id: str) -> int:
        """The line that gives a DAG its id; where the text does not say it, the first that makes a DAG, else 1."""
        return self.named.get(dag_id) or self.functions.get(dag_id) or min(self.dags, default=1)

    def named_line(self, task_id: str, dag_id: str) -> int | None:
        """The line that names a task of a DAG, be it above all DAGs; None where it names those of other DAGs only."""
        lines = self._places.get(task_id, [])
        own = self._part(self.dag_line(dag_id))
        within = [line for line in lines if self._part(line) == own]
        above = [line for line in lines if not self._part(line)]
        return next(iter(within or above), None)

    def _part(self, line: int) -> int:
        """The part of the file that a line lies in, each of which begins with a DAG; 0 for that above all DAGs."""
        return sum(start <= line for start in self._starts)

    def blamed_line(self, error: str) -> int:
        """The line of the DAG that an error of Airflow's own names; else the first that makes a DAG, else 1."""
        named = [dag_id for dag_id in self.dag_ids if dag_id and dag_id in error]
        return self.dag_line(max(named, key=len, default=""))

    def task_line(self, task_id: str) -> int | None:
        """The line that gives a task its id, with or without the prefix of its group and the suffix of a copy."""
        short = _COPY.sub("", task_id.rpartition(".")[2])
        for name in (task_id, short):
            if line := self.named.get(name) or self.functions.get(name):
                return line
        return None


def parsed(file: Path) -> ast.Module:
    """The tree of a Python file or of a member of an archive; an empty one where it cannot be read as Python.

    It is not to be changed: who asks for the same text gets the same tree.
    """
    try:
        return _tree(read_source(file))
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return ast.Module([], [])


@lru_cache(maxsize=16)
def _tree(source: bytes) -> ast.Module:
    return ast.parse(source)


@lru_cache(maxsize=16)
def nodes_of(tree: ast.Module) -> tuple[ast.AST, ...]:
    """All nodes of a tree, as `ast.walk` has them."""
    return tuple(ast.walk(tree))


def read_source(file: Path) -> bytes:
    """The bytes of a file, or of a member of an archive: `dags/pack.zip/report.py`. Raises OSError where it is not."""
    archive = holder_of(file)
    if archive is file or file.is_file():
        return file.read_bytes()
    try:
        with zipfile.ZipFile(archive) as opened:
            return opened.read(file.relative_to(archive).as_posix())
    except (KeyError, zipfile.BadZipFile) as error:
        raise FileNotFoundError(str(file)) from error


def holder_of(path: Path) -> Path:
    """The archive that the path leads into; the path itself where it leads into none."""
    if not any(ending in str(path) for ending in _ARCHIVES):  # nearly always
        return path
    return next((place for place in path.parents if place.suffix in _ARCHIVES), path)


def walk_unless_main(tree: ast.AST) -> Iterator[ast.AST]:
    """All nodes, but for those below `if __name__ == "__main__"`."""
    waiting = deque([tree])
    while waiting:
        node = waiting.popleft()
        yield node
        if isinstance(node, ast.If) and _is_main(node.test):
            waiting.extend(child for child in ast.iter_child_nodes(node) if child not in node.body)
        else:
            waiting.extend(ast.iter_child_nodes(node))


def _is_main(test: ast.expr) -> bool:
    return "__name__" in ast.unparse(test) and "__main__" in ast.unparse(test)


def _called_name(node: ast.expr) -> str:
    """The last part of the name that a decorator or a call uses: `dag` of `@dag`, `@dag(...)` and `sdk.dag(...)`."""
    function = node.func if isinstance(node, ast.Call) else node
    return str(getattr(function, "attr", getattr(function, "id", "")))


def line_of_deed(file: Path, deed: re.Pattern[str]) -> int | None:
    """The line of the first call, assignment or deletion that matches, of those least nested; None where none does.

    A call is matched as `name(arguments`, an assignment or deletion as `name=`.
    """
    try:
        return next((line for node in ast.walk(parsed(file)) for text, line in _deeds(node) if deed.search(text)), None)
    except RecursionError:  # text that is nested deeper than Python calls
        return None


def _deeds(node: ast.AST) -> Iterator[tuple[str, int]]:
    if isinstance(node, ast.Call):
        yield f"{ast.unparse(node.func)}({', '.join(map(ast.unparse, node.args))}", node.lineno
    elif isinstance(node, ast.Assign | ast.Delete):
        yield from ((f"{ast.unparse(target)}=", node.lineno) for target in node.targets)
    elif isinstance(node, ast.AugAssign):
        yield f"{ast.unparse(node.target)}=", node.lineno
