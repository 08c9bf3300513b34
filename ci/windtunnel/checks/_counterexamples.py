"""What the checks of properties share: a complaint for each counterexample to one property."""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.facts import Property, PropertyFacts
from windtunnel.findings import Complaint


def counterexamples(node: PropertyFacts, to: Property) -> Iterator[Complaint]:
    """The smallest call of the node's function that does not have the property, where there is one."""
    for found in node.counterexamples:
        if found.property is to:
            evidence = f"{node.node}: the smallest failing call of {node.examples} examples"
            yield Complaint(found.location, f"{found.call} {found.detail}", evidence)
