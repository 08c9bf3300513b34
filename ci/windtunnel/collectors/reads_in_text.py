"""What the text of Python files says that they will read: of the environment, and of Airflow's metadata."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from windtunnel.collectors.source import parsed
from windtunnel.facts import NeedKind

_MOST_FILES = 500


class Site(NamedTuple):
    """One place in the text at which something is read: in a function, or when the file is imported.

    `hook` is the full name of a hook of Airflow's that is made there, with its literal arguments; `name` is then "".
    """

    kind: NeedKind
    name: str
    line: int
    required: bool
    in_function: bool
    form: str = ""
    hook: str = ""
    positional: tuple[str | None, ...] = ()
    given: tuple[tuple[str, str | None], ...] = ()


def files_behind(files: Iterable[Path], homes: Iterable[Path]) -> dict[Path, ast.Module]:
    """The files, and those that they import, wherever in them, as far as they lie in one of the `homes`."""
    homes = tuple(homes)
    trees: dict[Path, ast.Module] = {}
    waiting = list(files)
    while waiting and len(trees) < _MOST_FILES:
        file = waiting.pop()
        if file not in trees:
            trees[file] = parsed(file)
            waiting += _imported(trees[file], file, homes)
    return trees


def _imported(tree: ast.Module, file: Path, homes: tuple[Path, ...]) -> Iterator[Path]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            places = [home.joinpath(*alias.name.split(".")) for home in homes for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = [file.parents[node.level - 1]] if 0 < node.level <= len(file.parents) else homes
            bases = [base.joinpath(*filter(None, (node.module or "").split("."))) for base in above]
            places = [place for base in bases for place in (base, *(base / alias.name for alias in node.names))]
        else:
            continue
        for place in places:
            candidates = (place.with_name(f"{place.name}.py"), place / "__init__.py")
            yield from (found for found in candidates if found.is_file())


def sites_in(tree: ast.Module) -> tuple[Site, ...]:
    """All that the text reads under a name that it says."""
    reader = _Reader()
    for node in ast.walk(tree):
        reader.learn(node)
    reader.visit(tree)
    return tuple(
        site._replace(required=site.required and site.name not in reader.tested)
        for site in reader.sites
        if site.kind is not NeedKind.ENVIRONMENT or site.name not in reader.written
    )


@dataclass(slots=True)
class _Reader(ast.NodeVisitor):
    names: dict[str, str] = field(default_factory=dict)
    written: set[str] = field(default_factory=set)
    tested: set[str] = field(default_factory=set)
    sites: list[Site] = field(default_factory=list)
    _functions: int = 0
    _guards: int = 0

    def learn(self, node: ast.AST) -> None:
        """Names that are bound by imports, and variables that are set or looked for: these are no need."""
        if isinstance(node, ast.Import):
            self.names.update({alias.asname: alias.name for alias in node.names if alias.asname})
        elif isinstance(node, ast.ImportFrom):
            self.names.update({alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names})
        elif (
            isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Load) and self._is_environment(node.value)
        ):
            self.written.add(_literal(node.slice) or "")
        elif isinstance(node, ast.Compare) and self._is_environment(node.comparators[0]):
            self.tested.add(_literal(node.left) or "")

    def _full(self, node: ast.expr) -> str:
        if isinstance(node, ast.Attribute):
            return f"{self._full(node.value)}.{node.attr}"
        return self.names.get(node.id, node.id) if isinstance(node, ast.Name) else ""

    def _is_environment(self, node: ast.expr) -> bool:
        return self._full(node) == "os.environ"

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> None:
        """What stands in a function is read when it is called."""
        self._functions += 1
        self.generic_visit(node)
        self._functions -= 1

    visit_AsyncFunctionDef = visit_Lambda = visit_FunctionDef  # noqa: N815  the names of ast

    def visit_Try(self, node: ast.Try) -> None:
        """Whoever catches the error can do without."""
        caught = [ast.unparse(handler.type) if handler.type else "Exception" for handler in node.handlers]
        guards = any(word in kinds for kinds in caught for word in ("KeyError", "LookupError", "Exception"))
        self._guards += guards
        for statement in node.body:
            self.visit(statement)
        self._guards -= guards
        for part in (*node.handlers, *node.orelse, *node.finalbody):
            self.visit(part)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        """`os.environ["X"]`."""
        if self._is_environment(node.value) and isinstance(node.ctx, ast.Load):
            self._note(NeedKind.ENVIRONMENT, node, _literal(node.slice))
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        """The functions that read, and hooks."""
        full = self._full(node.func)
        first = _literal(node.args[0]) if node.args else None
        named = {keyword.arg: keyword.value for keyword in node.keywords if keyword.arg}
        if full in ("os.getenv", "os.environ.get"):
            self._note(NeedKind.ENVIRONMENT, node, first or _literal(named.get("key")), required=False)
        elif full.startswith("airflow.") and full.endswith(".Variable.get"):
            has_default = len(node.args) > 1 or not named.keys().isdisjoint(("default", "default_var"))
            form = "json" if getattr(named.get("deserialize_json"), "value", False) is True else ""
            self._note(NeedKind.VARIABLE, node, first or _literal(named.get("key")), not has_default, form)
        elif full.endswith((".get_connection", ".Connection.get", ".get_connection_from_secrets")):
            self._note(NeedKind.CONNECTION, node, first or _literal(named.get("conn_id")))
        elif self._functions:
            self._note_hook(node, full, named)
        self.generic_visit(node)

    def _note_hook(self, node: ast.Call, full: str, named: dict[str, ast.expr]) -> None:
        if full.startswith("airflow.") and full.endswith("Hook"):
            given = tuple((name, _literal(value)) for name, value in named.items())
            positional = tuple(_literal(value) for value in node.args)
            required = not self._guards
            self.sites.append(
                Site(
                    NeedKind.CONNECTION, "", node.lineno, required, True, hook=full, positional=positional, given=given
                )
            )
            return
        for name, value in named.items():
            if name.endswith("conn_id"):
                self._note(NeedKind.CONNECTION, node, _literal(value))

    def _note(self, kind: NeedKind, node: ast.expr, name: str | None, required: bool = True, form: str = "") -> None:
        if name and "{" not in name:
            self.sites.append(Site(kind, name, node.lineno, required and not self._guards, self._functions > 0, form))


def _literal(node: ast.expr | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None
