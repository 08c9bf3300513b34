"""What a change does to DAGs and to dataflows, drawn: for the job summary of a pull request."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from windtunnel.report import Report
from windtunnel.reporters import json, mermaid
from windtunnel.reporters.base import Base, Flows, Wiring, figures_of, flows_of
from windtunnel.reporters.markdown_words import code, more, text
from windtunnel.reporters.tally import dags

MOST_PICTURES, MOST_GONE = 10, 200
"""Of DAGs, and of dataflows."""


class Change(NamedTuple):
    """One graph before and after; `before` is None where it is new. `title` is Markdown."""

    title: str
    now: Wiring
    before: Wiring | None


def changed_dags(report: Report, base: Base | None) -> str:
    """The DAGs whose tasks, operators or edges are others than before, and the new ones."""
    if base is None:
        return ""
    every = [(dag.dag_id, figures_of(dag, None).wiring) for _, dag, _ in dags(report)]
    before = {dag_id: figures.wiring for dag_id, figures in base.dags.items()}
    return _drawn("### Changed DAGs", list(_changes(every, before)), "DAG")


def changed_dataflows(report: Report, base: Base | None) -> str:
    """The graphs that tasks ran on and are others than before; of modules, what these do not show."""
    if base is None:
        return ""
    now, before = flows_of(json.document(report)), base.flows
    driven = list(_driven_anew(now, before))
    modules = _changes(now.modules.items(), before.modules) if before.modules else ()
    seen = {mark for change in driven for mark in _marks(change)}
    others = [change for change in modules if change.before is None or not _marks(change) <= seen]
    return _drawn(
        "### Changed dataflows", [*driven, *others], "dataflow", _gone(base.gone(before.modules, now.modules, report))
    )


def _changes(now: Iterable[tuple[str, Wiring]], before: Mapping[str, Wiring]) -> Iterator[Change]:
    """What is no longer the same, and then what is new."""
    every = [Change(f"**{text(name)}**", wiring, before.get(name)) for name, wiring in now]
    yield from (one for one in every if one.before is not None and not one.now.is_like(one.before))
    yield from (one._replace(title=f"{one.title} (new)") for one in every if one.before is None)


def _driven_anew(now: Flows, before: Flows) -> Iterator[Change]:
    """One change for all tasks that it is the same for."""
    found: list[tuple[list[str], Wiring, Wiring]] = []
    for (dag_id, task_id), wiring in now.driven.items():
        was = before.driven.get((dag_id, task_id))
        if was is None or wiring.is_like(was):
            continue
        names = next((names for names, *both in found if both == [wiring, was]), None)
        if names is None:
            found.append((names := [], wiring, was))
        names.append(f"{dag_id} / {task_id}")
    yield from (Change(f"**{text(', '.join(names))}**", wiring, was) for names, wiring, was in found)


def _marks(change: Change) -> frozenset[object]:
    """What is marked in the picture of the change."""
    now, before = change.now, change.before or change.now
    return frozenset((*(now.boxes.keys() ^ before.boxes.keys()), *(now.edges ^ before.edges), *now.altered(before)))


def _drawn(heading: str, changes: Sequence[Change], noun: str, gone: str = "") -> str:
    shown = [_picture(change) for change in changes[:MOST_PICTURES]]
    left_out = more(len(changes) - len(shown), noun)
    legend = mermaid.LEGEND if any(change.before for change in changes[:MOST_PICTURES]) else ""
    parts = [part for part in (legend, *shown, left_out, gone) if part]
    return "\n\n".join([heading, *parts]) if parts else ""


def _picture(change: Change) -> str:
    """What changed and what stands beside it, where the whole is too large to be read."""
    now, before, note = change.now, change.before or change.now, ""
    if _too_large(now, before):
        note = f" ({len(now.boxes)} boxes; only what changed is drawn, and its neighbours)"
        now, before = _around(change)
    if _too_large(now, before) or not now.boxes.keys() | before.boxes.keys():
        return f"{change.title} (not drawn: {len(change.now.boxes)} boxes, {len(change.now.edges)} arrows)"
    return f"{change.title}{note}\n\n```mermaid\n{mermaid.change(now, before)}\n```"


def _too_large(now: Wiring, before: Wiring) -> bool:
    return mermaid.too_large(len(now.boxes.keys() | before.boxes.keys()), len(now.edges | before.edges))


def _around(change: Change) -> tuple[Wiring, Wiring]:
    """The boxes that were changed, the ends of arrows that were, and the neighbours of both."""
    now, before = change.now, change.before or change.now
    ends = {end for edge in now.edges ^ before.edges for end in edge}
    core = (now.boxes.keys() ^ before.boxes.keys()) | now.altered(before) | ends
    near = core | {end for edge in now.edges | before.edges if core & {*edge} for end in edge}
    return _within(now, near), _within(before, near)


def _within(wiring: Wiring, names: Collection[str]) -> Wiring:
    chosen = {name: told for name, told in wiring.boxes.items() if name in names}
    return Wiring(chosen, frozenset(edge for edge in wiring.edges if {*edge} <= chosen.keys()))


def _gone(modules: Sequence[str]) -> str:
    return f"No longer there: {', '.join(map(code, modules[:MOST_GONE]))}." if modules else ""
