"""Parses of one file compared: which differences there are, what causes each, and which lines may be to blame."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from windtunnel.collectors.serial_diff import differences, only_in
from windtunnel.facts import (
    AskFacts,
    Cause,
    DagFileFacts,
    DifferenceFacts,
    DifferenceKind,
    InstabilityFacts,
    ParseFacts,
)
from windtunnel.findings import Location

_ADDRESS = re.compile(r" at 0x[0-9a-f]+")
_SAME_SIDES = re.compile(r".*?: (.*) \| \1", re.DOTALL)
_ASKED_BY: Mapping[Cause, tuple[Cause, ...]] = {
    Cause.PARSE: (Cause.PARSE, Cause.CLOCK),
    Cause.ADDRESS: (),
    Cause.TOGETHER: (),
}


Seen = dict[Cause, ParseFacts]
"""Parses of one file by what was changed in each, in the order in which they are asked."""


def instabilities(facts: DagFileFacts, plain: ParseFacts, seen: Seen) -> tuple[InstabilityFacts, ...]:
    """What differs between the `plain` parse and those `seen` with one thing changed.

    A difference counts for the first cause that shows it; ids that chance composes are others in every parse, so after
    the first cause that makes ids differ no other is asked.
    """
    known: set[tuple[str, str]] = set()
    found: dict[tuple[str, Cause], list[DifferenceFacts]] = {}
    for cause, parse in seen.items():
        new = [(dag_id, one) for dag_id, one in _between(plain, parse) if _place(dag_id, one) not in known]
        known |= {_place(dag_id, one) for dag_id, one in new}
        for dag_id, one in new:
            found.setdefault((dag_id, Cause.ADDRESS if _is_address(one) else cause), []).append(one)
    places = {dag.dag_id: dag.location for dag in facts.dags}
    somewhere = min(places.values(), default=Location(facts.path))
    return tuple(
        InstabilityFacts(dag_id, places.get(dag_id, somewhere), cause, tuple(them))
        for (dag_id, cause), them in found.items()
    )


def blame(found: InstabilityFacts, asks: Iterable[AskFacts]) -> InstabilityFacts:
    """The instability with the lines that ask for what causes it; it stands on that line if there is only one."""
    wanted = _ASKED_BY.get(found.cause, (found.cause,))
    relevant = tuple(ask for ask in asks if ask.cause in wanted)
    lines = {ask.location for ask in relevant}
    return replace(found, asks=relevant, location=lines.pop() if len(lines) == 1 else found.location)


def _place(dag_id: str, difference: DifferenceFacts) -> tuple[str, str]:
    return dag_id, "ids" if difference.kind is DifferenceKind.ID else difference.key


def _between(plain: ParseFacts, parse: ParseFacts) -> Iterator[tuple[str, DifferenceFacts]]:
    """(dag_id, difference), where the dag_id is "" for what concerns the file as a whole."""
    if plain.failure or parse.failure:
        if bool(plain.failure) != bool(parse.failure):
            text = f"the file {plain.failure or parse.failure} (in one parse, not in the other)"
            yield "", DifferenceFacts(DifferenceKind.LOAD, "load", text)
        return
    one, two = dict(plain.dags), dict(parse.dags)
    for which, gone in enumerate((one.keys() - two.keys(), two.keys() - one.keys())):
        yield from (("", only_in(which, "DAG", dag_id)) for dag_id in sorted(gone))
    for dag_id in (dag_id for dag_id in one if one[dag_id] and two.get(dag_id)):
        if one[dag_id] != two[dag_id]:
            yield from ((dag_id, difference) for difference in differences(one[dag_id], two[dag_id]))


def _is_address(difference: DifferenceFacts) -> bool:
    """Whether both sides are the same but for addresses."""
    return " at 0x" in difference.text and _SAME_SIDES.fullmatch(_ADDRESS.sub("", difference.text)) is not None
