"""What a module does while it is imported is seen, and nothing of it is done."""

from __future__ import annotations

import pytest

HEAD = "from hamilton.function_modifiers import tag\n\n"
TAIL = "\n\n@tag(kind='text')\ndef greeting(name: str) -> str:\n    return 'hello ' + name\n"
EVERYTHING = f"""{HEAD}
import os, socket, subprocess, sys, threading
import numpy
import pandas as pd
from pathlib import Path

here = Path(__file__).parent
table = pd.read_csv(here / "table.csv")
settings = (here / "settings.json").read_text()
subprocess.run([sys.executable, "-c", ""])
threading.Thread(target=print).start()
os.environ["MODE"] = "fast"
numpy.random.seed(3)
try:
    socket.create_connection(("192.0.2.1", 80), timeout=1)
except OSError:
    pass
{TAIL}"""


def told(report) -> list[tuple[str, int]]:
    return [(finding.code, finding.location.line) for finding in report.findings]


def test_what_the_lines_of_a_module_do_at_import_is_told_line_by_line(examine):
    files = {"modules/example.py": EVERYTHING, "modules/table.csv": "a\n1\n", "modules/settings.json": "{}"}
    report = examine(files, select=("WT5",))
    lines = EVERYTHING.splitlines()
    marks = {"read_csv": "WT515", "subprocess.run": "WT510", "Thread": "WT510", "environ": "WT511", "seed": "WT511"}
    marks["create_connection"] = "WT510"
    expected = [(code, number) for number, line in enumerate(lines, 1) for word, code in marks.items() if word in line]
    assert sorted(told(report)) == sorted(expected)


def test_a_module_that_writes_is_refused_and_told_once_and_its_functions_are_not_tried(examine, tmp_path):
    text = f"{HEAD}\nfrom pathlib import Path\n(Path(__file__).parent / 'log.txt').write_text('imported'){TAIL}"
    report = examine({"modules/example.py": text}, select=("WT5", "WT6"))
    assert told(report) == [("WT510", 5)]
    assert "needs to change files (write modules/log.txt)" in report.findings[0].message
    assert not (tmp_path / "modules/log.txt").exists()
    assert report.properties == ()


@pytest.mark.parametrize(
    ("line", "need"),
    [
        ("import os; KEY = os.environ['NOT_SET_ANYWHERE']", "an environment variable ('NOT_SET_ANYWHERE')"),
        ("import urllib.request; urllib.request.urlopen('http://192.0.2.1/')", "the network"),
    ],
)
def test_a_module_that_needs_what_is_not_there_is_not_judged_and_not_called_broken(examine, line, need):
    (finding,) = examine({"modules/example.py": f"{HEAD}{line}{TAIL}"}, select=("WT5",)).findings
    assert (finding.code, finding.location.line) == ("WT510", 3)
    assert f"needs {need}" in finding.message


def test_what_correct_modules_do_at_import_is_nothing(examine):
    text = f"""{HEAD}
import logging
import random
import warnings
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

logger = logging.getLogger(__name__)
HERE = Path(__file__).parent
PROMPT = (HERE / "prompt.txt").read_text()
WEIGHTS = np.random.default_rng(3).normal(size=3)
DRAWN = random.Random(3).random()
TABLE = pd.DataFrame({{"a": [1]}})
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    TABLE.describe()
{TAIL}"""
    report = examine({"modules/example.py": text, "modules/prompt.txt": "say"}, select=("WT5",))
    assert report.findings == ()
