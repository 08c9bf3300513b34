"""Make the synthetic sample of absences: `python make_sample.py [target]`, by default beside this script.

The headers are those of UCI's "Absenteeism at work"; the people and their absences are made up. The same
script makes the same bytes on every Python: it draws from `random.Random.random` alone, whose sequence Python
guarantees (https://docs.python.org/3/library/random.html#notes-on-reproducibility).
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import TypeVar

T = TypeVar("T")

SEED = 2012
USERS = 25
ABSENCES = 200

# As published: the blank at the end of "Work load Average/day " is part of the name.
HEADERS = (
    "ID",
    "Reason for absence",
    "Month of absence",
    "Day of the week",
    "Seasons",
    "Transportation expense",
    "Distance from Residence to Work",
    "Service time",
    "Age",
    "Work load Average/day ",
    "Hit target",
    "Disciplinary failure",
    "Education",
    "Son",
    "Social drinker",
    "Social smoker",
    "Pet",
    "Weight",
    "Height",
    "Body mass index",
    "Absenteeism time in hours",
)

SHORT_ABSENCES = (0, 1, 1, 2, 2, 3, 3, 4)  # hours
LONG_ABSENCES = (5, 8, 8, 8, 16, 24, 40)
SUMMER, AUTUMN, WINTER, SPRING = 1, 2, 3, 4
SEASON_OF_MONTH = {  # southern hemisphere
    **dict.fromkeys((12, 1, 2), SUMMER),
    **dict.fromkeys((3, 4, 5), AUTUMN),
    **dict.fromkeys((6, 7, 8), WINTER),
    **dict.fromkeys((9, 10, 11), SPRING),
}


def _between(random: Random, low: int, high: int) -> int:
    """A whole number from `low` to `high`, both included."""
    return low + int(random.random() * (high - low + 1))


def _one_of(random: Random, options: Sequence[T]) -> T:
    return options[_between(random, 0, len(options) - 1)]


def _user(random: Random, user_id: int) -> dict[str, int]:
    """The columns that stay the same in every absence of one person."""
    age = _between(random, 27, 58)
    height = _between(random, 163, 190)  # cm
    body_mass_index = _between(random, 19, 35)  # kg/m2
    return {
        "ID": user_id,
        "Transportation expense": _between(random, 118, 388),
        "Distance from Residence to Work": _between(random, 5, 52),
        "Service time": _between(random, 1, age - 20),
        "Age": age,
        "Education": _one_of(random, (1, 1, 1, 2, 3, 4)),
        "Son": _one_of(random, (0, 0, 1, 2, 3)),
        "Social drinker": _between(random, 0, 1),
        "Social smoker": _one_of(random, (0, 0, 0, 0, 1)),
        "Pet": _one_of(random, (0, 0, 0, 1, 2)),
        "Weight": round(body_mass_index * (height / 100) ** 2),
        "Height": height,
        "Body mass index": body_mass_index,
    }


def _absence(random: Random, user: dict[str, int]) -> dict[str, int | float]:
    """One absence of `user`. Parents, and all on Mondays, tend to stay away longer: something to learn."""
    month = _between(random, 1, 12)
    day_of_the_week = _between(random, 2, 6)  # Monday is 2, Friday is 6
    chance_of_long = 0.2 + 0.4 * (user["Son"] > 0) + 0.2 * (day_of_the_week == 2)
    hours = LONG_ABSENCES if random.random() < chance_of_long else SHORT_ABSENCES
    return {
        **user,
        "Reason for absence": _between(random, 1, 28),
        "Month of absence": month,
        "Day of the week": day_of_the_week,
        "Seasons": SEASON_OF_MONTH[month],
        "Work load Average/day ": _between(random, 205_000, 379_000) / 1000,
        "Hit target": _between(random, 81, 100),
        "Disciplinary failure": int(random.random() < 0.05),
        "Absenteeism time in hours": _one_of(random, hours),
    }


def sample_csv() -> str:
    """The whole sample as text: a header and `ABSENCES` rows, separated by semicolons."""
    random = Random(SEED)  # noqa: S311 - made-up people, not secrets
    users = [_user(random, user_id) for user_id in range(1, USERS + 1)]
    absences = [_absence(random, _one_of(random, users)) for _ in range(ABSENCES)]
    rows = [HEADERS, *([absence[header] for header in HEADERS] for absence in absences)]
    return "".join(";".join(map(str, row)) + "\n" for row in rows)


def main() -> None:
    """Write the sample to the target that the command line names."""
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_name("absenteeism_sample.csv")
    # Bytes, so that no platform changes the line ends.
    target.write_bytes(sample_csv().encode("ascii"))


if __name__ == "__main__":
    main()
