"""Function declared row-wise whose rows depend on each other.

## What it does
For functions with `@tag(windtunnel="rowwise")`: compares the result for a whole table with the results for its
first and second half, put together. The index and the types of columns do not count.

## Why is this bad?
The owner has promised it, and those who read the graph count on it: it is what allows to compute in parts, one
customer or one day at a time. A mean, a rank or a shift over all rows gives other values in each part.

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


@tag(windtunnel="rowwise")
def centred(age: column[pd.Series, float]) -> pd.Series:  # WT642
    return age - age.mean()
"""
PASSING = """\
import pandas as pd
from hamilton.function_modifiers import tag
from hamilton.htypes import column


@tag(windtunnel="rowwise")
def doubled(age: column[pd.Series, float]) -> pd.Series:
    return 2 * age
"""


@check(
    "WT642",
    on=PropertyFacts,
    severity=Severity.ERROR,
    remedy="compute each row from that row alone, or take 'rowwise' out of the tag",
)
def not_rowwise(node: PropertyFacts) -> Iterator[Complaint]:
    return counterexamples(node, to=Property.ROWWISE)
