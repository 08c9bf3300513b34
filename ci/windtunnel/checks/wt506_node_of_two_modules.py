"""Node that two modules of one driver make.

## What it does
Reads in the text of all files which modules a driver is given, and reports nodes that two of them make whatever the
configuration is. Not where the file speaks of `allow_module_overrides`: there it is meant that the later module wins.

## Why is this bad?
Hamilton refuses to build the driver, at the time of the run: "Cannot define function … more than once". Each module by
itself is sound, so its own tests do not show it.

## What to do
Rename one, or build with `.allow_module_overrides()` if the later one shall replace the other.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from windtunnel.checks import check
from windtunnel.facts import DataflowFacts, DrivenTogetherFacts
from windtunnel.findings import Complaint, Severity

_PRICES = """\
from hamilton.function_modifiers import tag


@tag(unit="euro")
def price(net: float) -> float:
    return net * 1.2
"""
_DRIVER = """\
from hamilton import driver

from modules import offers, prices


def best_price(net: float) -> object:
    dr = driver.Builder().with_modules(prices, offers).build(){mark}
    return dr.execute(["{asked}"], inputs={{"net": net}})
"""
FAILING = {
    "modules/prices.py": _PRICES,
    "modules/offers.py": _PRICES.replace("1.2", "0.9"),
    "run.py": _DRIVER.format(mark="  # WT506", asked="price"),
}
PASSING = {
    "modules/prices.py": _PRICES,
    "modules/offers.py": _PRICES.replace("def price(net", "def offer(price").replace("net *", "price *"),
    "run.py": _DRIVER.format(mark="", asked="offer"),
}


@check(
    "WT506",
    on=DrivenTogetherFacts,
    severity=Severity.ERROR,
    remedy="rename one, or build with .allow_module_overrides() if the later module shall win",
)
def node_of_two_modules(together: DrivenTogetherFacts) -> Iterator[Complaint]:
    for one, other in combinations(together.modules, 2):
        places, others = _places(one), _places(other)
        both = [name for name in places if name in others]
        if both:
            shown = ", ".join(f"{name!r} ({places[name]} and {others[name]})" for name in both[:3])
            more = f" and {len(both) - 3} more" if len(both) > 3 else ""
            yield Complaint(
                together.location,
                f"{one.module} and {other.module} both make {shown}{more}: the driver cannot be built",
            )


def _places(dataflow: DataflowFacts) -> dict[str, str]:
    return {node.name: str(node.location) for node in dataflow.nodes if node.always}
