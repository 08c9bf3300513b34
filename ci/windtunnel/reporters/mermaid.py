"""A DAG as a Mermaid flowchart, which GitHub draws: tasks with findings stand out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from windtunnel.facts import DagFacts
from windtunnel.findings import Severity
from windtunnel.reporters import safe

MOST_TASKS, MOST_EDGES = 60, 300
"""What can still be read. Mermaid itself refuses more than 500 edges, or 50,000 characters."""

_LONGEST = 60
# Fill and stroke that hold on GitHub's light page as on its dark one.
_STYLES = {
    Severity.ERROR: "fill:#ffd7d5,stroke:#cf222e,stroke-width:3px,color:#1f2328",
    Severity.WARNING: "fill:#fff8c5,stroke:#9a6700,stroke-width:3px,color:#1f2328",
    Severity.NOTICE: "fill:#ddf4ff,stroke:#0969da,stroke-width:2px,color:#1f2328",
}


def too_large(dag: DagFacts) -> bool:
    """Whether nobody could read the picture, or nothing would draw it."""
    return len(dag.tasks) > MOST_TASKS or len(dag.edges) > MOST_EDGES


def picture(dag: DagFacts, found: Mapping[str, Severity]) -> str:
    """The text of the flowchart; `found` is the worst severity found at each task."""
    return "\n".join(_lines(dag, found))


def _lines(dag: DagFacts, found: Mapping[str, Severity]) -> Iterator[str]:
    names = {task.task_id: f"t{number}" for number, task in enumerate(dag.tasks)}
    yield "flowchart LR"
    for task_id, name in names.items():
        yield f'    {name}["{_label(task_id)}"]'
    yield from (f"    {names[up]} --> {names[down]}" for up, down in dag.edges if up in names and down in names)
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
