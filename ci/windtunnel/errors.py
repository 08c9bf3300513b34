"""The one error that a user can cause: settings that make no sense."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher


class UsageError(Exception):
    """The settings are wrong; the message says where, what and the way out. The door exits with status 2."""


def unknown(where: str, kind: str, value: str, valid: Iterable[str], hint: str) -> UsageError:
    """A UsageError for a `value` that is none of the `valid` ones, naming the nearest of them."""
    likeness = {known: SequenceMatcher(None, value.lower(), known.lower()).ratio() for known in sorted(valid)}
    nearest = max(likeness, key=likeness.__getitem__)
    guess = f", did you mean {nearest!r}?" if likeness[nearest] >= 0.5 else ""
    return UsageError(f"{where}: unknown {kind} {value!r}{guess} ({hint})")
