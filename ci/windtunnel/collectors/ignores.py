"""The owner's ignore comments: `# windtunnel: ignore[WT201] reason`, and `# noqa: WT201` as linters know it."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator
from typing import NamedTuple

_OURS = re.compile(r"#\s*windtunnel:\s*ignore\[(?P<codes>[A-Za-z0-9 ,]+)\]\s*(?P<reason>.*)")
_NOQA = re.compile(r"#\s*noqa\s*:\s*(?P<codes>[A-Z]+[0-9]+(?:[\s,]+[A-Z]+[0-9]+)*)", re.IGNORECASE)
_CODE = re.compile(r"[A-Za-z0-9]+")
NO_REASON = "no reason given"


class Ignore(NamedTuple):
    """One code that a comment silences on its line. `noqa` where it is a linter's comment, which others read too."""

    line: int
    code: str
    reason: str
    noqa: bool


def ignores_on(text: str, line: int = 0) -> Iterator[Ignore]:
    """What the comments in one line of text silence; `# noqa` without codes is for linters alone."""
    for form in (_OURS, _NOQA):
        for found in form.finditer(text):
            reason = NO_REASON if form is _NOQA else found["reason"].strip() or NO_REASON
            for code in _CODE.findall(found["codes"]):
                yield Ignore(line, code.upper(), reason, form is _NOQA)


def ignore_reason(line: str, code: str) -> str:
    """Why the owner has silenced `code` on this line of text: "" where it is not silenced."""
    return next((found.reason for found in ignores_on(line) if found.code == code), "")


def ignores_in(source: bytes) -> tuple[Ignore, ...]:
    """What the comments of a Python file silence; none for text that only looks like a comment, as in a docstring."""
    if b"windtunnel:" not in source and b"noqa" not in source.lower():
        return ()
    try:
        tokens = list(tokenize.tokenize(io.BytesIO(source).readline))
    except (tokenize.TokenError, SyntaxError, ValueError):  # what does not even read as Python has not been judged
        return ()
    comments = (token for token in tokens if token.type == tokenize.COMMENT)
    return tuple(found for token in comments for found in ignores_on(token.string, token.start[0]))
