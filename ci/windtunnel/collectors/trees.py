"""The files where a save may write: what lies there, and how to put it back."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from stat import S_ISLNK, S_ISREG

_MOST_FILES = 2000
_MOST_BYTES = 64 << 20
_PASSED_OVER = ("__pycache__", ".git")
Stamp = tuple[int, int, int]


class TooMuch(Exception):
    """There are more files than can be put back for every kill."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A file as it was: its bytes, or where it leads if it is a link. `stamp` changes whenever somebody writes it."""

    content: bytes
    stamp: Stamp
    mode: int
    link: str = ""


@dataclass(frozen=True, slots=True)
class Tree:
    """What lies on a ground at one moment, by path."""

    files: Mapping[str, Entry]
    folders: frozenset[str]

    def read(self, path: str) -> bytes | None:
        """What a reader of the path finds; None where nothing is."""
        for _ in range(10):
            entry = self.files.get(path)
            if entry is None or not entry.link:
                return entry.content if entry else None
            path = os.path.normpath(os.path.join(os.path.dirname(path), entry.link))  # noqa: PTH118 PTH120
        return None

    def changed(self, before: Tree) -> list[str]:
        """The paths that were written since, whether that changed them or not."""
        known = before.files
        return sorted(path for path, seen in self.files.items() if path not in known or known[path].stamp != seen.stamp)


@dataclass(slots=True)
class Ground:
    """Where to look: all that lies below `folders`, which are our own, and elsewhere what belongs to `paths`.

    That is the file, what lies beside it under a name that has its own in it, and of the `whole` all that is below.
    Nothing else is touched: others may be at work there. What has not changed since it was last read is not read again.
    """

    folders: tuple[str, ...] = ()
    paths: set[str] = field(default_factory=set)
    whole: set[str] = field(default_factory=set)
    _known: dict[str, Entry] = field(default_factory=dict)

    def add(self, paths: Iterable[str], *, whole: bool = False) -> None:
        """Look there too; `whole` where they may be folders that are written as one."""
        for path in map(os.path.realpath, paths):
            if not any(Path(path).is_relative_to(folder) for folder in self.folders):
                (self.whole if whole else self.paths).add(path)

    def tree(self) -> Tree:
        """What lies there now; raises TooMuch."""
        files: dict[str, Entry] = {}
        folders: set[str] = set()
        size = 0
        for path in self._walk(folders):
            entry = self._entry(path)
            if entry is not None:
                files[path] = entry
                size += len(entry.content)
            if len(files) > _MOST_FILES or size > _MOST_BYTES:
                raise TooMuch(f"more than {_MOST_FILES} files or {_MOST_BYTES >> 20} MiB lie where it writes")
        self._known = files
        return Tree(files, frozenset(folders))

    def restore(self, tree: Tree) -> Tree:
        """Put everything back as it was. What lies there then."""
        now = self.tree()
        for path in now.files.keys() - tree.files.keys():
            Path(path).unlink()
        for folder in sorted(now.folders - tree.folders, reverse=True):
            shutil.rmtree(folder, ignore_errors=True)
        for folder in sorted(tree.folders - now.folders):
            Path(folder).mkdir(parents=True, exist_ok=True)
        for path, entry in tree.files.items():
            if (there := now.files.get(path)) is None or there.stamp != entry.stamp:
                _write(Path(path), entry, there)
        return self.tree()

    def _walk(self, folders: set[str]) -> Iterator[str]:
        for root in (*self.folders, *sorted(self.whole)):
            yield from _below(root, folders)
        for path in sorted(self.paths | self.whole):
            yield from _near(path, folders)

    def _entry(self, path: str) -> Entry | None:
        try:
            seen = os.lstat(path)
            stamp = (seen.st_mtime_ns, seen.st_size, seen.st_ino)
            known = self._known.get(path)
            if known is not None and known.stamp == stamp:
                return known
            if S_ISLNK(seen.st_mode):
                return Entry(b"", stamp, seen.st_mode, str(Path(path).readlink()))
            if not S_ISREG(seen.st_mode):
                return None
            if seen.st_size > _MOST_BYTES:
                raise TooMuch(f"{path} has more than {_MOST_BYTES >> 20} MiB")
            return Entry(Path(path).read_bytes(), stamp, seen.st_mode)
        except OSError:  # it has just gone, or nobody may read it
            return None


def _below(root: str, folders: set[str]) -> Iterator[str]:
    for place, inner, names in os.walk(root):
        inner[:] = [name for name in inner if name not in _PASSED_OVER]
        if place in folders:
            inner[:] = []
            continue
        folders.add(place)
        yield from (os.path.join(place, name) for name in names)  # noqa: PTH118  thousands of times


def _near(path: str, folders: set[str]) -> Iterator[str]:
    """The file, and what has its name: what is written aside, what a database keeps. A folder has nothing near it."""
    file = Path(path)
    if not file.name or file.is_dir():
        return
    try:
        beside = list(os.scandir(file.parent))
    except OSError:
        return
    for one in beside:
        has_whole_name = file.name in one.name
        if one.is_dir(follow_symlinks=False):
            if has_whole_name and file.suffix:
                yield from _below(one.path, folders)
        elif has_whole_name or Path(one.name).stem.lstrip("._") == file.stem:
            yield one.path


def _write(path: Path, entry: Entry, there: Entry | None) -> None:
    """Over what is there, where that is a file: whoever has it open sees what lies there. It is as old as it was."""
    if there is not None and (there.link or entry.link):
        path.unlink()
    path.parent.mkdir(parents=True, exist_ok=True)
    if entry.link:
        path.symlink_to(entry.link)
    else:
        path.write_bytes(entry.content)
        path.chmod(entry.mode & 0o7777)
        os.utime(path, ns=(entry.stamp[0], entry.stamp[0]))
