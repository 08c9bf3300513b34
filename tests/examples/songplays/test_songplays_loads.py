"""Days get into the warehouse whole or not at all, in any order, as often as one likes; on both engines."""

import multiprocessing
import os
import signal
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from random import Random

import pytest
from psycopg2.extensions import parse_dsn

from modules.songplays import log_path
from modules.songplays.database import Transaction, Warehouse, statements, warehouse_of
from tests.examples.songplays.conftest import assert_same, contents, deliver, judge, load

DAYS = [(date(2018, 11, 10) + timedelta(days=number)).isoformat() for number in range(10)]


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    """Ten days of a site, each other than the next."""
    folder = tmp_path_factory.mktemp("site")
    for number, day in enumerate(DAYS):
        deliver(folder, day, events=100 + 10 * number)
    return folder


def test_a_day_is_loaded_as_it_was_staged(warehouse, site, tmp_path):
    told = load(warehouse, site, DAYS[0], tmp_path)
    tables = contents(warehouse)
    assert {name: len(table) for name, table in tables.items() if name != "users"} == {
        name: number for name, number in told.items() if name != "day"
    }
    assert len(tables["users"]) == told["users_of_day"]
    assert tables["songplays"]["song_id"].notna().any()
    assert tables["songplays"]["song_id"].isna().any()
    assert judge(warehouse, DAYS[0], tmp_path)["wrong"] == []


def test_a_back_fill_in_any_order_ends_in_the_same_tables(databases, site, tmp_path):
    in_order, shuffled = databases("in_order"), databases("shuffled")
    for day in DAYS:
        load(in_order, site, day, tmp_path)
    days = [*DAYS, *DAYS[3:5]]  # two of them twice
    Random(7).shuffle(days)
    assert days[:10] != sorted(days[:10])
    for day in days:
        load(shuffled, site, day, tmp_path)
    tables = contents(in_order)
    assert_same(tables, contents(shuffled))
    assert set(tables["users"]["level"]) == {"free", "paid"}
    assert len(tables["songplays"]) > 800


def test_a_day_that_is_loaded_again_changes_nothing(warehouse, site, tmp_path):
    load(warehouse, site, DAYS[0], tmp_path)
    first = contents(warehouse)
    load(warehouse, site, DAYS[0], tmp_path)
    assert_same(contents(warehouse), first)


def test_a_corrected_log_replaces_its_day_and_no_other(databases, site, tmp_path):
    """Users whom only the wrong log has known are gone, and what it said of the others too."""
    corrected, clean, other = databases("corrected"), databases("clean"), tmp_path / "other"
    deliver(other, DAYS[1], seed=0, events=20, people=5)
    for day in DAYS[:3]:
        load(corrected, site, day, tmp_path)
    load(corrected, other, DAYS[1], tmp_path)
    for source, day in ((site, DAYS[0]), (other, DAYS[1]), (site, DAYS[2])):
        load(clean, source, day, tmp_path)
    assert_same(contents(corrected), contents(clean))


def test_users_of_a_wrong_log_are_forgotten_with_it(warehouse, site, tmp_path):
    empty = tmp_path / "empty"
    (empty / log_path(DAYS[0])).parent.mkdir(parents=True)
    (empty / log_path(DAYS[0])).touch()
    load(warehouse, site, DAYS[0], tmp_path)
    load(warehouse, empty, DAYS[0], tmp_path)
    tables = contents(warehouse)
    assert all(tables[name].empty for name in ("songplays", "users", "time", "users_of_day"))
    assert not tables["songs"].empty


def test_only_the_delta_is_written(warehouse, site, tmp_path, monkeypatch):
    """A second day touches no song, no artist, and no user who was not there."""
    load(warehouse, site, DAYS[0], tmp_path)
    written = {}

    def execute(self, statement, parameters, original=None):
        cursor = originals[type(self)](self, statement, parameters)
        if statement.startswith("insert into"):
            table = statement.split()[2]
            written[table] = cursor.rowcount
        return cursor

    classes = Transaction.__subclasses__()
    originals = {one: one.execute for one in classes}
    for one in classes:
        monkeypatch.setattr(one, "execute", execute)
    told = load(warehouse, site, DAYS[1], tmp_path)
    assert written["songs"] == written["artists"] == 0
    assert written["users"] < told["users_of_day"]
    assert written["songplays"] == told["songplays"]


