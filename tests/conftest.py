"""What the slow tests share: one warm Airflow and one warm Hamilton for the whole session."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from windtunnel.engine import run
from windtunnel.pools import Pools
from windtunnel.report import Report
from windtunnel.settings import Settings
from windtunnel.settings_file import read_pyproject

# Begun first, the longest at the head, so that no worker is alone with one of them at the end.
LONGEST = ("test_kills.py", "test_fidelity.py", "test_cli.py", "test_plugin.py", "test_readme.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files first; all else stays in its order."""
    items.sort(key=lambda item: LONGEST.index(item.path.name) if item.path.name in LONGEST else len(LONGEST))


@pytest.fixture(scope="session", autouse=True)
def _memory_of_hypothesis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HYPOTHESIS_STORAGE_DIRECTORY", str(tmp_path_factory.mktemp("memory")))
        yield


@pytest.fixture(scope="session")
def pools() -> Iterator[Pools]:
    with Pools(Settings(Path(), jobs=2, max_memory=1536), hamilton=True, runs=True) as started:
        yield started


Repository = Callable[[Mapping[str, str]], Path]
Examine = Callable[..., Report]


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """Write a small repository down, text by path; a folder that holds a `dags` and is a root of its own."""

    def write(files: Mapping[str, str]) -> Path:
        for path, text in {"pyproject.toml": "", **files}.items():
            file = tmp_path / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        return tmp_path

    return write


@pytest.fixture
def examine(pools: Pools, repository: Repository) -> Examine:
    """The report on a small repository, by the real engine with real Airflow and real Hamilton."""

    def examine(files: Mapping[str, str], **settings: object) -> Report:
        root = repository(files)
        chosen = Settings(root, **{**read_pyproject(root), **settings})  # type: ignore[arg-type]
        return run(chosen, pools=None if chosen.env_file else pools)  # the shared ones know nothing of the file

    return examine
