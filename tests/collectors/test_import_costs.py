"""What an import costs: also where the package was there before, and on which line the time goes."""

from __future__ import annotations

import sys
import threading
import time

import pytest

from windtunnel.collectors.import_costs import ImportCosts
from windtunnel.collectors.own_time import own_time

HELPER = """\
import time

time.sleep(0.6)


def build():
    time.sleep(0.1)
"""
DAG_FILE = """\
from airflow.sdk import DAG
from lib import heavy

with DAG("weekly", schedule=None):
    heavy.build()
"""


@pytest.fixture
def packages(tmp_path, monkeypatch):
    """`wt_outer` imports `wt_inner`; each takes a tenth of a second."""
    (tmp_path / "wt_inner.py").write_text("import time; time.sleep(0.1)", encoding="utf-8")
    (tmp_path / "wt_outer.py").write_text("import wt_inner, time; time.sleep(0.1)", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield
    for name in ("wt_inner", "wt_outer"):
        sys.modules.pop(name, None)


def load(text):
    return lambda: exec(compile(text, "a DAG file", "exec"), {"__name__": "a DAG file"})


def test_what_was_imported_before_counts_for_whoever_imports_it_again(packages):
    costs = ImportCosts()
    assert costs.measured(load("import wt_outer"))[1] >= 0.2
    assert costs.measured(load("import wt_outer"))[1] >= 0.2
    assert 0.1 <= costs.measured(load("import wt_inner"))[1] < 0.2
    assert costs.measured(load("import json"))[1] < 0.1


def test_measuring_leaves_the_import_machinery_as_it_was_also_after_an_exception(packages):
    before = __import__
    with pytest.raises(ModuleNotFoundError):
        ImportCosts().measured(load("import wt_nowhere"))
    assert __builtins__["__import__"] is before


def test_a_clock_of_its_own_counts_sleeping(monkeypatch):
    clock = own_time()
    started = clock()
    time.sleep(0.05)
    assert clock() - started > 0.04


def test_the_clock_of_another_thread_goes_on_without_an_answer_of_the_system():
    clock = own_time(threading.get_native_id() + 1_000_000)
    assert abs(clock() - time.perf_counter()) < 0.1


def test_a_slow_helper_is_blamed_on_its_own_line(examine):
    files = {"dags/a.py": DAG_FILE, "dags/lib/__init__.py": "", "dags/lib/heavy.py": HELPER}
    report = examine(files, select=("WT120",), max_import_seconds=0.5)
    (finding,) = report.findings
    assert (finding.location.path, finding.location.line) == ("dags/lib/heavy.py", 3)
    assert "importing dags/a.py takes 0." in finding.message
    assert "of it in `time.sleep(0.6)` (dags/lib/heavy.py:3)" in finding.message
