"""What is saved in one task and loaded in another is compared, and only losses that hurt somebody are told."""

from __future__ import annotations

import pytest

from windtunnel.engine import run
from windtunnel.settings import Settings

HEAD = """\
import decimal

import pandas as pd
from hamilton.function_modifiers import dataloader, datasaver, extract_columns, load_from, save_to, source, value

from modules import helpers


class Typed:
    def __init__(self, table: pd.DataFrame) -> None:
        self.table = table

    def days(self) -> pd.Series:
        return pd.to_datetime(self.table["day"])


def _table() -> pd.DataFrame:
    days = pd.to_datetime(["2024-01-31", "2024-02-01"], utc=True)
    return pd.DataFrame({"day": days, "zip": ["01067", "80331"], "n": [1, 2], "x": [0.5, 1e-12]})
"""
# name: the saver and its options, the value, the loader and its options, the reader
PAIRS = {
    # Correct, in one way or another
    "parquet": ("parquet", "", "_table()", "parquet", "", 'table["day"].max().year'),
    "feather": ("feather", "", "_table()", "feather", "", 'table.loc[0, "zip"]'),
    "pickle": ("pickle", "", "_table()", "pickle", "", 'table["day"].max()'),
    "told": (
        "csv",
        ", index=False",
        "_table()",
        "csv",
        ', parse_dates=["day"], dtype={"zip": str}',
        "table.day, table.zip",
    ),
    "made": ("csv", ", index=False", "_table()", "csv", "", 'pd.to_datetime(table["day"])'),
    "helped": ("csv", ", index=False", "_table()", "csv", "", '_with_days(table)["day"]'),
    "unused": ("csv", ", index=False", '_table()[["day", "n"]]', "csv", "", 'table["n"].sum()'),
    "fewer": ("csv", ", index=False", "_table()", "csv", ', usecols=["n"]', 'table["n"].sum()'),
    "rows": ("csv", ", index=False", "_table()", "csv", ", nrows=1", 'table["n"].sum()'),
    "rounded": ("csv", ', index=False, float_format="%.2f"', '_table()[["x"]] / 3', "csv", "", 'table["x"].sum()'),
    "as_numbers": (
        "csv",
        ", index=False",
        '_table()[["zip"]]',
        "csv",
        ', dtype={"zip": "int64"}',
        'table["zip"].sum()',
    ),
    "by_a_module": ("csv", ", index=False", "_table()", "csv", "", 'helpers.typed(table)["day"]'),
    "by_a_class": ("csv", ", index=False", "_table()", "csv", "", "Typed(table).days()"),
    "filtered": ("csv", ", index=False", '_table()[["n"]].iloc[1:]', "csv", "", "table.index.max()"),
    "date_of_run": (
        "csv",
        ", index=False",
        '_table()[["day", "n"]]',
        "csv",
        "",
        'table["n"].sum() + pd.Timestamp.now().day',
    ),
    # Not
    "dated": ("csv", ", index=False", "_table()", "csv", "", 'table.groupby("day")["n"].sum()'),
    "zipped": ("csv", ", index=False", "_table()", "csv", "", 'table.groupby("zip")["n"].sum()'),
    "zip_unused": ("csv", ", index=False", '_table()[["zip", "n"]]', "csv", "", 'table["n"].sum()'),
    "small": ("json", "", '_table()[["x"]]', "json", "", 'table["x"].prod()'),
    "indexed": ("csv", "", '_table().set_index("day")[["n"]]', "csv", "", "table.index.max()"),
    "counted": ("csv", ", index=True", '_table()[["n"]]', "csv", "", 'table["n"].sum()'),
}
EXPECTED = {
    "dated": ("WT415", "column 'day' was datetime64[us, UTC], is read back as string; 'read_dated' uses it"),
    "zipped": ("WT415", "column 'zip' was '01067', is read back as 1067; 'read_zipped' uses it"),
    "zip_unused": ("WT416", "column 'zip' was '01067', is read back as 1067"),
    "counted": ("WT416", "column 'Unnamed: 0' was not there, is read back as Int64"),
    "small": ("WT414", "column 'x' was 1e-12, is read back as 0.0; 'read_small' uses it"),
    "indexed": (
        "WT415",
        "the index was a DatetimeIndex day, is read back as the numbers of the rows; 'read_indexed' uses it",
    ),
    "keys": ("WT414", "the type of the keys was int, is read back as str; node 'read_keys' takes dict[int, float]"),
    "tuples": ("WT415", "entry ['a'] was a tuple, is read back as a list; node 'read_tuples' takes dict[str, tuple]"),
    "columns": ("WT415", "column 'day' was datetime64[us, UTC], is read back as string; 'day' uses it"),
    "by_day": ("WT415", "column 'day' was datetime64[us, UTC], is read back as str; 'plainly' uses it"),
    "material": ("WT415", "column 'zip' was '01067', is read back as 1067; 'read_material' uses it"),
}
REST = """\


def _with_days(table: pd.DataFrame) -> pd.DataFrame:
    return table.astype({"day": "datetime64[ns, UTC]"})


@save_to.json(path="keys.json", output_name_="save_keys")
def keys() -> dict:
    return {2023: 0.5}


@load_from.json(path="keys.json", inject_="by_year")
def read_keys(by_year: dict[int, float]) -> float:
    return by_year.get(2024, 0.0)


@load_from.json(path="keys.json", inject_="by_year")
def read_vaguely(by_year: dict) -> float:
    return by_year.get("2023", 0.0)


@save_to.json(path="tuples.json", output_name_="save_tuples")
def tuples() -> dict:
    return {"a": (1, 2)}


@load_from.json(path="tuples.json", inject_="pairs")
def read_tuples(pairs: dict[str, tuple]) -> int:
    return len(pairs)


@datasaver()
def save_own(own: pd.DataFrame) -> dict:
    own.to_csv("own.csv", index=False)
    return {"path": "own.csv"}


def own() -> pd.DataFrame:
    return _table()[["zip", "n"]]


@dataloader()
def owned() -> tuple[pd.DataFrame, dict]:
    return pd.read_csv("own.csv"), {"path": "own.csv"}


def read_own(owned: pd.DataFrame) -> object:
    return owned["zip"].max()


@save_to.csv(path="columns.csv", index=False, output_name_="save_columns")
def columns() -> pd.DataFrame:
    return _table()[["day", "n"]]


@extract_columns("day")
@load_from.csv(path="columns.csv", inject_="table")
def columns_in(table: pd.DataFrame) -> pd.DataFrame:
    return table


def read_columns(day: pd.Series) -> object:
    return day.max()


@save_to.csv(path="by_day.csv", index=False, output_name_="save_by_day")
def by_day() -> pd.DataFrame:
    return _table()[["day", "n"]]


@save_to.csv(path="by_zip.csv", index=False, output_name_="save_by_zip")
def by_zip() -> pd.DataFrame:
    return _table()[["zip", "n"]]


def material() -> pd.DataFrame:
    return _table()[["zip", "n"]]


def read_material(materialized: pd.DataFrame) -> object:
    return materialized["zip"].max()
"""
HELPERS = """\
import pandas as pd


def typed(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(day=pd.to_datetime(table["day"]))
"""
PLAIN = """\
import pandas as pd


def plainly() -> pd.Series:
    table = pd.read_csv("by_day.csv")
    return table.groupby("day")["n"].sum()
"""
PLAIN_AND_RIGHT = """\
from pandas import read_csv
import pandas as pd


def read(path: str) -> pd.DataFrame:
    return read_csv(path)


def total(table: pd.DataFrame) -> object:
    return pd.to_datetime(table["day"]).max()


def pickled() -> None:
    import pickle

    assert pickle.loads(pickle.dumps(pd.read_csv)) is pd.read_csv


def coded() -> object:
    return pd.read_csv("by_zip.csv", dtype={"zip": str})["zip"].max()
"""
DAG_FILE = """\
from airflow.sdk import DAG, task


def driver_of():
    from hamilton import driver

    from modules import pairs

    return driver.Builder().with_modules(pairs)


with DAG("handovers", schedule=None):

    @task
    def save() -> None:
        from hamilton.io.materialization import to

        driver_of().build().execute([f"save_{name}" for name in [*NAMES, *PLAIN]])
        driver_of().build().materialize(
            to.csv(id="save_material", dependencies=["material"], path="material.csv", index=False)
        )

    @task
    def load() -> None:
        from hamilton.io.materialization import from_

        materialized = from_.csv(target="materialized", path="material.csv")
        driver = driver_of().with_materializers(materialized).build()
        driver.execute([f"read_{name}" for name in [*NAMES, "vaguely", "material"]])

    @task
    def load_again() -> None:
        open("small.json", "w").write('{"x": {"0": 0.5, "1": 2.0}}')
        driver_of().build().execute(["read_small"])

    @task
    def plain() -> None:
        from modules import plain

        plain.plainly()

    @task
    def plain_and_right() -> None:
        from modules import plain_and_right

        plain_and_right.total(plain_and_right.read("by_day.csv"))
        plain_and_right.coded()
        plain_and_right.pickled()

    save() >> load() >> load_again() >> plain() >> plain_and_right()
"""


