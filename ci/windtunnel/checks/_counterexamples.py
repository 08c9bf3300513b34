"""What the checks of properties share: a complaint for each counterexample to one property."""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.facts import CounterExample, Property, PropertyFacts
from windtunnel.findings import Complaint


def counterexamples(node: PropertyFacts, to: Property) -> Iterator[Complaint]:
    """The smallest call of the node's function that does not have the property, where there is one."""
    for found in node.counterexamples:
        if found.property is to:
            yield Complaint(found.location, f"{found.call} {found.detail}", _evidence(node, found))


def _evidence(node: PropertyFacts, found: CounterExample) -> str:
    known = f"{node.node}: the smallest failing call of {node.examples} examples"
    if node.grown_from:
        known += f", which lie near the values that {' and '.join(node.grown_from)} gave it"
    return f"{known}; with those of {found.on_record} it fails too" if found.on_record else known
