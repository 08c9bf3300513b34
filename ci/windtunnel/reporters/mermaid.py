"""A graph as a Mermaid flowchart, which GitHub draws: what has findings stands out, or what a change has done."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from windtunnel.facts import DagFacts
from windtunnel.findings import Severity
from windtunnel.reporters import safe
from windtunnel.reporters.base import Wiring

MOST_BOXES, MOST_EDGES = 60, 300
"""What can still be read. Mermaid itself refuses more than 500 edges, or 50,000 characters."""

_LONGEST = 60
# Fill and stroke that hold on GitHub's light page as on its dark one.
_STYLES = {
    Severity.ERROR: "fill:#ffd7d5,stroke:#cf222e,stroke-width:3px,color:#1f2328",
    Severity.WARNING: "fill:#fff8c5,stroke:#9a6700,stroke-width:3px,color:#1f2328",
    Severity.NOTICE: "fill:#ddf4ff,stroke:#0969da,stroke-width:2px,color:#1f2328",
}
_NEW = "fill:#dafbe1,stroke:#1a7f37,stroke-width:3px,color:#1f2328"
_ALTERED = "fill:#fff8c5,stroke:#9a6700,stroke-width:3px,color:#1f2328"
_GONE = "fill:#f6f8fa,stroke:#cf222e,stroke-dasharray:4 3,color:#57606a"

LEGEND = "Green and thick is new, yellow is another operator or type than before, dashed and dotted is gone."
"""What the marks in a picture of a change mean."""


def too_large(boxes: int, edges: int) -> bool:
    """Whether nobody could read the picture, or nothing would draw it."""
    return boxes > MOST_BOXES or edges > MOST_EDGES


def picture(dag: DagFacts, found: Mapping[str, Severity]) -> str:
    """The text of the flowchart; `found` is the worst severity found at each task."""
    return flowchart((task.task_id for task in dag.tasks), dag.edges, found)


def flowchart(labels: Iterable[str], edges: Iterable[tuple[str, str]], found: Mapping[str, Severity]) -> str:
    """The same of any graph: its boxes, its arrows, and what was found at some of the boxes."""
    return "\n".join(_lines(labels, edges, found))


def change(now: Wiring, before: Wiring) -> str:
    """The text of the flowchart with what is new (thick arrows), what is something else, and what is gone (dotted)."""
    return "\n".join(_changed_lines(now, before))


def _changed_lines(now: Wiring, before: Wiring) -> Iterator[str]:
    altered = now.altered(before)
    gone = [name for name in before.boxes if name not in now.boxes]
    names = {label: f"t{number}" for number, label in enumerate([*now.boxes, *gone])}
    below = {label: f"{before.boxes[label]} → {now.boxes[label]}" for label in altered}
    yield from _boxes(names, below)
    for up, down in _in_order(now.edges, names):
        yield f"    {names[up]} {'-->' if (up, down) in before.edges else '==>'} {names[down]}"
    yield from (f"    {names[up]} -.-> {names[down]}" for up, down in _in_order(before.edges - now.edges, names))
    yield from _marked([names[one] for one in now.boxes if one not in before.boxes], "new", _NEW)
    yield from _marked([names[one] for one in now.boxes if one in altered], "altered", _ALTERED)
    yield from _marked([names[one] for one in gone], "gone", _GONE)


def _in_order(edges: Iterable[tuple[str, str]], names: Mapping[str, str]) -> list[tuple[str, str]]:
    """The arrows between boxes that are drawn, in the order of the boxes."""
    at = {label: number for number, label in enumerate(names)}
    return sorted((edge for edge in edges if {*edge} <= at.keys()), key=lambda edge: (at[edge[0]], at[edge[1]]))


def _boxes(names: Mapping[str, str], below: Mapping[str, str]) -> Iterator[str]:
    yield "flowchart LR"
    for label, name in names.items():
        second = f"<br/>{_label(below[label])}" if label in below else ""
        yield f'    {name}["{_label(label)}{second}"]'


def _lines(labels: Iterable[str], edges: Iterable[tuple[str, str]], found: Mapping[str, Severity]) -> Iterator[str]:
    names = {label: f"t{number}" for number, label in enumerate(labels)}
    yield from _boxes(names, {})
    yield from (f"    {names[up]} --> {names[down]}" for up, down in edges if up in names and down in names)
    for severity, style in _STYLES.items():
        marked = [names[task_id] for task_id, worst in found.items() if worst is severity and task_id in names]
        yield from _marked(marked, str(severity), style)


def _marked(names: Iterable[str], word: str, style: str) -> Iterator[str]:
    chosen = ",".join(names)
    if chosen:
        yield f"    classDef {word} {style}"
        yield f"    class {chosen} {word}"


def _label(text: str) -> str:
    shown = safe.line(text)
    shown = shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}…"
    # In Mermaid's quoted labels `#` begins an entity, and HTML is HTML.
    return "".join(f"#{ord(character)};" if character in '#"<>&`\\' else character for character in shown)
