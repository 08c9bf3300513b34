"""What lies in a store that the task has reached through fsspec, where the same process may ask it."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from windtunnel.collectors.effects import Effects
from windtunnel.collectors.executions import Saved

_READ_AT_MOST = 16 * 1024 * 1024  # bytes; a store may be slow
_LOCAL = ("file", "local")
IN_MEMORY = "memory://"


class Found(NamedTuple):
    """An object as it is now: `size` is -1 where nothing is; `copy` is a file with what is in it, if it is small."""

    size: int
    copy: Path | None = None


def find(saved: Saved, url: str, effects: Effects) -> Found | None:
    """The object at a URL; None where no file system of this process has been there, or it cannot tell."""
    fsspec = sys.modules.get("fsspec")
    protocol = url.partition("://")[0]
    if fsspec is None or "::" in url or protocol in _LOCAL or effects.refused:
        return None
    with undisturbed(effects):
        try:
            return _find(fsspec, saved, url, protocol)
        except Exception:  # whatever the store's library raises: it cannot tell
            return None


def _find(fsspec: Any, saved: Saved, url: str, protocol: str) -> Found | None:
    options = saved.options.get("storage_options") or {}
    known = getattr(fsspec.get_filesystem_class(protocol), "_cache", {})  # a new one might look for secrets
    if not known:
        return None
    before = len(known)
    system, path = fsspec.core.url_to_fs(url, **options)
    if len(known) != before:
        return None
    system.invalidate_cache()
    try:
        seen = system.info(path)
    except FileNotFoundError:
        return Found(-1)
    size = seen.get("size")
    if seen.get("type") != "file" or not isinstance(size, int):
        return None
    if not 0 < size <= _READ_AT_MOST:
        return Found(size)
    copy = Path(tempfile.mkdtemp(prefix="object-"), PurePosixPath(path).name)
    copy.write_bytes(system.cat_file(path))
    return Found(size, copy)


@contextmanager
def undisturbed(effects: Effects) -> Iterator[None]:
    """What we ask for is not the task's wish."""
    culprits, refused = dict(effects.culprits), tuple(effects.refused)
    try:
        yield
    finally:
        effects.forget_refused()
        effects.refused.extend(refused)
        effects.culprits.update(culprits)
