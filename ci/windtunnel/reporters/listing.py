"""The part of the text report that is read line by line: findings, one below the other, and output."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby

from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from windtunnel.facts import ProcessFacts
from windtunnel.findings import Finding, Severity
from windtunnel.report import Report
from windtunnel.reporters import safe
from windtunnel.reporters.carets import span
from windtunnel.reporters.lines import LONGEST, state_of
from windtunnel.reporters.verdict import counted

STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow", Severity.NOTICE: "bold cyan"}
EVIDENCE_LINES = 8

_WORD = re.compile(r"""(?:[^\s'"\\]|\\.|'[^']*'|"(?:\\.|[^"\\])*")+""")


def shown(report: Report, verbosity: int) -> tuple[Finding, ...]:
    """The findings to tell of: the suppressed ones only where verbosity is above 0, the known ones from 0 on."""
    return report.findings if verbosity > 0 else report.shown if verbosity == 0 else report.counting


def findings(report: Report, width: int, verbosity: int) -> Iterator[RenderableType]:
    """The findings by file."""
    for path, group in groupby(shown(report, verbosity), key=lambda finding: finding.location.path):
        of_file = tuple(group)
        yield heading(path, of_file, width)
        for finding in of_file:
            yield from _finding(finding, width, verbosity)
            yield Text()


def gone(report: Report) -> Iterator[RenderableType]:
    """What stands in the baseline and no longer occurs."""
    if report.gone:
        yield Text("no longer occurs; --update-baseline takes it out of the baseline:", style="bold")
        for known in report.gone:
            one = known.identity
            yield _labelled("  ", safe.shortened(safe.line(f"{one.path}  {one.code}  {one.message}"), LONGEST))
        yield Text()


def output(report: Report) -> Iterator[RenderableType]:
    """What the child processes printed, in full."""
    for doing, process in _processes(report):
        printed = safe.lines(process.output)
        if printed:
            yield Text(f"output of {safe.line(doing)}", style="bold")
            yield from (_indented(line) for line in printed)
            yield Text()


def _processes(report: Report) -> Iterator[tuple[str, ProcessFacts]]:
    yield from ((f"loading {file.path}", file.process) for file in report.files)
    yield from ((f"running {run.dag_id}", run.process) for run in report.runs)
    yield from ((f"building {dataflow.module}", dataflow.process) for dataflow in report.dataflows)
    yield from ((f"trying {facts.module}.{facts.node}", facts.process) for facts in report.properties)


def heading(path: str, of_file: tuple[Finding, ...], width: int) -> RenderableType:
    """The name of a file above its findings, on a line that separates it from the last."""
    title = Text(f"{safe.line(path)} · {counted(len(of_file), 'finding')}", style="bold")
    fits = title.cell_len + 2 <= width  # a Rule cuts what does not
    return Rule(title, align="left", style="dim") if fits else title


def _finding(finding: Finding, width: int, verbosity: int) -> Iterator[RenderableType]:
    limit = LONGEST if verbosity <= 0 else max(len(finding.message), len(finding.source), len(finding.evidence))
    yield _header(finding)
    yield _labelled("  ", "\n".join(safe.shortened(line, limit) for line in safe.lines(finding.message)))
    if finding.known and verbosity <= 0:
        return
    if finding.source:
        yield from _source(finding, width, limit)
    if where := _where(finding):
        yield _labelled("  in: ", where)
    if finding.suppressed:
        yield _labelled("  suppressed: ", safe.line(finding.suppressed))
    if finding.remedy:
        yield _labelled("  fix: ", safe.line(finding.remedy))
    yield from _evidence(finding.evidence, limit, verbosity)
    yield from _command(finding.reproduce, width)
    if finding.docs:
        yield _unbroken("  docs: ", safe.line(finding.docs))


def _header(finding: Finding) -> RenderableType:
    state = state_of(finding)
    word = f"{finding.severity!s} ({state})" if state else str(finding.severity)
    severity = (word, "dim" if state else STYLES[finding.severity])
    place = safe.line(str(finding.location))
    return Text.assemble((place, "bold"), "  ", severity, "  ", (f"{finding.code} {finding.name}", "bold"))


def _source(finding: Finding, width: int, limit: int) -> Iterator[RenderableType]:
    number = f"{finding.location.line:>6} │ "
    line = safe.line(finding.source.expandtabs(4).rstrip())
    yield _labelled(number, safe.shortened(line, limit), style="dim")
    if len(number) + cell_len(line) <= min(width, limit):  # below a line that is folded it would point nowhere
        start, end = span(line, finding)
        before, marked = cell_len(line[:start]), cell_len(line[start:end])
        style = STYLES[finding.severity]
        yield _labelled(f"{'│':>8} ", " " * before + "^" * marked, style=style)


def _where(finding: Finding) -> str:
    named = {"dag": finding.dag_id, "task": finding.task_id, "node": finding.node}
    return " · ".join(f"{kind} {safe.line(name)}" for kind, name in named.items() if name)


def _evidence(evidence: str, limit: int, verbosity: int) -> Iterator[RenderableType]:
    every = safe.lines(evidence)
    if not every:
        return
    kept = every if verbosity > 0 else every[-EVIDENCE_LINES:]
    yield Text("  evidence:", style="dim")
    if len(kept) < len(every):
        yield _indented(f"… {counted(len(every) - len(kept), 'line')} above, -v shows all")
    yield from (_indented(safe.shortened(line, limit)) for line in kept)


def _command(command: str, width: int) -> Iterator[RenderableType]:
    label, words = "  reproduce: ", _shell_words(command)
    line = ""
    for word in words:
        if line and len(label) + len(line) + len(word) + 3 > width:
            yield _unbroken(label, line + " \\")
            label, line = " " * len(label), ""
        line = f"{line} {word}" if line else word
    if line:
        yield _unbroken(label, line)


def _shell_words(command: str) -> Iterable[str]:
    # Only where a shell would split it may a command be broken; one that we cannot split stays as it is.
    shown = safe.line(command)
    words = _WORD.findall(shown)
    return words if " ".join(words) == shown else [shown]


def _labelled(label: str, text: str, style: str = "") -> RenderableType:
    grid = Table.grid(padding=0)
    grid.add_column(width=len(label), no_wrap=True, style="dim")
    grid.add_column(overflow="fold", style=style)
    grid.add_row(label, Text(text))
    return grid


def _indented(line: str) -> RenderableType:
    return _labelled("    ", line)


def _unbroken(label: str, text: str) -> RenderableType:
    # A link or a command that is folded can no longer be copied: it may stick out, and the terminal wraps it.
    return on_one_line(Text.assemble((label, "dim"), text))


def on_one_line(text: Text) -> RenderableType:
    """The text as it is, however wide."""
    text.no_wrap, text.overflow = True, "ignore"
    return Group(text)  # Console.print would join the text to others, and lose `no_wrap`
