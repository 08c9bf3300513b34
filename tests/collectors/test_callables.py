"""What the text of a function says of the outside, and which ids the text of a file may give."""

from __future__ import annotations

import functools
import textwrap
import urllib.request as url
from http import client

import pytest

from windtunnel.collectors.callables import Reach, reach_of, text_of
from windtunnel.collectors.outside_names import leads_outside
from windtunnel.collectors.task_names import might_name


def fetch():
    return url.urlopen("https://example.com")


def through_a_helper():
    return fetch()


def with_a_timeout():
    return client.HTTPSConnection("example.com", timeout=5)


def with_retries(max_retries=3):
    for _ in range(max_retries):
        return fetch()
    return None


def with_a_patient_client():
    import boto3
    import httpx

    return boto3.client("s3"), httpx.get("https://example.com")


def local():
    from urllib.parse import quote

    return quote("a b")


def shadowed(fetching):
    return fetching.urlopen("x"), fetching.get("x")


@pytest.mark.parametrize("function", [fetch, through_a_helper, functools.partial(fetch), url.urlopen])
def test_a_call_that_leaves_the_machine_is_found_through_helpers_and_renamed_imports(function):
    assert reach_of(function) == Reach("urllib.request.urlopen")


def test_clients_that_give_up_by_themselves_are_known():
    assert reach_of(with_a_patient_client) == Reach("boto3.client", timed=True)


def test_timeouts_and_retries_in_the_text_are_seen():
    assert reach_of(with_a_timeout) == Reach("http.client.HTTPSConnection", timed=True)
    assert reach_of(with_retries) == Reach("urllib.request.urlopen", repeats=True)


@pytest.mark.parametrize("function", [local, shadowed, print, 3])
def test_what_stays_on_the_machine_reaches_nothing(function):
    assert reach_of(function) == Reach()


def test_a_function_without_a_text_has_none():
    names: dict[str, object] = {}
    exec("def made():\n    return 1", names)
    assert text_of(names["made"]) is None
    assert text_of(print) is None


@pytest.mark.parametrize(
    "name",
    ["requests.get", "boto3.client", "google.cloud.storage.Client", "airflow.providers.http.hooks.http.HttpHook"],
)
def test_clients_and_hooks_lead_outside(name):
    assert leads_outside(name)


@pytest.mark.parametrize(
    "name", ["", "requests.codes", "urllib.parse.quote", "airflow.sdk.BaseHook", "mine.WebHook", "socket.gethostname"]
)
def test_other_names_do_not(name):
    assert not leads_outside(name)


@pytest.fixture
def a_file(tmp_path):
    def write(text):
        file = tmp_path / f"{abs(hash(text))}.py"
        file.write_text(textwrap.dedent(text))
        return file

    return write


def test_a_file_may_give_the_ids_that_it_spells_and_composes(a_file):
    file = a_file("""
        Operator(task_id="plain")
        Operator(task_id=f"load_{table}_all")
        TaskGroup("group")
        print(f"{anything}")
        def function(): pass
    """)
    for name in ("plain", "load_orders_all", "group", "function"):
        assert might_name(name, file)
    assert not might_name("load_orders", file)
    assert not might_name("other", file)


def test_a_file_that_names_by_a_variable_may_give_any_id_only_if_it_reads_something(a_file):
    assert not might_name("other", a_file("for name in ('a', 'b'): Operator(task_id=name)"))
    assert might_name("other", a_file("for name in yaml.safe_load(text): Operator(task_id=name)"))
    assert might_name("other", a_file("for name in os.environ['X'].split(): Operator(task_id=name)"))
    assert not might_name("other", a_file("x = os.environ['X']\nOperator(task_id='a')"))
