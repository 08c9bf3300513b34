"""The report for a person at a terminal: findings by file, tables of what was done, and one verdict."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.text import Text

from windtunnel.report import Report
from windtunnel.reporters import listing, safe, statistics, tables
from windtunnel.reporters.look import Look
from windtunnel.reporters.verdict import counted, is_clean, verdict

NARROWEST = 60
"""Columns below which a table would lose its columns of names; a narrower terminal has to wrap."""


def render(report: Report, look: Look) -> str:
    """The report as text, with ANSI colours only where the look has colours.

    No line is wider than the look's width (at least NARROWEST), save links and commands that cannot be broken.
    Verbosity -1 leaves the findings and the verdict; 1 adds all evidence, captured output, suppressed
    findings and timings.
    """
    return printed(_parts(report, look), look)


def printed(parts: Iterable[RenderableType], look: Look) -> str:
    """What the parts look like, one below the other."""
    console = console_of(look.color, max(look.width, NARROWEST))
    for part in parts:
        console.print(part, crop=False)
    return text_of(console, look.color)


def text_of(console: Console, color: bool) -> str:
    """All that was printed to a console of `console_of`; without colours no line ends in spaces."""
    shown: str = console.file.getvalue()  # type: ignore[attr-defined]  # the StringIO of console_of
    return shown if color else "".join(f"{line.rstrip()}\n" for line in shown.splitlines())


def console_of(color: bool, width: int) -> Console:
    """A console that prints into a string."""
    # All that rich would otherwise guess from the environment is said here, or the same report would look
    # different under NO_COLOR, in a notebook, or under TERM=dumb (80 columns, unless a height is given too).
    return Console(
        file=io.StringIO(),
        force_terminal=color,
        force_jupyter=False,
        no_color=not color,
        color_system="standard" if color else None,
        width=width,
        height=100,
        legacy_windows=False,
        markup=False,
        highlight=False,
        emoji=False,
    )


def _parts(report: Report, look: Look) -> Iterator[RenderableType]:
    width, verbosity = max(look.width, NARROWEST), look.verbosity
    if verbosity >= 0:
        yield from _head(report)
    yield from listing.findings(report, width, verbosity)
    if verbosity >= 0:
        yield from listing.gone(report)
    if verbosity > 0:
        yield from listing.output(report)  # long: above the tables, which are read from the end of the page
    if verbosity >= 0:
        yield from tables.tables(report, verbosity, look.durations)
    yield from statistics.table_of(report, look)
    yield from verdict_of(report, width)


def _head(report: Report) -> Iterator[RenderableType]:
    versions = report.versions
    at_work = {"windtunnel": versions.windtunnel, "Airflow": versions.airflow, "Hamilton": versions.hamilton}
    parts = [f"{name} {version}" for name, version in {**at_work, "Python": versions.python}.items() if version]
    yield Text(safe.line(" · ".join(parts)), style="dim")
    yield Text(safe.line(f"{counted(report.checks, 'check')} · seed {report.seed} · {report.root}"), style="dim")
    yield Text()


def verdict_style(report: Report) -> str:
    """Its colour: only what is clean is green."""
    return "bold red" if report.failed else "bold green" if is_clean(report) else "bold yellow"


def verdict_of(report: Report, width: int) -> Iterator[RenderableType]:
    """The sentence that everything ends with, on two lines where it does not fit."""
    style = verdict_style(report)
    first, *rest = verdict(report)
    whole = " · ".join([first, *rest])
    if len(whole) <= width:
        yield Text(whole, style=style)
    else:
        yield Text(first, style=style)
        yield Padding(Text(" · ".join(rest), style=style), (0, 0, 0, 2))
