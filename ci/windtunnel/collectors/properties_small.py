"""Whether a function that makes a table makes the same columns of a table with one row, or with none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from windtunnel.collectors.hamilton_subjects import Subject
from windtunnel.collectors.properties_calls import called
from windtunnel.collectors.properties_rows import aligned, cells, column_in, columns_of, is_frame, rearranged

# With fewer rows nobody can tell whether the columns depend on the data.
_ENOUGH = 4


def lost_columns(subject: Subject, arguments: Mapping[str, Any], result: Any, least_rows: int) -> str | None:
    """What a small table lacks, "" where it lacks nothing; None where that cannot be said.

    Columns that are named by the data, as those of a pivot table, change with it: where half the rows make other
    columns too, or values in the input bear such names, nothing is said. Nor is it where only columns of the input are
    lacking, which functions may well choose by what stands in them, nor where the function raises: that is another
    question.
    """
    common = aligned(arguments)
    if not is_frame(result) or not common:
        return None
    rows = next(iter(common.values()))
    if rows < _ENOUGH or not all(_keeps(subject, arguments, half, result) for half in _halves(rows)):
        return None
    for few, count in ((0, "no row"), (1, "one row")):
        small = _columns(subject, arguments, range(few)) if few >= least_rows else None
        lost = [name for name in columns_of(result) if small is not None and name not in small]
        if any(_is_made(name, arguments) for name in lost):
            return f"makes no column {', '.join(map(repr, lost))} of {count}, as it does of {rows} rows"
    return ""


def _is_made(name: Any, arguments: Mapping[str, Any]) -> bool:
    """Whether the function itself gives the column its name: neither a column nor a value of the input has it."""
    for given, value in arguments.items():
        if given == name or (not is_frame(value) and name == getattr(value, "name", None)):
            return False
        if is_frame(value) and (
            name in columns_of(value) or any(_holds(value, own, name) for own in columns_of(value))
        ):
            return False
        if not is_frame(value) and str(name) in map(str, cells(value) or ()):
            return False
    return True


def _holds(frame: Any, column: Any, name: Any) -> bool:
    """Whether a value of the column is the name, or a text in which it occurs."""
    return any(str(name) in value if isinstance(value, str) else value == name for value in _plain(frame, column))


def _plain(frame: Any, column: Any) -> list[Any]:
    return [value for value in column_in(frame, column) if isinstance(value, str | int | float)]


def _halves(rows: int) -> tuple[Sequence[int], ...]:
    return range(rows // 2), range(rows // 2, rows), range(0, rows, 2)


def _keeps(subject: Subject, arguments: Mapping[str, Any], rows: Sequence[int], result: Any) -> bool:
    return _columns(subject, arguments, rows) == columns_of(result)


def _columns(subject: Subject, arguments: Mapping[str, Any], rows: Sequence[int]) -> list[Any] | None:
    outcome = called(subject.call, rearranged(arguments, list(rows)))
    return columns_of(outcome.value) if outcome.error is None and is_frame(outcome.value) else None
