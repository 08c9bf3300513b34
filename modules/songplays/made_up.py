"""People, songs and days of a site that does not exist: what `samples.py` writes down.

The same arguments make the same text on every Python: everything is drawn from `random.Random.random`, whose sequence
Python guarantees (https://docs.python.org/3/library/random.html#notes-on-reproducibility). A day depends on nothing
but its date, so days can be made in any order: who pays on which day is decided by the person and the two weeks that
the day belongs to.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timezone
from random import Random
from typing import Any, TypeVar

from modules.songplays import PLAY

T = TypeVar("T")

FORTNIGHT = 14  # days, after which everybody listens for free again
DAY = 86_400_000  # milliseconds

FIRST_NAMES = ("Chloé", "Ryan", "Zoë", "Jürgen", "Łukasz", "Mia", "Þóra", "Ana", "José", "Ngọc", "Олена", "美咲")
LAST_NAMES = ("Smith", "Núñez", "Müller", "O'Brien", "Żak", "Jónsdóttir", "de la Cruz", "Nguyễn", "Коваль", "佐藤")
PLACES = ("Oslo", "San Jose-Sunnyvale, CA", "Montréal, QC", "São Paulo", "Ürümqi", "Łódź", "New York-Newark, NY-NJ-PA")
USER_AGENTS = (
    '"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/36.0 Safari/537.36"',
    "Mozilla/5.0 (Windows NT 6.1; WOW64; rv:31.0) Gecko/20100101 Firefox/31.0",
    '"Mozilla/5.0 (iPhone; CPU iPhone OS 7_1_2 like Mac OS X) Version/7.0 Mobile/11D257 Safari/9537.53"',
)
ARTISTS = ("Björk & Søn", "The Long Wait", "Ñandú", "Čas", "Zero, One", 'The "Quotes"', "東京サウンド", "Sigur Blár")
WORDS = ("Río", "Night", "Für", "Train", "Rain", "Étoile", "Home", "Blue", "Straße", "Wind", "Ghost", "Naïve")
PAGES = ("Home", "Home", "Home", "Help", "Settings", "Thumbs Up", "Add to Playlist", "Logout", "Error")


@dataclass(frozen=True, slots=True)
class Person:
    """A user, without what changes from day to day."""

    user_id: int
    first_name: str
    last_name: str
    gender: str
    location: str
    user_agent: str
    registration: float
    eagerness: float
    """From 0 to 1: who is eager plays more, and pays more often. This is what a model can learn."""


def song(seed: int, number: int) -> dict[str, Any]:
    """The metadata of one song. Artists have several songs; their place is not known everywhere."""
    random = Random(f"{seed} song {number}")  # noqa: S311  made-up songs, not secrets
    artist = int(random.random() * len(ARTISTS) * (1 + number // 100))
    has_place = random.random() < 0.6
    return {
        "num_songs": 1,
        "artist_id": f"AR{artist:06d}",
        "artist_latitude": round(random.random() * 120 - 60, 5) if has_place else None,
        "artist_longitude": round(random.random() * 300 - 150, 5) if has_place else None,
        "artist_location": _one_of(random, PLACES) if has_place else "",
        "artist_name": _artist_name(artist),
        "song_id": f"SO{number:06d}",
        "title": f"{_one_of(random, WORDS)} {_one_of(random, WORDS)} {number}",
        "duration": round(60 + random.random() * 300, 5),
        "year": int(1960 + random.random() * 65) if random.random() < 0.7 else 0,
    }


def day_log(seed: int, day: str, people: int, songs: int, events: int) -> Iterator[str]:
    """The lines of one day's log, about `events` of them, in the order of their times."""
    random = Random(f"{seed} {day}")  # noqa: S311
    known = [song(seed, number) for number in range(songs)]
    crowd = [_person(seed, number) for number in range(people)]
    weights = _cumulated([0.2 + person.eagerness for person in crowd])
    midnight = int(datetime.fromisoformat(day).replace(tzinfo=timezone.utc).timestamp() * 1000)
    levels = [_upgrade(seed, person, day) for person in crowd]
    items: dict[int, int] = {}
    for number in range(events):
        moment = midnight + int((number + random.random()) * (DAY - 1) / events)
        who = _place_in(weights, random.random())
        level = "paid" if moment >= levels[who] else "free"
        items[who] = items.get(who, -1) + 1
        session = (date.fromisoformat(day).toordinal() % 1000) * people + who + 1
        event = _event(random, crowd[who], level, moment, session, items[who], known)
        yield from _with_dirt(random, event)


