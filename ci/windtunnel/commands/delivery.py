"""Where reports go: to the terminal, with the colours and columns that it has, or into files."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from windtunnel.errors import UsageError
from windtunnel.settings import Settings

if TYPE_CHECKING:
    from windtunnel.report import Report
    from windtunnel.reporters.base import Base


def insist_on_output(output: str, flag: str = "--output") -> None:
    """A run takes minutes, and must not end in a report that cannot be written."""
    file = Path(output)
    if file.is_dir() and output:
        raise UsageError(f"{flag} {output}: is a folder; name a file")
    if not file.parent.is_dir():
        raise UsageError(f"{flag} {output}: there is no folder {file.parent}")


def write_report(report: Report, settings: Settings, base: Base | None = None) -> None:
    from windtunnel.reporters import render

    color, width = looks(settings)
    look = {
        "verbosity": settings.verbose - settings.quiet,
        "statistics": settings.statistics,
        "durations": settings.durations,
        "links": _links(os.environ),
        "base": base,
    }
    for form, file in settings.report:
        deliver(render(report, form, width=_width(to_file=True), **look), file, "--report")
    deliver(render(report, settings.format, color=color, width=width, **look), settings.output)


def _links(environ: Mapping[str, str]) -> str:
    """Where the files of this very commit can be read, under GitHub Actions."""
    # https://docs.github.com/actions/reference/variables-reference#default-environment-variables
    server, name, commit = (environ.get(f"GITHUB_{word}", "") for word in ("SERVER_URL", "REPOSITORY", "SHA"))
    return f"{server}/{name}/blob/{commit}/" if server and name and commit else ""


def write_baseline(report: Report, settings: Settings) -> None:
    from windtunnel.baseline import render

    try:
        Path(settings.baseline).write_text(render(report), encoding="utf-8")
    except OSError as error:
        raise UsageError(f"--baseline {settings.baseline}: {error.strerror}") from error
    known = sum(finding.known for finding in report.findings) + len(report.unjudged)
    click.echo(f"windtunnel: {settings.baseline}: {known} known, {len(report.gone)} taken out", err=True)


def looks(settings: Settings) -> tuple[bool, int]:
    """Whether there are colours, and how many columns there are."""
    to_file = bool(settings.output)
    return not settings.no_color and not to_file and _colourful(sys.stdout), _width(to_file)


def deliver(text: str, output: str, flag: str = "--output") -> None:
    if not output:
        say(text)
        return
    try:
        Path(output).write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{flag} {output}: {error.strerror}") from error


def deliver_bytes(content: bytes, output: str) -> None:
    try:
        Path(output).write_bytes(content)
    except OSError as error:
        raise UsageError(f"--output {output}: {error.strerror}") from error


def say(text: str) -> None:
    """Print, also to nobody, and to a reader who goes away, as head does: that changes nothing in the exit status."""
    try:
        click.echo(text, nl=False, color=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for what is flushed at the end
    except OSError as error:
        raise UsageError(f"stdout: {error.strerror}") from error


def _width(to_file: bool) -> int:
    import shutil

    return 100 if to_file else shutil.get_terminal_size((100, 24)).columns


def _colourful(stream: Any) -> bool:
    terminal = stream is not None and stream.isatty() and os.environ.get("TERM") != "dumb"
    return not os.environ.get("NO_COLOR") and (terminal or bool(os.environ.get("FORCE_COLOR")))
