"""How one value of a setting is read, from a command line or from TOML. Each reader raises ValueError for a bad one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from windtunnel.findings import Severity


class Refusal(ValueError):
    """A ValueError whose text is written for the user."""


def words(value: Any) -> tuple[str, ...]:
    """Words between commas, or a list of them."""
    if isinstance(value, str):
        value = value.split(",")
    if not isinstance(value, list | tuple) or not all(isinstance(word, str) for word in value):
        raise ValueError
    chosen = tuple(word.strip() for entry in value for word in entry.split(","))
    if not all(chosen):  # an empty variable in a script must not mean "all"
        raise ValueError
    return chosen


def words_by_glob(value: Any) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """A table that gives words, or a list of them, to each glob."""
    if not isinstance(value, Mapping):
        raise ValueError
    return tuple((glob, words(chosen)) for glob, chosen in value.items())


def at_least(low: float, number: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """What reads a finite number that is not below `low`."""

    def parse(value: Any) -> Any:
        if isinstance(value, bool):
            raise ValueError
        parsed = number(value)
        if not parsed >= low or parsed == float("inf") or (isinstance(value, float) and parsed != value):
            raise ValueError
        return parsed

    return parse


_SECONDS_IN = {"": 1.0, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}


def span(value: Any) -> float:
    """A span of time in seconds, above 0: a number, or a text such as 90, 60s, 2m, 1h."""
    if isinstance(value, str):
        number = value.strip().rstrip("abcdefghijklmnopqrstuvwxyz")
        unit = value.strip()[len(number) :]
        if unit not in _SECONDS_IN:
            raise ValueError
        value = float(number) * _SECONDS_IN[unit]
    seconds: float = at_least(0, float)(value)
    if not seconds:
        raise ValueError
    return seconds


def share(value: Any) -> float:
    """A number from 0 to 1."""
    parsed = float(at_least(0, float)(value))
    if parsed > 1:
        raise ValueError
    return parsed


def percent(value: Any) -> float:
    """A number from 0 to 100."""
    parsed = float(at_least(0, float)(value))
    if parsed > 100:
        raise ValueError
    return parsed


def one_of(choices: tuple[str, ...]) -> Callable[[Any], str]:
    """What reads one of these words."""

    def parse(value: Any) -> str:
        if value not in choices:
            raise ValueError
        return str(value)

    return parse


def reports(forms: tuple[str, ...]) -> Callable[[Any], tuple[tuple[str, str], ...]]:
    """What reads FORMAT=FILE, or a list of them, as (format, file) pairs."""

    def parse(value: Any) -> tuple[tuple[str, str], ...]:
        entries = [value] if isinstance(value, str) else value
        if not isinstance(entries, list | tuple) or not all(isinstance(entry, str) for entry in entries):
            raise ValueError
        pairs = tuple((form, file) for form, _, file in (entry.partition("=") for entry in entries))
        if not all(form in forms and file for form, file in pairs):
            raise ValueError
        return pairs

    return parse


def failing_severity(value: Any) -> Severity:
    """error or warning."""
    if value not in ("error", "warning"):
        raise ValueError
    return Severity[value.upper()]


def params(value: Any) -> Mapping[str, Any]:
    """The params of the runs: a table, JSON text, or @FILE that holds JSON."""
    import json

    if isinstance(value, str):
        if value.startswith("@"):
            try:
                value = Path(value[1:]).read_text(encoding="utf-8")
            except OSError as error:
                raise Refusal(f"{error.strerror}: {value[1:]}") from error
        try:
            value = json.loads(value)
        except json.JSONDecodeError as error:
            raise Refusal(f"not JSON: {error}") from error
    if not isinstance(value, Mapping):
        raise ValueError
    try:
        json.dumps(value)
    except TypeError as error:
        raise Refusal(str(error)) from error
    return dict(value)


def path_text(value: Any) -> str:
    """The text of a path."""
    if not isinstance(value, str) or not value:
        raise ValueError
    return value


def past_moment(value: Any) -> str:
    """A date as ISO 8601 writes it, with its zone: pyproject.toml may give one that is none of quotes."""
    from datetime import date, datetime, timezone

    if isinstance(value, date) and not isinstance(value, datetime):
        value = value.isoformat()
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    moment = moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
    if moment > datetime.now(timezone.utc):
        raise Refusal("Airflow starts no run whose logical date is yet to come")
    return moment.isoformat()


def yes_or_no(value: Any) -> bool:
    """true or false."""
    if not isinstance(value, bool):
        raise ValueError
    return value
