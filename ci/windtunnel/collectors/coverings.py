"""Configurations to be tried: all combinations of the mentioned values, or as many as hold each pair of them."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations, product
from math import prod
from typing import Any

from windtunnel.collectors.hamilton_configs import MOST_COMBINATIONS, Configuration

_MOST_ROWS = 200
_Choice = tuple[int, int]  # number of the key, number of its value


def covering(named: Mapping[str, list[Any]]) -> tuple[Configuration, ...]:
    """Every combination where there are at most 64; else a few in which each two values of two keys meet.

    That most faults need no more than two values to show is what pairwise testing rests on: Kuhn, Wallace and Gallo,
    IEEE Transactions on Software Engineering 30 (2004).
    """
    if prod(map(len, named.values())) <= MOST_COMBINATIONS:
        return tuple(dict(zip(named, values, strict=True)) for values in product(*named.values()))
    keys, values = list(named), list(named.values())
    rows = _rows([len(known) for known in values])
    return tuple({keys[key]: values[key][number] for key, number in enumerate(row)} for row in rows)


def _rows(sizes: list[int]) -> list[tuple[int, ...]]:
    """Numbers of values, one for each key, so that each pair occurs: greedily, always in the same order."""
    choices: list[_Choice] = [(key, number) for key, size in enumerate(sizes) for number in range(size)]
    missing = dict.fromkeys((one, other) for one, other in combinations(choices, 2) if one[0] != other[0])
    rows: list[tuple[int, ...]] = []
    while missing and len(rows) < _MOST_ROWS:
        chosen = dict(next(iter(missing)))
        for key in (key for key in range(len(sizes)) if key not in chosen):
            new = {number: _news((key, number), chosen, missing) for number in range(sizes[key])}
            chosen[key] = max(new, key=lambda number: new[number])
        row = sorted(chosen.items())
        for pair in combinations(row, 2):
            missing.pop(pair, None)
        rows.append(tuple(number for _, number in row))
    return rows


def _news(choice: _Choice, chosen: dict[int, int], missing: dict[tuple[_Choice, _Choice], None]) -> int:
    """How many pairs that no row has yet this choice makes with those already chosen."""
    return sum((min(choice, other), max(choice, other)) in missing for other in chosen.items())
