"""`windtunnel scaffold` at the door: what it writes, where, what it leaves alone, and what it refuses."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from windtunnel.cli import cli
from windtunnel.commands.given_settings import settings_for
from windtunnel.commands.scaffold import order_of, put, scaffolded
from windtunnel.errors import UsageError
from windtunnel.scaffold.header import is_untouched

FLOW = """\
import enum

import pandas as pd
from hamilton.function_modifiers import config


class Colour(enum.Enum):
    RED = 1


@config.when(size="large")
def factor__large() -> int:
    return 100


@config.when(size="small")
def factor__small(offset: int = 1) -> int:
    return offset


def total(amounts: list[float], factor: int) -> float:
    return sum(amounts) * factor


def table(total: float) -> pd.DataFrame:
    return pd.DataFrame({"total": [total]})


def colour(total: float) -> Colour:
    return Colour.RED


def liked(colour: Colour) -> str:
    return colour.name


def painted(paint: Colour) -> str:
    return paint.name
"""
CYCLE = "def a(b: int) -> int:\n    return b\n\n\ndef b(a: int) -> int:\n    return a\n"
FILES = {
    "flows/sales.py": FLOW,
    "flows/cycle.py": CYCLE,
    "flows/broken.py": "from hamilton.function_modifiers import tag\nraise OSError('no disk')\n",
    "dags/other.py": 'from airflow.sdk import DAG\n\nwith DAG("taken"):\n    pass\n',
    "config.yaml": "size: small\namounts: [1, 2.5]\n",
}
SALES = ("flows.sales", "--config", "config.yaml", "--final-vars")


@pytest.fixture
def root(repository, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository in which the tests stand."""
    folder: Path = repository(FILES)
    monkeypatch.chdir(folder)
    monkeypatch.delenv("AIRFLOW__CORE__DAGS_FOLDER", raising=False)
    return folder


Scaffold = Callable[..., str]


@pytest.fixture
def scaffold(root: Path, pools) -> Scaffold:
    """What the command does with these words, in the children that all tests share; what it prints."""

    def scaffold(*words: str) -> str:
        given = cli.commands["scaffold"].make_context("scaffold", list(words)).params
        modules, output, install = (given.pop(name) for name in ("modules", "output", "install"))
        settings = settings_for((), {name: given.pop(name) for name in ("dags", "timeout")})
        text, place = scaffolded(settings, order_of(modules, given, root), output, install=install, pools=pools)
        if place is None:
            return text
        put(text, place)
        return f"written: {place}\n"

    return scaffold


def test_the_command_is_one_of_the_command_line(root: Path, scaffold: Scaffold) -> None:
    done = CliRunner().invoke(cli, ["scaffold", *SALES, "total", "--install"], catch_exceptions=False)
    assert done.output == f"written: {root / 'dags' / 'flows_sales.py'}\n"
    assert (root / "dags" / "flows_sales.py").read_text() == scaffold(*SALES, "total")


def test_the_file_is_printed_and_says_how_it_was_made(root: Path, scaffold: Scaffold) -> None:
    text = scaffold(*SALES, "total")
    ast.parse(text)
    assert text.splitlines()[2] == "#     windtunnel scaffold flows.sales --final-vars total --config config.yaml"
    assert "#     - amounts: [1, 2.5]\n" in text
    assert 'dag_id="flows_sales",' in text
    assert scaffold(*SALES, "total") == text
    assert sorted(path.name for path in root.iterdir()) == ["config.yaml", "dags", "flows", "pyproject.toml"]


def test_what_a_person_may_change_is_a_param(root: Path, scaffold: Scaffold) -> None:
    text = scaffold(*SALES, "total", "--split-at", "factor")
    assert '"amounts": Param([1, 2.5], type="array", items={"type": "number"}, description="Input of total."),' in text
    assert '"offset": Param(1, type="integer", description="Input of factor."),' in text
    assert 'enum=["large", "small"],' in text
    # The small factor has an input that nothing gives where the large one is meant.
    large = '{"size": "large", "amounts": []}'
    assert 'enum=["large"],' in scaffold("flows.sales", "--final-vars", "total", "--config", large)


def test_a_configuration_on_the_spot_stands_on_one_line_of_the_header(scaffold: Scaffold) -> None:
    text = scaffold("flows.sales", "--final-vars", "total", "--config", '{"size": "small",\n "amounts": []\n}')
    assert """ --config '{"size": "small", "amounts": []}'\n""" in text
    ast.parse(text)


