"""Text that other people wrote, made harmless: a terminal obeys none of it, and none of it is lost.

DAG files, exceptions and captured output are not ours. Printed raw they could recolour or clear the terminal
(ECMA-48 control sequences), retitle its window, or reorder what the reader sees (https://trojansource.codes).
"""

from __future__ import annotations

import unicodedata

_OBEYED = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Unicode's categories of characters that do something instead of standing for something."""


def is_obeyed(character: str) -> bool:
    """Whether a terminal, or a text encoder, would act on the character instead of showing it."""
    return unicodedata.category(character) in _OBEYED


def line(text: str) -> str:
    """The text on one line, with Python's escapes (`\\x1b`, `\\n`, `\\u202e`) for what would be obeyed."""
    if text.isprintable():
        return text
    return "".join(_escaped(character) if is_obeyed(character) else character for character in text)


def lines(text: str) -> tuple[str, ...]:
    """The lines of the text, each harmless, tabs as spaces, without the blank ones at either end."""
    shown = [line(raw.expandtabs(4)).rstrip() for raw in text.splitlines()]
    while shown and not shown[-1]:
        shown.pop()
    while shown and not shown[0]:
        shown.pop(0)
    return tuple(shown)


def shortened(text: str, limit: int) -> str:
    """The first `limit` characters of the text, saying so where that is not all."""
    left_out = len(text) - limit
    return text if left_out <= 0 else f"{text[:limit]}… ({left_out} more characters, -v shows them)"


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