def _load_and_die(warehouse: Warehouse, site: Path, day: str, folder: Path, number: int) -> None:
    """Load a day in this process, which is killed before the statement of that number."""
    left = number

    def counted(execute):
        def with_death(self, statement, parameters):
            nonlocal left
            left -= 1
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return execute(self, statement, parameters)

        return with_death

    from modules.songplays import postgresql_engine, sqlite_engine

    for one in (sqlite_engine.SqliteTransaction, postgresql_engine.PostgresqlTransaction):
        one.execute = counted(one.execute)
    load(warehouse, site, day, folder)


@pytest.mark.parametrize("share", [0.5, 0.99])
def test_a_load_that_is_killed_leaves_nothing_and_its_retry_all(databases, site, tmp_path, share):
    killed, clean = databases("killed"), databases("clean")
    for warehouse in (killed, clean):
        load(warehouse, site, DAYS[0], tmp_path)
    before = contents(killed)
    number = int(share * (len(statements("schema")) + 5 + len(statements("load_day"))))
    child = multiprocessing.get_context("spawn").Process(
        target=_load_and_die, args=(killed, site, DAYS[1], tmp_path, number)
    )
    child.start()
    child.join(60)
    assert child.exitcode == -signal.SIGKILL
    assert_same(contents(killed), before)
    for warehouse in (killed, clean):
        load(warehouse, site, DAYS[1], tmp_path)
    assert_same(contents(killed), contents(clean))
    assert judge(killed, DAYS[1], tmp_path)["wrong"] == []


def test_two_loaders_at_once_wait_for_each_other(databases, site, tmp_path):
    together, one_by_one = databases("together"), databases("one_by_one")
    with ThreadPoolExecutor(3) as threads:
        list(threads.map(lambda day: load(together, site, day, tmp_path), DAYS[:3]))
    for day in DAYS[:3]:
        load(one_by_one, site, day, tmp_path)
    assert_same(contents(together), contents(one_by_one))


@pytest.mark.parametrize(
    "statement",
    [
        "insert into users (user_id, level) values (1, 'gold')",
        "insert into users (user_id, level) values (null, 'free')",
        "insert into users (user_id, level) values ('somebody', 'free')",
        "insert into songs (song_id, title, artist_id) values ('S', 'Río', 'nobody')",
        "insert into songs (song_id, title, artist_id, duration) values ('S', 'Río', 'AR000000', -1)",
        "insert into artists (artist_id, name) select artist_id, name from artists",
        "insert into time values ('2019-01-01T00:00:00.000', 25, 1, 1, 1, 2019, 1)",
        "delete from users",
    ],
)
def test_the_tables_refuse_what_they_must_not_hold(warehouse, site, tmp_path, statement):
    load(warehouse, site, DAYS[0], tmp_path)
    before = contents(warehouse)
    with (
        pytest.raises(Exception, match=r"(?i)constraint|invalid input|cannot store"),
        warehouse.transaction() as transaction,
    ):
        transaction.execute(statement, {})
    assert_same(contents(warehouse), before)


class Connection:
    """What an Airflow connection looks like."""

    def __init__(self, conn_type, **fields):
        self.conn_id, self.conn_type = "warehouse", conn_type
        self.host = self.schema = self.login = self.password = self.port = None
        self.extra_dejson = {}
        vars(self).update(fields)


def test_a_connection_says_where_the_warehouse_is():
    assert warehouse_of(None, Path("/data/w.sqlite")) == Warehouse("sqlite", "/data/w.sqlite")
    assert warehouse_of(Connection("sqlite", host="/data/x"), Path("/y")) == Warehouse("sqlite", "/data/x")
    fields = {"host": "db", "login": "me", "password": "it's secret", "schema": "plays", "port": 5433}
    server = warehouse_of(Connection("postgres", **fields, extra_dejson={"sslmode": "require"}), Path("/y"))
    assert server.engine == "postgresql"
    told = {"host": "db", "port": "5433", "user": "me", "password": "it's secret", "dbname": "plays"}
    assert parse_dsn(server.address) == {**told, "sslmode": "require"}
    assert "secret" not in repr(server)
    with pytest.raises(ValueError, match="'warehouse' is of type 'mysql': a warehouse is sqlite or postgres"):
        warehouse_of(Connection("mysql"), Path("/y"))
