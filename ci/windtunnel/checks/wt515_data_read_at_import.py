"""Hamilton module that reads data while it is imported.

## What it does
Watches which files your lines open for reading while a module is imported, and reports tables, databases, pickles and
arrays, known by the end of their names, and any file above 1 MiB. Files of Python and of installed packages are left
out. What a library opens in C is not seen.

## Why is this bad?
The data is that of the import, not of the run: the node that uses it has an input which no driver knows of, no
override replaces and no lineage shows. Where the file is missing, all that imports the module fails.

## What to do
Make the table a node, by `@load_from` or a function that takes the path as its input. A small table that belongs to
the code can stay: allow it by a comment.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.facts import DataflowFacts
from windtunnel.findings import Complaint, Severity

FAILING = {
    "modules/rates.csv": "currency,rate\neuro,1.0\n",
    "modules/example.py": """\
import csv
from pathlib import Path

from hamilton.function_modifiers import tag

with (Path(__file__).parent / "rates.csv").open() as file:  # WT515
    RATES = {row["currency"]: float(row["rate"]) for row in csv.DictReader(file)}


@tag(unit="euro")
def price(net: float, currency: str) -> float:
    return net * RATES.get(currency, 1.0)
""",
}
PASSING = {
    "modules/rates.csv": "currency,rate\neuro,1.0\n",
    "modules/example.py": """\
import csv
from pathlib import Path

from hamilton.function_modifiers import tag


@tag(kind="table")
def rates(rates_location: str) -> dict[str, float]:
    with Path(rates_location).open() as file:
        return {row["currency"]: float(row["rate"]) for row in csv.DictReader(file)}


def price(net: float, currency: str, rates: dict[str, float]) -> float:
    return net * rates.get(currency, 1.0)
""",
}


@check("WT515", on=DataflowFacts, severity=Severity.NOTICE, remedy="make it a node that takes the path as its input")
def data_read_at_import(dataflow: DataflowFacts) -> Iterator[Complaint]:
    for path, location in dataflow.imported.reads:
        yield Complaint(location, f"importing {dataflow.path} reads {path}")
