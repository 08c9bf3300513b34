"""Values that no report may show: those of columns and inputs that look personal or secret, by name or by content."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_NAMES = re.compile(
    r"(?:^|[^a-z])(?:e_?mails?|phone|mobile|tele?fon|fax|address|street|strasse|zip|postal|postcode|ssn|social_security|"
    r"passport|birth|dob|gender|religion|iban|bic|account|card|cvv|salary|wage|income|"
    r"(?:first|last|sur|full|family|maiden|user|customer|patient|person|employee|client)_?names?|names?|login|ip|"
    r"latitude|longitude|passw(?:or)?d|pwd|secret|token|api_?key|private_?key|access_?key|credential|authorization)"
    r"(?:$|[^a-z])",
    re.IGNORECASE,
)
_CONTENT = re.compile(
    r"[\w.+-]+@[\w-]+\.[\w.]+"  # mail
    r"|\+?\d[\d ()/-]{8,}\d"  # telephone, card
    r"|[A-Z]{2}\d{2}[A-Z0-9]{11,30}"  # IBAN
    r"|\d{1,3}(?:\.\d{1,3}){3}"  # IP
)
_LOOKED_AT = 50  # values of a column
_MOST_TEXTS = 5_000
_SHORTEST = 3


def is_personal_name(name: object) -> bool:
    """Whether the name of a column or an input says so."""
    spoken = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", str(name))
    return bool(_NAMES.search(spoken))


def is_personal(name: object, column: Any) -> bool:
    """Whether the name of a column says so, or one of the values in it."""
    if is_personal_name(name):
        return True
    if column.dtype.kind not in "OTU" and not str(column.dtype).startswith("str"):
        return False
    return any(isinstance(value, str) and _CONTENT.fullmatch(value.strip()) for value in column.head(_LOOKED_AT))


@dataclass(frozen=True, slots=True)
class Persons:
    """The texts that stand in personal places, and how a text is shown without them."""

    texts: frozenset[str]

    @classmethod
    def of(cls, entering: Mapping[str, Any]) -> Persons:
        """Those of what enters a dataflow."""
        return cls(frozenset(list(_texts(entering))[:_MOST_TEXTS]))

    def without(self, text: str) -> str:
        """The text with each of them, and what looks like one, made unreadable."""
        for known in sorted(self.texts, key=len, reverse=True):
            if known in text:
                text = text.replace(known, "…")
        return _CONTENT.sub("…", text)


def _texts(entering: Mapping[str, Any]) -> Iterator[str]:
    for name, value in entering.items():
        if isinstance(value, str) and is_personal_name(name):
            yield from _long([value])
        for column, values in _columns(value):
            if is_personal(name if column is None else column, values):
                yield from _long(values)


def _columns(value: Any) -> Iterable[tuple[object, Any]]:
    import pandas as pd

    if isinstance(value, pd.Series):
        return [(value.name, value)]
    if isinstance(value, pd.DataFrame):
        return [(value.columns[place], value.iloc[:, place]) for place in range(value.shape[1])]
    return []


def _long(values: Iterable[Any]) -> Iterator[str]:
    return (text for text in map(str, values) if len(text) >= _SHORTEST and text.lower() not in ("nan", "none", "<na>"))
