"""The comment above a file that was written by a program: from what, and whether somebody has changed it since."""

from __future__ import annotations

import hashlib
import re
import textwrap

from windtunnel.scaffold.orders import Order
from windtunnel.scaffold.text import config_lines

_SEAL = re.compile(r"^# Unchanged since it was written: (?P<digest>[0-9a-f]{16})\n", re.MULTILINE)
_ALLOWED = 116


def with_header(order: Order, body: str) -> str:
    """The whole text of the file."""
    command = textwrap.wrap(
        order.command, _ALLOWED - 4, break_long_words=False, break_on_hyphens=False, subsequent_indent="    "
    )
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


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
