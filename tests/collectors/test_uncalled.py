"""Functions under @task that nothing calls, by the text of their file and of its neighbours."""

from __future__ import annotations

import textwrap

import pytest

from windtunnel.collectors.uncalled import uncalled_tasks

HEAD = "from airflow.sdk import DAG, dag, task, task_group, setup\nimport airflow.sdk as sdk\n"


@pytest.fixture
def uncalled(tmp_path):
    def look(text, **others):
        (tmp_path / "dags").mkdir()
        file = tmp_path / "dags" / "a.py"
        file.write_text(HEAD + textwrap.dedent(text))
        for name, other in others.items():
            (tmp_path / f"{name}.py").write_text(other)
        return [name for name, _ in uncalled_tasks(file, tmp_path)]

    return look


@pytest.mark.parametrize("decorator", ["@task", "@task()", "@task.branch", "@sdk.task", "@task_group", "@setup"])
def test_a_function_that_nothing_mentions_is_found_inside_a_dag(uncalled, decorator):
    assert uncalled(f"with DAG('d'):\n    {decorator}\n    def f(): pass\n") == ["f"]


def test_a_function_that_nothing_mentions_is_found_in_a_dag_function_and_at_the_top(uncalled):
    text = """
        @task
        def top(): pass

        @dag
        def made():
            @task
            def inner(): pass
    """
    assert uncalled(text) == ["top", "inner"]


@pytest.mark.parametrize(
    "use",
    ["f()", "f.expand(x=[1])", "tasks = [f]", "self.f()", "f.override(task_id='x')()", "locals()['f']()"],
)
def test_a_function_that_is_mentioned_is_not(uncalled, use):
    assert uncalled(f"with DAG('d'):\n    @task\n    def f(): pass\n    {use}\n") == []


@pytest.mark.parametrize("decorator", ["@mine", "@mine\n@task", "@mine.task", "@staticmethod"])
def test_a_function_under_a_decorator_of_somebody_elses_is_not(uncalled, decorator):
    assert uncalled(f"{decorator}\ndef f(): pass\n") == []


def test_a_function_at_the_top_that_another_file_speaks_of_is_not(uncalled):
    assert uncalled("@task\ndef f(): pass\n", other="from dags.a import f\n") == []


def test_a_function_at_the_top_of_a_file_that_another_one_imports_whole_is_not(uncalled):
    assert uncalled("@task\ndef f(): pass\n", other="from dags.a import *\n") == []


def test_a_word_that_only_begins_like_it_does_not_count(uncalled):
    assert uncalled("@task\ndef f(): pass\n", other="def fff(): pass\n") == ["f"]


def test_a_file_that_registers_its_dags_among_its_globals_is_read_all_the_same(uncalled):
    assert uncalled("globals()['d'] = DAG('d')\n@task\ndef f(): pass\n") == ["f"]
