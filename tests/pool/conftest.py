"""A pool of which nothing may be left when it is closed, and hostile targets for it."""

from __future__ import annotations

import os
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import psutil
import pytest

from windtunnel.pool import Pool

_MARK = "WINDTUNNEL_TEST"


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What a template starts with: the hostile targets importable, and a mark on all that descends from it."""
    importable = os.pathsep.join(filter(None, [str(Path(__file__).parent), os.environ.get("PYTHONPATH")]))
    folders = {"PYTHONPATH": importable, "TMPDIR": str(tmp_path_factory.mktemp("temporary"))}
    return {**os.environ, **folders, _MARK: uuid.uuid4().hex}


@pytest.fixture(scope="module")
def processes(environment: dict[str, str]) -> Callable[[], list[psutil.Process]]:
    """The processes that bear the mark. One that was forked bears it whatever it does to os.environ."""

    def look() -> list[psutil.Process]:
        everybody = psutil.process_iter(["environ"])
        return [one for one in everybody if (one.info["environ"] or {}).get(_MARK) == environment[_MARK]]

    return look


@pytest.fixture(scope="module")
def open_pool(
    environment: dict[str, str], processes: Callable[[], list[psutil.Process]]
) -> Iterator[Callable[..., AbstractContextManager[Pool]]]:
    """A pool; when it is closed, no process, descriptor or folder of it is left."""

    @contextmanager
    def opened(warm_up: str = "hostile:warm_up", size: int = 2) -> Iterator[Pool]:
        before = psutil.Process().num_fds()
        try:
            with Pool(warm_up, environment=environment, size=size, max_memory=512) as pool:
                yield pool
        finally:
            assert processes() == []
            assert list(Path(environment["TMPDIR"]).iterdir()) == []
            assert psutil.Process().num_fds() == before

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", environment["TMPDIR"])
        yield opened


@pytest.fixture(scope="session")
def eventually() -> Callable[[Callable[[], bool]], bool]:
    """Whether something comes true within five seconds."""

    def wait(is_so: Callable[[], bool]) -> bool:
        give_up = time.monotonic() + 5
        while not is_so() and time.monotonic() < give_up:
            time.sleep(0.02)
        return is_so()

    return wait
