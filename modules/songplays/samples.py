"""The files of a made-up site for one day, as the real one would deliver them: song files and the log of the day.

Ask the driver for `saved_songs` and `saved_log`.
"""

import json
from pathlib import Path

from hamilton.function_modifiers import datasaver, source

from modules.atomic_savers import save_atomically
from modules.songplays import SONG_FOLDER
from modules.songplays.made_up import day_log, song
from modules.songplays.storage import write_whole


def song_files(seed: int, songs: int) -> dict[str, str]:
    """The text of each song file, by its path below the folder of the site: one song a file, in folders by number."""
    made = (song(seed, number) for number in range(songs))
    return {f"{SONG_FOLDER}/{one['song_id'][-2:]}/{one['song_id']}.json": json.dumps(one) for one in made}


@datasaver()
def saved_songs(song_files: dict[str, str], site_location: str) -> dict:
    """The song files below the folder of the site, each whole at every moment."""
    for name, text in song_files.items():
        write_whole(site_location, name, text)
    return {"path": str(Path(site_location, SONG_FOLDER)), "files": len(song_files)}


# As text, which it is: a log that is as dirty as real ones is no JSON from end to end.
@save_atomically.file(path=source("log_location"), output_name_="saved_log")
def log(seed: int, day: str, people: int, songs: int, events: int) -> str:
    """The log of the day: JSON lines, in UTF-8."""
    return "".join(line + "\n" for line in day_log(seed, day, people, songs, events))
