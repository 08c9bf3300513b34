"""The user's terminal, lent to the children of one run: what went wrong can be looked at where it went wrong."""

from __future__ import annotations

import contextlib
import importlib.machinery
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any

VARIABLE = "WINDTUNNEL_DEBUGGER"
"""The environment variable that tells the children of the loan."""


@dataclass(frozen=True, slots=True)
class Loan:
    """The path of the terminal, and what is to be looked at: of a file where no task and no node is named.

    `wanted` is a file that is there for as long as somebody looks: whoever has looked, or has had enough, removes it.
    """

    terminal: str
    wanted: str
    root: str
    dag_id: str = ""
    task_id: str = ""
    node: str = ""


@contextlib.contextmanager
def lent(loan: Loan) -> Iterator[None]:
    """Children that start now have the terminal."""
    before = os.environ.get(VARIABLE)
    os.environ[VARIABLE] = json.dumps(asdict(loan))
    try:
        yield
    finally:
        os.environ.pop(VARIABLE, None)
        if before is not None:
            os.environ[VARIABLE] = before


@contextlib.contextmanager
def file_while_wanted() -> Iterator[Path]:
    """A file for Loan.wanted."""
    with tempfile.TemporaryDirectory(prefix="windtunnel-debugger-") as folder:
        file = Path(folder, "wanted")
        file.touch()
        yield file


# In a child


@cache
def debugger() -> Debugger | None:
    """The one debugger of this process, and of those that are forked from it; None where no terminal is lent."""
    text = os.environ.get(VARIABLE, "")
    return Debugger(Loan(**json.loads(text))) if text else None


class Debugger:
    """Python's own debugger, at the terminal that is lent."""

    def __init__(self, loan: Loan) -> None:
        self._loan = loan
        # At once, and not when it is needed: where the user's code is at work, what is opened is watched.
        self._terminal = os.open(loan.terminal, os.O_RDWR | os.O_NOCTTY)
        self._users_imports = 0

    def attend(self) -> None:
        """Stop where the user's code says breakpoint(), and look at a file of theirs that raises while it is imported.

        An import that another one of theirs makes is theirs to answer for.
        """
        import pdb  # noqa: T100  that is what is lent

        sys.breakpointhook = self._stop
        pdb.set_trace = self._stop
        kind: Any = importlib.machinery.SourceFileLoader
        execute = kind.exec_module

        def exec_module(loader: Any, module: ModuleType) -> None:
            is_users = self._is_users(loader.path)
            self._users_imports += is_users
            try:
                execute(loader, module)
            except Exception as error:
                if is_users and self._users_imports == 1 and not (self._loan.task_id or self._loan.node):
                    self._look(error, loader.path)
                raise
            finally:
                self._users_imports -= is_users

        kind.exec_module = exec_module

    def look_at_task(self, error: BaseException, dag_id: str, task_id: str) -> None:
        """Look at what a task has raised, if it is the one that is meant."""
        if self._loan.dag_id == dag_id and self._loan.task_id in ("", task_id):
            self._look(error, f"task {task_id!r} of DAG {dag_id!r}")

    def look_at_node(self, error: BaseException | None, node: str) -> None:
        """Look at what the function of a node has raised, if anything, and if it is the one that is meant."""
        if error is not None and self._loan.node == node:
            self._look(error, f"node {node!r}")

    @property
    def _is_wanted(self) -> bool:
        return Path(self._loan.wanted).exists()

    def _is_users(self, path: str) -> bool:
        return path.startswith(f"{self._loan.root}{os.sep}") and "site-packages" not in path

    def _stop(self, *_: Any, **__: Any) -> None:
        if self._is_wanted:
            _session(self._terminal, self._enough).set_trace(sys._getframe(1))  # noqa: SLF001  the frame of the user's

    def _look(self, error: BaseException, what: str) -> None:
        trace = self._users_part(error.__traceback__)
        if not self._is_wanted or trace is None:
            return
        session = _session(self._terminal, self._enough)
        session.message(f"windtunnel: {what} raised {type(error).__name__}: {error}")
        session.reset()
        session.interaction(None, trace)
        self._enough()

    def _users_part(self, trace: TracebackType | None) -> TracebackType | None:
        """The traceback down to the innermost frame of the user's: what a library did below it is rarely looked for."""
        links = []
        while trace is not None:
            links.append(trace)
            trace = trace.tb_next
        while links and not self._is_users(links[-1].tb_frame.f_code.co_filename):
            links.pop()
        part: TracebackType | None = None
        for link in reversed(links):
            part = TracebackType(part, link.tb_frame, link.tb_lasti, link.tb_lineno)
        return part

    def _enough(self) -> None:
        Path(self._loan.wanted).unlink(missing_ok=True)


def _session(terminal: int, enough: Callable[[], None]) -> Any:
    """One stop. To quit is to go on to the end without another one: the process is a part of something larger."""
    import pdb  # noqa: T100  that is what is lent

    class Session(pdb.Pdb):
        def do_quit(self, arg: str) -> bool | None:
            enough()
            self.clear_all_breaks()
            return self.do_continue(arg)

        do_q = do_exit = do_quit

        def do_EOF(self, arg: str) -> bool | None:  # noqa: N802  the name is pdb's
            self.message("")
            return self.do_quit(arg)

    read = open(terminal, encoding="utf-8", errors="replace", closefd=False)  # noqa: SIM115
    write = open(terminal, "w", encoding="utf-8", errors="replace", closefd=False)  # noqa: SIM115
    return Session(stdin=read, stdout=write, nosigint=True, readrc=False)
