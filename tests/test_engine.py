"""What the engine makes of a part of a repository."""

from __future__ import annotations

from windtunnel.engine import run
from windtunnel.settings import Settings

MODULE = """\
from hamilton.function_modifiers import save_to, source


@save_to.json(path=source("path"), output_name_="saved_totals")
def totals(rows: list) -> dict:
    return {"rows": len(rows)}
"""
DAG = """\
from airflow.sdk import dag, task


@dag(schedule=None)
def NAME():
    @task
    def count() -> None:
        from hamilton import driver

        from modules import totals

        inputs = {"rows": [1, 2], "path": "totals.json"}
        driver.Builder().with_modules(totals).build().execute(["WANTED"], inputs=inputs)

    count()


NAME()
"""


def dag_file(name: str, wanted: str) -> str:
    return DAG.replace("NAME", name).replace("WANTED", wanted)


def test_a_saver_that_a_dag_outside_the_paths_asks_for_is_not_forgotten(repository, pools):
    files = {"modules/totals.py": MODULE, "dags/looks.py": dag_file("looks", "totals")}
    root = repository({**files, "dags/saves.py": dag_file("saves", "saved_totals")})
    settings = Settings(root, paths=(root / "dags/looks.py",), select=("WT4",))
    report = run(settings, pools=pools)
    assert report.findings == ()
    assert [facts.dag_id for facts in report.runs] == ["looks"]


def test_a_saver_that_no_dag_asks_for_is_forgotten_in_a_part_of_the_repository_too(repository, pools):
    files = {"modules/totals.py": MODULE, "dags/looks.py": dag_file("looks", "totals")}
    root = repository({**files, "dags/looks_again.py": dag_file("looks_again", "totals")})
    settings = Settings(root, paths=(root / "dags/looks.py",), select=("WT4",))
    assert [finding.code for finding in run(settings, pools=pools).findings] == ["WT401"]


def test_a_static_selection_runs_no_dag(repository, pools):
    root = repository({"dags/looks.py": dag_file("looks", "totals"), "modules/totals.py": MODULE})
    report = run(Settings(root, select=("WT1", "WT2")), pools=pools)
    assert report.runs == report.properties == ()
    assert [facts.path for facts in report.files] == ["dags/looks.py"]


TRIGGERS = """\
from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sdk import DAG

with DAG("starts", schedule=None):
    TriggerDagRunOperator(task_id="start", trigger_dag_id="looks")
"""


def test_a_dag_outside_the_paths_can_be_triggered_by_one_in_them_and_is_not_run(repository, pools):
    root = repository({"dags/starts.py": TRIGGERS, "dags/looks.py": dag_file("looks", "totals")})
    report = run(Settings(root, paths=(root / "dags/starts.py",), select=("WT3",)), pools=pools)
    assert report.findings == ()
    assert [(facts.dag_id, facts.state) for facts in report.runs] == [("starts", "success")]


def test_a_trial_alone_counts_the_module_that_it_tries(repository, pools):
    root = repository({"modules/totals.py": MODULE})
    report = run(Settings(root, select=("WT6",), max_examples=5), pools=pools)
    assert [facts.module for facts in report.dataflows] == ["modules.totals"]


def test_what_does_not_load_is_told_whatever_was_selected(repository, pools):
    root = repository({"dags/broken.py": "import airflow, a_package_that_nobody_has  # dag\n"})
    report = run(Settings(root, select=("WT2",)), pools=pools)
    assert [finding.code for finding in report.findings] == ["WT101"]
    assert report.failed


STRANGER = """\
from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sdk import DAG

with DAG("caller", schedule=None):
    TriggerDagRunOperator(task_id="call", trigger_dag_id="called")
"""


def test_a_file_that_does_not_load_hides_no_stranger_but_those_that_it_may_define(repository, pools):
    settings = {"select": ("WT224",), "ignore": ("WT101",)}
    for broken, codes in {
        "from airflow.sdk import DAG\nDAG('other')\n1 / 0\n": ["WT224"],
        "from airflow.sdk import DAG\nDAG('called')\n1 / 0\n": [],
        "from airflow.sdk import DAG\nfor name in 'ab':\n    DAG(name)\n1 / 0\n": [],
        "from airflow.sdk import DAG\nDAG('other'\n": [],
    }.items():
        root = repository({"dags/caller.py": STRANGER, "dags/broken.py": broken})
        report = run(Settings(root, **settings), pools=pools)
        assert [finding.code for finding in report.findings] == codes, broken
