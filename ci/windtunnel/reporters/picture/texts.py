"""Texts that other people wrote, as a page may show them: they do nothing, and they can be told apart."""

from __future__ import annotations

import re
from typing import Any

from markupsafe import Markup

from windtunnel.reporters import safe


def shown(text: str) -> str:
    """The text, with escapes for the characters that would do something; line breaks stay.

    `<` and `&` are not escaped here: whoever puts texts into a page does that.
    """
    return text if text.isprintable() else "\n".join(map(safe.line, text.split("\n")))


def finalized(value: Any) -> Any:
    """What a template puts into the page for a value: autoescape makes the rest of it harmless."""
    if isinstance(value, Markup) or not isinstance(value, str):
        return "" if value is None else value
    return shown(value)


def seconds(value: float | None) -> str:
    """A time as people read it."""
    if value is None:
        return ""
    if value < 0.0995:
        return f"{value * 1000:.0f} ms"
    if value < 600:
        return f"{value:.1f} s" if value < 9.95 else f"{value:.0f} s"
    return f"{value / 60:.0f} min"


def size(value: int) -> str:
    """A number of bytes as people read it."""
    amount = float(value)
    for unit in ("bytes", "KiB", "MiB"):
        if amount < 1024:
            return f"{amount:.0f} {unit}" if unit == "bytes" or amount >= 10 else f"{amount:.1f} {unit}"
        amount /= 1024
    return f"{amount:.1f} GiB"


def counted(number: int, noun: str) -> str:
    """The number and the noun, in the plural where that is due."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


class Names:
    """Ids for the elements of one page: each once, and the same again for the same report."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def new(self, *words: str) -> str:
        """An id made of the words, as far as their characters may stand in an address."""
        wanted = "--".join(re.sub(r"[^A-Za-z0-9_.-]+", "-", word)[:80] for word in words)
        name, number = wanted, 1
        while name in self._taken:
            number += 1
            name = f"{wanted}~{number}"
        self._taken.add(name)
        return name
