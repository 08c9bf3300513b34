"""Ignore comment that silences nothing.

## What it does
Reports each code in a comment `# windtunnel: ignore[...]` or `# noqa: ...` for which there is nothing to silence on
that line, and each code in the former that no check has. A code is reported only where its check was selected, and
where all that it reads of that file was seen to its end in this run: the file loaded, and for checks of runs, every
task of its DAGs succeeded. What depends on drawn inputs, on the speed of the machine or on what its environment
provides is never reported.

## Why is this bad?
The fault was mended, or the line has moved away from its comment. As it stands, the comment would hide the next fault
on that line, and nobody would hear of it.

## What to do
Take the code out of the comment, or put the comment on the line that the finding names.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.facts import UnusedIgnoreFacts
from windtunnel.findings import Complaint, Severity

FAILING = """\
from airflow.sdk import DAG, task

with DAG("report", schedule=None):  # windtunnel: ignore[WT201] it was wide once  # WT002

    @task
    def read() -> int:
        return 1

    @task
    def write(number: int) -> None:
        print(number)

    write(read())
"""
PASSING = """\
from airflow.sdk import DAG, task

with DAG("report", schedule=None):  # windtunnel: ignore[WT201] ten readers, by contract

    @task
    def read(source: int) -> int:
        return source

    for source in range(10):
        read(source)
"""


@check("WT002", on=UnusedIgnoreFacts, severity=Severity.NOTICE, remedy="take the code out of the comment")
def unused_ignore(ignore: UnusedIgnoreFacts) -> Iterator[Complaint]:
    comment = f"# noqa: {ignore.code}" if ignore.noqa else f"# windtunnel: ignore[{ignore.code}]"
    if ignore.check:
        yield Complaint(ignore.location, f"`{comment}` silences nothing: {ignore.check} finds nothing on this line")
    else:
        guess = f", did you mean {ignore.nearest!r}?" if ignore.nearest else ""
        remedy = "name a code that `windtunnel checks` lists"
        yield Complaint(ignore.location, f"`{comment}` silences nothing: no check has this code{guess}", remedy=remedy)
