"""Function of a dataflow that nothing comes to.

## What it does
Looks, where the whole repository is checked, for functions of a driven module of whose nodes none was executed in any
run, none is needed by a node that was, and none is named in any other file (tests, DAGs, notebooks) or in the code of
the module itself. Left alone are functions of some configurations only (`@config`), and modules of which somebody
chooses the nodes at run time (by the DAG's params, by a list that is worked out), or whose DAGs did not all succeed.

## Why is this bad?
Nobody would notice if it were wrong, and everybody who reads the module has to take it for a part of what is computed.

## What to do
Ask for it, test it, or take it out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.checks._driven import example
from windtunnel.facts import CoverageFacts, IdleFacts
from windtunnel.findings import Complaint, Severity

_SIZE = """\
def size() -> int:
    return 3
"""
FAILING = example(_SIZE + "\n\ndef label_of_size(size: int) -> str:  # WT530\n    return str(size)\n")
PASSING = example(_SIZE)


@check("WT530", on=CoverageFacts, severity=Severity.NOTICE, remedy="ask for it in a task, test it, or take it out")
def idle_function(coverage: CoverageFacts) -> Iterator[Complaint]:
    by_module: dict[str, list[IdleFacts]] = defaultdict(list)
    for idle in coverage.idle:
        by_module[idle.module].append(idle)
    for module, idle_ones in by_module.items():
        names = ", ".join(idle.function for idle in idle_ones)
        many = f"{len(idle_ones)} functions" if len(idle_ones) > 1 else "a function"
        message = f"module {module} has {many} that no DAG, saver or test comes to: {names}"
        evidence = "\n".join(f"{idle.location} {idle.function}" for idle in idle_ones[1:])
        yield Complaint(min(idle.location for idle in idle_ones), message, evidence)
