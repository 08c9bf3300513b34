"""The way out of a failed import, read from the failure and from the repository."""

from __future__ import annotations

from pathlib import Path

import pytest

from windtunnel.collectors.missing_modules import distribution_of, with_hint
from windtunnel.facts import FailureFacts


def hint(root: Path, message: str, type: str = "ModuleNotFoundError", line: str = "") -> str:
    return with_hint(FailureFacts(type, message, None, line), root).hint


@pytest.mark.parametrize(
    ("module", "distribution"),
    [
        ("yaml", "PyYAML"),
        ("sklearn.linear_model", "scikit-learn"),
        ("google.cloud.bigquery", "google-cloud-bigquery"),
        ("azure.storage.blob", "azure-storage-blob"),
        ("azure.identity", "azure-identity"),
        ("snowflake.connector", "snowflake-connector-python"),
        ("airflow.providers.snowflake.hooks.snowflake", "apache-airflow-providers-snowflake"),
        ("airflow.providers.cncf.kubernetes.operators.pod", "apache-airflow-providers-cncf-kubernetes"),
        ("airflow.providers.microsoft.azure", "apache-airflow-providers-microsoft-azure"),
        ("some_package", "some-package"),
    ],
)
def test_a_module_is_brought_by_a_distribution(module, distribution):
    assert distribution_of(module) == distribution


def test_the_line_says_what_python_cuts_off(tmp_path):
    line = "    from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator\n"
    said = hint(tmp_path, "No module named 'airflow.providers.cncf'", line=line)
    assert said.startswith("install apache-airflow-providers-cncf-kubernetes, which brings airflow.providers.cncf.")


def test_a_folder_that_several_distributions_fill_lacks_one_of_them(tmp_path):
    message = "cannot import name 'bigquery' from 'google.cloud' (unknown location)"
    assert hint(tmp_path, message, "ImportError").startswith("install google-cloud-bigquery")


def test_a_module_that_airflow_has_moved_is_ruffs_to_find(tmp_path):
    said = hint(tmp_path, "No module named 'airflow.operators.bash_operator'")
    assert (
        said == "Airflow has no airflow.operators.bash_operator: `ruff check --select AIR3` tells what it has moved, "
        "and where to"
    )


def test_a_module_of_an_installed_package_that_is_not_there_is_not_to_be_installed(tmp_path):
    assert hint(tmp_path, "No module named 'json.nothing'").startswith("mend the name, or upgrade json")


def test_a_relative_import_has_no_package(tmp_path):
    said = hint(tmp_path, "attempted relative import with no known parent package", "ImportError")
    assert said.startswith("import by the full name")


def test_a_module_in_a_folder_that_is_on_no_path_is_told_by_the_name_that_imports_it(repository):
    root = repository({"include/sub/naming.py": ""})
    said = hint(root, "No module named 'naming'")
    assert said == "include/sub/naming.py has it, but include/sub/ is not on sys.path; import it as include.sub.naming"


def test_another_file_that_makes_the_folder_importable_is_named(repository):
    root = repository({"my-code/naming.py": "", "dags/a.py": "import sys\n\nsys.path.append('../my-code')\n"})
    said = hint(root, "No module named 'naming'")
    assert said == (
        "my-code/naming.py has it, but my-code/ is not on sys.path unless dags/a.py, which puts it there, was imported "
        "before; put my-code on PYTHONPATH"
    )


def test_a_file_behind_another_module_of_its_name_is_hidden(repository, monkeypatch):
    root = repository({"dags/json/naming.py": ""})
    monkeypatch.syspath_prepend(str(root / "dags"))
    said = hint(root, "No module named 'json.naming'")
    assert said == "dags/json/naming.py is hidden by another module 'json' that comes first on sys.path; rename it"


@pytest.mark.parametrize("type", ["ValueError", "ImportError"])
def test_of_other_failures_nothing_is_known(tmp_path, type):
    assert hint(tmp_path, "cannot import name 'a' from 'json' (json.py)", type) == ""
