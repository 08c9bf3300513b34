"""Which files are DAG files and which are Hamilton modules: found as Airflow finds them, without importing any."""

from __future__ import annotations

import ast
import os
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from windtunnel.collectors.dags import DagFile
from windtunnel.collectors.modules import ModuleFile
from windtunnel.errors import UsageError
from windtunnel.settings import Settings

DAG_FOLDER = "dags"
_FOREIGN = {"node_modules", "site-packages", "dist-packages", "__pycache__", "build", "dist"}
_TESTS = {"test", "tests"}
_WRITES_DATAFLOWS = ("hamilton.function_modifiers", "hamilton.htypes")


@dataclass(frozen=True, slots=True)
class Found:
    """What there is to check, sorted by path."""

    dag_files: tuple[DagFile, ...]
    modules: tuple[ModuleFile, ...]

    @property
    def drives_hamilton(self) -> bool:
        """Whether a DAG of these may drive a dataflow."""
        return bool(self.modules) or any(b"hamilton" in _bytes(dag_file.file) for dag_file in self.dag_files)


def find_root(here: Path, paths: tuple[Path, ...] = ()) -> Path:
    """The repository to work in: the one that `here` stands in if all `paths` lie in it, else that of the first path.

    A repository is the nearest folder upwards with .git or a pyproject.toml; where there is none, the folder itself.
    """
    around = _repository_of(here)
    if around is not None and all(path.is_relative_to(around) for path in paths):
        return around
    start = paths[0] if paths else here
    return _repository_of(start) or (start if start.is_dir() else start.parent)


def _repository_of(path: Path) -> Path | None:
    marked = (p for p in (path, *path.parents) if (p / ".git").exists() or (p / "pyproject.toml").is_file())
    return next(marked, None)


def discover(settings: Settings) -> Found:
    """The DAG files and the Hamilton modules that the settings ask for; a UsageError for a path that is not there."""
    bases = [_existing(path, settings.root) for path in settings.paths] or [settings.root]
    folders = _dag_folders(settings, bases)
    dag_files = sorted(
        {file.file: file for file in _dag_files(folders, bases, settings)}.values(), key=lambda f: f.file
    )
    modules = {module.file: module for module in _modules(settings, bases, folders)}
    for dag_file in dag_files:
        modules.pop(dag_file.file, None)
    return Found(tuple(dag_files), tuple(module for _, module in sorted(modules.items())))


def _existing(path: str | Path, root: Path) -> Path:
    found = (root / path).resolve()
    if not found.exists():
        raise UsageError(f"{path}: no such file or folder")
    return found


# DAG files


def _dag_folders(settings: Settings, bases: list[Path]) -> list[Path]:
    if settings.dags:
        return [_existing(path, settings.root) for path in settings.dags]
    folders = [folder for base in bases for folder in _folders_of(base, settings.root)]
    return sorted(set(folders))


def _folders_of(base: Path, root: Path) -> Iterator[Path]:
    """The DAG folder above `base`, else those below it, else (for a path that the user named) `base` itself."""
    below_root = [parent for parent in (base, *base.parents) if parent.is_relative_to(root)]
    if above := [parent for parent in below_root if parent.name == DAG_FOLDER and parent.is_dir()]:
        yield above[-1]
    elif base.is_file():
        yield base.parent
    elif named := [folder for folder in _own_folders(base) if folder.name == DAG_FOLDER]:
        yield from (folder for folder in named if not any(parent in named for parent in folder.parents))
    else:
        yield base


def _own_folders(base: Path) -> Iterator[Path]:
    """`base` and the folders below it that hold the owner's code: no tests, environments, caches or hidden ones."""
    for folder, names, files in os.walk(base):
        if "pyvenv.cfg" in files:
            names.clear()
            continue
        names[:] = sorted(name for name in names if name not in _FOREIGN | _TESTS and not name.startswith("."))
        yield Path(folder)


def _dag_files(folders: list[Path], bases: list[Path], settings: Settings) -> Iterator[DagFile]:
    for folder in folders:
        home = folder if folder.is_dir() else folder.parent
        guessed = folder.name != DAG_FOLDER and not settings.dags and not settings.paths
        for file in sorted(_not_ignored(home)):
            wanted = any(file.is_relative_to(base) for base in [*bases, *([folder] if settings.dags else [])])
            inside = folder.is_dir() or file == folder
            if wanted and inside and might_hold_dag(file) and not (guessed and not _imports(file, "airflow")):
                yield DagFile(file, home, settings.root)


def might_hold_dag(file: Path) -> bool:
    """Airflow's safe mode: a zip archive, or a Python file whose bytes speak of airflow and of a dag or an asset."""
    if file.suffix != ".py":
        return zipfile.is_zipfile(file)
    text = _bytes(file).lower()
    return b"airflow" in text and (b"dag" in text or b"asset" in text)


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        return b""


@dataclass(frozen=True, slots=True)
class _Ignore:
    """One line of an .airflowignore, which is written like a line of a .gitignore."""

    matcher: re.Pattern[str]
    ignores: bool
    relative_to: Path | None
    folders_only: bool

    def speaks_of(self, path: Path) -> bool:
        is_folder = path.is_dir()
        if self.folders_only and not is_folder:
            return False
        shown = path.relative_to(self.relative_to).as_posix() if self.relative_to else path.name
        return self.matcher.match(shown + "/" * is_folder) is not None


