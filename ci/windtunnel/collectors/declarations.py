"""What the owner declares of a function, by `@tag(windtunnel="rowwise, bounded:0..1")`, read from its nodes."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from windtunnel.facts import DECLARABLE, Property

TAG = "windtunnel"
_WORDS = {kind.value: kind for kind in DECLARABLE}
_NEEDS = {
    Property.MONOTONIC: "monotonic:NAME (of a parameter or a column; monotonic:-NAME if the result falls)",
    Property.CONSERVES: "conserves:NAME (of a column or a parameter)",
    Property.BOUNDED: "bounded:LOWEST..HIGHEST (either end may be left out)",
    Property.INVERSE: "inverse:FUNCTION (of the same module)",
}
_TAKES = (*_NEEDS, Property.IDEMPOTENT)


@dataclass(frozen=True, slots=True)
class Declaration:
    """One property that the owner declares, with what stands after the colon."""

    kind: Property
    of: str = ""

    @property
    def text(self) -> str:
        """As it is written in the tag."""
        return f"{self.kind.value}:{self.of}" if self.of else self.kind.value

    @property
    def bounds(self) -> tuple[float, float]:
        """The ends of `bounded`."""
        low, _, high = self.of.partition("..")
        return float(low or -math.inf), float(high or math.inf)


def tagged(tags: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """The words of the tags of one function's nodes, each once."""
    words: list[str] = []
    for tag in tags:
        said = tag.get(TAG, ())
        for text in [said] if isinstance(said, str) else said:
            words += [word.strip() for word in str(text).split(",")]
    return tuple(dict.fromkeys(word for word in words if word))


def read(words: Iterable[str]) -> Iterator[Declaration | str]:
    """Each declaration, or what is wrong with it."""
    for word in words:
        name, _, of = (part.strip() for part in word.partition(":"))
        kind = _WORDS.get(name.lower().replace("-", "_"))
        yield _unknown(name) if kind is None else _declaration(kind, of, word)


def _unknown(name: str) -> str:
    near = difflib.get_close_matches(name.lower(), _WORDS, n=1, cutoff=0.5)
    guess = f", did you mean {near[0]!r}?" if near else ""
    return f"declares {name!r}, which windtunnel does not know{guess} (known are {', '.join(_WORDS)})"


def _declaration(kind: Property, of: str, word: str) -> Declaration | str:
    declaration = Declaration(kind, of)
    if kind in _NEEDS and (not of.strip("-") or (kind is Property.BOUNDED and not _has_bounds(declaration))):
        return f"declares {word!r}, which is written {_NEEDS[kind]}"
    if of and kind not in _TAKES:
        return f"declares {word!r}, but {kind.value!r} takes nothing after a colon"
    return declaration


def _has_bounds(declaration: Declaration) -> bool:
    if ".." not in declaration.of:
        return False
    try:
        low, high = declaration.bounds
    except ValueError:
        return False
    return low <= high and not (math.isinf(low) and math.isinf(high))
