"""What the text of a file says that it reads, and what is no need."""

from __future__ import annotations

import ast

import pytest

from windtunnel.collectors.reads_in_text import files_behind, sites_in

IMPORTS = """\
import os
import os as system
from os import environ, getenv as ask
from airflow.sdk import BaseHook, Connection, Variable
from airflow.models.variable import Variable as Old
"""


def read(text):
    return [(site.kind.value, site.name, site.required, site.form) for site in sites_in(ast.parse(IMPORTS + text))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("os.environ['X']", ("environment variable", "X", True, "")),
        ("system.environ['X']", ("environment variable", "X", True, "")),
        ("environ['X']", ("environment variable", "X", True, "")),
        ("os.environ.get('X')", ("environment variable", "X", False, "")),
        ("os.getenv('X', 'y')", ("environment variable", "X", False, "")),
        ("ask(key='X')", ("environment variable", "X", False, "")),
        ("Variable.get('x')", ("variable", "x", True, "")),
        ("Variable.get('x', None)", ("variable", "x", False, "")),
        ("Variable.get('x', default=None)", ("variable", "x", False, "")),
        ("Old.get('x', default_var=1)", ("variable", "x", False, "")),
        ("Variable.get('x', deserialize_json=True)", ("variable", "x", True, "json")),
        ("Connection.get('x')", ("connection", "x", True, "")),
        ("BaseHook.get_connection('x')", ("connection", "x", True, "")),
        ("hook.get_connection(conn_id='x')", ("connection", "x", True, "")),
        ("def f():\n    MyHook(my_conn_id='x')", ("connection", "x", True, "")),
        ("try:\n    os.environ['X']\nexcept KeyError:\n    pass", ("environment variable", "X", False, "")),
        ("if 'X' in os.environ:\n    os.environ['X']", ("environment variable", "X", False, "")),
    ],
)
def test_a_literal_name_is_read(text, expected):
    assert read(text) == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "os.environ['X'] = 'y'\nos.environ['X']",
        "del os.environ['X']",
        "os.environ[name]",
        "Variable.get(name)",
        "Variable.get(f'{name}_x')",
        "settings.environ['X']",
        "cache.Variable.get('x')",
        "BaseHook.get_connection('{{ params.x }}')",
        "dict(os.environ)",
        "table.get('x')",
    ],
)
def test_what_is_written_here_or_not_known_is_no_need(text):
    assert read(text) == []


def test_a_hook_is_told_as_it_is_called():
    (site,) = sites_in(ast.parse("from airflow.providers.x import XHook\ndef f():\n    XHook('a', b, y_conn_id='c')"))
    assert (site.hook, site.positional, site.given) == (
        "airflow.providers.x.XHook",
        ("a", None),
        (("y_conn_id", "c"),),
    )


def test_a_site_knows_whether_it_stands_in_a_function():
    text = "import os\nos.environ['A']\nasync def f():\n    os.environ['B']\nx = lambda: os.environ['C']"
    assert [(site.name, site.in_function, site.line) for site in sites_in(ast.parse(text))] == [
        ("A", False, 2),
        ("B", True, 4),
        ("C", True, 5),
    ]


def test_modules_are_followed_wherever_they_are_imported(tmp_path):
    texts = {
        "dags/a.py": "def f():\n    from include import b\n    import include.sub.c",
        "include/b.py": "from .d import x\nimport a_library",
        "include/d.py": "from include.b import y",
        "include/sub/__init__.py": "",
        "include/sub/c.py": "",
        "include/unused.py": "",
    }
    for path, text in texts.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    found = files_behind([tmp_path / "dags/a.py"], [tmp_path])
    assert {path.relative_to(tmp_path).as_posix() for path in found} == {
        "dags/a.py",
        "include/b.py",
        "include/d.py",
        "include/sub/c.py",
    }
