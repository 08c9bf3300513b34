"""The live display: what is at work, what is finished, and nothing where nobody looks."""

from __future__ import annotations

import io
import re
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from rich.console import Console

from tests.reporters.reports import SALES
from windtunnel.collectors.dags import DagFile
from windtunnel.collectors.runs import DagRunRequest
from windtunnel.commands.progress import LiveBar, at_work, live, progress_of
from windtunnel.settings import Settings

FILE = DagFile(Path("/repo/dags/daily_sales.py"), Path("/repo/dags"), Path("/repo"))
RUN = DagRunRequest(FILE, SALES, {})


def shown(bar: LiveBar, width: int = 80) -> list[str]:
    console = Console(file=io.StringIO(), width=width, force_terminal=True, color_system=None)
    console.print(bar.drawn())
    return console.file.getvalue().splitlines()


def test_what_is_at_work_is_named_whatever_kind_of_job_it_is() -> None:
    keys = [FILE, (FILE, FILE, FILE), RUN, SimpleNamespace(request=RUN), SimpleNamespace(module=FILE), "dags/a.py", 7]

    assert at_work(keys) == ("dags/daily_sales.py, dags/daily_sales.py and 2 more, daily_sales, dags/a.py")


def test_the_display_says_what_is_done_and_what_is_at_work_in_80_columns() -> None:
    bar = LiveBar()
    bar.watch(SimpleNamespace(at_work=(RUN, *(f"dags/a_file_with_a_long_name_{n}.py" for n in range(9)))))
    bar.progress("load", 40, 40, "x")
    bar.progress("second parse", 0, 4000, "")
    time.sleep(0.02)
    bar.progress("second parse", 1, 4000, "dags/x.py")
    time.sleep(0.02)
    bar.progress("second parse", 2, 4000, "dags/y.py")
    load, parse, now = shown(bar)

    assert load.startswith("load ")
    assert "40/40" in load
    assert "left" not in load
    assert "2/4000" in parse
    assert re.search(r" \d+:\d\d left$", parse.rstrip())
    assert now.startswith("now: daily_sales, dags/a_file")
    assert all(len(line) <= 80 for line in (load, parse, now))


def test_where_nothing_tells_what_is_at_work_the_last_one_that_ended_is_named() -> None:
    bar = LiveBar()
    bar.progress("load", 1, 2, "dags/x.py\x1b[2J")

    assert shown(bar)[-1].rstrip() == "last: dags/x.py\\x1b[2J"


def test_on_a_terminal_it_is_drawn_and_taken_away() -> None:
    console = Console(file=io.StringIO(), width=80, force_terminal=True, color_system=None)
    with live(console) as bar:
        bar.progress("load", 1, 2, "dags/x.py")

    assert "last: dags/x.py" in console.file.getvalue()
    assert console.file.getvalue().rstrip("\n").endswith("\x1b[2K")


@pytest.mark.parametrize("chosen", [{}, {"quiet": True}])
def test_nothing_is_drawn_where_nobody_looks(chosen: dict[str, bool], capfd: pytest.CaptureFixture[str]) -> None:
    with progress_of(Settings(Path(), **chosen)) as bar:
        bar.progress("load", 1, 2, "x")
        bar.watch(SimpleNamespace(at_work=()))

    assert capfd.readouterr() == ("", "")
