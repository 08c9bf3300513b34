"""How the checks speak of the further runs of a DAG, and of what these leave behind."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from windtunnel.facts import ContextFacts, Occasion, OutputFacts, TaskRunFacts, UndatedFacts, VisitFacts
from windtunnel.findings import Complaint, Location

_OWN = re.compile(r"^.*/windtunnel-[^/]+/\d+/(?:.*/)?(tmp|cwd)/")
_FOLDERS = {"tmp": "in its temporary folder", "cwd": "in its working folder"}
KEEPS_A_RECORD = re.compile(r"log|audit|histor|journal|event|attempt", re.IGNORECASE)
_DATE = re.compile(r"\b(ds|ts)(_nodash\w*)?\b|logical_date|execution_date|data_interval|(prev|next)_\w+|\w+_ds\b")
_NONE = re.compile(r"(?<![A-Za-z])None(?![A-Za-z])")


def shown(path: str) -> str:
    """A path as findings say it: what lies in the folders of the run itself has no other name worth knowing."""
    if own := _OWN.match(path):
        return f"{path[own.end() :]!r} {_FOLDERS[own.group(1)]}"
    return path


def is_own(path: str) -> bool:
    """Whether it lies in a folder that the run has for itself alone."""
    return bool(_OWN.match(path))


def common(path: str) -> str:
    """The same for the same place in the folders of each run."""
    return _OWN.sub(r"\1/", path)


def label(output: OutputFacts) -> str:
    """An output as findings say it."""
    return f"table {output.table!r} of {shown(output.path)}" if output.table else shown(output.path)


def is_record(output: OutputFacts) -> bool:
    """Whether the name says that it is meant to grow: a log, a history of runs."""
    return bool(KEEPS_A_RECORD.search(output.table or output.path.rpartition("/")[2]))


class Writer(NamedTuple):
    """The task's line that writes a file, the task, and where the file is opened, if not there."""

    location: Location
    task_id: str = ""
    evidence: str = ""


def writer_of(context: ContextFacts, path: str) -> Writer:
    """Who writes a file; the DAG's line, and no task, where nobody was seen to.

    Of several tasks that write it, the last: those before have made room for it.
    """
    uses = [*context.plain.uses, *(use for visit in context.visits for use in visit.uses)]
    same = [use for use in uses if use.writes and _OWN.sub("", use.path) == _OWN.sub("", path)]
    if same:
        order = list(dict.fromkeys(use.task_id for use in same))
        last = next(use for use in same if use.task_id == order[-1])
        return Writer(last.location, last.task_id, last.evidence)
    saved = next((save for save in context.plain.saves if _OWN.sub("", save.path) == _OWN.sub("", path)), None)
    return Writer(saved.location, saved.task_id) if saved else Writer(context.location)


def by_whom(task_id: str) -> str:
    """The subject of a sentence about what writes an output."""
    return f"task {task_id!r}" if task_id else "the run"


def ended_well(visit: VisitFacts | None) -> bool:
    """Whether there was such a run, and it succeeded."""
    return visit is not None and visit.state == "success"


def failed_in(context: ContextFacts, visit: VisitFacts | None) -> Iterator[TaskRunFacts]:
    """The tasks that failed in a further run, did not in the first, and were not kept from anything outside."""
    if visit is not None:
        well = {(task.task_id, task.map_index) for task in context.plain.tasks if task.state == "success"}
        for task in visit.tasks:
            if task.state == "failed" and not task.unmet_need and (task.task_id, task.map_index) in well:
                yield task


def told(task: TaskRunFacts, sentence: str) -> Complaint:
    """A complaint about a task that failed, at the line where it did."""
    failure = task.failure
    reason = f": {failure.summary}" if failure else ""
    location = failure.location if failure and failure.location else task.location
    evidence = failure.traceback if failure else "\n".join(task.log)
    return Complaint(location, f"task {task.label!r} {sentence}{reason}", evidence, task_id=task.task_id)


def undated_faults(context: UndatedFacts, occasion: Occasion) -> Iterator[Complaint]:
    """Where a task needs the date that its run has not: it fails on it, or names a file after nothing."""
    visit = context.visit(occasion)
    for task in failed_in(context, visit):
        if task.failure and _DATE.search(f"{task.failure.message}\n{task.failure.traceback}"):
            yield told(task, f"fails in {occasion.value}, which has no logical date")
    for output in visit.outputs if visit else ():
        if output.new and _NONE.search(shown(output.path)):
            location, task_id, opened = writer_of(context, output.path)
            message = f"{by_whom(task_id)} writes {label(output)} in {occasion.value}, which has no logical date"
            yield Complaint(location, message, opened, task_id=task_id)
