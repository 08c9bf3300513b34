"""What a value lost on its way through a file: the likeness of what was saved beside that of what was read back."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from datetime import datetime

from windtunnel.collectors.likeness import UNKNOWN
from windtunnel.facts import NOT_THERE, Grade, LossFacts, PartFacts, ValueFacts

_INDEX = "the index"
_NEAR = 1e-6  # of the number itself; texts and readers of texts round the last digits
_SECONDS = 19  # characters of a time up to its seconds
_CODE = re.compile(r"0\d+$")  # a number that nobody writes so who means a number
_KEEP_TYPES = ("parquet", "feather", "pickle", "orc", "npy", "hdf")
_KEEP_VALUES = ("csv", "json", "excel", "yaml", "stata")
_INTEGER = re.compile(r"-?\d+$")
_ADDED = re.compile(r"Unnamed: |index$|level_\d+$|__index_level_\d+__$")
_CONTAINERS = re.compile(r"\b(list|tuple|ndarray)\(")
_NUMBERS = ("i", "f", "m")
_TIMES = ("d", "z", "D", "e")


def losses(saved: ValueFacts, loaded: ValueFacts) -> tuple[LossFacts, ...]:
    """The gravest first. Nothing where the two are of kinds that cannot be compared, or one was cut on purpose."""
    if saved.index is not None and loaded.index is not None:
        found = list(_of_tables(saved, loaded))
    elif (saved.index is None) is (loaded.index is None):
        found = list(_of_entries(saved, loaded))
    else:
        found = []
    order = list(Grade)
    return tuple(sorted(found, key=lambda loss: order.index(loss.grade)))


def lost_to_anybody(format_: str, saved: ValueFacts, loaded: ValueFacts) -> tuple[LossFacts, ...]:
    """The losses that are worth knowing whoever reads the file, and with whatever.

    Types are not what a text is to keep: of it, and of formats that only other programs read, nothing but values that
    anybody will find changed, and an index that somebody has named. A format that keeps types is to keep everything.
    """
    found = losses(saved, loaded)
    if format_ in _KEEP_TYPES:
        return found
    if format_ in _KEEP_VALUES:
        is_gone = _is_index_gone(saved, loaded)
        return tuple(loss for loss in found if _is_lost_to_anybody(loss, format_) or (is_gone and loss.place == _INDEX))
    return ()


def _is_index_gone(saved: ValueFacts, loaded: ValueFacts) -> bool:
    """Left out, though it has a name: pandas writes it, Hamilton's saver of CSV does not unless it is told to."""
    named = saved.index.name if saved.index is not None else ""
    return bool(named) and not {part.name for part in loaded.parts}.intersection(named.split(", "))


def _is_lost_to_anybody(loss: LossFacts, format_: str) -> bool:
    """Zeros before a number are lost to whatever opens a CSV; a text such as NA, or a long integer, to pandas alone."""
    if loss.grade is Grade.GUESS:
        return format_ == "csv" and loss.became != "missing"
    return loss.grade is Grade.VALUE and not _INTEGER.match(loss.was)


# Tables


def _of_tables(saved: ValueFacts, loaded: ValueFacts) -> Iterator[LossFacts]:
    before, after = ({part.name: part for part in value.parts} for value in (saved, loaded))
    shared = [name for name in before if name in after]
    if not shared or len(before) != len(saved.parts) or len(after) != len(loaded.parts):
        return
    if saved.names != loaded.names and saved.names and loaded.names:
        yield LossFacts(Grade.TYPE, "the type of the column names", saved.names, loaded.names)
    for name in after:
        if name not in before and _ADDED.match(name):
            yield LossFacts(Grade.FRAME, f"column {name!r}", NOT_THERE, after[name].kind)
    order = [name for name in after if name in before]
    if order != shared and len(shared) == len(before):
        yield LossFacts(Grade.FRAME, "the order of the columns", ", ".join(shared), ", ".join(order))
    if saved.rows != loaded.rows:
        return
    yield from _of_index(saved.index, loaded.index)
    for name in shared:
        yield from _of_column(before[name], after[name])


def _of_index(saved: PartFacts | None, loaded: PartFacts | None) -> Iterator[LossFacts]:
    if saved is None or loaded is None or not saved.family or not saved.cells:
        return
    if saved.family == "integers" and not saved.name:  # what is left of numbers of rows, when some rows were taken out
        return
    if not loaded.family:
        yield LossFacts(Grade.FRAME, _INDEX, f"a {saved.kind} {saved.name}".strip(), "the numbers of the rows")
    elif loaded.family != saved.family:
        yield LossFacts(Grade.TYPE, _INDEX, saved.family, loaded.family)


