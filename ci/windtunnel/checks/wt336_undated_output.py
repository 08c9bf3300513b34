"""Output that is the same file for every run, where several runs are at work at one time.

## What it does
Runs a DAG that writes for two dates. Reports a file that both write whole, where the DAG catches up with more than one
run at a time (`max_active_runs`, 16 if nobody says otherwise). Rows that the second run leaves in a table count as its
own. (WT406 reports the files of Hamilton's savers.)

## Why is this bad?
The runs of different dates write one file at once. What is left is that of the run which happened to end last, or a
mixture; and every other run has read what was not its own.

## What to do
Put the run into the path (`{{ ds }}`, `{{ run_id }}`), or let one run at a time be active: `max_active_runs=1`.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.checks._visits import by_whom, ended_well, is_record, label, writer_of
from windtunnel.facts import Content, Occasion, OutputFacts, TwiceFacts
from windtunnel.findings import Complaint, Severity

_FILE = """\
from datetime import datetime, timedelta, timezone

from airflow.sdk import dag, get_current_context, task


@dag(schedule="@daily", start_date=datetime.now(timezone.utc) - timedelta(days=3), catchup=True)
def totals():
    @task
    def save() -> None:
        import tempfile
        from pathlib import Path

        day = get_current_context()["ds"]
        Path(tempfile.gettempdir(), %s).write_text(f"{day}: 7")%s

    save()


totals()
"""
FAILING = _FILE % ('"totals.txt"', "  # WT336")
PASSING = _FILE % ('f"totals-{day}.txt"', "")


@check(
    "WT336",
    on=TwiceFacts,
    severity=Severity.WARNING,
    remedy="put {{ ds }} or {{ run_id }} into the path, or set max_active_runs=1",
)
def undated_output(context: TwiceFacts) -> Iterator[Complaint]:
    dated = [visit for visit in context.visits if visit.occasion is Occasion.DATED and ended_well(visit)]
    if context.plain.beside < 2 or len(dated) < 2:
        return
    first = {(output.path, output.table) for output in dated[0].outputs}
    saved = {label(OutputFacts(save.path, Content.BYTES)) for save in context.plain.saves}
    for output in dated[1].outputs:
        is_first = (output.path, output.table) in first
        if is_first and _replaces(output) and label(output) not in saved and not is_record(output):
            location, task_id, opened = writer_of(context, output.path)
            crowd = f"catchup may have {context.plain.beside} of them at work at one time"
            message = f"{by_whom(task_id)} writes {label(output)} in every run, and {crowd}"
            yield Complaint(location, message, opened, task_id=task_id)


def _replaces(output: OutputFacts) -> bool:
    """Whether the output of the first run is gone, or was written anew: adding to it is something else."""
    if output.content is Content.TABLE:
        return output.removed > 0
    return output.removed > 0 or not output.added
