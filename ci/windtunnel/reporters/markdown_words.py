"""Other people's words in Markdown, of which GitHub obeys none, and lists that say what they leave out."""

from __future__ import annotations

import re
from collections.abc import Sequence

from windtunnel.reporters import safe
from windtunnel.reporters.verdict import counted

# Text stands inside of lines only. `_` within a word is none of Markdown's, `:` before none no emoji.
_OBEYED = re.compile(r"[\\`*\[\]<>#|~@&$]|_(?!\w)|(?<!\w)_|:(?=\w)")


def text(words: str) -> str:
    """The text, with nothing in it that Markdown obeys, mentions somebody, or is taken for an issue."""
    return _OBEYED.sub(lambda found: f"&#{ord(found[0])};", safe.line(" ".join(words.split())))


def code(words: str) -> str:
    """The text as code; where it has what ends code, or the cell of a table, by tags."""
    shown = safe.line(words)
    return f"<code>{text(words)}</code>" if "`" in shown or "|" in shown else f"`{shown}`"


def section(
    title: str, columns: Sequence[str], rows: Sequence[Sequence[str]], left_out: int = 0, noun: str = ""
) -> str:
    """A heading and a table, and how many rows were left out of it; "" where there are none."""
    if not rows:
        return ""
    lines = (f"| {' | '.join(cells)} |" for cells in (columns, ["---"] * len(columns), *rows))
    parts = (title, "\n".join(lines), more(left_out, noun))
    return "\n\n".join(part for part in parts if part)


def more(number: int, noun: str) -> str:
    """How many were left out; "" where none were."""
    return f"… and {counted(number, f'more {noun}')}." if number > 0 else ""
