"""What one run of windtunnel came to: the findings, and the facts behind the tables."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from windtunnel.facts import (
    ContextFacts,
    DagFileFacts,
    DataflowFacts,
    NeedKind,
    PathsFacts,
    PropertyFacts,
    ReplayFacts,
    RunFacts,
)
from windtunnel.findings import Finding, Location, Severity
from windtunnel.fingerprints import KnownFinding


@dataclass(frozen=True, slots=True)
class Versions:
    """What was at work; "" for a package that is not installed."""

    windtunnel: str
    python: str
    airflow: str = ""
    hamilton: str = ""


@dataclass(frozen=True, slots=True)
class Timing:
    """Wall-clock seconds of one stage: `load`, `run`, `contexts`, `paths`, `dataflows`, `properties`, `replays`,
    `engines`, `total`."""

    stage: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Rule:
    """A check that was run, for reports that explain it. `help` is Markdown: what it does, why, what to do."""

    code: str
    name: str
    severity: Severity
    title: str
    remedy: str
    help: str


CRASHED = "WT001"
"""The code of a check that crashed: nobody may take it for known."""


@dataclass(frozen=True, slots=True)
class Report:
    """All that reporters read. Findings come sorted by file, line and code; suppressed ones are among them.

    Of the baseline, `gone` is what no longer occurs, and `unjudged` what this run cannot speak of. `rules` are the
    checks that were run.
    """

    root: Path
    versions: Versions
    fail_on: Severity
    checks: int
    seed: int
    findings: tuple[Finding, ...] = ()
    files: tuple[DagFileFacts, ...] = ()
    runs: tuple[RunFacts, ...] = ()
    paths: tuple[PathsFacts, ...] = ()
    contexts: tuple[ContextFacts, ...] = ()
    dataflows: tuple[DataflowFacts, ...] = ()
    properties: tuple[PropertyFacts, ...] = ()
    replays: tuple[ReplayFacts, ...] = ()
    timings: tuple[Timing, ...] = field(default=())
    gone: tuple[KnownFinding, ...] = ()
    unjudged: tuple[KnownFinding, ...] = ()
    rules: tuple[Rule, ...] = ()

    @property
    def shown(self) -> tuple[Finding, ...]:
        """The findings that nobody has suppressed, those of the baseline among them."""
        return tuple(finding for finding in self.findings if not finding.suppressed)

    @property
    def counting(self) -> tuple[Finding, ...]:
        """The findings that nobody has suppressed, and that are not known from the baseline."""
        return tuple(finding for finding in self.shown if not finding.known)

    @property
    def failed(self) -> bool:
        """Whether a finding is as severe as the owner's `fail_on`, or a check of ours did not do its work."""
        return any(f.severity >= self.fail_on or f.code == CRASHED for f in self.counting)


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing that DAG files ask of their deployment, wherever they do.

    `variable` is the environment variable that can give it, "" for a pool, a queue or an asset. `given` says whether
    the present environment does, or whether the settings name the pool, the queue, the asset, or a task makes it; it is
    None where nobody can tell.
    `placeholder` is a value for the variable that Airflow takes, and that leads nowhere.
    """

    kind: NeedKind
    name: str
    required: bool
    at_import: bool
    form: str
    places: tuple[Location, ...]
    variable: str
    given: bool | None
    placeholder: str = ""


@dataclass(frozen=True, slots=True)
class Inventory:
    """All that DAG files ask of their deployment, and (path, reason) of each file that did not load."""

    things: tuple[Thing, ...]
    not_loaded: tuple[tuple[str, str], ...] = ()
