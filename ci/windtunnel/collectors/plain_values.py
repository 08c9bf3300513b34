"""Values of any kind looked through and shown, with a bound on what that costs: they may hold millions of rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, time, timedelta
from pathlib import PurePath
from types import FunctionType
from typing import Any, NamedTuple

SHORT = 200  # characters
_MOST_SHOWN = 5
_MOST_READ = 500
_DEEPEST = 4
_SHOWN_WHOLE = (bool, int, float, type(None), date, time, timedelta, PurePath)


class Text(NamedTuple):
    """A text somewhere in a value. `inside` is the type of the object that it is an attribute of, "" for none."""

    text: str
    inside: str = ""
    is_key: bool = False


def cut(text: str) -> str:
    """The text, no longer than facts may be."""
    return text if len(text) <= SHORT else f"{text[: SHORT - 3]}..."


def short(value: Any, depth: int = 0) -> str:
    """The value as a reader needs it: the first of its parts, and the type alone of what may be large."""
    if isinstance(value, str):
        return cut(value if depth == 0 else repr(value[:SHORT]))
    if isinstance(value, _SHOWN_WHOLE):
        return cut(str(value))
    if type(value) not in (list, tuple, dict, set) or depth > 1:
        return f"<{value.__name__ if isinstance(value, type | FunctionType) else type(value).__name__}>"
    parts = [part for part, _ in zip(_shown(value, depth), range(_MOST_SHOWN), strict=False)]
    more = [f"and {len(value) - _MOST_SHOWN} more"] if len(value) > _MOST_SHOWN else []
    return cut(", ".join([*parts, *more]))


def _shown(value: Any, depth: int) -> Iterator[str]:
    if isinstance(value, Mapping):
        yield from (f"{name}={short(part, depth + 1)}" for name, part in value.items())
    else:
        yield from (short(part, depth + 1) for part in value)


def is_nothing(value: Any) -> bool:
    """Whether a field is empty; a table is not, and cannot be asked."""
    return value is None or (isinstance(value, str | list | tuple | dict) and not value)


def texts_in(value: Any, opens: Callable[[type], bool] = lambda _: False) -> list[Text]:
    """The texts in a value, down to some depth: itself, in plain collections, in objects of the types that it opens."""
    found: list[Text] = []
    waiting: list[tuple[Any, int, str, bool]] = [(value, 0, "", False)]
    for one, depth, inside, is_key in waiting:
        if isinstance(one, str):
            found.append(Text(one, inside, is_key))
        elif depth < _DEEPEST and len(waiting) < _MOST_READ:
            waiting += [(part, depth + 1, inner or inside, key) for part, inner, key in _parts(one, opens)]
    return found


def _parts(value: Any, opens: Callable[[type], bool]) -> Iterator[tuple[Any, str, bool]]:
    if isinstance(value, dict):
        few = list(zip(value.items(), range(_MOST_READ), strict=False))
        yield from ((key, "", True) for (key, _), _ in few)
        yield from ((part, "", False) for (_, part), _ in few)
    elif isinstance(value, list | tuple | set | frozenset):
        yield from ((part, "", False) for part, _ in zip(value, range(_MOST_READ), strict=False))
    elif opens(type(value)) and not hasattr(type(value), "template_fields"):
        inner = getattr(value, "__dict__", {})
        yield from (
            (part, type(value).__name__, False) for part, _ in zip(inner.values(), range(_MOST_READ), strict=False)
        )


def difference(before: Any, after: Any, at: str = "", depth: int = 0) -> str:
    """The first thing in which a value and what became of it are not equal, in words; "" where they are.

    What is only of another type and equal (54.0 and 54) is no difference; nor is what cannot be compared.
    """
    if depth > _DEEPEST or before is after:
        return ""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in before:
            if key not in after and str(key) in after:
                return f"{at or 'the'} key {key!r} ({type(key).__name__}) became {str(key)!r}"
        pairs = ((before[key], after[key], f"{at}[{key!r}]") for key in list(before)[:_MOST_READ] if key in after)
        return next(filter(None, (difference(*pair, depth + 1) for pair in pairs)), "")
    if isinstance(before, list | tuple) and isinstance(after, list | tuple):
        lost = hasattr(before, "_fields") and not hasattr(after, "_fields")
        if lost or isinstance(before, tuple) != isinstance(after, tuple):
            return _became(before, after, at)
        pairs = (
            (one, other, f"{at}[{number}]") for number, (one, other) in enumerate(zip(before, after, strict=False))
        )
        few = (pair for pair, _ in zip(pairs, range(_MOST_READ), strict=False))
        return next(filter(None, (difference(*pair, depth + 1) for pair in few)), "")
    return _became(before, after, at) if _differ(before, after) else ""


def _became(before: Any, after: Any, at: str) -> str:
    what = f"{at}: " if at else ""
    return f"{what}{type(before).__name__} {_told(before)} became {type(after).__name__} {_told(after)}"


def _told(value: Any) -> str:
    text = repr(value) if isinstance(value, str | int | float) else short(value)
    return text[:60]


def _differ(before: Any, after: Any) -> bool:
    if type(before) is type(after) and not isinstance(before, str | int | float):
        return False  # not everything can be compared with another of its own type
    try:
        return bool(before != after)
    except Exception:  # tables and arrays answer with one of themselves
        return False
