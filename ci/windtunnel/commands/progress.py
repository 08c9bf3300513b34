"""How far the work has come, live on a terminal: what is at work now, what is finished, how long it may take yet."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Protocol

from windtunnel.settings import Settings

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from windtunnel.pools import Pools


class Bar(Protocol):
    """Who shows the progress."""

    def progress(self, stage: str, done: int, total: int, name: str) -> None:
        """As engine.Progress."""

    def watch(self, pools: Pools) -> None:
        """Look at these pools for what is at work."""


class _Silent:
    """Where nobody would see it."""

    def progress(self, stage: str, done: int, total: int, name: str) -> None:
        pass

    def watch(self, pools: Pools) -> None:
        pass


@contextlib.contextmanager
def progress_of(settings: Settings) -> Iterator[Bar]:
    """A live display on a terminal that can move its cursor, which is gone when the work is done; nothing elsewhere."""
    terminal = sys.stderr is not None and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
    if settings.quiet or not terminal:
        yield _Silent()
        return
    from rich.console import Console

    console = Console(stderr=True, no_color=settings.no_color or bool(os.environ.get("NO_COLOR")))
    with live(console) as bar:
        yield bar


@contextlib.contextmanager
def live(console: Console) -> Iterator[LiveBar]:
    """The display on a console, drawn anew four times a second for as long as the context lasts."""
    from rich.live import Live

    bar = LiveBar()
    with Live(get_renderable=bar.drawn, console=console, transient=True, refresh_per_second=4):
        yield bar


class LiveBar:
    """A line for each stage, and one for what is at work now."""

    def __init__(self) -> None:
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        columns = (TextColumn("{task.description}"), BarColumn(20), MofNCompleteColumn(), TimeElapsedColumn())
        self._stages: dict[str, Any] = {}
        self._bars = Progress(*columns, TextColumn("{task.fields[left]}"), auto_refresh=False)
        self._pools: Pools | None = None
        self._latest = ""

    def progress(self, stage: str, done: int, total: int, name: str) -> None:
        self._latest = name
        if stage not in self._stages:
            self._stages[stage] = self._bars.add_task(stage, total=total, left="")
        self._bars.update(self._stages[stage], completed=done, total=total)

    def watch(self, pools: Pools) -> None:
        self._pools = pools

    def drawn(self) -> RenderableType:
        """What there is to see now."""
        from rich.console import Group
        from rich.text import Text

        from windtunnel.reporters import safe

        for stage in self._bars.tasks:
            self._bars.update(stage.id, left=_left(stage.time_remaining))
        names = at_work(self._pools.at_work) if self._pools else ""
        shown = f"now: {names}" if names else f"last: {self._latest}" if self._latest else ""
        line = Text(safe.line(shown), style="dim", no_wrap=True, overflow="ellipsis")
        return Group(self._bars, line)


def _left(seconds: float | None) -> str:
    """What the pace so far lets expect; nothing before there is one, or after the end."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02} left" if seconds else ""


def at_work(keys: Iterable[Any]) -> str:
    """The names of the DAGs, files and modules that jobs are about."""
    return ", ".join(dict.fromkeys(filter(None, map(_name, keys))))


def _name(key: Any) -> str:
    """Jobs are about things of many kinds: a file, several files, a DAG, a module, or a further run of a DAG."""
    if isinstance(key, str):
        return key
    if isinstance(key, tuple | list):
        first = _name(key[0]) if key else ""
        return f"{first} and {len(key) - 1} more" if len(key) > 1 else first
    for inner in ("dag_id", "dag", "request", "path", "module", "file"):
        found = getattr(key, inner, None)
        if found is not None:
            return _name(found)
    return ""
