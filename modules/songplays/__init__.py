"""A site where people listen to music: its song files and event logs -> a star schema that analysts query.

| file | what happens there |
|---|---|
| `made_up.py` `samples.py` | a made-up site: people, songs, and what people do on a day, with the dirt of real logs |
| `storage.py` `waiting.py` | folders on disk or in S3; the sensor that waits for the log of a day |
| `stage.py` | log and song files -> clean, typed tables, and a count of everything that was left out |
| `star_schema.py` | these tables -> facts and dimensions, loaded into the warehouse in one transaction |
| `database.py` `sql/` | the warehouse on SQLite or PostgreSQL; its tables and how a day gets into them |
| `quality.py` | what must be true of the warehouse after a load, or the run fails and names the rows |
| `model.py` | who of those that listen for free will pay |
| `report.py` | a page about the day |
| `alerts.py` | mail when a task fails or a run is late |

This file holds the words that they share. It imports nothing heavy.
"""

from datetime import date

# The page of an event that is a song being played; the other pages are clicks.
PLAY = "NextSong"
LEVELS = ("free", "paid")
# From the facts to what they refer to.
TABLES = ("songplays", "users", "songs", "artists", "time")


def log_path(day: str) -> str:
    """Where the log of a day (YYYY-MM-DD) lies below the folder of the site."""
    parsed = date.fromisoformat(day)
    return f"log_data/{parsed:%Y}/{parsed:%m}/{parsed:%Y-%m-%d}-events.json"


SONG_FOLDER = "song_data"
