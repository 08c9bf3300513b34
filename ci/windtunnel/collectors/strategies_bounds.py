"""What is known of a value beside its type: limits, sizes, values, keys; from annotations and contracts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

USUAL_SIZE = 8


class TooLittle(Exception):
    """An annotation does not say enough to draw values; the text completes "parameter 'x: T' …"."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """The narrowing of one value. `low` and `high` are included unless `above` and `below` say otherwise.

    `values` are the only ones allowed; `keys` must be in a dict with texts for keys, `optional_keys` may
    be, and where either is given nothing else is; `strategy` is Hypothesis's own and overrides all.
    """

    low: Any = None
    high: Any = None
    above: bool = False
    below: bool = False
    multiple_of: Any = None
    min_size: int = 0
    max_size: int | None = None
    pattern: str | None = None
    values: tuple[Any, ...] = ()
    keys: tuple[str, ...] = ()
    optional_keys: tuple[str, ...] = ()
    predicates: tuple[Any, ...] = ()
    strategy: Any = None

    @property
    def most(self) -> int:
        """The largest size of a container that is drawn."""
        usual = self.min_size + USUAL_SIZE
        return usual if self.max_size is None else max(self.min_size, min(self.max_size, usual))


def annotated_bounds(bounds: Bounds, metadata: Iterable[Any]) -> Bounds:
    """`bounds` narrowed by what stands in an `Annotated`: annotated-types, pydantic's fields, strategies.

    They are known by their attributes, so none of those libraries has to be installed; what is not known is
    left out.
    """
    for entry in metadata:
        bounds = annotated_bounds(_one(bounds, entry), getattr(entry, "metadata", None) or ())
    return bounds


def _one(bounds: Bounds, entry: Any) -> Bounds:
    if hasattr(entry, "validate") and hasattr(entry, "example") and hasattr(entry, "flatmap"):
        return replace(bounds, strategy=entry)
    said = {name: getattr(entry, name, None) for name in ("ge", "gt", "le", "lt", "multiple_of")}
    if said["ge"] is not None or said["gt"] is not None:
        bounds = replace(bounds, low=_first(said["gt"], said["ge"]), above=said["gt"] is not None)
    if said["le"] is not None or said["lt"] is not None:
        bounds = replace(bounds, high=_first(said["lt"], said["le"]), below=said["lt"] is not None)
    if said["multiple_of"] is not None:
        bounds = replace(bounds, multiple_of=said["multiple_of"])
    return _sizes_and_text(bounds, entry)


def _sizes_and_text(bounds: Bounds, entry: Any) -> Bounds:
    least, most = getattr(entry, "min_length", None), getattr(entry, "max_length", None)
    pattern = getattr(entry, "pattern", None)
    if isinstance(least, int):
        bounds = replace(bounds, min_size=max(bounds.min_size, least))
    if isinstance(most, int):
        bounds = replace(bounds, max_size=most)
    if isinstance(pattern, str | re.Pattern):
        bounds = replace(bounds, pattern=pattern if isinstance(pattern, str) else pattern.pattern)
    if type(entry).__name__ == "Predicate":
        bounds = replace(bounds, predicates=(*bounds.predicates, entry.func))
    return bounds


def _first(*values: Any) -> Any:
    return next(value for value in values if value is not None)


def contract_bounds(decorators: Iterable[Any]) -> Bounds:
    """What `@check_output` on the producing node promises to those who take its value."""
    bounds = Bounds()
    for decorator in decorators:
        promised = getattr(decorator, "default_validator_kwargs", None)
        if isinstance(promised, Mapping) and getattr(decorator, "target", None) is None:
            bounds = _promised(bounds, promised)
    return bounds


def _promised(bounds: Bounds, promised: Mapping[str, Any]) -> Bounds:
    if isinstance(promised.get("range"), tuple | list):
        low, high = promised["range"]
        bounds = replace(bounds, low=low, high=high)
    if promised.get("values_in"):
        # By text: the order of a set is another one in the next process, and the examples must not be.
        bounds = replace(bounds, values=tuple(sorted(promised["values_in"], key=repr)))
    return bounds
