"""Arguments with one number made greater, and results as numbers that can be compared one by one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from windtunnel.collectors.properties_rows import column_in, columns_of, is_frame, is_number, rows_in


def greater(arguments: Mapping[str, Any], name: str) -> Iterator[tuple[dict[str, Any], str]]:
    """What to change so that the number, column or array `name` is greater, in all rows and in one, and how that is."""
    for given, value in arguments.items():
        if given == name:
            for other, how in _greater(value):
                yield {given: other}, f"{name!r} {how}"
        elif is_frame(value) and hasattr(value, "assign") and name in columns_of(value):
            for other, how in _greater(value[name]):
                yield {given: value.assign(**{name: other})}, f"{name!r} {how}"


def _greater(value: Any) -> Iterator[tuple[Any, str]]:
    if is_number(value):
        for by in _steps([value]):
            yield value + by, f"greater by {by!r}"
    elif rows_in(value) and str(getattr(value, "dtype", "")).lower().startswith(("int", "float", "uint")):
        for by in _steps(_flat(value)):
            yield value + by, f"greater by {by!r}"
        yield _with_first(value, by), f"greater by {by!r} in the first row"


def _with_first(value: Any, by: float) -> Any:
    one = value.copy()
    if hasattr(one, "iloc"):
        one.iloc[0] += by
    else:
        one[0] += by
    return one


def _steps(numbers: Iterable[Any]) -> tuple[int | float, int | float]:
    """A small and a large step, seen beside these numbers: whole where all of them are."""
    known = [float(number) for number in numbers if is_number(number)]
    most = max((abs(number) for number in known), default=1.0)
    if all(number.is_integer() for number in known):
        return 1, 10 * int(most) + 1
    return most / 10, 10 * most + 1


def _flat(value: Any) -> list[Any]:
    return list(value.tolist() if hasattr(value, "iloc") or not hasattr(value, "ravel") else value.ravel().tolist())


def leaves(result: Any) -> dict[Any, float]:
    """The numbers of a result, truth values among them, by where they stand; empty for what holds none."""
    if is_frame(result):
        return _numbers(
            ((name, row), one) for name in columns_of(result) for row, one in enumerate(column_in(result, name))
        )
    if rows_in(result):
        return _numbers(enumerate(_flat(result)))
    return _numbers([((), result)])


def _numbers(found: Iterable[tuple[Any, Any]]) -> dict[Any, float]:
    return {where: float(value) for where, value in found if isinstance(value, bool) or is_number(value)}
