"""Which files are DAG files and which are Hamilton modules: found as Airflow finds them, without importing any."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from windtunnel.collectors.airflowignore import files_of, hidden_in
from windtunnel.collectors.dags import DagFile
from windtunnel.collectors.failures import relative
from windtunnel.collectors.modules import ModuleFile
from windtunnel.collectors.own_files import DAG_FOLDER, is_foreign, own_folders
from windtunnel.collectors.python_text import PythonText
from windtunnel.collectors.unseen import UnseenFile
from windtunnel.errors import UsageError
from windtunnel.findings import Location
from windtunnel.settings import Settings

_WRITES_DATAFLOWS = ("hamilton.function_modifiers", "hamilton.htypes")


@dataclass(frozen=True, slots=True)
class Found:
    """What there is to check, sorted by path.

    `drives_hamilton` says whether a DAG of these may drive a dataflow, `imports_hamilton` whether one of the files
    imports Hamilton before a task runs. `others` are the DAG files that nobody has asked for, where paths are named:
    the DAGs of these may trigger theirs. `driven_together` are the modules that one driver is given, and where.
    """

    dag_files: tuple[DagFile, ...]
    modules: tuple[ModuleFile, ...]
    drives_hamilton: bool
    imports_hamilton: bool = False
    others: tuple[DagFile, ...] = ()
    driven_together: tuple[tuple[Location, tuple[Path, ...]], ...] = ()


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
    ground = _Ground(settings.root, tuple(_existing("", settings.paths, settings.root)))
    folders = _dag_folders(settings, ground)
    dag_files = {
        file: DagFile(file, _folder_of(folder.path), settings.root)
        for folder in [*folders, *_strange_dag_folders(folders, settings, ground)]
        for file in _dag_files(folder, ground)
    }
    homes = [*(folder.path for folder in folders), settings.root / "src", settings.root]
    wanted = {file: dag_file for file, dag_file in sorted(dag_files.items()) if ground.holds(file)}
    given = _existing("modules", settings.modules, settings.root)
    modules = set(_given_modules(given, ground) if given else _modules(ground, homes)) - dag_files.keys()
    return Found(
        dag_files=tuple(wanted.values()),
        modules=tuple(_module_file(file, settings.root, homes) for file in sorted(modules)),
        drives_hamilton=bool(modules) or any(b"hamilton" in ground.read(file).text for file in wanted),
        imports_hamilton=any(ground.read(file).imports("hamilton") for file in wanted),
        others=tuple(dag_files[file] for file in sorted(dag_files.keys() - wanted.keys())),
        driven_together=tuple(_driven_together(ground, homes, modules)) if len(modules) > 1 else (),
    )


def dag_folders(settings: Settings) -> tuple[Path, ...]:
    """The DAG folders that the settings name, else those of the repository that are called so."""
    ground = _Ground(settings.root, ())
    return tuple(folder.path for folder in _dag_folders(settings, ground) if not folder.guessed)


def discover_unseen(settings: Settings) -> tuple[UnseenFile, ...]:
    """The files in DAG folders that may make a DAG and that Airflow passes over, though their owner may not know it."""
    ground = _Ground(settings.root, tuple(_existing("", settings.paths, settings.root)))
    folders = [folder for folder in _dag_folders(settings, ground) if not folder.guessed and folder.path.is_dir()]
    unseen = {
        found.file.file: found
        for folder in folders
        for found in (*_dropped(folder.path, ground), *_hidden(folder.path, ground))
        if ground.holds(found.file.file) and not _is_test(found.file.file)
    }
    return tuple(unseen.values())


def _dropped(dag_folder: Path, ground: _Ground) -> Iterator[UnseenFile]:
    """What safe mode drops, and what at its top calls something that may make a DAG."""
    homes = (ground.root, dag_folder, dag_folder.parent / "plugins")
    for file in files_of(dag_folder):
        if file.suffix == ".py" and not might_hold_dag(file, ground.read) and ground.read(file).may_make_dag(homes):
            yield UnseenFile(DagFile(file, dag_folder, ground.root))


def _hidden(dag_folder: Path, ground: _Ground) -> Iterator[UnseenFile]:
    """What a pattern hides by a part of its name."""
    for path, rule in hidden_in(dag_folder):
        if rule.cuts_a_word_of(path):
            place = Location(relative(rule.file, ground.root), rule.line)
            for file in _python_files([path], ground):
                if _surely_holds_dag(file, ground):
                    yield UnseenFile(DagFile(file, dag_folder, ground.root), rule.text, place)


@dataclass(frozen=True, slots=True)
class _Ground:
    """Where is searched: in the repository, and there in what the user has `named` (everything if that is empty)."""

    root: Path
    named: tuple[Path, ...]
    read: Callable[[Path], PythonText] = field(default_factory=lambda: cache(PythonText))
    folders: Callable[[Path], tuple[Path, ...]] = field(default_factory=lambda: cache(own_folders))

    def holds(self, file: Path) -> bool:
        return not self.named or any(file.is_relative_to(base) for base in self.named)


def _existing(key: str, paths: Iterable[str | Path], root: Path) -> list[Path]:
    # Not resolved: a file keeps the name under which it lies in the repository, link or not.
    found = {str(path): Path(os.path.normpath(root / path)) for path in paths}
    for shown, path in found.items():
        if not path.exists():
            raise UsageError(f"{key + ': ' if key else ''}{shown}: no such file or folder")
    return list(found.values())


# DAG files


@dataclass(frozen=True, slots=True)
class _DagFolder:
    """A DAG folder, or a DAG file that stands for one. Where it is only `guessed`, other things lie in it too."""

    path: Path
    guessed: bool = False


def _dag_folders(settings: Settings, ground: _Ground) -> list[_DagFolder]:
    """Those that the settings name, else those of the repository, whatever part of it is looked at."""
    if settings.dags:
        return [_DagFolder(path) for path in _existing("dags", settings.dags, settings.root)]
    return [_DagFolder(path) for path in _called_dags(ground.root, ground)] or [_guessed(ground)]


def _strange_dag_folders(known: list[_DagFolder], settings: Settings, ground: _Ground) -> Iterator[_DagFolder]:
    """A path that the user names, and that has nothing to do with the `known` folders, may well be one itself."""
    for base in () if settings.dags else ground.named:
        if not any(base.is_relative_to(folder.path) or folder.path.is_relative_to(base) for folder in known):
            yield from map(_DagFolder, _called_dags(base, ground) or [_folder_of(base)])


def _folder_of(path: Path) -> Path:
    return path if path.is_dir() else path.parent


def _called_dags(base: Path, ground: _Ground) -> list[Path]:
    """The DAG folders at or below `base`, known by their name, without those that lie in another."""
    named = [folder for folder in ground.folders(base) if folder.name == DAG_FOLDER]
    inner = [folder for folder in named if folder != base]  # a repository may itself be called dags
    outermost = [folder for folder in inner or named if not any(parent in inner for parent in folder.parents)]
    real_last = sorted(outermost, key=Path.is_symlink, reverse=True)  # a link to one of the others adds nothing
    return sorted({folder.resolve(): folder for folder in real_last}.values())


def _guessed(ground: _Ground) -> _DagFolder:
    """The folder in which all files that make DAGs lie, in a repository without a folder called dags."""
    files = _python_files([ground.root], ground)
    holders = [str(file.parent) for file in files if _surely_holds_dag(file, ground)]
    return _DagFolder(Path(os.path.commonpath(holders)) if holders else ground.root, guessed=True)


def _surely_holds_dag(file: Path, ground: _Ground) -> bool:
    return might_hold_dag(file, ground.read) and ground.read(file).imports("airflow") and not _is_test(file)


def _dag_files(folder: _DagFolder, ground: _Ground) -> Iterator[Path]:
    """What Airflow would load of a DAG folder; of a guessed one the named files, and those that import Airflow."""
    if folder.path.is_file():
        files: Iterable[Path] = [folder.path]
    else:
        files = files_of(folder.path, skip=is_foreign if folder.guessed else lambda _: False)
    for file in files:
        surely = not folder.guessed or file in ground.named or _surely_holds_dag(file, ground)
        if surely and might_hold_dag(file, ground.read):
            yield file


def might_hold_dag(file: Path, read: Callable[[Path], PythonText] = PythonText) -> bool:
    """Airflow's safe mode: a zip archive, or a Python file whose bytes speak of airflow and of a dag or an asset.

    A Python file that may not be read might hold anything: that it does not load has to be said.
    """
    if file.suffix == ".py" and file.is_file() and not os.access(file, os.R_OK):
        return True
    if not file.is_file() or zipfile.is_zipfile(file):
        return file.is_file()
    text = read(file).text.lower() if file.suffix == ".py" else b""
    return b"airflow" in text and (b"dag" in text or b"asset" in text)


# Hamilton modules


def _given_modules(given: Iterable[Path], ground: _Ground) -> Iterator[Path]:
    return filter(ground.holds, _python_files(given, ground))


def _modules(ground: _Ground, homes: list[Path]) -> Iterator[Path]:
    """Files that import what dataflows are written with, and files that any file here gives to a driver."""
    for file in _python_files(ground.named or [ground.root], ground):
        text = ground.read(file)
        if text.uses(*_WRITES_DATAFLOWS) and not text.imports("airflow") and not _is_test(file):
            yield file
    for file in _python_files(dict.fromkeys((ground.root, *ground.named)), ground):
        yield from filter(ground.holds, ground.read(file).driven([*homes, file.parent]))


def _driven_together(
    ground: _Ground, homes: list[Path], modules: set[Path]
) -> Iterator[tuple[Location, tuple[Path, ...]]]:
    """Where a driver is given several of the `modules`."""
    for file in _python_files(dict.fromkeys((ground.root, *ground.named)), ground):
        for line, given in ground.read(file).driven_together([*homes, file.parent]):
            known = tuple(module for module in given if module in modules)
            if len(known) > 1:
                yield Location(relative(file, ground.root), line), known


def _python_files(bases: Iterable[Path], ground: _Ground) -> Iterator[Path]:
    for base in bases:
        if base.is_file():
            yield from [base] if base.suffix == ".py" else []
        else:
            yield from (file for folder in ground.folders(base) for file in sorted(folder.glob("*.py")))


def _is_test(file: Path) -> bool:
    return file.name.startswith("test_") or file.name == "conftest.py"


def _module_file(file: Path, root: Path, homes: Iterable[Path]) -> ModuleFile:
    """The module under the name by which the owner's code imports it: from a DAG folder, `src` or the root."""
    place = file.parent if file.name == "__init__.py" else file.with_suffix("")
    home = next((home for home in homes if home in place.parents), place.parent)
    return ModuleFile(".".join(place.relative_to(home).parts), file, home, root)