def _not_ignored(
    folder: Path, inherited: tuple[_Ignore, ...] = (), seen: frozenset[Path] = frozenset()
) -> Iterator[Path]:
    """The files below a DAG folder that no .airflowignore hides; links are followed, once each."""
    if folder.resolve() in seen:
        return
    rules = inherited + tuple(_ignores(folder))
    for entry in sorted(folder.iterdir()):
        verdicts = [rule.ignores for rule in rules if rule.speaks_of(entry)]
        if entry.name == ".airflowignore" or (verdicts and verdicts[-1]):
            continue
        if entry.is_dir():
            yield from _not_ignored(entry, rules, seen | {folder.resolve()})
        elif entry.is_file():
            yield entry


def _ignores(folder: Path) -> Iterator[_Ignore]:
    pattern_class = _gitignore_pattern()
    for raw in _bytes(folder / ".airflowignore").decode(errors="replace").split("\n"):
        line = re.sub(r"\s*#.*", "", raw)
        if line.strip() in ("", "/"):
            continue
        pattern = pattern_class(line)
        if pattern.include is not None:
            anchored = line.startswith("/") or "/" in line.rstrip("/")
            yield _Ignore(pattern.regex, pattern.include, folder if anchored else None, line.rstrip().endswith("/"))


def _gitignore_pattern() -> Any:
    try:
        from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern
    except ImportError:  # pathspec before 1.0
        from pathspec.patterns.gitwildmatch import GitWildMatchPattern

        return GitWildMatchPattern
    return GitIgnoreSpecPattern


# Hamilton modules


def _modules(settings: Settings, bases: list[Path], dag_folders: list[Path]) -> Iterator[ModuleFile]:
    if settings.modules:
        given = [_existing(path, settings.root) for path in settings.modules]
        for file in _python_files(given):
            yield _module_file(file, settings.root, dag_folders)
        return
    for file in _python_files(bases):
        if _imports(file, *_WRITES_DATAFLOWS) and not _imports(file, "airflow"):
            yield _module_file(file, settings.root, dag_folders)
        for driven in _driven_modules(file, [settings.root, *dag_folders]):
            if any(driven.is_relative_to(base) for base in bases):
                yield _module_file(driven, settings.root, dag_folders)


def _python_files(bases: Iterable[Path]) -> Iterator[Path]:
    for base in bases:
        if base.is_file():
            yield from [base] if base.suffix == ".py" else []
        else:
            for folder in _own_folders(base):
                yield from (file for file in sorted(folder.glob("*.py")) if file.name != "__init__.py")


def _module_file(file: Path, root: Path, dag_folders: list[Path]) -> ModuleFile:
    """The module under the name by which the owner's code imports it: from a DAG folder, `src` or the root."""
    homes = (*dag_folders, root / "src", root)
    home = next((home for home in homes if file.is_relative_to(home)), file.parent)
    return ModuleFile(".".join(file.relative_to(home).with_suffix("").parts), file, home, root)


def _tree(file: Path) -> ast.Module | None:
    try:
        return ast.parse(file.read_bytes())
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _imports(file: Path, *modules: str) -> bool:
    """Whether importing the file imports one of the modules, or something of it."""
    if not any(module.partition(".")[0].encode() in _bytes(file) for module in modules):
        return False
    tree = _tree(file)
    imported = {name for node in _at_import(tree) for name in _imported(node)} if tree else set()
    return any(name == module or name.startswith(module + ".") for name in imported for module in modules)


def _at_import(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a module that are executed when it is imported: those outside its functions."""
    yield node
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        for child in ast.iter_child_nodes(node):
            yield from _at_import(child)


def _imported(node: ast.AST) -> Iterator[str]:
    """The full names that an import statement could mean: a module, or a member of one."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
        yield node.module
        yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _driven_modules(file: Path, homes: list[Path]) -> Iterator[Path]:
    """The files of the modules that a file gives to a Hamilton driver."""
    if b"hamilton" not in _bytes(file):
        return
    tree = _tree(file)
    nodes = list(ast.walk(tree)) if tree else []
    names = dict(pair for node in nodes for pair in _bound(node))
    for node in nodes:
        for argument in _driven(node):
            parts = names.get(argument, argument).split(".")
            yield from (path for home in homes if (path := home.joinpath(*parts).with_suffix(".py")).is_file())


def _bound(node: ast.AST) -> Iterator[tuple[str, str]]:
    """(local name, full name) for each name that an import statement binds."""
    if isinstance(node, ast.Import):
        yield from ((alias.asname or alias.name, alias.name) for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module:
        yield from ((alias.asname or alias.name, f"{node.module}.{alias.name}") for alias in node.names)


def _driven(node: ast.AST) -> Iterator[str]:
    """The names of the modules in a call of Builder.with_modules, or of Driver behind its config."""
    if isinstance(node, ast.Call):
        called = getattr(node.func, "attr", getattr(node.func, "id", ""))
        arguments = {"with_modules": node.args, "Driver": node.args[1:], "AsyncDriver": node.args[1:]}.get(called, [])
        yield from (ast.unparse(argument) for argument in arguments if isinstance(argument, ast.Name | ast.Attribute))
