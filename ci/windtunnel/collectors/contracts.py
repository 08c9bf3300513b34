"""What the owner says that cannot occur: by windtunnel_strategies.py, by validators, by schemas in annotations."""

from __future__ import annotations

import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from windtunnel.collectors.changes_of_data import Change, called, columns_of, is_table
from windtunnel.collectors.declared import Declared
from windtunnel.collectors.replay import Replay
from windtunnel.facts import Disturbance


@dataclass(frozen=True, slots=True)
class Contracts:
    """The word of the owner on one dataflow."""

    declared: Declared
    replay: Replay

    def allow(self, change: Change) -> bool:
        """Whether the change is of something that may occur."""
        return all(self._allows(change, one) for name in (change.name, *change.beside) for one in {name, called(name)})

    def _allows(self, change: Change, name: str) -> bool:
        declared = self.declared
        if change.kind is Disturbance.MISSING:
            return not declared.is_non_null(name, change.column or "")
        if change.kind is Disturbance.SMALL:
            return declared.least_rows(name) <= change.count
        if change.kind is Disturbance.DUPLICATES:
            return not (declared.is_unique(name) or any(one.startswith(f"{name}.") for one in declared.unique))
        return True

    def admit(self, disturbed: Mapping[str, Any]) -> bool:
        """Whether the values are such as the annotations of those who take them say."""
        return all(
            _fits(node.input_types[name][0], value)
            for name, value in disturbed.items()
            for node in self.replay.nodes.values()
            if name in node.input_types
        )

    def broken_by(self, results: Mapping[str, Any], plain: Mapping[str, Any]) -> bool:
        """Whether a validator, or what is declared of a node, says that such a thing does not occur."""
        return any(self._broken(name, value, plain.get(name)) for name, value in results.items())

    def _broken(self, name: str, value: Any, before: Any) -> bool:
        if hasattr(value, "passes") and type(value).__name__ == "ValidationResult":
            return not value.passes and bool(getattr(before, "passes", True))
        if not is_table(value) or not is_table(before):
            return False
        return len(value) < self.declared.least_rows(name) <= len(before) or any(
            self.declared.is_non_null(name, column) for column in _newly_missing(value, before)
        )


def _newly_missing(value: Any, before: Any) -> Iterator[str]:
    known = columns_of(before)
    for column, values in columns_of(value).items():
        if values.isna().any() and not (column in known and known[column].isna().any()):
            yield column or ""


def _fits(annotation: Any, value: Any) -> bool:
    """False where pandera's own word on the annotation is that the value is not of its schema."""
    for part in typing.get_args(annotation):
        if isinstance(part, type) and any(base.__module__.startswith("pandera.") for base in part.__mro__):
            try:
                part.validate(value, lazy=True)  # type: ignore[attr-defined]
            except Exception:  # the schema's, or of a check that the owner wrote
                return False
    return True
