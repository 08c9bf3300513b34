"""The comment above a file that was written by a program: from what, and whether somebody has changed it since."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

from windtunnel.scaffold.orders import Order
from windtunnel.scaffold.text import config_lines

_SEAL = re.compile(r"^# Unchanged since it was written: (?P<digest>[0-9a-f]{16})\n", re.MULTILINE)
_ALLOWED = 110


def with_header(order: Order, body: str) -> str:
    """The whole text of the file."""
    command = _wrapped(order.words)
    ends = [" \\"] * (len(command) - 1) + [""]
    config = config_lines(order.config)
    lines = [
        "# Written by `windtunnel scaffold`, and yours to change: `edit` marks the lines that are likely to need it.",
        "#",
        *(f"#     {line}{end}" for line, end in zip(command, ends, strict=True)),
        "#",
        *(["# The configuration that it was given:", "#"] if config else []),
        *(f"#     {line}".rstrip() for line in config),
        *(["#"] if config else []),
        "# `windtunnel scaffold --install` writes it anew only as long as nobody has changed it.",
    ]
    head = "".join(f"{line}\n" for line in lines)
    return f"{head}# Unchanged since it was written: {_digest(head + body)}\n{body}"


def is_untouched(text: str) -> bool:
    """Whether a file is still as it was written here."""
    seal = _SEAL.search(text)
    return seal is not None and seal["digest"] == _digest(text[: seal.start()] + text[seal.end() :])


def _wrapped(words: Iterable[str]) -> list[str]:
    """The words on lines that a terminal shows whole; what belongs together stays together."""
    lines = [""]
    for word in words:
        if lines[-1] and len(f"{lines[-1]} {word}") > _ALLOWED:
            lines.append("   ")
        lines[-1] = f"{lines[-1]} {word}" if lines[-1] else word
    return lines


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
