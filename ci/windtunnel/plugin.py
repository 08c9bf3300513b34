"""The pytest plugin: one test item per subject and stage, off unless asked for."""

from __future__ import annotations

import pickle
import re
import shutil
import sys
import warnings
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from windtunnel.errors import UsageError
from windtunnel.setting_kinds import Option
from windtunnel.settings import Settings, options
from windtunnel.settings_file import read_pyproject

if TYPE_CHECKING:
    from windtunnel.collectors.dags import DagFile
    from windtunnel.collectors.modules import ModuleFile
    from windtunnel.facts import RunFacts
    from windtunnel.findings import Finding
    from windtunnel.pools import Pools
    from windtunnel.single_runs import SingleRuns
    from windtunnel.workbench import Stage, Workbench

    WindtunnelRun = Callable[..., RunFacts]

_PREFIX = "--windtunnel-"
_READ = "windtunnel_read"
_NAME = "windtunnel_session"
_TESTS = re.compile(rb"^\s*(async\s+)?def test|^\s*class Test", re.MULTILINE)


class WindtunnelWarning(pytest.PytestWarning):
    """A finding that is not severe enough to fail a test."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """The settings of windtunnel, each with the prefix `--windtunnel-`."""
    group = parser.getgroup("windtunnel", "windtunnel: Airflow DAGs and Hamilton dataflows as tests")
    group.addoption("--windtunnel", action="store_true", help="Collect DAGs and dataflows as tests.")
    parser.addini("windtunnel", "Collect DAGs and dataflows as tests.", type="bool", default=False)
    for option in _offered():
        group.addoption(_flag(option), dest=_dest(option), metavar=option.metavar or None, help=option.help)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Where it was asked for: read the settings, discover, and take part in the session."""
    config = session.config
    if not (config.getoption("--windtunnel") or config.getini("windtunnel")):
        return
    from windtunnel.workbench import Workbench

    xdist: dict[str, Any] = getattr(config, "workerinput", {})
    try:
        settings = _settings(config)
        jobs = max(1, settings.jobs // xdist.get("workercount", 1))
        # What the controller has read comes from our own process, and every worker must collect the same.
        bench = Workbench(replace(settings, jobs=jobs), pickle.loads(xdist[_READ]) if xdist else None)  # noqa: S301
    except UsageError as error:
        raise pytest.UsageError(f"windtunnel: {_in_words_of_pytest(str(error))}") from error
    tests = _asked_for(config)
    if config.args_source is pytest.Config.ArgsSource.TESTPATHS:
        config.args += [str(path) for path in bench.paths if not _is_below(path, tests)]
    config.pluginmanager.register(_Session(bench, config, tests), _NAME)


@pytest.fixture(scope="session")
def _windtunnel_runs(pytestconfig: pytest.Config) -> Iterator[SingleRuns]:
    from windtunnel.single_runs import SingleRuns

    running: _Session | None = pytestconfig.pluginmanager.getplugin(_NAME)
    try:
        runs = SingleRuns(_settings(pytestconfig), None if running is None else running.pools)
    except UsageError as error:
        raise pytest.UsageError(f"windtunnel_run: {_in_words_of_pytest(str(error))}") from error
    with runs:
        yield runs


@pytest.fixture(scope="session")
def windtunnel_run(_windtunnel_runs: SingleRuns) -> WindtunnelRun:
    """Run a DAG of the repository as `windtunnel check` does, and return the facts of the run.

    `windtunnel_run("dag_id", conf={...})` gives states, logs, failures, driver executions and saves; a run that fails
    is returned too. By name it takes what the files in windtunnel.d give, and wins over them: connections, variables,
    environment, network, recording, date.
    """

    def run(dag_id: str, **given: Any) -> RunFacts:
        __tracebackhide__ = True
        try:
            facts = _windtunnel_runs.run(dag_id, **given)
        except UsageError as error:
            raise UsageError(str(error)) from None  # where the test stands is what the reader needs
        sys.stdout.write(facts.process.output)
        return facts

    return run


def _offered() -> tuple[Option, ...]:
    return tuple(option for option in options() if not option.report and not option.in_file)


def _flag(option: Option) -> str:
    return _PREFIX + option.flag[2:]


def _dest(option: Option) -> str:
    return f"windtunnel_{option.name}"


def _in_words_of_pytest(message: str) -> str:
    names = "|".join(option.flag[2:] for option in _offered())
    return re.sub(rf"(?<!\S)--(?=({names})\b)", _PREFIX, message)


def _settings(config: pytest.Config) -> Settings:
    """As on the command line: the options before pyproject.toml before the defaults."""
    from windtunnel.collectors.discovery import find_root

    invoked_in = config.invocation_params.dir
    # Without an ini file pytest's root is whatever the arguments have in common.
    here = config.rootpath if config.inipath else invoked_in
    root = find_root(here, tuple(path for path in _asked_for(config) if path.exists()))
    given = {option: config.getoption(_dest(option)) for option in _offered()}
    chosen = {option.name: option.read(value, _flag(option)) for option, value in given.items() if value is not None}
    for name in ("checks", "dags", "modules"):  # on the command line they are said from where the user stands
        if name in chosen:
            chosen[name] = tuple(str(invoked_in / path) for path in chosen[name])
    for name in {"env_file", "fixtures", "baseline"} & chosen.keys():
        chosen[name] = str(invoked_in / chosen[name])
    return replace(Settings(root), **{**read_pyproject(root), **chosen})


def _asked_for(config: pytest.Config) -> list[Path]:
    """The files and folders that pytest will collect from."""
    return [(config.invocation_params.dir / argument.partition("::")[0]).resolve() for argument in config.args]


def _is_below(path: Path, folders: Iterable[Path]) -> bool:
    return any(path.resolve().is_relative_to(folder) for folder in folders)


class _Session:
    """The hooks of a session in which windtunnel takes part."""

    def __init__(self, bench: Workbench, config: pytest.Config, tests: list[Path]) -> None:
        self._bench, self._tests = bench, tests
        self._asked_for = _asked_for(config)
        self._names_of_tests: list[str] = config.getini("python_files")

    @property
    def pools(self) -> Pools | None:
        """The child processes, where DAGs can be run in them."""
        return self._bench.pools_for_runs

    @pytest.hookimpl(wrapper=True)
    def pytest_collect_file(
        self, file_path: Path, parent: pytest.Collector
    ) -> Generator[None, list[pytest.Collector], list[pytest.Collector]]:
        """A collector for each DAG file and each Hamilton module, in the place of those that would import it."""
        collectors = yield
        file = self._bench.file_at(file_path)
        if file is None:
            return collectors
        self._expect(file, file_path)
        if not self._is_test_file(file_path):
            collectors = [collector for collector in collectors if not self._imports(file, collector)]
        # Not below `parent`, which may be a package: pytest imports the package of what it runs.
        return [*collectors, WindtunnelFile.from_parent(parent.session, path=file_path, bench=self._bench, file=file)]

    def _expect(self, file: DagFile | ModuleFile, path: Path) -> None:
        if _is_below(path, self._asked_for):
            self._bench.expect(file)

    def _is_test_file(self, path: Path) -> bool:
        """Whether pytest would find tests in the file without us: those are not taken away."""
        by_name = any(path.match(pattern) for pattern in self._names_of_tests) and _is_below(path, self._tests)
        return by_name and _TESTS.search(path.read_bytes()) is not None

    def _imports(self, file: DagFile | ModuleFile, collector: pytest.Collector) -> bool:
        """Whether the collector imports a DAG file; or a module, but for the doctests that somebody has asked for."""
        from windtunnel.collectors.dags import DagFile

        return isinstance(collector, pytest.Module) and (isinstance(file, DagFile) or type(collector) is pytest.Module)

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Hand what is read here, once, to each worker of pytest-xdist."""
        node.workerinput[_READ] = self._read

    @cached_property
    def _read(self) -> bytes:
        for path in self._bench.paths:
            file = self._bench.file_at(path)
            assert file is not None
            self._expect(file, path)
        read = pickle.dumps(self._bench.read())
        self._bench.close()
        return read

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Announce what will run. A worker of pytest-xdist does not know which of the tests it will be given."""
        for item in session.items if not hasattr(session.config, "workerinput") else ():
            if isinstance(item, WindtunnelItem):
                item.announce()

    def pytest_unconfigure(self) -> None:
        """End the child processes."""
        self._bench.close()


class WindtunnelFile(pytest.File):
    """The stages of a DAG file or a Hamilton module."""

    def __init__(self, *, bench: Workbench, file: DagFile | ModuleFile, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._bench, self._file = bench, file

    def collect(self) -> Iterable[pytest.Item | pytest.Collector]:
        for stage in self._bench.stages(self._file):
            if stage.of:
                yield WindtunnelSubject.from_parent(self, name=stage.of, bench=self._bench, stage=stage)
            else:
                yield WindtunnelItem.from_parent(self, name=stage.name, bench=self._bench, stage=stage)


class WindtunnelSubject(pytest.Collector):
    """A DAG or a node, with its one stage."""

    def __init__(self, *, bench: Workbench, stage: Stage, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._bench, self._stage = bench, stage

    def collect(self) -> Iterable[pytest.Item]:
        yield WindtunnelItem.from_parent(self, name=self._stage.name, bench=self._bench, stage=self._stage)


class WindtunnelItem(pytest.Item):
    """One stage: it passes where no check has found anything severe."""

    def __init__(self, *, bench: Workbench, stage: Stage, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._bench, self._stage = bench, stage

    def announce(self) -> None:
        """Say that it will run."""
        self._stage.announce()

    def runtest(self) -> None:
        verdict = self._bench.examine(self._stage)
        if verdict.output:
            self.add_report_section("call", "stdout", verdict.output)
        severe = [*verdict.severe, *(finding for finding in verdict.others if not self._warned_of(finding))]
        if severe:
            raise _Findings(tuple(severe), self._bench)
        if verdict.unjudged:
            pytest.skip(verdict.unjudged)

    def _warned_of(self, finding: Finding) -> bool:
        """Warn; False where the user has made an error of warnings (`-W error`)."""
        file = str(self._bench.root / finding.location.path)
        warning = WindtunnelWarning(_headline(finding))
        try:
            warnings.warn_explicit(warning, None, file, finding.location.line)
        except WindtunnelWarning:
            return False
        return True

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        if not isinstance(excinfo.value, _Findings):
            return super().repr_failure(excinfo, style)
        shown = excinfo.getrepr(style="value")
        if shown.reprcrash is not None:  # what summaries, annotations and --tb=line show
            first, *more = excinfo.value.findings
            shown.reprcrash.path = str(self._bench.root / first.location.path)
            shown.reprcrash.lineno = first.location.line
            shown.reprcrash.message = _headline(first) + (f" (and {len(more)} more)" if more else "")
        return shown

    def reportinfo(self) -> tuple[Path, int, str]:
        # Where the node id ends with the title, pytest replaces the dots in it by colons.
        return self.path, self._stage.line - 1, f"windtunnel {self.nodeid}"


def _headline(finding: Finding) -> str:
    return f"{finding.code} {finding.name}: {finding.message}"


class _Findings(Exception):
    def __init__(self, findings: tuple[Finding, ...], bench: Workbench) -> None:
        super().__init__(bench.describe(findings, shutil.get_terminal_size((80, 24)).columns))
        self.findings = findings
