"""The data of tasks: values shown and compared at a bounded cost, secrets found, loops seen through."""

from __future__ import annotations

import enum
from collections import OrderedDict
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple

import pytest

from windtunnel.collectors.canaries import Canaries
from windtunnel.collectors.late_binding import late_bound
from windtunnel.collectors.plain_values import difference, short, texts_in
from windtunnel.collectors.pulled_names import expects_key


class Pair(NamedTuple):
    a: int
    b: int


class Colour(enum.Enum):
    RED = "red"


class Own:
    def __init__(self):
        self.path = "{{ ds }}"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("x" * 300, "x" * 197 + "..."),
        ([1, "a", None], "1, 'a', None"),
        ({"day": date(2024, 1, 2), "by": print}, "day=2024-01-02, by=<builtin_function_or_method>"),
        (list(range(9)), "0, 1, 2, 3, 4, and 4 more"),
        (Own(), "<Own>"),
        ([[[1]]], "<list>"),
    ],
)
def test_a_value_is_shown_short(value, shown):
    assert short(value) == shown


def test_texts_are_found_in_keys_and_in_objects_that_may_be_opened():
    value = {"{{ ds }}": [Own()]}
    assert [text.text for text in texts_in(value)] == ["{{ ds }}"]
    assert [(text.inside, text.is_key) for text in texts_in(value, lambda kind: kind is Own)] == [
        ("", True),
        ("Own", False),
    ]


def test_a_value_that_holds_itself_or_very_much_is_looked_through_in_bounded_time():
    value = []
    value += [value, ["x"] * 1_000_000]
    assert len(texts_in(value)) < 2000


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ({1: "a"}, {"1": "a"}, "the key 1 (int) became '1'"),
        ({"x": {2024: 1}}, {"x": {"2024": 1}}, "['x'] key 2024 (int) became '2024'"),
        ([(1, 2)], [[1, 2]], "[0]: tuple 1, 2 became list 1, 2"),
        (Pair(1, 2), (1, 2), "Pair <Pair> became tuple 1, 2"),
        ({"c": Colour.RED}, {"c": "red"}, "['c']: Colour <Colour> became str 'red'"),
    ],
)
def test_what_json_makes_another_value_of_is_told(before, after, told):
    assert difference(before, after) == told


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (54.0, 54),
        ({"a": [1, (2, 3)]}, {"a": [1, (2, 3)]}),
        (OrderedDict(a=1), {"a": 1}),
        ({1, 2}, {2, 1}),
        (Own(), Own()),
        (date(2024, 1, 2), date(2024, 1, 2)),
    ],
)
def test_what_is_still_equal_or_cannot_be_compared_is_not_told(before, after):
    assert difference(before, after) == ""


ENVIRONMENT = {
    "AIRFLOW_CONN_DB": "postgresql://me:p%40ss-w0rd@host/me",
    "AIRFLOW_CONN_API": '{"conn_type": "http", "password": "k3y-of-api"}',
    "AIRFLOW_VAR_UPLOAD_TOKEN": "tk-20-canary",
}


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("connecting with p@ss-w0rd", ["the password of the connection 'db'"]),
        ("connecting to postgresql://me:p%40ss-w0rd@host", ["the password of the connection 'db'"]),
        ("k3y-of-api and tk-20-canary", ["the password of the connection 'api'", "the variable 'upload_token'"]),
        ("tk-20-canary7 is another one", []),
    ],
)
def test_a_secret_is_found_in_a_line_as_it_is_and_as_it_stands_in_a_uri(line, found):
    canaries = Canaries.of(ENVIRONMENT)
    assert list(canaries.found_in(line)) == found
    assert "ss-w0rd" not in canaries.without(line)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AIRFLOW_CONN_DB", "postgresql://airflow:airflow@host/airflow"),
        ("AIRFLOW_CONN_DB", "postgresql://me:postgres@host/db"),
        ("AIRFLOW_CONN_DB", "postgresql://me:ab1@host/db"),
        ("AIRFLOW_CONN_DB", "{no json"),
        ("AIRFLOW_CONN_DB", "http://[bad"),
        ("AIRFLOW_VAR_BUCKET", "tk-20-canary"),
        ("UPLOAD_TOKEN", "tk-20-canary"),
    ],
)
def test_what_stands_in_any_log_or_is_no_secret_is_not_looked_for(name, value):
    assert not Canaries.of({name: value})


def a_dag(*functions):
    tasks = [
        SimpleNamespace(task_id=f"t{number}", python_callable=function) for number, function in enumerate(functions)
    ]
    return SimpleNamespace(tasks=tasks)


def loaded(text, folder):
    file = folder / "loop.py"
    file.write_text(text, encoding="utf-8")
    names = {"made": []}
    exec(compile(text, str(file), "exec"), names)
    return [(facts.names, facts.location.line) for facts in late_bound([a_dag(*names["made"])], folder)]


AT_FAULT = {
    "a global": "for n in 'ab':\n    def f():\n        return n\n    made.append(f)\n",
    "a closure": "def dag():\n    for n in 'ab':\n        made.append(lambda: n)\ndag()\n",
    "a comprehension": "made += [lambda: n for n in 'ab']\n",
    "what is made of it": "for m in 'ab':\n    n = m * 2\n    def f():\n        return n\n    made.append(f)\n",
    "two loops": "for n in 'ab':\n    for m in 'ab':\n        made.append(lambda: n + m)\n",
    "a function inside": "for n in 'ab':\n    def f():\n        return [n for _ in range(2)]\n    made.append(f)\n",
}
SOUND = {
    "an argument": "for n in 'ab':\n    def f(n=n):\n        return n\n    made.append(f)\n",
    "a loop of one round": "for n in 'a':\n    for m in 'ab':\n        made.append(lambda: n)\n",
    "a factory": "def make(n):\n    return lambda: n\nfor m in 'ab':\n    made.append(make(m))\n",
    "a constant": "n = 1\nfor m in 'ab':\n    made.append(lambda: n)\n",
    "one function for all": "def f():\n    return n\nfor n in 'ab':\n    made.append(f)\n",
    "one task": "for n in 'a':\n    made.append(lambda: n)\n",
    "a loop that ends early": "for n in 'ab':\n    made.append(lambda: n)\n    if len(made) > 1:\n        break\n",
    "another loop's": "for n in 'ab':\n    pass\nfor m in 'ab':\n    made.append(lambda: n)\n",
    "its own": "for n in 'ab':\n    def f():\n        n = 'c'\n        return n\n    made.append(f)\n",
}


@pytest.mark.parametrize("case", AT_FAULT)
def test_a_function_that_looks_the_variable_of_its_loop_up_late_is_found(case, tmp_path):
    ((names, _),) = loaded(AT_FAULT[case], tmp_path)
    assert names == (("m", "n") if case == "two loops" else ("n",))


@pytest.mark.parametrize("case", SOUND)
def test_a_function_that_has_its_value_is_not_taken_for_a_late_one(case, tmp_path):
    assert loaded(SOUND[case], tmp_path) == []


def test_a_key_that_stands_elsewhere_in_the_file_may_be_pushed_under_other_conditions(tmp_path):
    file = tmp_path / "keys.py"
    text = "ti.xcom_pull(key='pulled')\nif late: ti.xcom_push('pushed', 1)\nreturned = dict(made=1)\n"
    file.write_text(text, encoding="utf-8")
    assert [expects_key(key, Path(file)) for key in ("pulled", "pushed", "made")] == [False, True, True]