def path_of(format_):
    return "filepath_or_buffer" if format_ == "json" else "path"


def module():
    pairs = [
        f"""

@save_to.{saver}({path_of(saver)}="{name}.{saver}"{options}, output_name_="save_{name}")
def {name}() -> pd.DataFrame:
    return {saved}


@load_from.{loader}({path_of(loader)}="{name}.{saver}"{given}, inject_="table")
def read_{name}(table: pd.DataFrame) -> object:
    return {reads}
"""
        for name, (saver, options, saved, loader, given, reads) in PAIRS.items()
    ]
    return "".join([HEAD, *pairs, REST])


@pytest.fixture(scope="module")
def report(pools, tmp_path_factory):
    root = tmp_path_factory.mktemp("repository")
    names = [*PAIRS, "keys", "tuples", "own", "columns"]
    constants = f"NAMES = {names}\nPLAIN = ['by_day', 'by_zip']\n"
    files = {
        "modules/helpers.py": HELPERS,
        "modules/plain.py": PLAIN,
        "modules/plain_and_right.py": PLAIN_AND_RIGHT,
        "modules/pairs.py": module(),
        "dags/handovers.py": f"{DAG_FILE}\n\n{constants}",
    }
    for path, text in {"pyproject.toml": "", **files}.items():
        (root / path).parent.mkdir(exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    report = run(Settings(root, select=("WT301", "WT414", "WT415", "WT416")), pools=pools)
    assert not [finding.message for finding in report.findings if finding.code == "WT301"]
    return report


def told(report):
    saver = "saver 'save_"
    return {finding.message.partition(saver)[2].partition("'")[0]: finding for finding in report.findings}


@pytest.mark.parametrize("name", EXPECTED)
def test_what_was_lost_is_told_with_what_it_was_and_what_it_has_become(report, name):
    code, end = EXPECTED[name]
    finding = told(report).get(name)
    assert finding is not None
    message = finding.message.replace("[ns, ", "[us, ").replace("as object", "as str")  # before pandas 3
    assert (finding.code, message.partition(": ")[2]) == (code, end)


def test_nobody_is_told_of_a_loss_that_hurts_nobody(report):
    others = {name: finding.message for name, finding in told(report).items() if name not in EXPECTED}
    assert others == {}


def test_a_file_that_was_written_anew_is_not_compared_with_what_was_saved(report):
    (facts,) = report.runs
    assert [load.node for load in facts.loads if load.task_id == "load_again"] == []
    assert len([load for load in facts.loads if load.task_id == "load"]) == len(PAIRS) + 5  # of REST
