"""Node function that makes fewer columns of a table with one row, or none.

## What it does
Calls functions that make a table of a table with one row and with no row of their input, and compares the
columns with those for all rows. Where half the rows make other columns too, the data names them (a pivot table)
and nothing is said; nor is it where the function raises.

## Why is this bad?
The day without data comes: a holiday, a new customer, a filter that lets nothing through. The table that is
written then has another shape than on all other days, and what reads it fails, days later and elsewhere.

## What to do
Build the table from its columns and not from its rows: `pd.DataFrame(rows, columns=[...])`, `reindex(columns=[...])`,
categories for `get_dummies`. Where so few rows cannot occur, say so in `windtunnel_strategies.py`: `min_rows = {...}`.
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


@tag(stage="features")
def features(age: column[pd.Series, int]) -> pd.DataFrame:  # WT610
    return pd.DataFrame([{"age": value, "is_adult": value >= 18} for value in age])
"""
PASSING = """\
import pandas as pd
from hamilton.function_modifiers import tag
from hamilton.htypes import column


@tag(stage="features")
def features(age: column[pd.Series, int]) -> pd.DataFrame:
    return pd.DataFrame({"age": age, "is_adult": age >= 18})
"""


@check(
    "WT610",
    on=PropertyFacts,
    severity=Severity.WARNING,
    remedy="build the table from its columns, pd.DataFrame(rows, columns=[...]), or declare min_rows",
)
def lost_column(node: PropertyFacts) -> Iterator[Complaint]:
    return counterexamples(node, to=Property.COLUMNS_KEPT)
