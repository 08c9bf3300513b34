"""Hamilton module that changes its process while it is imported.

## What it does
Compares the process before and after the import of a Hamilton module: the environment, the working directory,
`sys.path`, logging, the filters of warnings, signal handlers, umask, recursion limit, the random states of Python and
numpy, and whether functions of the standard library were replaced. What a library changes while it is itself imported
is left out. The line is named where it stands in the text of your files.

## Why is this bad?
Other modules, and the task that runs them, see the change. A seed that is set at import makes the first run in a
process reproducible and no other; results then depend on what was imported before.

## What to do
Make it an argument: `numpy.random.default_rng(seed)` with `seed` an input. Set what concerns the process where the
process is started.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.facts import DataflowFacts, Effect
from windtunnel.findings import Complaint, Location, Severity

FAILING = """\
import random

from hamilton.function_modifiers import tag

random.seed(7)  # WT511


@tag(kind="draw")
def draws(number: int) -> list[float]:
    return [random.random() for _ in range(number)]
"""
PASSING = """\
import random

from hamilton.function_modifiers import tag


@tag(kind="draw")
def draws(number: int, seed: int) -> list[float]:
    numbers = random.Random(seed)
    return [numbers.random() for _ in range(number)]
"""


@check(
    "WT511",
    on=DataflowFacts,
    severity=Severity.NOTICE,
    remedy="make it an input of the node, or set it where the process is started",
)
def state_changed_by_import(dataflow: DataflowFacts) -> Iterator[Complaint]:
    for seen in dataflow.imported.effects:
        if seen.effect is Effect.PROCESS_STATE:
            yield Complaint(seen.location or Location(dataflow.path), f"importing {dataflow.path} changes {seen.what}")
