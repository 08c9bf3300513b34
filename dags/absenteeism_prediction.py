"""Predict absence from work: prepare the data, then train a model and evaluate it.

Each task is one Hamilton driver call; what happens inside stands in `modules/absenteeism/`. Only the location
of the prepared data goes from task to task. Everything is written to
`<data root>/absenteeism_prediction/<run id>/`:

| file | content |
|---|---|
| `prepared_data.parquet` | user id, features, label |
| `predictions.csv` | user id, label and prediction of every validation row |
| `results.json` | scores, test against chance, association |

With the defaults the run uses the small synthetic sample that ships with the modules. Set `raw_data_location`
to run it on UCI's "Absenteeism at work" or any table of the same columns.
"""

# `modules` is importable because the root of the repository is on the path of every Airflow process, for
# example by PYTHONPATH=/opt/airflow/repository. It and Hamilton are imported inside the tasks: Airflow parses
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
def prepare_data() -> str:
    """Returns the location of the prepared data."""
    from hamilton import driver

    from modules.absenteeism import SAMPLE_DATA, prepare_data

    context = get_current_context()
    params = context["params"]
    prepared_data_location = str(_run_folder(context) / "prepared_data.parquet")
    config = {"environment": params["environment"]}
    dr = driver.Builder().with_config(config).with_modules(prepare_data).build()
    # The saver is requested by its `output_name_`. Asking for "prepared_data" would compute the table and
    # save nothing.
    dr.execute(
        ["saved_prepared_data"],
        inputs={
            "raw_data_location": params["raw_data_location"] or str(SAMPLE_DATA),
            "feature_set": params["feature_set"],
            "prepared_data_location": prepared_data_location,
        },
    )
    return prepared_data_location


@task
def train_and_evaluate_model(prepared_data_location: str) -> str:
    """Returns the location of the results."""
    from hamilton import driver

    from modules.absenteeism import evaluate_model, train_model

    context = get_current_context()
    params = context["params"]
    folder = _run_folder(context)
    results_location = str(folder / "results.json")
    config = {"task_kind": params["task_kind"]}
    dr = driver.Builder().with_config(config).with_modules(train_model, evaluate_model).build()
    dr.execute(
        ["saved_predictions", "saved_results"],
        inputs={
            "prepared_data_location": prepared_data_location,
            # Params are JSON: the number 4 arrives as an int, and Hamilton takes no int for a float.
            "cut_off_hours": float(params["cut_off_hours"]),
            "validation_fraction": float(params["validation_fraction"]),
            "scorer": params["scorer"],
            "bootstrap_draws": params["bootstrap_draws"],
            "seed": params["seed"],
            "predictions_location": str(folder / "predictions.csv"),
            "results_location": results_location,
        },
    )
    return results_location


@dag(
    dag_id="absenteeism_prediction",
    doc_md=__doc__,
    schedule=None,
    start_date=datetime(2025, 1, 1, tzinfo=timezone.utc),
    catchup=False,
    tags=["example", "hamilton"],
    default_args={
        "retries": 2,
        "retry_delay": timedelta(seconds=10),
        "execution_timeout": timedelta(minutes=10),
    },
    params={
        "raw_data_location": Param(
            None,
            type=["null", "string"],
            description="CSV file with the columns of the UCI table, separated by `;`. Empty: the sample.",
        ),
        "environment": Param(
            "production",
            type="string",
            enum=["development", "production"],
            description="development takes the first 20 rows, production takes all.",
        ),
        "feature_set": Param(
            [
                "age_zero_mean_unit_variance",
                "has_children",
                "has_pet",
                "is_summer",
                "is_monday",
                "is_tuesday",
                "is_wednesday",
                "is_thursday",
                "is_friday",
            ],
            type="array",
            items={"type": "string"},
            minItems=1,
            uniqueItems=True,
            description="What the model learns from: derived features and columns of the raw table.",
        ),
        "task_kind": Param(
            "binary",
            type="string",
            enum=["binary", "continuous", "ordinal"],
            description="Learn whether the absence passes the cut-off, how many hours it takes, or its rank.",
        ),
        "cut_off_hours": Param(
            4,
            type="number",
            minimum=0,
            description="Hours. For the task kind binary: absences longer than this are the class 1.",
        ),
        "validation_fraction": Param(
            0.3,
            type="number",
            exclusiveMinimum=0,
            exclusiveMaximum=1,
            description="Share of the users kept for validation.",
        ),
        "scorer": Param(
            "neg_mean_absolute_error",
            type="string",
            description="Name of a scikit-learn scorer. The default serves every task kind; accuracy or "
            "roc_auc serve binary, neg_mean_poisson_deviance serves the others.",
        ),
        "bootstrap_draws": Param(
            200, type="integer", minimum=2, description="Number of draws of the score that chance would get."
        ),
        "seed": Param(0, type="integer", minimum=0, description="Seed of the split and of the bootstrap."),
        "data_root": Param(
            None,
            type=["null", "string"],
            description="Folder below which every run gets its own. Empty: the environment variable "
            "DATA_ROOT, else a temporary folder, which serves one machine only.",
        ),
    },
)
def absenteeism_prediction() -> None:
    """Two tasks in a chain."""
    train_and_evaluate_model(prepare_data())


absenteeism_prediction()
