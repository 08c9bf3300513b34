"""What the tests of Hamilton's collectors share: a module written down, built and tried in this very process."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from hypothesis.configuration import set_hypothesis_home_dir

from windtunnel.collectors.dataflows import collect_dataflow
from windtunnel.collectors.properties import collect_properties
from windtunnel.facts import DataflowFacts, PropertyFacts

_numbers = count()

WriteModule = Callable[[str], str]
Built = Callable[[str], DataflowFacts]
Tried = Callable[..., dict[str, PropertyFacts]]


@pytest.fixture(scope="session", autouse=True)
def _hypothesis_out_of_the_tree(tmp_path_factory: pytest.TempPathFactory) -> None:
    set_hypothesis_home_dir(tmp_path_factory.mktemp("hypothesis"))


@pytest.fixture
def write_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[WriteModule]:
    """Write a module with a name of its own below tmp_path, and have its name."""
    monkeypatch.syspath_prepend(str(tmp_path))
    before = set(sys.modules)

    def write(text: str) -> str:
        name = f"dataflow_{next(_numbers)}"
        (tmp_path / f"{name}.py").write_text(textwrap.dedent(text), encoding="utf-8")
        return name

    yield write
    for name in set(sys.modules) - before:
        if name.startswith("dataflow_"):
            del sys.modules[name]


@pytest.fixture
def built(write_module: WriteModule, tmp_path: Path) -> Built:
    """The dataflow of a module's text."""

    def build(text: str) -> DataflowFacts:
        name = write_module(text)
        return collect_dataflow(name, f"{name}.py", str(tmp_path))

    return build


@pytest.fixture
def tried(write_module: WriteModule, tmp_path: Path) -> Tried:
    """The properties of each function of a module's text, by node."""

    def collect(text: str, **options: object) -> dict[str, PropertyFacts]:
        name = write_module(text)
        found = collect_properties(name, f"{name}.py", str(tmp_path), **options)  # type: ignore[arg-type]
        return {facts.node: facts for facts in found}

    return collect
