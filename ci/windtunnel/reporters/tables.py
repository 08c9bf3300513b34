"""The part of the text report that is compared row by row: DAGs, modules, saves, and where the time went."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich import box
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from windtunnel.facts import CoveredFacts, DagFacts, PropertyFacts, RunFacts
from windtunnel.report import Report
from windtunnel.reporters import safe, saves
from windtunnel.reporters.tally import Module, coverage, dags, ending, is_broken, modules, outcome, reason

_NONE = "-"
_GOOD, _BAD = (
    frozenset({"success", "whole"}),
    frozenset({"failed", "died", "timed out", "missing", "unreadable", "swallowed", "truncated", "mistaken"}),
)


def tables(report: Report, verbosity: int, durations: int) -> Iterator[RenderableType]:
    """Every table that has a row; those of schedules, properties and stages only where verbosity is above 0."""
    yield from table("DAGs", _dag_columns(report), _dag_rows(report))
    if verbosity > 0:
        yield from table("Schedules", ("dag_id", "schedule", "next runs (UTC)"), _schedule_rows(report))
    yield from _not_loaded(report)
    yield from table("Modules", _module_columns(report), _module_rows(report))
    yield from _not_built(report)
    yield from table("Node coverage", ("=what", "name", ">nodes", ">executed", ">%"), coverage_rows(report))
    yield from table("Saves", saves.COLUMNS, saves.rows(report, verbosity))
    if verbosity > 0:
        yield from table("Properties", ("function", "result", ">examples", ">declined"), _property_rows(report))
        stages = ((timing.stage, _seconds(timing.seconds)) for timing in report.timings)
        yield from table("Stages", ("=stage", ">seconds"), stages)
    longest = ((what, name, _seconds(seconds)) for what, name, seconds in slowest(report, durations))
    yield from table(f"Slowest {durations}", ("=what", "name", ">seconds"), longest)


def table(title: str, columns: Iterable[str], rows: Iterable[tuple[str, ...]]) -> Iterator[RenderableType]:
    """A table and a blank line, or nothing where there are no rows.

    A column that starts with `>` holds numbers, one with `=` a word from a closed set: they are never folded.
    """
    shown = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    shown.show_edge = shown.pad_edge = False
    for column in columns:
        name = column.lstrip(">=")
        shown.add_column(name, no_wrap=name != column, overflow="fold", header_style="dim")
        shown.columns[-1].justify = "right" if column.startswith(">") else "left"
    for row in rows:
        shown.add_row(*(_cell(text) for text in row))
    if shown.row_count:
        yield shown
        yield Text()


def _cell(text: str) -> Text:
    style = "green" if text in _GOOD else "red" if text in _BAD else ""
    return Text(safe.line(text), style=style)


def _dag_columns(report: Report) -> tuple[str, ...]:
    return ("dag_id", ">tasks", ">width", ">peak", ">linearity", *(("=state", ">seconds") if report.runs else ()))


def _dag_rows(report: Report) -> Iterator[tuple[str, ...]]:
    for _, dag, run in dags(report):
        yield (*_shape(dag), *(_run(run) if report.runs else ()))


def _schedule_rows(report: Report) -> Iterator[tuple[str, ...]]:
    for _, dag, _ in dags(report):
        runs = [run[:16].replace("T", " ") for run in dag.schedule.next_runs]
        yield (dag.dag_id, dag.schedule.summary, ", ".join(runs) or _NONE)


def _shape(dag: DagFacts) -> tuple[str, ...]:
    peak = f"{'≤ ' if dag.is_peak_bound else ''}{dag.shape.peak}"
    return (dag.dag_id, str(dag.shape.tasks), str(dag.shape.width), peak, f"{dag.shape.linearity:.2f}")


def _run(run: RunFacts | None) -> tuple[str, ...]:
    return (outcome(run).value, _seconds(run.process.seconds)) if run else ("not run", _NONE)


def _not_loaded(report: Report) -> Iterator[RenderableType]:
    broken = [f"not loaded: {file.path} ({reason(file)})" for file in report.files if is_broken(file)]
    yield from _notes(broken)


def _module_columns(report: Report) -> tuple[str, ...]:
    tried = ("functions tried", "properties", "examples") if report.properties else ("functions",)
    return ("module", ">nodes", *(f">{column}" for column in tried))


def _module_rows(report: Report) -> Iterator[tuple[str, ...]]:
    for module in modules(report):
        nodes = str(len({node.name for node in module.dataflow.nodes}))  # some are there in some configurations only
        yield (module.dataflow.module, nodes, *_tried(module, bool(report.properties)))


def _tried(module: Module, any_tried: bool) -> tuple[str, ...]:
    if not any_tried:
        return (str(len(module.functions)),)
    properties = sum(len(facts.tried) for facts in module.properties)
    examples = sum(facts.examples for facts in module.properties)
    return (f"{len(module.tried)}/{len(module.functions)}", str(properties), str(examples))


def _not_built(report: Report) -> Iterator[RenderableType]:
    broken = [f"not built: {flow.module} ({reason(flow)})" for flow in report.dataflows if is_broken(flow)]
    yield from _notes(broken)


def coverage_rows(report: Report) -> Iterator[tuple[str, ...]]:
    """The modules, all of them together where they are several, and the DAGs; nothing where no DAG drives a module."""
    known = coverage(report)
    if known.dags:
        yield from (("module", module.name, *_covered(module)) for module in known.modules)
        if len(known.modules) > 1:
            yield "all", "modules", str(known.nodes), str(known.executed), _share(known.executed, known.nodes)
        yield from (("DAG", dag.name, *_covered(dag)) for dag in known.dags)


def _covered(covered: CoveredFacts) -> tuple[str, str, str]:
    nodes, executed = len(covered.nodes), len(covered.executed)
    return str(nodes), str(executed), _share(executed, nodes)


def _share(executed: int, nodes: int) -> str:
    return str(100 * executed // nodes)  # rounded down: 100 stands for all


def _notes(notes: list[str]) -> Iterator[RenderableType]:
    if notes:
        yield from (Text(safe.shortened(safe.line(note), 400), style="red", overflow="fold") for note in notes)
        yield Text()


def _property_rows(report: Report) -> Iterator[tuple[str, ...]]:
    for facts in report.properties:
        yield (f"{facts.module}.{facts.node}", _result(facts), str(facts.examples), str(facts.declined))


def _result(facts: PropertyFacts) -> str:
    if facts.not_exercised:
        return f"not exercised: {facts.not_exercised}"
    broken = {counter.property for counter in facts.counterexamples}
    held = f"{len(set(facts.tried) - broken)} of {len(facts.tried)} hold"
    unhappy = [f"falsified: {kind.value}" for kind in facts.tried if kind in broken]
    cut = [] if facts.process.end.value == "completed" else [ending(facts.process)]
    return "; ".join([held, *unhappy, *cut])


def slowest(report: Report, number: int) -> list[tuple[str, str, float]]:
    """What took longest, with its kind and its seconds."""
    return sorted(_timed(report), key=lambda timed: -timed[2])[:number]


def _timed(report: Report) -> Iterator[tuple[str, str, float]]:
    yield from (("load", file.path, file.process.seconds) for file in report.files)
    for run in report.runs:
        yield "run", run.dag_id, run.process.seconds
        yield from (("task", f"{run.dag_id} / {task.label}", task.seconds) for task in run.tasks)
    yield from (("build", flow.module, flow.process.seconds) for flow in report.dataflows)
    yield from (("properties", f"{f.module}.{f.node}", f.process.seconds) for f in report.properties)


def _seconds(seconds: float) -> str:
    return f"{seconds:.2f}"
