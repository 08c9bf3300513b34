"""A warehouse on each engine, and days to load into it."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from types import ModuleType
from typing import Any

import pandas as pd
import postgresql
import psycopg2
import pytest
from hamilton import driver

from modules.songplays import TABLES, log_path, quality, samples, stage, star_schema
from modules.songplays.database import Warehouse

Databases = Callable[[str], Warehouse]


@pytest.fixture(scope="session")
def server() -> Iterator[postgresql.Server]:
    """A real PostgreSQL, started here."""
    try:
        programs = postgresql.binaries()
    except postgresql.Unavailable as error:
        pytest.fail(f"{error}; or leave these tests out by -k 'not postgresql'")
    with tempfile.TemporaryDirectory(prefix="songplays-", ignore_cleanup_errors=True) as folder:
        home = Path(folder)
        home.chmod(0o711)  # the server is another user, who must find its own folder in here
        with postgresql.server(programs, home, home / "postgresql.log", "songplays") as started:
            yield started


@pytest.fixture(params=["sqlite", "postgresql"])
def databases(request: pytest.FixtureRequest, tmp_path: Path) -> Databases:
    """An empty warehouse for each name that is asked for, on both engines in turn."""
    if request.param == "sqlite":
        return lambda name: Warehouse("sqlite", str(tmp_path / f"{name}.sqlite"))
    server = request.getfixturevalue("server")
    return lambda name: new_database(server, name)


def new_database(server: postgresql.Server, name: str) -> Warehouse:
    address = f"host=127.0.0.1 port={server.port} user={server.user}"
    with closing(psycopg2.connect(f"{address} dbname=postgres")) as connection:
        connection.autocommit = True
        connection.cursor().execute(f'drop database if exists "{name}" with (force)')
        connection.cursor().execute(f'create database "{name}"')
    return Warehouse("postgresql", f"{address} dbname={name}")


@pytest.fixture
def warehouse(databases: Databases) -> Warehouse:
    return databases("warehouse")


def execute(module: ModuleType, final: list[str], **inputs: Any) -> dict[str, Any]:
    return driver.Builder().with_modules(module).build().execute(final, inputs=inputs)


def deliver(site: Path, day: str, *, seed: int = 0, events: int = 300, people: int = 30, songs: int = 24) -> None:
    """Make up the files of a day."""
    inputs = {"seed": seed, "people": people, "songs": songs, "events": events}
    log = site / log_path(day)
    log.parent.mkdir(parents=True, exist_ok=True)
    places = {"site_location": str(site), "log_location": str(log)}
    execute(samples, ["saved_songs", "saved_log"], day=day, **places, **inputs)


def staged(site: Path, day: str, folder: Path) -> dict[str, str]:
    """Stage a day; where its tables lie."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {name: str(folder / f"{name}.{suffix}") for name, suffix in FILES.items()}
    places = {f"{name}_location": file for name, file in files.items()}
    execute(stage, ["saved_events", "saved_catalogue", "saved_counts"], source_location=str(site), day=day, **places)
    return places


def load(warehouse: Warehouse, site: Path, day: str, folder: Path) -> dict[str, Any]:
    """Stage and load a day, as two tasks of the DAG do; what was loaded."""
    places = staged(site, day, folder / day)
    del places["counts_location"]
    return execute(star_schema, ["loaded"], warehouse=warehouse, day=day, **places)["loaded"]


def judge(warehouse: Warehouse, day: str, folder: Path) -> dict[str, Any]:
    """What the quality checks say of a day that was loaded."""
    counts = str(folder / day / "counts.json")
    return execute(quality, ["quality"], warehouse=warehouse, day=day, counts_location=counts)["quality"]


def contents(warehouse: Warehouse) -> dict[str, pd.DataFrame]:
    """All tables, as they are whatever the order in which their rows were written."""
    with warehouse.transaction() as transaction:
        return {table: transaction.rows(f"select * from {table} order by 1, 2") for table in (*TABLES, "users_of_day")}


def assert_same(one: dict[str, pd.DataFrame], other: dict[str, pd.DataFrame]) -> None:
    assert one.keys() == other.keys()
    for name, table in one.items():
        pd.testing.assert_frame_equal(table, other[name], obj=name)


FILES = {"events": "parquet", "catalogue": "parquet", "counts": "json"}
