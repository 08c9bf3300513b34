"""Node function that leaves a file, and is no saver.

## What it does
Reports a function that opens a file for writing, makes a folder or renames something, if what it wrote is still
there when it returns. Savers, functions that return nothing, temporary files, logs and the caches of libraries are
left out.

## Why is this bad?
A node is expected to compute and nothing else: Hamilton may skip it (its cache holds the result), run it twice,
or run it on another machine, and then the file is missing, doubled or elsewhere. Nobody who reads the graph
knows that it exists, and whether it was saved whole is not checked.

## What to do
Return the data, and let a saver write it: `@save_to.csv(path=source("path"))`, or a function with `@datasaver()`.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.checks._counterexamples import counterexamples
from windtunnel.facts import Property, PropertyFacts
from windtunnel.findings import Complaint, Severity

FAILING = """\
from pathlib import Path

from hamilton.function_modifiers import tag


@tag(stage="report")
def headline(gusts: list[float]) -> str:
    text = f"{len(gusts)} gusts"
    Path("headline.txt").write_text(text)  # WT608
    return text
"""
PASSING = """\
from hamilton.function_modifiers import save_to, source


@save_to.json(path=source("headline_location"), output_name_="saved_headline")
def headline(gusts: list[float]) -> dict:
    return {"text": f"{len(gusts)} gusts"}
"""


@check(
    "WT608",
    on=PropertyFacts,
    severity=Severity.WARNING,
    remedy="return the data and let a saver write it: @save_to, or a function with @datasaver()",
)
def writing_node(node: PropertyFacts) -> Iterator[Complaint]:
    return counterexamples(node, to=Property.NOTHING_WRITTEN)
