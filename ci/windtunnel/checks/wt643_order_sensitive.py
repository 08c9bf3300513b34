"""Function declared insensitive to the order of rows that is not.

## What it does
For functions with `@tag(windtunnel="order_insensitive")`: calls them with the rows of their tables in other
orders. A number must stay the same, a table must have the same rows, in whatever order.

## Why is this bad?
The owner has promised it, and those who read the graph count on it: databases and parallel readers give rows in
another order every day.

## What to do
Mend the function, or take the word out of the tag if it does not hold.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.checks._counterexamples import counterexamples
from windtunnel.facts import Property, PropertyFacts
from windtunnel.findings import Complaint, Severity

FAILING = """\
import pandas as pd
from hamilton.function_modifiers import tag
from hamilton.htypes import column


@tag(windtunnel="order_insensitive")
def latest(price: column[pd.Series, float]) -> float:  # WT643
    return float(price.iloc[-1])
"""
PASSING = """\
import pandas as pd
from hamilton.function_modifiers import tag
from hamilton.htypes import column


@tag(windtunnel="order_insensitive")
def highest(price: column[pd.Series, float]) -> float:
    return float(price.max())
"""


@check(
    "WT643",
    on=PropertyFacts,
    severity=Severity.ERROR,
    remedy="sort first, or take 'order_insensitive' out of the tag",
)
def order_sensitive(node: PropertyFacts) -> Iterator[Complaint]:
    return counterexamples(node, to=Property.ORDER_INSENSITIVE)
