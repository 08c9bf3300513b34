"""What the checks of losses share: their words, and an example of two tasks that hand a table over by a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from windtunnel.facts import KEYS, MOST_ROWS, NOT_THERE, Grade, LoadFacts, LossFacts
from windtunnel.findings import Complaint

_DAG = """\
from airflow.sdk import dag, task


@dag(schedule=None)
def handover():
    @task
    def save() -> None:
        drive("saved")

    @task
    def report() -> None:
        drive("reported")

    save() >> report()


def drive(node: str) -> None:
    from hamilton import driver

    from modules import handover as dataflow

    driver.Builder().with_modules(dataflow).build().execute([node])


handover()
"""


def handover(module: str) -> Mapping[str, str]:
    """The files of the example: one task asks `module` for the node `saved`, the next for `reported`."""
    return {"modules/handover.py": module, "dags/handover.py": _DAG}


def is_error(load: LoadFacts) -> bool:
    """Whether what was lost on the way is certainly missed."""
    return bool(grave(load))


def grave(load: LoadFacts) -> list[LossFacts]:
    """Values that are gone and that somebody uses, and keys that somebody looks for who declares what they were."""
    return [
        loss
        for loss in load.losses
        if loss.used_by and (loss.grade is Grade.VALUE or (load.hurt and loss.place.startswith(KEYS)))
    ]


def retyped(load: LoadFacts) -> list[LossFacts]:
    """What is used as what it was not, and values that are gone although nobody is seen to use them."""
    return [loss for loss in load.losses if loss.used_by or load.hurt or loss.grade is Grade.VALUE]


def ending(load: LoadFacts, loss: LossFacts) -> str:
    """Who is hurt by it, as the end of a message."""
    return f"; {load.hurt}" if load.hurt else f"; {loss.used_by!r} uses it" if loss.used_by else ""


def minor(load: LoadFacts) -> list[LossFacts]:
    """What is worth knowing though nobody is seen to use it: a text that was taken for a number, one column more."""
    return [loss for loss in load.losses if loss.grade is Grade.GUESS or loss.was == NOT_THERE]


def complain(load: LoadFacts, losses: Iterable[LossFacts], end: str) -> Iterator[Complaint]:
    """One complaint of the first of the losses, with all of them as evidence."""
    known = tuple(losses)
    if known:
        saved, more = load.saved, f" (and {len(known) - 1} more)" if len(known) > 1 else ""
        start = f"saver {saved.node!r} of task {saved.task_id!r} hands {saved.path} to task {load.task_id!r}"
        evidence = "\n".join([*(loss.text for loss in known), *_sample(saved.value.rows)])
        yield Complaint(saved.location, f"{start}: {known[0].text}{more}{end}", evidence, task_id=saved.task_id)


def _sample(rows: int) -> Iterator[str]:
    """What the comparison has gone by, where it was not everything."""
    if rows > MOST_ROWS:
        yield f"{MOST_ROWS} of {rows} rows were compared: the first, the last, and those at equal distances between"
