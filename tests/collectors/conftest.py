"""What the tests of Hamilton's collectors share: a module written down, built and tried in this very process."""

from __future__ import annotations

import importlib
import sys
import textwrap
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis.configuration import set_hypothesis_home_dir

from windtunnel.collectors.dataflows import collect_dataflow
from windtunnel.collectors.properties import collect_properties
from windtunnel.collectors.recorded import read_recorded
from windtunnel.collectors.replay import Replay
from windtunnel.collectors.value_keeper import ValueKeeper
from windtunnel.facts import DataflowFacts, PropertyFacts

_numbers = count()

WriteModule = Callable[[str], str]
Built = Callable[[str], DataflowFacts]
Tried = Callable[..., dict[str, PropertyFacts]]
Played = Callable[..., Replay]


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


@pytest.fixture
def played(write_module: WriteModule, tmp_path: Path) -> Played:
    """The dataflow of a module's text, executed by a driver, kept as a task keeps it, and ready to be played again."""

    def play(
        text: str,
        final_vars: list[str],
        inputs: dict[str, Any],
        config: dict[str, Any] | None = None,
        materializers: tuple[Any, ...] = (),
        **more: Any,
    ) -> Replay:
        from hamilton import driver

        module = importlib.import_module(write_module(text))
        folder = tmp_path / "recorded"
        folder.mkdir(exist_ok=True)
        keeper = ValueKeeper(folder, "dag", "task", -1)
        builder = driver.Builder().with_modules(module).with_config(config or {}).with_adapters(_teller(keeper))
        builder = builder.with_materializers(*materializers)
        builder.enable_dynamic_execution(allow_experimental_mode=True) if "Parallelizable" in text else None
        builder.build().execute(final_vars, inputs=inputs, **more)
        (path,) = keeper.keep()
        return Replay(read_recorded(path))

    return play


def _teller(keeper: ValueKeeper) -> Any:
    """An adapter that tells the keeper what windtunnel's recorder tells it in a task."""
    from hamilton.lifecycle import base

    class Teller(
        base.BasePostGraphConstruct, base.BasePreGraphExecute, base.BasePostNodeExecute, base.BasePostGraphExecute
    ):
        modules: Any = ()

        def post_graph_construct(self, *, modules: Any, **_: Any) -> None:
            self.modules = modules

        def pre_graph_execute(
            self, *, run_id: str, graph: Any, final_vars: list[str], inputs: Any, overrides: Any
        ) -> None:
            given = {"inputs": inputs, "overrides": overrides, "adapters": ()}
            keeper.begins(run_id, graph, self.modules, final_vars, given)

        def post_node_execute(self, *, run_id: str, node_: Any, success: bool, result: Any, **_: Any) -> None:
            if success:
                keeper.executed(run_id, node_, result)

        def post_graph_execute(self, *, run_id: str, success: bool, **_: Any) -> None:
            keeper.ended(run_id, well=success)

    return Teller()