def test_it_is_installed_and_made_anew_until_somebody_edits_it(root: Path, scaffold: Scaffold) -> None:
    done = scaffold(*SALES, "total", "--install")
    file = root / "dags" / "flows_sales.py"
    assert done == f"written: {file}\n"
    assert is_untouched(file.read_text())
    before = file.read_bytes()
    scaffold(*SALES, "total", "--install")
    assert file.read_bytes() == before
    scaffold(*SALES, "total,table", "--install")
    assert b"table.parquet" in file.read_bytes()

    edited = file.read_text().replace('"retries": 2', '"retries": 5')
    file.write_text(edited)
    with pytest.raises(UsageError, match="somebody has written or changed it by hand; nothing written"):
        scaffold(*SALES, "total", "--install")
    assert file.read_text() == edited
    assert sorted(path.name for path in file.parent.iterdir()) == ["flows_sales.py", "other.py"]


def test_a_file_of_somebody_elses_is_never_overwritten(root: Path, scaffold: Scaffold) -> None:
    with pytest.raises(UsageError, match=r"other\.py: somebody has written or changed it by hand"):
        scaffold(*SALES, "total", "-o", "dags/other.py")
    assert (root / "dags" / "other.py").read_text() == FILES["dags/other.py"]


def test_the_dag_folder_is_that_of_the_settings_or_of_airflows_environment(
    root: Path, scaffold: Scaffold, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("one", "two"):
        (root / name).mkdir()
    monkeypatch.setenv("AIRFLOW__CORE__DAGS_FOLDER", str(root / "one"))
    scaffold(*SALES, "total", "--install")
    assert (root / "one" / "flows_sales.py").is_file()
    scaffold(*SALES, "total", "--install", "--dags", "two")
    assert (root / "two" / "flows_sales.py").is_file()


REFUSALS = [
    (("flows.sale", "--final-vars", "total"), "scaffold: unknown module 'flows.sale', did you mean 'flows.sales'?"),
    ((*SALES, "totals"), "--final-vars: unknown node 'totals', did you mean 'total'?"),
    ((*SALES, "total", "--split-at", "facto"), "--split-at: unknown node 'facto', did you mean 'factor'?"),
    ((*SALES, "liked", "--split-at", "colour"), "scaffold: 'colour' is a Colour, for which there is no format: split"),
    ((*SALES, "colour"), "scaffold: 'colour' is a Colour, for which there is no format"),
    ((*SALES, "total", "--dag-id", "taken"), "--dag-id taken: dags/other.py has a DAG of this id; give another"),
    (("flows.cycle", "--final-vars", "a"), "the nodes need each other, so none of them can be computed first: "),
    (("flows.broken", "--final-vars", "a"), "scaffold flows.broken: OSError: no disk (flows/broken.py:2)"),
    (
        ("flows.sales", "--final-vars", "total", "--config", '{"size": "small"}'),
        "scaffold: nothing says what these inputs are: 'amounts' (list[float], for total): add them to --config",
    ),
    (
        ("flows.sales", "--final-vars", "total", "--config", '{"size": "small", "amounts": 3}'),
        "scaffold: the input 'amounts' is of type list[float], and --config says 3",
    ),
    (
        ("flows.sales", "--final-vars", "total", "--config", '{"size": "small", "amount": [3]}'),
        "--config: unknown key 'amount', did you mean 'amounts'?",
    ),
    (
        (*SALES, "painted"),
        "scaffold: no param can hold the input 'paint' (Colour, for painted): add a module that makes it",
    ),
    ((*SALES, "total", "--install", "-o", "x.py"), "--install: the file goes into the DAG folder; leave --output out"),
]


@pytest.mark.parametrize(("words", "message"), REFUSALS, ids=lambda value: value if isinstance(value, str) else "")
def test_what_cannot_be_is_refused_with_the_way_out_and_nothing_is_written(
    root: Path, scaffold: Scaffold, words, message
) -> None:
    before = sorted(root.rglob("*"))
    with pytest.raises(UsageError) as told:
        scaffold(*words, *(() if "-o" in words or "--install" in words else ("-o", "new.py")))
    assert str(told.value).startswith(message)
    assert sorted(root.rglob("*")) == before


def test_what_has_no_format_can_be_pickled_if_that_is_asked_for(root: Path, scaffold: Scaffold) -> None:
    text = scaffold(*SALES, "liked", "--split-at", "colour", "--pickle")
    assert '_put(folder / "colour.pickle", pickle.dumps(results["colour"]))' in text
    assert 'overrides={"colour": pickle.loads((folder / "colour.pickle").read_bytes())}' in text


def test_the_module_is_never_imported_here(scaffold: Scaffold) -> None:
    scaffold(*SALES, "total")
    assert not any(name.startswith("flows") for name in sys.modules)
