"""The report for other programs: one JSON document, described by report.schema.json beside this file."""

from __future__ import annotations

import json
import re

from windtunnel.facts import (
    ContextFacts,
    CounterExample,
    CoverageFacts,
    CoveredFacts,
    DagFacts,
    DagFileFacts,
    DataflowFacts,
    DriverFacts,
    GivenFacts,
    KilledFacts,
    LoadFacts,
    LossFacts,
    NodeFacts,
    OutputFacts,
    PropertyFacts,
    RunFacts,
    SaveFacts,
    ScheduleFacts,
    TaskRunFacts,
    VisitFacts,
)
from windtunnel.findings import Finding, Severity
from windtunnel.fingerprints import KnownFinding
from windtunnel.report import Report
from windtunnel.reporters.json_graphs import driven, graphs, structure
from windtunnel.reporters.json_kills import killed_save
from windtunnel.reporters.json_values import Object, failure_of, in_seconds, process_of
from windtunnel.reporters.look import Look
from windtunnel.reporters.safe import is_obeyed
from windtunnel.reporters.tally import (
    Module,
    Tally,
    contexts_of,
    coverage,
    dags,
    is_broken,
    modules,
    outcome,
    paths_of,
    tally,
)

SCHEMA = "1"
"""The version of the document's form: raised when a key goes or changes its meaning, not for a new one."""

_NOT_ASCII = re.compile(r"[^\n -~]")  # the control characters of ASCII are escaped by json itself


def render(report: Report, _look: Look) -> str:
    """The report as JSON, indented, ending with a newline; the same report gives the same bytes."""
    text = json.dumps(document(report), indent=2, ensure_ascii=False, allow_nan=False)
    return _NOT_ASCII.sub(_escaped, text) + "\n"


def _escaped(match: re.Match[str]) -> str:
    # What a terminal would obey, or UTF-8 cannot encode, stands only inside strings, where an escape means
    # the same. A lone surrogate (a byte of a file name that is no UTF-8) has no escape that parsers agree on.
    character = match[0]
    if not is_obeyed(character):
        return character
    escape = json.dumps(character)[1:-1]
    return "\\" + escape if 0xD800 <= ord(character) <= 0xDFFF else escape


def document(report: Report) -> Object:
    """The report as JSON has it, not yet as text."""
    versions = report.versions
    return {
        "schema": SCHEMA,
        "windtunnel": versions.windtunnel,
        "airflow": versions.airflow or None,
        "hamilton": versions.hamilton or None,
        "python": versions.python,
        "summary": _summary(report, tally(report)),
        "findings": [_finding(finding) for finding in report.findings],
        "gone": [_gone(known) for known in report.gone],
        "dags": [_dag(report, file, dag, run) for file, dag, run in dags(report)],
        "not_loaded": [_not_loaded(file) for file in report.files if is_broken(file)],
        "dataflows": [_dataflow(module) for module in modules(report)],
        "coverage": _coverage(coverage(report)) if report.runs else None,
        "graphs": list(graphs(report)),
        "timings": [{"stage": timing.stage, "seconds": in_seconds(timing.seconds)} for timing in report.timings],
    }


def _summary(report: Report, counts: Tally) -> Object:
    return {
        "errors": counts.findings[Severity.ERROR],
        "warnings": counts.findings[Severity.WARNING],
        "notices": counts.findings[Severity.NOTICE],
        "suppressed": counts.suppressed,
        "known": counts.known,
        "checks": report.checks,
        "dags": counts.dags,
        "runs": {kind.value: number for kind, number in counts.runs.items()},
        "modules": counts.modules,
        "functions": counts.functions,
        "functions_tried": counts.functions_tried,
        "examples": counts.examples,
        "dataflows_played": counts.played,
        "changes_tried": counts.changes,
        "changes_declined": counts.changes_declined,
        "saves": {state.value: number for state, number in counts.saves.items()},
        "nodes": counts.nodes,
        "nodes_executed": counts.nodes_executed,
        "seed": report.seed,
        "fail_on": str(report.fail_on),
        "failed": report.failed,
    }


