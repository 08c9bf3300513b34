"""What one run of windtunnel came to: the findings, and the facts behind the tables."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from windtunnel.facts import DagFileFacts, DataflowFacts, PropertyFacts, RunFacts
from windtunnel.findings import Finding, Severity


@dataclass(frozen=True, slots=True)
class Versions:
    """What was at work; "" for a package that is not installed."""

    windtunnel: str
    python: str
    airflow: str = ""
    hamilton: str = ""


@dataclass(frozen=True, slots=True)
class Timing:
    """Wall-clock seconds of one stage: `load`, `run`, `dataflows`, `properties`, `total`."""

    stage: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Report:
    """All that reporters read. Findings come sorted by file, line and code; suppressed ones are among them."""

    root: Path
    versions: Versions
    fail_on: Severity
    checks: int
    seed: int
    findings: tuple[Finding, ...] = ()
    files: tuple[DagFileFacts, ...] = ()
    runs: tuple[RunFacts, ...] = ()
    dataflows: tuple[DataflowFacts, ...] = ()
    properties: tuple[PropertyFacts, ...] = ()
    timings: tuple[Timing, ...] = field(default=())

    @property
    def counting(self) -> tuple[Finding, ...]:
        """The findings that nobody has suppressed."""
        return tuple(finding for finding in self.findings if not finding.suppressed)

    @property
    def failed(self) -> bool:
        """Whether a finding is as severe as the owner's `fail_on`, or a check of ours did not do its work."""
        return any(f.severity >= self.fail_on or f.code.startswith("WT0") for f in self.counting)
