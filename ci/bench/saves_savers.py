"""The savers that saves.py strikes: what each saves, and how what lies there is read by its own library."""

from __future__ import annotations

import json
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
from hamilton import ad_hoc_utils
from hamilton.function_modifiers import datasaver, save_to, value

from modules.atomic_savers import aside, save_atomically

ROWS = 2000
TABLE = pd.DataFrame({"number": range(ROWS), "text": [f"row {n}" for n in range(ROWS)]})


@dataclass(frozen=True, slots=True)
class Saver:
    """One saver: `make` gives the functions of its dataflow for a path, by @save_to or what stands in its place.

    `reads` says of a file that is never twice the same, or repairs itself, what its library finds: whole or absent (a
    database without the table); what it raises means torn.
    """

    name: str
    file: str
    make: Callable[[Any, str], list[Callable[..., Any]]]
    needs: str = ""
    reads: Callable[[str], str] | None = None
    can_be_atomic: bool = True


def module_of(saver: Saver, path: str, *, atomic: bool) -> ModuleType:
    """The dataflow, whose node `saved` saves to the path."""
    functions = saver.make(save_atomically if atomic else save_to, path)
    name = f"bench_{saver.name.replace(' ', '_')}_{'atomic' if atomic else 'plain'}"
    return ad_hoc_utils.create_temporary_module(*functions, module_name=name)


def _by(
    format_: str, type_: type | Callable[[], type], data: Callable[[], Any], field: str = "path", **options: Any
) -> Any:
    """A dataflow with a saver of Hamilton's for the format."""

    def make(save: Any, path: str) -> list[Callable[..., Any]]:
        def data_to_save() -> Any:
            return data()

        data_to_save.__annotations__["return"] = type_ if isinstance(type_, type) else type_()
        given = {name: value(option) for name, option in {field: path, **options}.items()}
        return [getattr(save, format_)(output_name_="saved", **given)(data_to_save)]

    return make


def _own(write: Callable[[str], object]) -> Any:
    """A dataflow with a saver function of its own."""

    def make(save: Any, path: str) -> list[Callable[..., Any]]:
        def saved() -> Any:
            if save is save_atomically:
                with aside(path) as file:
                    write(str(file))
            else:
                write(path)
            return {"path": path}

        saved.__annotations__["return"] = dict  # the class, and not the text that annotations are in this file
        return [datasaver()(saved)]

    return make


def _to_sql(_: Any, path: str) -> list[Callable[..., Any]]:
    given = {"table_name": "totals", "db_connection": f"sqlite:///{path}", "if_exists": "replace", "index": False}

    def table() -> Any:
        return TABLE

    table.__annotations__["return"] = pd.DataFrame
    return [save_to.sql(output_name_="saved", **{name: value(option) for name, option in given.items()})(table)]


def _sqlite(path: str) -> None:
    with closing(sqlite3.connect(path)) as known, known:
        known.execute("create table if not exists totals (number int primary key, text text)")
        known.executemany("insert or replace into totals values (?, ?)", TABLE.values.tolist())


def _sqlite_in_place(path: str) -> None:
    """As pandas does it with a plain connection: the table is dropped before the rows are inserted."""
    with closing(sqlite3.connect(path)) as known:
        TABLE.to_sql("totals", known, if_exists="replace", index=False)
        known.commit()


def _duckdb(path: str) -> None:
    import duckdb

    with duckdb.connect(path) as known:
        rows = TABLE  # noqa: F841  duckdb finds it by its name
        known.execute("create or replace table totals as select * from rows")


def _records(path: str) -> None:
    with Path(path).open("w", encoding="utf-8") as file:
        file.writelines(json.dumps({"number": number, "text": text}) + "\n" for number, text in TABLE.values.tolist())


def _remove_and_rename(path: str) -> None:
    other = Path(path).with_suffix(".new")
    other.write_text(TABLE.to_csv(), encoding="utf-8")
    Path(path).unlink(missing_ok=True)
    other.rename(path)


def _plot() -> Any:
    from matplotlib.figure import Figure

    figure = Figure()
    figure.subplots().plot(range(100))
    return figure


def _figure_type() -> type:
    if "matplotlib" not in sys.modules:
        __import__("matplotlib.figure")
    return sys.modules["matplotlib.figure"].Figure  # type: ignore[no-any-return]


def _reads_excel(path: str) -> str:
    return "whole" if pd.read_excel(path).equals(TABLE) else "torn"


def _reads_sqlite(path: str) -> str:
    with closing(sqlite3.connect(path)) as known:
        if not known.execute("select name from sqlite_master").fetchall():
            return "absent"
        return _told(known.execute("select number, text from totals").fetchall())


def _reads_duckdb(path: str) -> str:
    import duckdb

    with duckdb.connect(path) as known:
        if not known.execute("select table_name from duckdb_tables()").fetchall():
            return "absent"
        return _told(known.execute("select * from totals").fetchall())


def _told(rows: list[tuple[Any, ...]]) -> str:
    return "whole" if rows == _TUPLES else "torn" if rows else "absent"


_TUPLES = [tuple(row) for row in TABLE.values.tolist()]
_TEXT = "\n".join(TABLE["text"])


def _savers() -> list[Saver]:
    return [
        Saver("csv", "a.csv", _by("csv", pd.DataFrame, lambda: TABLE)),
        Saver("parquet", "a.parquet", _by("parquet", pd.DataFrame, lambda: TABLE, engine="pyarrow"), "pyarrow"),
        Saver("feather", "a.feather", _by("feather", pd.DataFrame, lambda: TABLE), "pyarrow"),
        Saver("json", "a.json", _by("json", pd.DataFrame, lambda: TABLE, "filepath_or_buffer")),
        Saver("json of a dict", "b.json", _by("json", dict, lambda: {"rows": TABLE["text"].tolist()})),
        Saver("pickle", "a.pkl", _by("pickle", pd.DataFrame, lambda: TABLE)),
        Saver("npy", "a.npy", _by("npy", np.ndarray, lambda: np.arange(ROWS))),
        Saver("excel", "a.xlsx", _by("excel", pd.DataFrame, lambda: TABLE, index=False), "openpyxl", _reads_excel),
        Saver("text", "a.txt", _by("file", str, lambda: _TEXT)),
        Saver("bytes", "a.bin", _by("file", bytes, _TEXT.encode)),
        Saver("plot", "a.png", _by("plt", _figure_type, _plot), "matplotlib"),
        Saver("html", "a.html", _by("html", pd.DataFrame, lambda: TABLE, "buf")),
        Saver("sqlite, to.sql", "a.db", _to_sql, "sqlalchemy", _reads_sqlite, can_be_atomic=False),
        Saver("sqlite, replaced", "b.db", _own(_sqlite_in_place), "", _reads_sqlite, can_be_atomic=False),
        Saver("sqlite, one transaction", "c.db", _own(_sqlite), "", _reads_sqlite, can_be_atomic=False),
        Saver("duckdb", "a.duckdb", _own(_duckdb), "duckdb", _reads_duckdb, can_be_atomic=False),
        Saver("own, line by line", "a.jsonl", _own(_records)),
        Saver("own, removed and renamed", "c.csv", _own(_remove_and_rename), can_be_atomic=False),
    ]


SAVERS = _savers()