def _of_column(saved: PartFacts, loaded: PartFacts) -> Iterator[LossFacts]:
    place = f"column {saved.name!r}"
    worst = _worst(saved.cells, loaded.cells)
    if worst is not None and worst[0] in (Grade.VALUE, Grade.GUESS):
        yield LossFacts(worst[0], place, worst[1], worst[2])
    elif saved.family != loaded.family and (worst is not None or saved.family == "ordered categories"):
        was, became = saved.kind, loaded.kind
        yield LossFacts(Grade.TYPE, place, was, became if became != was else loaded.family or "a mixture")


# Whatever is nested


def _of_entries(saved: ValueFacts, loaded: ValueFacts) -> Iterator[LossFacts]:
    if saved.kind != loaded.kind:
        yield LossFacts(Grade.TYPE, "the value", f"a {saved.kind}", f"a {loaded.kind}")
    after = {part.name: part for part in loaded.parts}
    for part in saved.parts:
        if part.name in after:
            yield from _of_entry(part, after[part.name])


def _of_entry(saved: PartFacts, loaded: PartFacts) -> Iterator[LossFacts]:
    place = saved.name if saved.name.startswith("the ") else f"entry {saved.name}" if saved.name else "the value"
    if saved.family == "entries" == loaded.family:
        if saved.cells != loaded.cells:
            yield LossFacts(Grade.VALUE, place, f"{saved.cells[0]} entries", f"{loaded.cells[0]} entries")
        elif saved.kind != loaded.kind and saved.name:
            yield LossFacts(Grade.TYPE, place, f"a {saved.kind}", f"a {loaded.kind}")
    elif worst := _worst(saved.cells, loaded.cells):
        grade, was, became = worst
        plain = grade is Grade.VALUE or saved.kind == loaded.kind
        yield LossFacts(grade, place, *((was, became) if plain else (saved.kind, loaded.kind)))
    elif saved.kind != loaded.kind and not any(cell.startswith(UNKNOWN) for cell in (*saved.cells, *loaded.cells)):
        grade = Grade.VALUE if saved.family == "shape" else Grade.TYPE
        yield LossFacts(grade, place, saved.kind or "none", loaded.kind or "none")


# Cells


def _worst(saved: tuple[str, ...], loaded: tuple[str, ...]) -> tuple[Grade, str, str] | None:
    """The first pair of cells that differ in their value, or else in their type."""
    if len(saved) != len(loaded):
        return None
    graded = [(_grade(was, became), was, became) for was, became in zip(saved, loaded, strict=True) if was != became]
    known = [(grade, _shown(was), _shown(became)) for grade, was, became in graded if grade is not None]
    return min(known, key=lambda one: list(Grade).index(one[0]), default=None)


def _shown(cell: str) -> str:
    """A cell as it is written in messages."""
    if cell == "-":
        return "missing"
    return repr(cell[1:]) if cell[0] == "t" else cell[1:]


def _grade(was: str, became: str) -> Grade | None:
    """How far one cell was lost; None where it was not, or where nobody can say."""
    before, after = was[0], became[0]
    if UNKNOWN in (before, after) or {was, became} == {"t", "-"}:  # many formats write no text and no value alike
        return None
    if "-" in (before, after):
        return Grade.GUESS if before == "t" else Grade.VALUE
    if before in _NUMBERS and after in _NUMBERS:
        return _grade_of_numbers(was, became)
    if before in _TIMES and after in _TIMES:
        return _grade_of_times(was[1:], became[1:])
    if before == after == "n":
        return Grade.TYPE if _bare(was) == _bare(became) else Grade.VALUE
    if before == "t" and after in _NUMBERS:
        return Grade.GUESS if _CODE.match(was[1:]) else None
    return Grade.VALUE if before == after else Grade.TYPE


def _grade_of_numbers(was: str, became: str) -> Grade | None:
    if was[0] == "i" == became[0]:
        return Grade.VALUE
    try:
        before, after = float(was[1:]), float(became[1:])
        exact = was[0] != "i" or int(was[1:]) == after  # Python compares an integer and a float exactly
    except (ValueError, OverflowError):
        return Grade.VALUE
    near = exact and (before == after or abs(before - after) <= _NEAR * abs(before))
    if not near:
        return Grade.VALUE
    return Grade.TYPE if was[0] != became[0] else None


def _grade_of_times(was: str, became: str) -> Grade:
    with contextlib.suppress(ValueError):
        before, after = (datetime.fromisoformat(text[:_SECONDS]) for text in (was, became))
        return Grade.TYPE if before == after else Grade.VALUE
    return Grade.TYPE


def _bare(cell: str) -> str:
    """Something nested with no word on what kind of list or number it is."""
    return re.sub(r"\bf(-?\d+)\.0\b", r"i\1", _CONTAINERS.sub("(", cell[1:]))
