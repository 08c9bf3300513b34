"""Node function that seeds the generator of random numbers of the whole process.

## What it does
Looks at the state of `random` and of `numpy.random` around each call, and reports a function that puts them at
a certain place. A function that only draws from them is not reported here: where its result depends on that,
WT604 says so.

## Why is this bad?
All code of the process shares these two generators. From this call on the others draw the same numbers as in
every run: samples that should differ do not, in nodes that never asked for a seed, and which ones depends on the
order of execution.

## What to do
Make a generator of your own: `numpy.random.default_rng(seed)` or `random.Random(seed)`; scikit-learn takes
`random_state=seed`.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.checks._counterexamples import counterexamples
from windtunnel.facts import Property, PropertyFacts
from windtunnel.findings import Complaint, Severity

FAILING = """\
import random

from hamilton.function_modifiers import tag


@tag(stage="features")
def sample(readings: list[float]) -> list[float]:  # WT606
    random.seed(7)
    return random.sample(readings, len(readings) // 2)
"""
PASSING = """\
import random

from hamilton.function_modifiers import tag


@tag(stage="features")
def sample(readings: list[float]) -> list[float]:
    return random.Random(7).sample(readings, len(readings) // 2)
"""


@check(
    "WT606",
    on=PropertyFacts,
    severity=Severity.WARNING,
    remedy="make a generator of your own: random.Random(seed), numpy.random.default_rng(seed), random_state=seed",
)
def reseeded_generator(node: PropertyFacts) -> Iterator[Complaint]:
    return counterexamples(node, to=Property.RANDOM_STATE_KEPT)