def _finding(finding: Finding) -> Object:
    return {
        "code": finding.code,
        "name": finding.name,
        "severity": str(finding.severity),
        "message": finding.message,
        "remedy": finding.remedy,
        "file": finding.location.path,
        "line": finding.location.line,
        "source": finding.source or None,
        "dag_id": finding.dag_id or None,
        "task_id": finding.task_id or None,
        "node": finding.node or None,
        "evidence": finding.evidence or None,
        "reproduce": finding.reproduce or None,
        "docs": finding.docs or None,
        "suppressed": finding.suppressed or None,
        "known": finding.known,
        "fingerprint": finding.fingerprint or None,
    }


def _gone(known: KnownFinding) -> Object:
    one = known.identity
    return {
        "code": one.code,
        "file": one.path,
        "dag_id": one.dag_id or None,
        "task_id": one.task_id or None,
        "node": one.node or None,
        "message": one.message,
    }


def _dag(report: Report, file: DagFileFacts, dag: DagFacts, run: RunFacts | None) -> Object:
    paths = paths_of(report, run)
    return {
        "file": file.path,
        "line": dag.location.line,
        "dag_id": dag.dag_id,
        "tasks": dag.shape.tasks,
        "edges": dag.shape.edges,
        "longest_path": dag.shape.longest_path,
        "width": dag.shape.width,
        "antichain": dag.shape.antichain,
        "peak": dag.shape.peak,
        "peak_is_bound": dag.is_peak_bound,
        "linearity": round(dag.shape.linearity, 4),
        "redundant_edges": dag.shape.redundant_edges,
        "task_ids": [task.task_id for task in dag.tasks],
        "edge_list": dag.edges,
        "structure": structure(dag),
        "schedule": _schedule(dag.schedule),
        "run": _run(run) if run else None,
        "paths": [_path(taken) for taken in paths.runs] if paths else [],
        "paths_left_out": paths.left_out if paths else [],
        "contexts": [_context(context) for context in contexts_of(report, run)],
    }


def _path(run: RunFacts) -> Object:
    return {"forced": [forced.text for forced in run.forced], "run": _run(run)}


def _context(context: ContextFacts) -> Object:
    return {
        "context": context.name,
        **process_of(context.process),
        "runs": [_visit(visit) for visit in context.visits],
        "killed_saves": [killed_save(save) for save in context.saves] if isinstance(context, KilledFacts) else [],
    }


def _visit(visit: VisitFacts) -> Object:
    return {
        "occasion": visit.occasion.value,
        "date": visit.date or None,
        "state": visit.state or None,
        "left": visit.left.value,
        "tasks": [_task(task) for task in visit.tasks],
        "outputs": [_output(output) for output in visit.outputs],
    }


def _output(output: OutputFacts) -> Object:
    return {
        "path": output.path,
        "table": output.table or None,
        "content": output.content.value,
        "new": output.new,
        "added": output.added,
        "removed": output.removed,
        "repeated": output.repeated,
    }


def _schedule(schedule: ScheduleFacts) -> Object:
    return {
        "summary": schedule.summary,
        "start": schedule.start or None,
        "end": schedule.end or None,
        "next_runs": schedule.next_runs,
        "due": schedule.due,
    }


def _run(run: RunFacts) -> Object:
    return {
        "outcome": outcome(run).value,
        "state": run.state or None,
        "waiting": run.waiting,
        **process_of(run.process),
        "failure": failure_of(run.failure),
        "tasks": [_task(task) for task in run.tasks],
        "drivers": [_driver(driver) for driver in run.drivers],
        "saves": [_save(save) for save in run.saves],
        "loads": [_load(load) for load in run.loads],
    }


