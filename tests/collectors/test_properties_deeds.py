"""What a function does beside its result is found; what harms nobody is left in peace."""

from __future__ import annotations

import textwrap

import pytest

from windtunnel.facts import CounterExample, Property

DEEDS = {
    *(Property.RANDOM_STATE_KEPT, Property.PROCESS_UNCHANGED),
    *(Property.NOTHING_WRITTEN, Property.NO_DEPRECATION),
}


@pytest.fixture
def deeds(tried, tmp_path_factory, monkeypatch):
    """What is found of a module's text, by property."""
    monkeypatch.chdir(tmp_path_factory.mktemp("cwd"))

    def found(text: str) -> dict[Property, CounterExample]:
        (facts,) = tried(text, max_examples=20).values()
        return {one.property: one for one in facts.counterexamples if one.property in DEEDS}

    return found


@pytest.mark.parametrize(
    ("body", "generator"),
    [
        ("import random\nrandom.seed(3)\nreturn n", "random.seed()"),
        ("import random\nrandom.seed(n)\nreturn [random.random() for _ in range(2)][0] > 2 or n", "random.seed()"),
        ("import numpy as np\nnp.random.seed(3)\nreturn n + int(np.random.rand() > 2)", "numpy.random.seed()"),
    ],
)
def test_a_seeded_generator_of_the_whole_process_is_found(deeds, body, generator):
    found = deeds("def f(n: int) -> int:\n" + textwrap.indent(body, "    "))
    example = found[Property.RANDOM_STATE_KEPT]
    assert example.detail == f"seeds the generator that the whole process shares, as {generator} does"


@pytest.mark.parametrize(
    "body",
    [
        "import random\nreturn n + int(random.random() > 2)",
        "import random\nstate = random.getstate()\nrandom.seed(3)\nrandom.setstate(state)\nreturn n",
        "import random\nreturn random.Random(3).randint(0, 9)",
        "import numpy as np\nreturn int(np.random.default_rng(3).integers(9))",
        "import tempfile\nwith tempfile.NamedTemporaryFile():\n    return n",
    ],
)
def test_drawing_from_a_generator_or_having_one_s_own_is_no_fault(deeds, body):
    assert deeds("def f(n: int) -> int:\n" + textwrap.indent(body, "    ")) == {}


def test_a_changed_variable_is_found_at_its_line(deeds, monkeypatch):
    monkeypatch.delenv("WIND", raising=False)
    example = deeds("import os\ndef f(n: int) -> int:\n    os.environ['WIND'] = 'east'\n    return n")[
        Property.PROCESS_UNCHANGED
    ]
    assert example.detail == "changes the variable WIND from None to 'east'"
    assert example.location.line == 3


def test_a_changed_working_directory_is_found(deeds):
    example = deeds("import os\ndef f(n: int) -> int:\n    os.chdir('..')\n    return n")[Property.PROCESS_UNCHANGED]
    assert example.detail.startswith("changes the working directory from ")


@pytest.mark.parametrize(
    "body",
    [
        "import os\nfrom unittest import mock\nwith mock.patch.dict(os.environ, {'WIND': 'west'}):\n    return n",
        "import os\nhere = os.getcwd()\nos.chdir('..')\nos.chdir(here)\nreturn n",
        "import os\nos.environ['HOME'] = os.environ.get('HOME', '')\nreturn n",
        "import json\nreturn json.loads(str(n))",
    ],
)
def test_what_is_put_back_is_no_fault(deeds, body):
    assert deeds("def f(n: int) -> int:\n" + textwrap.indent(body, "    ")) == {}


def test_a_file_that_is_left_is_found_at_the_line_of_the_user_s(deeds):
    found = deeds("""
        import pandas as pd

        def f(n: int) -> int:
            pd.DataFrame({"n": [n]}).to_csv("seen.csv")
            return n
    """)
    example = found[Property.NOTHING_WRITTEN]
    assert (example.detail, example.location.line) == ("leaves the file seen.csv", 5)


@pytest.mark.parametrize(
    "body",
    [
        "import tempfile, os\nwith tempfile.TemporaryDirectory() as d:\n    os.mkdir(d + '/x')\n    return n",
        "import pathlib\npathlib.Path('x').write_text('x')\npathlib.Path('x').unlink()\nreturn n",
        "import os\nwith open(os.devnull, 'w') as nothing:\n    nothing.write('x')\nreturn n",
        "import logging\nlogging.FileHandler('log.txt', delay=True).emit(logging.makeLogRecord({}))\nreturn n",
        "import subprocess\nsubprocess.run(['true'], check=True)\nreturn n",
    ],
)
def test_temporary_files_and_logs_are_no_data(deeds, body):
    assert deeds("def f(n: int) -> int:\n" + textwrap.indent(body, "    ")) == {}


def test_a_deprecation_of_numpy_is_found_in_the_user_s_line(deeds):
    found = deeds("""
        import numpy as np

        def f(n: int) -> int:
            return len(_stacked(n))

        def _stacked(n: int) -> np.ndarray:
            return np.row_stack([[n], [n]])
    """)
    example = found[Property.NO_DEPRECATION]
    assert example.detail.startswith("is warned of: DeprecationWarning: `row_stack` alias is deprecated.")
    assert example.location.line == 8


@pytest.mark.parametrize(
    "body",
    [
        "import warnings\nwarnings.warn('mine', DeprecationWarning, stacklevel=1)\nreturn n",
        "import warnings\nwarnings.warn('mine', UserWarning, stacklevel=2)\nreturn n",
        "import numpy as np\nwith np.errstate(all='warn'):\n    return int(np.float64(1) / np.float64(2))",
    ],
)
def test_warnings_of_one_s_own_are_no_fault(deeds, body):
    assert deeds("def f(n: int) -> int:\n" + textwrap.indent(body, "    ")) == {}
