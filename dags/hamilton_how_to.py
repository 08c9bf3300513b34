"""How an Airflow task runs a Hamilton dataflow: four lessons, one per task.

| task | lesson |
|---|---|
| `pass_data_as_inputs` | the task loads the data and passes it to the driver as `inputs` |
| `load_and_save_in_hamilton` | `@load_from` and `@save_to` do it; the saver is requested by its output name |
| `configure_by_template` | the driver config is written in the DAG file, as a Jinja template of `params` |
| `configure_by_context` | the driver config comes from the runtime context of the task |

Each task is one driver call: Airflow says when and where, Hamilton says what. Files go to
`<data root>/hamilton_how_to/<run id>/`.
"""

# `modules` is importable because the root of the repository is on the path of every Airflow process, for
# example by PYTHONPATH=/opt/airflow/repository. It and pandas are imported inside the tasks: Airflow parses
# this file every few seconds, and parsing must cost nothing.
import os
import tempfile
from datetime import datetime, timedelta, timezone
from pathlib import Path

from airflow.sdk import Context, Param, dag, get_current_context, task


def _run_folder(context: Context) -> Path:
    """`<data root>/<dag_id>/<run id>/`: a retry finds its own files and replaces them, two runs never meet.

    The run id is taken as it is: Airflow keeps "/" and ".." out of it, and file systems take ":" and "+".
    """
    # Resolved at run time, on the worker: the machine that parses this file may have other folders.
    default_root = os.environ.get("DATA_ROOT") or Path(tempfile.gettempdir(), "airflow-data")
    folder = Path(context["params"]["data_root"] or default_root, context["dag"].dag_id, context["run_id"])
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@task
def pass_data_as_inputs() -> float:
    """Lesson 1. Returns the gust limit in m/s, small enough for XCom."""
    import pandas as pd
    from hamilton import driver

    from modules.how_to import READINGS, gust_limit

    dr = driver.Builder().with_modules(gust_limit).build()
    results = dr.execute(["gust_limit"], inputs={"wind_speed": pd.read_csv(READINGS)["wind_speed"]})
    return results["gust_limit"]


@task
def load_and_save_in_hamilton(gust_limit: float) -> str:
    """Lesson 2. Returns the location of the saved gusts: the table itself never goes through XCom."""
    from hamilton import driver

    from modules.how_to import READINGS, gusts

    gusts_location = str(_run_folder(get_current_context()) / "gusts.csv")
    dr = driver.Builder().with_modules(gusts).build()
    # "saved_gusts" is the `output_name_` of the saver. Asking for "gusts" would compute the table and save
    # nothing.
    dr.execute(
        ["saved_gusts"],
        inputs={
            "readings_location": str(READINGS),
            # XCom is JSON: the float 54.0 can arrive as the int 54, and Hamilton takes no int for a float.
            "gust_limit": float(gust_limit),
            "gusts_location": gusts_location,
        },
    )
    return gusts_location


@task
def configure_by_template(gusts_location: str, config: dict[str, str]) -> float:
    """Lesson 3. `config` arrives with its templates rendered. Returns the strongest gust in that unit."""
    from hamilton import driver

    from modules.how_to import strongest_gust

    dr = driver.Builder().with_config(config).with_modules(strongest_gust).build()
    return dr.execute(["strongest_gust"], inputs={"gusts_location": gusts_location})["strongest_gust"]


@task
def configure_by_context(strongest_gust: float) -> str:
    """Lesson 4. Returns the headline of this run."""
    from hamilton import driver

    from modules.how_to import headline

    context = get_current_context()
    # run_type is an enum; Hamilton compares plain values. Prefer facts that every run has: a run that was
    # triggered by the API has no logical date.
    config = {"run_type": context["dag_run"].run_type.value}
    dr = driver.Builder().with_config(config).with_modules(headline).build()
    # float: see the trap of XCom in lesson 2.
    inputs = {"strongest_gust": float(strongest_gust), "unit": context["params"]["unit"]}
    return dr.execute(["headline"], inputs=inputs)["headline"]


@dag(
    dag_id="hamilton_how_to",
    doc_md=__doc__,
    schedule=None,
    start_date=datetime(2025, 1, 1, tzinfo=timezone.utc),
    catchup=False,
    tags=["example", "hamilton"],
    default_args={
        "retries": 2,
        "retry_delay": timedelta(seconds=10),
        "execution_timeout": timedelta(minutes=5),
    },
    params={
        "unit": Param(
            "knots",
            type="string",
            enum=["m/s", "km/h", "knots"],
            description="Unit of the strongest gust.",
        ),
        "data_root": Param(
            None,
            type=["null", "string"],
            description="Folder below which every run gets its own. Empty: the environment variable "
            "DATA_ROOT, else a temporary folder, which serves one machine only.",
        ),
    },
)
def hamilton_how_to() -> None:
    """The four lessons in a chain."""
    gusts_location = load_and_save_in_hamilton(pass_data_as_inputs())
    configure_by_context(configure_by_template(gusts_location, config={"unit": "{{ params.unit }}"}))


hamilton_how_to()
