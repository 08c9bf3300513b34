"""A warehouse of songs that were played: every day's log becomes rows of a star schema, in one chain of tasks.

| task | what it does |
|---|---|
| `deliver_sample` | plays the site that delivers the files, as long as no `source_location` is given |
| `wait_for_log` | waits for the log of the day; a worker is busy with it only while it looks |
| `stage` | files to clean, typed tables; counts what is left out |
| `build_star_schema` | these tables to facts and dimensions, into the warehouse in one transaction |
| `check_quality` | fails the run, and names the rows, where the warehouse is not as it must be |
| `train_and_score_model` | who of those that listen for free will pay |
| `publish_report` | a page about the day |

Each task but the sensor is one Hamilton driver call; what happens inside stands in `modules/songplays/`. A run belongs
to its logical date: it replaces the rows of that day and no others, so that it can be repeated, and days can be
back-filled in any order.

**The warehouse** is an SQLite file below the data root, or what the connection `warehouse` leads to: a PostgreSQL
server (type `postgres`), or an SQLite file of your own (type `sqlite`, its path as the host).
**Files** lie in folders, or in S3: `s3://connection_id@bucket/prefix` (with `apache-airflow-providers-amazon[s3fs]`).
**Before the first run**: `airflow pools set warehouse 1 "one loader at a time"`. A second loader would be right too,
but it would wait on a worker.
**Mail** about failed tasks and late runs goes through the connection `songplays_smtp`; without one it is logged.
"""

# `modules` is importable because the root of the repository is on the path of every Airflow process, for
# example by PYTHONPATH=/opt/airflow/repository. What it computes with is imported inside the tasks: Airflow parses
# this file every few seconds, and parsing must cost nothing.
import os
import tempfile
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING

from airflow.sdk import Context, Param, dag, get_current_context, task

# In Airflow 3.1 these have no shorter name yet.
from airflow.sdk.definitions.deadline import AsyncCallback, DeadlineAlert, DeadlineReference
from airflow.timetables.interval import CronDataIntervalTimetable

from modules.songplays.alerts import mail_failure
from modules.songplays.waiting import DayLogSensor

if TYPE_CHECKING:
    from modules.songplays.database import Warehouse

# The day whose log is loaded: the logical date. A run that was started by hand without one takes the day before it.
DAY = "{{ params.day or (ds if ds is defined else macros.ds_add(dag_run.run_after | ds, -1)) }}"
ALERT_TO = "data-team@example.com"


def _run_folder(context: Context) -> Path:
    """`<data root>/<dag_id>/<run id>/`: a retry finds its own files and replaces them, two runs never meet.

    The run id is taken as it is: Airflow keeps "/" and ".." out of it, and file systems take ":" and "+".
    """
    # Resolved at run time, on the worker: the machine that parses this file may have other folders.
    default_root = os.environ.get("DATA_ROOT") or Path(tempfile.gettempdir(), "airflow-data")
    folder = Path(context["params"]["data_root"] or default_root, context["dag"].dag_id, context["run_id"])
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _warehouse(context: Context) -> "Warehouse":
    """What the connection `warehouse` leads to; where nobody has made one, a file that all runs share."""
    from modules.songplays.database import warehouse_of

    return warehouse_of(context["conn"].get("warehouse", None), _run_folder(context).parent / "warehouse.sqlite")


@task
def deliver_sample(day: str) -> str:
    """Returns the location of the site's files: yours, or a folder with made-up ones."""
    from hamilton import driver

    from modules.songplays import log_path, samples

    context = get_current_context()
    params = context["params"]
    if params["source_location"]:
        return params["source_location"]
    site = _run_folder(context) / "site"
    log_location = site / log_path(day)
    log_location.parent.mkdir(parents=True, exist_ok=True)
    dr = driver.Builder().with_modules(samples).build()
    dr.execute(
        ["saved_songs", "saved_log"],
        inputs={
            "site_location": str(site),
            "log_location": str(log_location),
            "day": day,
            "seed": params["seed"],
            "people": params["sample_people"],
            "songs": params["sample_songs"],
            "events": params["sample_events"],
        },
    )
    return str(site)


@task
def stage(source_location: str, day: str) -> str:
    """Returns the location of the staged tables."""
    from hamilton import driver

    from modules.songplays import stage

    folder = _run_folder(get_current_context())
    dr = driver.Builder().with_modules(stage).build()
    dr.execute(
        ["saved_events", "saved_catalogue", "saved_counts"],
        inputs={
            "source_location": source_location,
            "day": day,
            "events_location": str(folder / "events.parquet"),
            "catalogue_location": str(folder / "catalogue.parquet"),
            "counts_location": str(folder / "counts.json"),
        },
    )
    return str(folder)


@task(pool="warehouse")
def build_star_schema(staged_location: str, day: str) -> str:
    """Returns the location of the staged tables, whose counts the next task compares."""
    from hamilton import driver

    from modules.songplays import star_schema

    dr = driver.Builder().with_modules(star_schema).build()
    dr.execute(
        ["loaded"],
        inputs={
            "warehouse": _warehouse(get_current_context()),
            "day": day,
            "events_location": str(Path(staged_location, "events.parquet")),
            "catalogue_location": str(Path(staged_location, "catalogue.parquet")),
        },
    )
    return staged_location


