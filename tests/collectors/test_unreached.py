"""Functions with a DAG in them that the import of their file does not come to."""

from __future__ import annotations

import pytest

from windtunnel.collectors.source import SourceIndex
from windtunnel.collectors.unreached import is_imported_elsewhere, unreached_makers

MAKER = "from airflow.sdk import DAG\n\n\ndef build():\n    return DAG('x')\n\n\n"


@pytest.mark.parametrize(
    "rest",
    [
        "",
        "if __name__ == '__main__':\n    build().test()\n",
        "def other():\n    return build()\n",
    ],
)
def test_what_no_line_of_the_import_mentions_is_unreached(tmp_path, rest):
    (tmp_path / "a.py").write_text(MAKER + rest)
    assert unreached_makers(tmp_path / "a.py") == (("build", 4),)


@pytest.mark.parametrize(
    "rest",
    [
        "build()\n",
        "def main():\n    build()\n\n\nmain()\n",
        "for make in [build]:\n    make()\n",
        "if True:\n    x = {'a': build}\n",
        "class Holder:\n    dag = build()\n",
    ],
)
def test_what_the_import_mentions_may_be_called(tmp_path, rest):
    (tmp_path / "a.py").write_text(MAKER + rest)
    assert unreached_makers(tmp_path / "a.py") == ()


@pytest.mark.parametrize(
    "text",
    [
        "from elsewhere import DAG\n\n\ndef build():\n    return DAG('x')\n",
        "from airflow.sdk import asset\n\n\n@asset(schedule=None)\ndef table():\n    pass\n",
        "from airflow.sdk import DAG\n\n\ndef name(dag: DAG):\n    return dag.dag_id\n",
        "from airflow.sdk import DAG\n\n\ndef test_it():\n    DAG('x')\n",
        "import pytest\nfrom airflow.sdk import DAG\n\n\n@pytest.fixture\ndef made():\n    return DAG('x')\n",
        "def broken(:\n",
    ],
)
def test_what_makes_no_dag_is_no_maker(tmp_path, text):
    (tmp_path / "a.py").write_text(text)
    assert unreached_makers(tmp_path / "a.py") == ()


def test_a_dag_function_that_only_the_main_block_calls_is_uncalled(tmp_path):
    text = "@dag\ndef report():\n    pass\n\n\nif __name__ == '__main__':\n    report().test()\n"
    (tmp_path / "a.py").write_text(text)
    assert SourceIndex.of(tmp_path / "a.py").uncalled_dags() == (("report", 2),)


@pytest.mark.parametrize(
    "line", ["import a", "from a import build", "from dags.a import build", "from dags import a", "from . import a"]
)
def test_a_file_that_another_one_imports_may_be_its_library(repository, line):
    root = repository({"dags/a.py": MAKER, "dags/b.py": f"{line}\n"})
    assert is_imported_elsewhere(root / "dags" / "a.py", root)


def test_a_name_that_is_only_mentioned_imports_nothing(repository):
    root = repository({"dags/a.py": "import a\n", "dags/b.py": "import abc\n\na = 1\n"})
    assert not is_imported_elsewhere(root / "dags" / "a.py", root)