def _event(
    random: Random, person: Person, level: str, moment: int, session: int, item: int, songs: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    plays = random.random() < 0.8
    heard = _heard(random, songs) if plays else {"artist": None, "length": None, "song": None}
    return {
        "artist": heard["artist"],
        "auth": "Logged In",
        "firstName": person.first_name,
        "gender": person.gender,
        "itemInSession": item,
        "lastName": person.last_name,
        "length": heard["length"],
        "level": level,
        "location": person.location,
        "method": "PUT" if plays else "GET",
        "page": PLAY if plays else _one_of(random, PAGES),
        "registration": person.registration,
        "sessionId": session,
        "song": heard["song"],
        "status": 200,
        "ts": moment,
        "userAgent": person.user_agent,
        "userId": str(person.user_id),
    }


def _heard(random: Random, songs: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """A song of the catalogue; one time in three something that is in no catalogue."""
    if not songs or random.random() < 1 / 3:
        title = f"Lost {_one_of(random, WORDS)}"
        return {"artist": "Unknown Artist", "song": title, "length": round(100 + random.random() * 200, 5)}
    chosen = _one_of(random, songs)
    return {"artist": chosen["artist_name"], "song": chosen["title"], "length": chosen["duration"]}


def _with_dirt(random: Random, event: dict[str, Any]) -> Iterator[str]:
    """The line of the event, and now and then what else a real log has there."""
    line = json.dumps(event, ensure_ascii=random.random() < 0.5)
    yield line
    dirt = random.random()
    if dirt < 0.02:
        yield line  # delivered twice
    elif dirt < 0.05:
        yield json.dumps(_logged_out(event))
    elif dirt < 0.053:
        yield line[: len(line) // 2]  # a process died while it wrote
    elif dirt < 0.056:
        yield json.dumps({**event, "ts": event["ts"] + DAY, "itemInSession": event["itemInSession"] + 100_000})
    elif dirt < 0.06:
        yield ""


def _logged_out(event: dict[str, Any]) -> dict[str, Any]:
    nobody = dict.fromkeys(("artist", "firstName", "gender", "lastName", "length", "location", "registration", "song"))
    return {**event, **nobody, "auth": "Logged Out", "page": "Home", "method": "GET", "userAgent": None, "userId": ""}


def _person(seed: int, number: int) -> Person:
    random = Random(f"{seed} person {number}")  # noqa: S311
    return Person(
        user_id=number + 1,
        first_name=_one_of(random, FIRST_NAMES),
        last_name=_one_of(random, LAST_NAMES),
        gender=_one_of(random, ("F", "M")),
        location=_one_of(random, PLACES),
        user_agent=_one_of(random, USER_AGENTS),
        registration=float(int(1_500_000_000_000 + random.random() * 40_000_000_000)),
        eagerness=random.random(),
    )


def _upgrade(seed: int, person: Person, day: str) -> float:
    """When the person begins to pay in the two weeks of that day, in milliseconds; infinity for never."""
    first = date.fromordinal(date.fromisoformat(day).toordinal() // FORTNIGHT * FORTNIGHT or 1)
    random = Random(f"{seed} {first} upgrade {person.user_id}")  # noqa: S311
    if random.random() > person.eagerness:
        return float("inf")
    start = datetime(first.year, first.month, first.day, tzinfo=timezone.utc).timestamp() * 1000
    return start + random.random() * FORTNIGHT * DAY


def _artist_name(artist: int) -> str:
    name = ARTISTS[artist % len(ARTISTS)]
    return name if artist < len(ARTISTS) else f"{name} {artist // len(ARTISTS) + 1}"


def _one_of(random: Random, options: Sequence[T]) -> T:
    return options[int(random.random() * len(options))]


def _cumulated(weights: Sequence[float]) -> list[float]:
    total, sums = 0.0, []
    for weight in weights:
        total += weight
        sums.append(total)
    return [one / total for one in sums]


def _place_in(sums: Sequence[float], drawn: float) -> int:
    """The place that a number from 0 to 1 falls into, by halving."""
    low, high = 0, len(sums) - 1
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if sums[middle] <= drawn else (low, middle)
    return low
