"""What of a repository Airflow would know as its home."""

from __future__ import annotations

import pytest

from windtunnel.airflow_compat.dagbag import airflow_home


@pytest.mark.parametrize(
    ("folders", "dag_folder", "home"),
    [
        (["plugins", "dags"], "dags", "."),
        (["airflow/plugins", "airflow/dags"], "airflow/dags", "airflow"),
        (["plugins", "airflow/plugins", "airflow/dags"], "airflow/dags", "airflow"),
        (["plugins", "airflow/dags"], "airflow/dags", "."),
        (["airflow/dags"], "airflow/dags", "airflow"),
        (["plugins"], ".", "."),
    ],
)
def test_the_home_is_the_nearest_folder_with_plugins_above_the_dag_folder(tmp_path, folders, dag_folder, home):
    for folder in folders:
        (tmp_path / folder).mkdir(parents=True)
    assert airflow_home(tmp_path, tmp_path / dag_folder) == tmp_path / home
