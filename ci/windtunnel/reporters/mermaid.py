"""A DAG as a Mermaid flowchart, which GitHub draws: tasks with findings stand out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from windtunnel.facts import DagFacts
from windtunnel.findings import Severity
from windtunnel.reporters import safe
from windtunnel.reporters.base import Figures

MOST_TASKS, MOST_EDGES = 60, 300
"""What can still be read. Mermaid itself refuses more than 500 edges, or 50,000 characters."""

_LONGEST = 60
# Fill and stroke that hold on GitHub's light page as on its dark one.
_STYLES = {
    Severity.ERROR: "fill:#ffd7d5,stroke:#cf222e,stroke-width:3px,color:#1f2328",
    Severity.WARNING: "fill:#fff8c5,stroke:#9a6700,stroke-width:3px,color:#1f2328",
    Severity.NOTICE: "fill:#ddf4ff,stroke:#0969da,stroke-width:2px,color:#1f2328",
}
_NEW = "fill:#dafbe1,stroke:#1a7f37,stroke-width:3px,color:#1f2328"
_GONE = "fill:#f6f8fa,stroke:#cf222e,stroke-dasharray:4 3,color:#57606a"


def too_large(dag: DagFacts) -> bool:
    """Whether nobody could read the picture, or nothing would draw it."""
    return len(dag.tasks) > MOST_TASKS or len(dag.edges) > MOST_EDGES


def picture(dag: DagFacts, found: Mapping[str, Severity]) -> str:
    """The text of the flowchart; `found` is the worst severity found at each task."""
    return flowchart((task.task_id for task in dag.tasks), dag.edges, found)


def flowchart(labels: Iterable[str], edges: Iterable[tuple[str, str]], found: Mapping[str, Severity]) -> str:
    """The same of any graph: its boxes, its arrows, and what was found at some of the boxes."""
    return "\n".join(_lines(labels, edges, found))


def change(dag: DagFacts, before: Figures) -> str:
    """The text of the flowchart with what is new (thick arrows, green) and what is gone (dotted, dashed)."""
    return "\n".join(_changed_lines(dag, before))


def _changed_lines(dag: DagFacts, before: Figures) -> Iterator[str]:
    task_ids = [task.task_id for task in dag.tasks]
    gone = sorted(before.task_ids.difference(task_ids))
    names = {task_id: f"t{number}" for number, task_id in enumerate([*task_ids, *gone])}
    yield from _tasks(names)
    for up, down in dag.edges:
        if up in names and down in names:
            yield f"    {names[up]} {'-->' if (up, down) in before.edges else '==>'} {names[down]}"
    lost = sorted(before.edges.difference(dag.edges))
    yield from (f"    {names[up]} -.-> {names[down]}" for up, down in lost if up in names and down in names)
    yield from _marked([names[one] for one in task_ids if one not in before.task_ids], "new", _NEW)
    yield from _marked([names[one] for one in gone], "gone", _GONE)


def _tasks(names: Mapping[str, str]) -> Iterator[str]:
    yield "flowchart LR"
    for task_id, name in names.items():
        yield f'    {name}["{_label(task_id)}"]'


def _lines(labels: Iterable[str], edges: Iterable[tuple[str, str]], found: Mapping[str, Severity]) -> Iterator[str]:
    names = {label: f"t{number}" for number, label in enumerate(labels)}
    yield from _tasks(names)
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
