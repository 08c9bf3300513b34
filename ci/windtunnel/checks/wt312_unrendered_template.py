"""Template that is never rendered.

## What it does
Looks at each task when its fields have been rendered, just before it runs, and reports what is still a template of
Airflow's own variables (`{{ ds }}`, `{{ params.x }}`): in a template field, because a param or a variable brought it
in; in an argument that is no template field; in an object that has no `template_fields`; in a key of a dict; in the
default of a function's argument. What stands in `{% raw %}` or `literal()` is meant so.

## Why is this bad?
The task works with the text `{{ ds }}`, and mostly nothing fails: it writes to a folder of that name.

## What to do
Put the template into a template field (`template_fields` of the operator lists them), or take the value from the
context inside the task.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.facts import TaskRunFacts
from windtunnel.findings import Complaint, Severity

FAILING = """\
from airflow.sdk import dag, task


@dag(schedule=None)
def export():
    @task  # WT312
    def write(folder: str = "/data/{{ ds }}") -> None:
        print("writing to", folder)

    write()


export()
"""
PASSING = """\
from airflow.sdk import dag, task


@dag(schedule=None)
def export():
    @task
    def write(folder: str) -> None:
        print("writing to", folder)

    write("/data/{{ ds }}")


export()
"""


@check(
    "WT312",
    on=TaskRunFacts,
    severity=Severity.WARNING,
    remedy="put the template into a template field, or take the value from the context inside the task",
)
def unrendered_template(task: TaskRunFacts) -> Iterator[Complaint]:
    if task.map_index > 0:  # what is wrong in the first of them is wrong in all
        return
    for left in dict.fromkeys(task.data.unrendered):
        message = f"task {task.task_id!r} runs with {left.template} unrendered in {left.place}: {left.reason}"
        yield Complaint(task.location, message, left.text)
