"""What a Python file says of itself without being run: what it imports, and which modules it gives to a driver."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path


class PythonText:
    """One file, read once and parsed at most once; one that cannot be read or parsed says nothing."""

    def __init__(self, file: Path) -> None:
        self._file = file

    @cached_property
    def text(self) -> bytes:
        """The bytes of the file."""
        try:
            return self._file.read_bytes() if self._file.is_file() else b""  # to read a named pipe would wait for ever
        except OSError:
            return b""

    def imports(self, *modules: str) -> bool:
        """Whether importing the file imports one of the modules, or something of it."""
        if not any(module.partition(".")[0].encode() in self.text for module in modules):
            return False
        return any(name == module or name.startswith(module + ".") for name in self.imported() for module in modules)

    def imported(self) -> frozenset[str]:
        """The full names of what importing the file imports: modules, or members of them."""
        return frozenset(name for node in at_import(self._tree) for name in _imported(node))

    def import_words(self) -> set[str]:
        """All parts of the dotted names that the file imports, anywhere, relative ones too."""
        nodes = [node for node in ast.walk(self._tree) if isinstance(node, ast.Import | ast.ImportFrom)]
        names = [alias.name for node in nodes for alias in node.names]
        names += [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)]
        return {word for name in names for word in name.split(".")}

    def uses(self, *modules: str) -> bool:
        """Whether importing the file does something with one of the modules: decorates, annotates, calls.

        A helper that only its functions use them in is no dataflow, and the methods of a class are no nodes.
        """
        if not self.imports(*modules):
            return False
        statements = list(at_import(self._tree))
        names = {name for node in statements for name, full in _names(node) if full.startswith(modules)}
        methods = {id(method) for node in statements if isinstance(node, ast.ClassDef) for method in node.body}
        evaluated = (inner for node in statements if id(node) not in methods for inner in _evaluated(node))
        return "*" in names or any(isinstance(node, ast.Name) and node.id in names for node in evaluated)

    def may_make_dag(self, homes: Iterable[Path]) -> bool:
        """Whether the file at its top calls something of a module in one of the `homes`, or of one that is about DAGs.

        Defining functions and classes, with their decorators, is no call.
        """
        statements = [node for node in self._tree.body if not isinstance(node, _DEFINITIONS)]
        calls = [node for statement in statements for node in at_import(statement) if isinstance(node, ast.Call)]
        if not calls:
            return False
        bound = {name for node in self._tree.body for name, place in self._bound(node, homes) if _is_module(place)}
        about = {name for node in self._tree.body for name, full in _names(node) if "dag" in full.lower()}
        return any(ast.unparse(call.func).partition(".")[0] in bound | about for call in calls)

    def driven(self, homes: Iterable[Path]) -> Iterator[Path]:
        """The files of the modules that are given to a Hamilton driver, as far as they lie in one of the `homes`."""
        if b"hamilton" not in self.text:
            return
        nodes = list(ast.walk(self._tree))
        bound = [pair for node in nodes for pair in self._bound(node, homes)]
        lists = dict(pair for node in nodes for pair in _assigned_lists(node))
        for argument in (argument for node in nodes for argument in _arguments(node, lists)):
            yield from _module_files(argument, bound)

    def driven_together(self, homes: Iterable[Path]) -> Iterator[tuple[int, tuple[Path, ...]]]:
        """(line, files) for each driver that is given several modules of the `homes` in one expression.

        Nothing of a file that speaks of overrides: there one module may replace nodes of another, or a value may.
        """
        if b"hamilton" not in self.text or b"overrides" in self.text:
            return
        nodes = list(ast.walk(self._tree))
        bound = [pair for node in nodes for pair in self._bound(node, homes)]
        chained: set[int] = set()
        for node in (node for node in nodes if isinstance(node, ast.Call) and id(node) not in chained):
            calls = list(_chain(node))
            chained.update(map(id, calls))
            given = [argument for call in reversed(calls) for argument in _arguments(call, {})]
            places = [set(_module_files(argument, bound)) for argument in given]
            files = tuple(dict.fromkeys(file for found in places if len(found) == 1 for file in found))
            if len(files) > 1:
                yield node.lineno, files

    @cached_property
    def _tree(self) -> ast.Module:
        try:
            return ast.parse(self.text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return ast.Module([], [])

    def _bound(self, node: ast.AST, homes: Iterable[Path]) -> Iterator[tuple[str, Path]]:
        """(name, where its module would lie without suffix) for each name that an import statement binds."""
        if isinstance(node, ast.Import):
            for alias in node.names:
                parts = alias.name.split(".") if alias.asname else alias.name.split(".")[:1]
                yield from ((alias.asname or parts[0], home.joinpath(*parts)) for home in homes)
        elif isinstance(node, ast.ImportFrom):
            above = [self._file.parents[node.level - 1]] if 0 < node.level <= len(self._file.parents) else homes
            parts = (node.module or "").split(".") if node.module else []
            yield from ((a.asname or a.name, home.joinpath(*parts, a.name)) for a in node.names for home in above)


_DEFINITIONS = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def _module_files(argument: ast.expr, bound: Iterable[tuple[str, Path]]) -> Iterator[Path]:
    """The files that a name, dotted or not, may mean where names are `bound` to places without suffix."""
    head, *rest = _unparsed(argument).split(".")
    for place in (place.joinpath(*rest) for name, place in bound if name == head):
        files = (place.with_name(place.name + ".py"), place / "__init__.py")
        yield from (file for file in files if file.is_file())


def _chain(call: ast.Call) -> Iterator[ast.Call]:
    """The call, and those on whose result it is called: `a().b().c()`, from the last to the first."""
    here: ast.expr = call
    while isinstance(here, ast.Call):
        yield here
        if not isinstance(here.func, ast.Attribute):
            return
        here = here.func.value


def _is_module(place: Path) -> bool:
    """Whether a module, a folder, or a name in a module lies at the place, given without suffix."""
    files = (file for at in (place, place.parent) for file in (at.with_name(at.name + ".py"), at / "__init__.py"))
    return place.is_dir() or any(file.is_file() for file in files)


def at_import(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes that are executed when the file is imported: not those in functions, nor those for type checkers."""
    waiting = [node]  # no recursion: an expression may be nested deeper than Python calls
    while waiting:
        here = waiting.pop()
        yield here
        if not isinstance(here, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            skipped = set(map(id, here.body)) if isinstance(here, ast.If) and _is_type_checking(here.test) else set()
            waiting += [child for child in ast.iter_child_nodes(here) if id(child) not in skipped]


def _is_type_checking(test: ast.expr) -> bool:
    return getattr(test, "attr", getattr(test, "id", "")) == "TYPE_CHECKING"


def _unparsed(node: ast.AST) -> str:
    """The text of a node; "" for one that is nested too deep to be written by hand."""
    try:
        return ast.unparse(node)
    except RecursionError:
        return ""


def _evaluated(node: ast.AST) -> Iterator[ast.AST]:
    """The node itself; of a function what is evaluated at its definition."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        for part in (*node.decorator_list, node.args, *filter(None, [node.returns])):
            yield from ast.walk(part)
    yield node


def _names(node: ast.AST) -> Iterator[tuple[str, str]]:
    """(local name, full name) for each name that an import statement binds."""
    if isinstance(node, ast.Import):
        yield from ((alias.asname or alias.name.partition(".")[0], alias.name) for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
        yield from ((alias.asname or alias.name, f"{node.module}.{alias.name}") for alias in node.names)


def _imported(node: ast.AST) -> Iterator[str]:
    """The full names that an import statement could mean: a module, or a member of one."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
        yield node.module
        yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _arguments(node: ast.AST, lists: dict[str, list[ast.expr]]) -> Iterator[ast.expr]:
    """The modules, as names, in a call of Builder.with_modules, or of Driver behind its config."""
    if isinstance(node, ast.Call):
        called = getattr(node.func, "attr", getattr(node.func, "id", ""))
        given = {"with_modules": node.args, "Driver": node.args[1:], "AsyncDriver": node.args[1:]}.get(called, [])
        every = (element for argument in given for element in _elements(argument, lists))
        yield from (element for element in every if isinstance(element, ast.Name | ast.Attribute))


def _elements(argument: ast.expr, lists: dict[str, list[ast.expr]]) -> list[ast.expr]:
    """The argument itself, or for `*modules` what the file has put into that list."""
    if not isinstance(argument, ast.Starred):
        return [argument]
    if isinstance(argument.value, ast.List | ast.Tuple):
        return argument.value.elts
    return lists.get(_unparsed(argument.value), [])


def _assigned_lists(node: ast.AST) -> Iterator[tuple[str, list[ast.expr]]]:
    if isinstance(node, ast.Assign) and isinstance(node.value, ast.List | ast.Tuple):
        yield from ((_unparsed(target), node.value.elts) for target in node.targets)
