"""Lines of names in the text of a file, and the owner's ignore comments."""

from __future__ import annotations

import pytest

from windtunnel.collectors.source import SourceIndex

TEXT = """\
from airflow.sdk import DAG, dag, task, task_group

@dag(dag_id="named", schedule=None)
def decorated():
    @task_group(group_id="group")
    def inner():
        @task
        def clean():
            pass

        Operator(task_id="load")

with DAG("positional", schedule=None):
    Operator(task_id="extract")
"""


@pytest.fixture
def index(tmp_path):
    (tmp_path / "dag.py").write_text(TEXT)
    return SourceIndex.of(tmp_path / "dag.py")


@pytest.mark.parametrize(("dag_id", "line"), [("named", 3), ("decorated", 4), ("positional", 13)])
def test_a_dag_stands_where_the_text_gives_its_id(index, dag_id, line):
    assert index.dag_line(dag_id) == line


def test_a_dag_whose_id_is_composed_stands_where_the_first_dag_is_made(index):
    assert index.dag_line("composed_7") == 3


@pytest.mark.parametrize(
    ("task_id", "line"),
    [("extract", 14), ("group.load", 11), ("group.clean", 8), ("group.clean__2", 8), ("none", None)],
)
def test_a_task_is_found_without_the_prefix_of_its_group_and_the_suffix_of_a_copy(index, task_id, line):
    assert index.task_line(task_id) == line


TWICE = """\
from airflow.sdk import DAG, dag, task

def shared():
    return Operator(task_id="made")

with DAG("first", schedule=None):
    Operator(task_id="load")
    shared()

with DAG("second", schedule=None):
    Operator(task_id="load")

@dag
def third():
    @task
    def load():
        pass
"""


@pytest.mark.parametrize(
    ("task_id", "dag_id", "line"),
    [
        ("load", "first", 7),
        ("load", "second", 11),
        ("load", "third", None),
        ("made", "first", 4),
        ("made", "second", 4),
        ("other", "first", None),
    ],
)
def test_a_task_is_named_in_the_part_of_the_file_that_its_dag_begins(tmp_path, task_id, dag_id, line):
    (tmp_path / "dag.py").write_text(TWICE)
    assert SourceIndex.of(tmp_path / "dag.py").named_line(task_id, dag_id) == line


@pytest.mark.parametrize("content", [b"def broken(:", b"\x00", b"\xff\xfe"])
def test_what_is_not_python_has_an_empty_index(tmp_path, content):
    (tmp_path / "dag.py").write_bytes(content)
    assert SourceIndex.of(tmp_path / "dag.py").dag_line("any") == 1
    assert SourceIndex.of(tmp_path / "missing.py").task_line("any") is None
