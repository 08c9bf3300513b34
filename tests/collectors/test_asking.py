"""Which lines ask, at import, for what may differ from parse to parse."""

from __future__ import annotations

import importlib
import sys

import pytest

from windtunnel.collectors.asking import Asking, sets_in
from windtunnel.facts import Cause

ASKS = {
    "datetime.datetime.now()": {Cause.CLOCK, Cause.TIME_ZONE},
    "datetime.date.today()": {Cause.CLOCK, Cause.TIME_ZONE},
    "time.time()": {Cause.CLOCK},
    "random.randint(1, 9)": {Cause.PARSE},
    "random.choice([1, 2])": {Cause.PARSE},
    "uuid.uuid4()": {Cause.PARSE},
    "os.getpid()": {Cause.PARSE},
    "datetime.datetime(2024, 1, 1).timestamp()": {Cause.TIME_ZONE},
    "glob.glob('*.sql')": {Cause.LISTING},
    "list(pathlib.Path().iterdir())": {Cause.LISTING},
    "hash('name')": {Cause.HASH_SEED},
    "list({'a', 'b'})": {Cause.HASH_SEED},
}
ASKS_NOTHING = (
    "datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc).strftime('%Y')",
    "sorted({'a', 'b'})",
    "'a' in {'a', 'b'}",
    "len({'a', 'b'})",
    "datetime.datetime(2024, 1, 1).time()",
    "{'a': 1}",
)
IMPORTS = "import datetime, glob, os, pathlib, random, time, uuid\n"


@pytest.fixture
def asked(tmp_path, monkeypatch):
    """The causes that the second line of a module asks for, while it is imported."""

    def asked(text):
        (tmp_path / "wt_asks.py").write_text(IMPORTS + f"value = {text}\n", encoding="utf-8")
        monkeypatch.syspath_prepend(str(tmp_path))
        asking = Asking(tmp_path)
        asking.start()
        try:
            importlib.import_module("wt_asks")
        finally:
            asks = asking.stop()
            del sys.modules["wt_asks"]
        return {ask.cause for ask in asks if (ask.location.path, ask.location.line) == ("wt_asks.py", 2)}

    return asked


@pytest.mark.parametrize("text", ASKS)
def test_a_line_that_asks_is_seen_with_what_it_asks_for(asked, text):
    assert asked(text) == ASKS[text]


@pytest.mark.parametrize("text", ASKS_NOTHING)
def test_a_line_that_asks_for_nothing_that_differs_is_left_alone(asked, text):
    assert asked(text) == set()


def test_a_file_that_is_no_python_makes_no_sets(tmp_path):
    (tmp_path / "a.py").write_text("{{", encoding="utf-8")
    assert list(sets_in(tmp_path / "a.py", tmp_path)) == []
