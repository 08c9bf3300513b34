"""The words of the command: what makes no sense is refused before anything is built."""

from __future__ import annotations

from pathlib import Path

import pytest

from windtunnel.errors import UsageError
from windtunnel.scaffold.imports import identifier, own_names, statements
from windtunnel.scaffold.literals import call, literal, quoted, spread
from windtunnel.scaffold.orders import Order, names, read_config


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"final_vars": ()}, "name a module, and by --final-vars what it is to make"),
        ({"dag_id": "a b"}, "--dag-id a b: an id has letters, digits"),
        ({"schedule": "daily"}, "--schedule daily: neither a cron expression of five fields nor @once"),
        ({"config_source": "a\nimport os"}, "has a character that no line can show"),
        ({"schedule": "a b"}, "--schedule a b: neither a cron expression"),
        ({"storage": "data"}, "--storage data: every worker must find it: give an absolute path, or a URL"),
        ({"isolate": "external-python"}, "say by --python which interpreter the tasks run in"),
        ({"python": "/usr/bin/python3"}, "--python: is for --isolate external-python"),
        ({"requirements": ("pandas",)}, "--requirement: is for --isolate virtualenv"),
        ({"image": "x"}, "--image: is for --isolate docker"),
        ({"storage_conn_id": "x"}, "--storage-conn-id: is for a --storage with a scheme"),
        ({"storage": "s3://b", "storage_conn_id": "x", "isolate": "virtualenv"}, "knows no Airflow connection"),
        ({"storage": "s3://b", "isolate": "docker"}, "needs a folder that it can mount"),
    ],
)
def test_words_that_make_no_sense_are_refused(words, message) -> None:
    with pytest.raises(UsageError, match=message):
        Order(**{"modules": ("m",), "final_vars": ("x",), **words})


def test_the_command_is_told_without_where_the_file_goes() -> None:
    order = Order(("a.b", "a.c"), ("x", "y"), config={"k": 1}, config_source="my config.yaml", schedule="@daily")
    assert " ".join(order.words) == (
        "windtunnel scaffold a.b a.c --final-vars x,y --config 'my config.yaml' --schedule @daily"
    )


def test_a_configuration_is_yaml_or_json_in_a_file_or_on_the_spot(tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text("day: 2025-01-31\nlimits: [1, 2.5]\n")
    assert read_config("c.yaml", tmp_path) == {"day": "2025-01-31", "limits": [1, 2.5]}
    assert read_config('{"unit": "km/h"}', tmp_path) == {"unit": "km/h"}
    assert read_config("", tmp_path) == {}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "--config c.yaml: No such file or directory"),
        ("- 1\n", "--config c.yaml: holds no names with values"),
        ("a: [\n", "--config c.yaml: while parsing"),
        ("a: .nan\n", "--config c.yaml: params are JSON: Out of range float values"),
        ("a: !!set {b}\n", "--config c.yaml: params are JSON: {'b'} is none"),
    ],
)
def test_what_no_param_can_hold_is_refused(tmp_path: Path, text, message) -> None:
    if text is not None:
        (tmp_path / "c.yaml").write_text(text)
    with pytest.raises(UsageError) as told:
        read_config("c.yaml", tmp_path)
    assert str(told.value).startswith(message)


def test_names_are_taken_once() -> None:
    assert names(" a, b,,a ") == ("a", "b")


def test_text_is_laid_out_as_a_formatter_would() -> None:
    assert literal({"a": [True, None, 1.5]}) == '{"a": [True, None, 1.5]}'
    assert [quoted("it's"), quoted('"'), quoted("a\\b")] == ['"it\'s"', "'\"'", '"a\\\\b"']
    long = ["x" * 60, "y" * 60]
    assert spread(long, "    a=") == ["    a=[", f'        "{long[0]}",', f'        "{long[1]}",', "    ],"]
    assert call("f", [["a"], ["b=1"]]) == ["f(a, b=1)"]
    assert call("f", [["a"], ["b={", "    1,", "}"]]) == ["f(", "    a,", "    b={", "        1,", "    },", ")"]


def test_imports_are_sorted_and_grouped_and_hide_nothing() -> None:
    own = own_names(("a.json", "b.flow", "c.flow", "top"))
    assert own == {"a.json": "a_json", "b.flow": "flow", "c.flow": "c_flow", "top": "top"}
    assert statements({"pandas", "hamilton.driver", "pathlib.Path", "json"}, own) == [
        *("import json", "from pathlib import Path", "", "import pandas as pd", "from hamilton import driver", ""),
        *("import top", "from a import json as a_json", "from b import flow", "from c import flow as c_flow"),
    ]


@pytest.mark.parametrize(("text", "name"), [("a.b-c", "a_b_c"), ("1st", "dataflow_1st"), ("class", "dataflow_class")])
def test_any_id_becomes_the_name_of_a_function(text: str, name: str) -> None:
    assert identifier(text) == name