@task
def check_quality(staged_location: str, day: str) -> str:
    """Returns the location of what the run has staged and found out."""
    from airflow.providers.common.compat.sdk import AirflowFailException
    from hamilton import driver

    from modules.songplays import quality

    dr = driver.Builder().with_modules(quality).build()
    try:
        dr.execute(
            ["saved_quality", "passed"],
            inputs={
                "warehouse": _warehouse(get_current_context()),
                "day": day,
                "counts_location": str(Path(staged_location, "counts.json")),
                "quality_location": str(Path(staged_location, "quality.json")),
            },
        )
    except quality.QualityError as error:
        raise AirflowFailException(str(error)) from error  # a retry would find the same rows
    return staged_location


@task
def train_and_score_model(staged_location: str, day: str) -> str:
    """Returns the location of what the run has staged and found out, the model now with it."""
    from hamilton import driver

    from modules.songplays import model

    context = get_current_context()
    params = context["params"]
    dr = driver.Builder().with_modules(model).build()
    dr.execute(
        ["saved_model", "saved_scores"],
        inputs={
            "warehouse": _warehouse(context),
            "day": day,
            "history_days": params["history_days"],
            # Params are JSON: the number 1 arrives as an int, and Hamilton takes no int for a float.
            "validation_fraction": float(params["validation_fraction"]),
            "seed": params["seed"],
            "model_location": str(Path(staged_location, "model.json")),
            "scores_location": str(Path(staged_location, "scores.csv")),
        },
    )
    return staged_location


@task
def publish_report(staged_location: str, day: str) -> str:
    """Returns the location of the page."""
    from hamilton import driver

    from modules.songplays import report

    context = get_current_context()
    reports_location = context["params"]["reports_location"] or str(_run_folder(context).parent / "reports")
    dr = driver.Builder().with_modules(report).build()
    results = dr.execute(
        ["published"],
        inputs={
            "warehouse": _warehouse(context),
            "day": day,
            "counts_location": str(Path(staged_location, "counts.json")),
            "model_location": str(Path(staged_location, "model.json")),
            "reports_location": reports_location,
        },
    )
    return results["published"]["path"]


@dag(
    dag_id="songplays_warehouse",
    doc_md=__doc__,
    # The run of a day starts when the day is over. (`@daily` would start it when the day begins, since Airflow 3.)
    schedule=CronDataIntervalTimetable("0 0 * * *", timezone="UTC"),
    start_date=datetime(2025, 1, 1, tzinfo=timezone.utc),
    catchup=False,
    max_active_runs=4,
    tags=["example", "hamilton"],
    default_args={
        "retries": 3,
        "retry_delay": timedelta(seconds=30),
        "retry_exponential_backoff": True,
        "max_retry_delay": timedelta(minutes=10),
        "execution_timeout": timedelta(minutes=30),
        "on_failure_callback": mail_failure,
    },
    deadline=DeadlineAlert(
        reference=DeadlineReference.DAGRUN_QUEUED_AT,
        interval=timedelta(hours=14),
        callback=AsyncCallback("modules.songplays.alerts.mail_lateness", kwargs={"alert_to": ALERT_TO}),
    ),
    params={
        "day": Param(
            None,
            type=["null", "string"],
            format="date",
            description="Day whose log is loaded, YYYY-MM-DD. Empty: the logical date of the run.",
        ),
        "source_location": Param(
            None,
            type=["null", "string"],
            description="Folder or s3://connection_id@bucket/prefix with `log_data` and `song_data`. Empty: a sample.",
        ),
        "reports_location": Param(
            None,
            type=["null", "string"],
            description="Folder or s3://connection_id@bucket/prefix for the pages. Empty: below the data root.",
        ),
        "history_days": Param(
            28, type="integer", minimum=1, description="Days of plays that the model learns from, the day included."
        ),
        "validation_fraction": Param(
            0.3,
            type="number",
            exclusiveMinimum=0,
            exclusiveMaximum=1,
            description="Share of the users kept for validation.",
        ),
        "seed": Param(0, type="integer", minimum=0, description="Seed of the split and of the sample."),
        "sample_people": Param(60, type="integer", minimum=1, description="Users of the sample."),
        "sample_songs": Param(24, type="integer", minimum=0, description="Songs of the sample."),
        "sample_events": Param(800, type="integer", minimum=1, description="Events of a day of the sample."),
        "alert_to": Param(ALERT_TO, type="string", description="Who is told by mail that a task has failed."),
        "data_root": Param(
            None,
            type=["null", "string"],
            description="Folder below which every run gets its own. Empty: the environment variable "
            "DATA_ROOT, else a temporary folder, which serves one machine only.",
        ),
    },
)
def songplays_warehouse() -> None:
    """Seven tasks in a chain."""
    log = DayLogSensor(
        task_id="wait_for_log",
        source_location=deliver_sample(DAY),
        day=DAY,
        timeout=timedelta(hours=12).total_seconds(),
        poke_interval=60,
        execution_timeout=None,
    )
    staged = stage(log.output, DAY)
    publish_report(train_and_score_model(check_quality(build_star_schema(staged, DAY), DAY), DAY), DAY)


songplays_warehouse()