def _task(task: TaskRunFacts) -> Object:
    return {
        "task_id": task.task_id,
        "map_index": task.map_index,
        "state": task.state or None,
        "tries": task.tries,
        "seconds": in_seconds(task.seconds),
        "xcoms": [{"key": pushed.key, "type": pushed.type, "size": pushed.size} for pushed in task.data.pushed],
    }


def _driver(driver: DriverFacts) -> Object:
    return {
        "task_id": driver.task_id,
        "map_index": driver.map_index,
        "modules": driver.modules,
        "nodes": driver.nodes,
        "executed": driver.executed,
        "final_vars": driver.final_vars,
        "inputs": driver.inputs,
        "overrides": driver.overrides,
        "config": [{"key": key, "value": value or None} for key, value in driver.config],
        "adapters": driver.adapters,
        "given": [_given(given) for given in driver.given],
        "file": driver.location.path if driver.location else None,
        "line": driver.location.line if driver.location else None,
        "succeeded": driver.well,
        "seconds": in_seconds(driver.seconds),
        **driven(driver),
    }


def _given(given: GivenFacts) -> Object:
    return {
        "name": given.name,
        "as": given.gift.value,
        "fate": given.fate.value,
        "nearest": given.nearest or None,
    }


def _coverage(known: CoverageFacts) -> Object:
    return {
        "nodes": known.nodes,
        "executed": known.executed,
        "modules": [{"module": module.name, **_covered(module)} for module in known.modules],
        "dags": [{"dag_id": dag.name, **_covered(dag)} for dag in known.dags],
    }


def _covered(covered: CoveredFacts) -> Object:
    return {
        "file": covered.path,
        "nodes": len(covered.nodes),
        "executed": len(covered.executed),
        "not_executed": covered.missing,
    }


def _save(save: SaveFacts) -> Object:
    return {
        "task_id": save.task_id,
        "map_index": save.map_index,
        "node": save.node,
        "module": save.module,
        "format": save.format,
        "state": save.state.value,
        "path": save.path or None,
        "table": save.table or None,
        "size": save.size,
        "detail": save.detail or None,
        "losses": [_loss(loss) for loss in save.losses],
    }


def _load(load: LoadFacts) -> Object:
    return {
        "task_id": load.task_id,
        "node": load.node,
        "path": load.saved.path,
        "saved_by": load.saved.task_id,
        "losses": [_loss(loss) for loss in load.losses],
    }


def _loss(loss: LossFacts) -> Object:
    return {"grade": loss.grade.value, "place": loss.place, "was": loss.was, "became": loss.became}


def _not_loaded(file: DagFileFacts) -> Object:
    return {
        "file": file.path,
        **process_of(file.process),
        "failures": [failure_of(failure) for failure in file.failures],
    }


def _dataflow(module: Module) -> Object:
    dataflow: DataflowFacts = module.dataflow
    return {
        "module": dataflow.module,
        "file": dataflow.path,
        **process_of(dataflow.process),
        "failure": failure_of(dataflow.failure),
        "nodes": [_node(node) for node in dataflow.nodes],
        "properties": [_property(facts) for facts in module.properties],
    }


def _node(node: NodeFacts) -> Object:
    return {
        "name": node.name,
        "function": node.function,
        "line": node.location.line,
        "type": node.type,
        "parameters": node.parameters,
    }


def _property(facts: PropertyFacts) -> Object:
    return {
        "node": facts.node,
        "line": facts.location.line,
        **process_of(facts.process),
        "tried": [tried.value for tried in facts.tried],
        "examples": facts.examples,
        "declined": facts.declined,
        "counterexamples": [_counterexample(counter) for counter in facts.counterexamples],
        "not_exercised": facts.not_exercised or None,
        "grown_from": list(facts.grown_from),
    }


def _counterexample(counter: CounterExample) -> Object:
    return {
        "property": counter.property.value,
        "call": counter.call,
        "detail": counter.detail,
        "file": counter.location.path,
        "line": counter.location.line,
        "on_record": counter.on_record or None,
    }
