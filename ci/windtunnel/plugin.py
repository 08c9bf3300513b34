"""The pytest plugin: one test item per subject and stage, off unless asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from windtunnel.settings import options

if TYPE_CHECKING:
    from windtunnel.collectors.dags import DagFile
    from windtunnel.collectors.modules import ModuleFile
    from windtunnel.facts import DagFacts, NodeFacts
    from windtunnel.findings import Finding
    from windtunnel.judging import Subject
    from windtunnel.settings import Settings
    from windtunnel.workbench import Workbench

_WORKBENCH = pytest.StashKey["Workbench"]()


class WindtunnelWarning(pytest.PytestWarning):
    """A finding that is not severe enough to fail a test."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """The settings of windtunnel, each with the prefix `--windtunnel-`."""
    group = parser.getgroup("windtunnel", "windtunnel: Airflow DAGs and Hamilton dataflows as tests")
    group.addoption("--windtunnel", action="store_true", help="Collect DAGs and dataflows as tests.")
    parser.addini("windtunnel", "Collect DAGs and dataflows as tests.", type="bool", default=False)
    for option in _offered():
        group.addoption(f"--windtunnel-{option.flag[2:]}", dest=_dest(option), metavar=option.metavar, help=option.help)


def _offered() -> Iterator[Any]:
    return (option for option in options() if not option.report)


def _dest(option: Any) -> str:
    return f"windtunnel_{option.name}"


def pytest_configure(config: pytest.Config) -> None:
    """Read the settings, and add what they find to the paths to collect, where the user has named none."""
    if not (config.getoption("--windtunnel") or config.getini("windtunnel")):
        return
    from windtunnel.errors import UsageError
    from windtunnel.workbench import Workbench

    try:
        bench = Workbench(_settings(config))
    except UsageError as error:
        raise pytest.UsageError(f"windtunnel: {error}") from error
    config.stash[_WORKBENCH] = bench
    if config.args_source is pytest.Config.ArgsSource.TESTPATHS:
        config.args += [str(path) for path in bench.paths]


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the child processes."""
    if bench := config.stash.get(_WORKBENCH, None):
        bench.close()


def _settings(config: pytest.Config) -> Settings:
    from windtunnel.settings import Settings, read_pyproject

    root = config.rootpath
    given = {option: config.getoption(_dest(option)) for option in _offered()}
    chosen = {
        option.name: option.read(value, f"--windtunnel-{option.flag[2:]}")
        for option, value in given.items()
        if value is not None
    }
    return replace(Settings(root), **{**read_pyproject(root), **chosen})


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """A collector for each DAG file and each Hamilton module."""
    bench = parent.config.stash.get(_WORKBENCH, None)
    if bench is None:
        return None
    if dag_file := bench.dag_file(file_path):
        return _DagFileNode.from_parent(parent, path=file_path, bench=bench, dag_file=dag_file)
    if module := bench.module(file_path):
        return _ModuleNode.from_parent(parent, path=file_path, bench=bench, module=module)
    return None


@pytest.hookimpl(tryfirst=True)
def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Keep pytest from importing a DAG file or a module in its own process, as it does with a path that is named."""
    bench = parent.config.stash.get(_WORKBENCH, None)
    if bench is not None and (bench.dag_file(module_path) or bench.module(module_path)):
        return _Nothing.from_parent(parent, path=module_path)
    return None


class _Nothing(pytest.File):
    def collect(self) -> Iterable[pytest.Item]:
        return ()


class _DagFileNode(pytest.File):
    def __init__(self, *, bench: Workbench, dag_file: DagFile, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.bench, self.dag_file = bench, dag_file

    def collect(self) -> Iterable[pytest.Item | pytest.Collector]:
        facts = self.bench.loaded(self.dag_file)
        if self.bench.loads:
            yield _Stage.from_parent(self, name="load", line=1, subjects=lambda: self.bench.load_subjects(facts))
        if self.bench.runs:
            for dag in facts.dags:
                if not dag.unserializable:
                    yield _DagNode.from_parent(self, name=dag.dag_id, bench=self.bench, dag_file=self.dag_file, dag=dag)


class _DagNode(pytest.Collector):
    def __init__(self, *, bench: Workbench, dag_file: DagFile, dag: DagFacts, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.bench, self.dag_file, self.dag = bench, dag_file, dag

    def collect(self) -> Iterable[pytest.Item]:
        yield _Stage.from_parent(
            self,
            name="run",
            line=self.dag.location.line,
            subjects=lambda: self.bench.run_subjects(self.dag_file, self.dag),
        )


class _ModuleNode(pytest.File):
    def __init__(self, *, bench: Workbench, module: ModuleFile, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.bench, self.module = bench, module

    def collect(self) -> Iterable[pytest.Item | pytest.Collector]:
        facts = self.bench.built(self.module)
        if self.bench.builds:
            yield _Stage.from_parent(self, name="graph", line=1, subjects=lambda: self.bench.graph_subjects(facts))
        if self.bench.tries:
            by_function = {node.function: node for node in reversed(facts.nodes)}
            for node in sorted(by_function.values(), key=lambda node: node.location):
                yield _FunctionNode.from_parent(self, name=node.name, bench=self.bench, module=self.module, node=node)


class _FunctionNode(pytest.Collector):
    def __init__(self, *, bench: Workbench, module: ModuleFile, node: NodeFacts, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.bench, self.module, self.node = bench, module, node

    def collect(self) -> Iterable[pytest.Item]:
        yield _Stage.from_parent(
            self,
            name="properties",
            line=self.node.location.line,
            subjects=lambda: self.bench.property_subjects(self.module, self.node),
        )


class _Stage(pytest.Item):
    """One subject at one stage: it passes where no check has found anything severe."""

    def __init__(self, *, line: int, subjects: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._line, self._subjects = line, subjects

    def runtest(self) -> None:
        subjects: list[Subject] = list(self._subjects())
        severe, others = self.config.stash[_WORKBENCH].judge(subjects)
        for finding in others:
            self.warn(WindtunnelWarning(f"{finding.location}: {finding.code} {finding.message}"))
        if severe:
            raise _Findings(severe)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        if isinstance(excinfo.value, _Findings):
            return self.config.stash[_WORKBENCH].describe(excinfo.value.findings)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, self._line - 1, self.nodeid


class _Findings(Exception):
    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__(f"{len(findings)} findings")
        self.findings = findings
