"""How fast a day of songplays gets into the warehouse, on SQLite and on PostgreSQL: rows per second, step by step.

    python ci/bench/warehouse.py [EVENTS]

EVENTS is 1,000,000 if not given. Run it in an environment with the extra `examples`, where Debian's postgresql is
installed; it starts a server of its own. The log and the songs are made up anew; making them is not counted.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import postgresql
from hamilton import driver

sys.path.insert(0, str(Path(__file__).parents[2]))

from modules.songplays import SONG_FOLDER, log_path, model, quality, stage, star_schema
from modules.songplays.database import Warehouse
from modules.songplays.made_up import day_log, song

DAY = "2018-11-12"
EVENTS, PEOPLE, SONGS = 1_000_000, 50_000, 10_000


def main() -> None:
    events = int(sys.argv[1].replace(",", "")) if len(sys.argv) > 1 else EVENTS
    with tempfile.TemporaryDirectory(prefix="warehouse-", ignore_cleanup_errors=True) as folder:
        home = Path(folder)
        home.chmod(0o711)  # PostgreSQL is another user
        with _told("made up (not counted)", events):
            _make_up(home, events)
        with _told("staged", events):
            _stage(home)
        _measure("sqlite", Warehouse("sqlite", str(home / "warehouse.sqlite")), home)
        programs = postgresql.binaries()
        with postgresql.server(programs, home, home / "postgresql.log", "songplays") as server:
            address = f"host=127.0.0.1 port={server.port} user=songplays dbname=songplays"
            _measure(f"postgresql {server.version}", Warehouse("postgresql", address), home)


def _measure(name: str, warehouse: Warehouse, home: Path) -> None:
    dr = driver.Builder().with_modules(star_schema).build()
    places = {"events_location": str(home / "events.parquet"), "catalogue_location": str(home / "catalogue.parquet")}
    names = ["songplays", "users_of_day", "songs", "artists", "time"]
    tables = dr.execute(names, inputs={"day": DAY, **places})
    rows = sum(len(table) for table in tables.values())
    for turn in ("loaded", "loaded again, in the place of what was there"):
        with _told(f"{name}: {turn}", rows):
            dr.execute(["loaded"], inputs={"day": DAY, "warehouse": warehouse}, overrides=tables)
    with _told(f"{name}: checked", rows):
        _ask(quality, ["passed"], warehouse, counts_location=str(home / "counts.json"))
    with _told(f"{name}: modelled", rows):
        _ask(model, ["model"], warehouse, history_days=28, validation_fraction=0.3, seed=0)


def _ask(module: Any, final: list[str], warehouse: Warehouse, **inputs: Any) -> None:
    driver.Builder().with_modules(module).build().execute(final, inputs={"warehouse": warehouse, "day": DAY, **inputs})


def _stage(home: Path) -> None:
    files = {"events": "events.parquet", "catalogue": "catalogue.parquet", "counts": "counts.json"}
    places = {f"{name}_location": str(home / file) for name, file in files.items()}
    final = [f"saved_{name}" for name in files]
    driver.Builder().with_modules(stage).build().execute(
        final, inputs={"source_location": str(home), "day": DAY, **places}
    )


def _make_up(home: Path, events: int) -> None:
    log, songs = home / log_path(DAY), home / SONG_FOLDER / "songs.json"
    for file in (log, songs):
        file.parent.mkdir(parents=True)
    with log.open("w", encoding="utf-8") as lines:
        lines.writelines(f"{line}\n" for line in day_log(0, DAY, people=PEOPLE, songs=SONGS, events=events))
    songs.write_text("".join(json.dumps(song(0, number)) + "\n" for number in range(SONGS)), encoding="utf-8")


@contextmanager
def _told(what: str, rows: int) -> Iterator[None]:
    start = time.perf_counter()
    yield
    seconds = time.perf_counter() - start
    print(f"{what:<62} {rows:>10,} rows  {seconds:6.1f} s  {rows / seconds:>9,.0f} rows/s", flush=True)


if __name__ == "__main__":
    main()
