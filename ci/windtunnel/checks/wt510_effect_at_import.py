"""Hamilton module that acts on the world while it is imported.

## What it does
Watches what your lines do while a module is imported: network, processes, threads, and changes of files, but for those
in the temporary folder and in the working directory. windtunnel lets no module reach the network, loopback aside, or
change files while it is imported. Where the module then cannot be imported, or asks for an environment variable that is
not set, it is not judged: this is no green verdict.

## Why is this bad?
A module is imported by every task that uses one of its nodes, by each of its retries, by tests, by whoever draws the
graph, and by the DAG processor, twice a minute, where a DAG file imports it at its top. None of them has asked for it,
and two at once disturb each other.

## What to do
Move it into a function: a node, whose result others take as their input, or what is called before the driver is built.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.facts import DataflowFacts, Effect
from windtunnel.findings import Complaint, Location, Severity

FAILING = """\
from pathlib import Path

from hamilton.function_modifiers import tag

REPORTS = Path(__file__).parent / "reports"
REPORTS.mkdir(exist_ok=True)  # WT510


@tag(kind="place")
def report_location(name: str) -> str:
    return str(REPORTS / name)
"""
PASSING = """\
from pathlib import Path

from hamilton.function_modifiers import tag

REPORTS = Path(__file__).parent / "reports"


@tag(kind="place")
def report_location(name: str) -> str:
    REPORTS.mkdir(exist_ok=True)
    return str(REPORTS / name)
"""
_WORDS = {
    Effect.NETWORK: "reaches for the network:",
    Effect.PROCESS: "starts a process:",
    Effect.THREAD: "starts",
    Effect.FILE: "wants to",
}


@check(
    "WT510", on=DataflowFacts, severity=Severity.WARNING, remedy="move it into a node, or into what builds the driver"
)
def effect_at_import(dataflow: DataflowFacts) -> Iterator[Complaint]:
    failure = dataflow.failure
    if failure is not None and failure.needs:
        message = f"importing {dataflow.path} needs {failure.needs}; the module is not judged"
        yield Complaint(failure.location or Location(dataflow.path), message, failure.traceback)
    fatal = failure.location if failure is not None and failure.needs else None
    for seen in dataflow.imported.effects:
        if seen.effect in _WORDS and (seen.location is None or seen.location != fatal):
            what = f"importing {dataflow.path} {_WORDS[seen.effect]} {seen.what}"
            yield Complaint(seen.location or Location(dataflow.path), what)
