"""One DAG as a tree: its tasks in the order of their work, and inside each the Hamilton graph that really ran."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import PurePath

from rich.text import Text
from rich.tree import Tree

from windtunnel.facts import DagFacts, DataflowFacts, DriverFacts, RunFacts, SaveFacts, TaskRunFacts
from windtunnel.reporters import safe
from windtunnel.reporters.look import Look
from windtunnel.reporters.tally import outcome
from windtunnel.reporters.text import printed
from windtunnel.settings import Settings
from windtunnel.single_runs import SingleRuns

_STYLES = {"success": "green", "failed": "red", "upstream_failed": "red", "skipped": "yellow"}
_AGAIN = "see above"


def show(settings: Settings, dag_id: str, look: Look) -> str:
    """Run the DAG, and draw what was seen. UsageError where there is none of this name."""
    with SingleRuns(settings, where="show") as runs:
        run = runs.run(dag_id)
        dag = runs.dag(dag_id)
        flows = runs.dataflows({module for driver in run.drivers for module in driver.modules})
    return printed([tree(dag, run, flows)], look)


def tree(dag: DagFacts, run: RunFacts, flows: Iterable[DataflowFacts]) -> Tree:
    """The picture of one run."""
    parameters = {node.name: node.parameters for flow in flows for node in flow.nodes}
    shape = f"{dag.shape.tasks} tasks, width {dag.shape.width}, linearity {dag.shape.linearity:.2f}"
    state = outcome(run).value
    head = (safe.line(dag.dag_id), "bold"), f"  {safe.line(str(dag.location))}  ", (state, _STYLES.get(state, "red"))
    root = Tree(Text.assemble(*head, f" in {run.process.seconds:.2f} s  {shape}"))
    for task in _ordered(dag, run):
        branch = root.add(_task(task))
        for driver in run.drivers:
            if (driver.task_id, driver.map_index) == (task.task_id, task.map_index):
                _add_driver(branch, driver, parameters, _saves(run, driver))
    return root


def _ordered(dag: DagFacts, run: RunFacts) -> list[TaskRunFacts]:
    """Each task after all that it waits for; else as Airflow has them."""
    place = {task.task_id: number for number, task in enumerate(dag.tasks)}
    return sorted(run.tasks, key=lambda task: (len(task.upstream), place.get(task.task_id, 0), task.map_index))


def _task(task: TaskRunFacts) -> Text:
    state = task.state or "never started"
    after = f"  after {', '.join(task.parents)}" if task.parents else ""
    parts = ((safe.line(task.label), "bold"), "  ", (state, _STYLES.get(task.state, "yellow")))
    return Text.assemble(*parts, f" {task.seconds:.2f} s", (safe.line(after), "dim"))


def _saves(run: RunFacts, driver: DriverFacts) -> dict[str, SaveFacts]:
    of_task = (driver.task_id, driver.map_index)
    return {save.node: save for save in run.saves if (save.task_id, save.map_index) == of_task}


def _add_driver(
    branch: Tree, driver: DriverFacts, parameters: Mapping[str, tuple[str, ...]], saves: Mapping[str, SaveFacts]
) -> None:
    """What was asked for, below each what it is computed from; at last the nodes that were never executed."""
    modules = ", ".join(driver.modules)
    title = f"Hamilton: {modules}  {len(driver.executed)} of {len(driver.nodes)} nodes in {driver.seconds:.2f} s"
    flow = branch.add(Text(safe.line(title), style="cyan"))
    drawn: set[str] = set()
    for name in driver.final_vars:
        _add_node(flow, name, driver, parameters, saves, drawn)
    for name in driver.executed:
        if name not in drawn and name not in driver.inputs:  # what the text does not lead to: made by a decorator
            _add_node(flow, name, driver, parameters, saves, drawn)
    idle = [name for name in driver.nodes if name not in driver.executed and name not in driver.inputs]
    if idle:
        flow.add(Text(safe.line(f"never executed: {', '.join(idle)}"), style="dim"))


def _add_node(
    branch: Tree,
    name: str,
    driver: DriverFacts,
    parameters: Mapping[str, tuple[str, ...]],
    saves: Mapping[str, SaveFacts],
    drawn: set[str],
) -> None:
    needs = parameters.get(name, ())
    again = name in drawn and bool(needs)
    child = branch.add(_node(name, driver, saves.get(name), again))
    if name in drawn:
        return
    drawn.add(name)
    for need in needs:
        if need in driver.nodes or need in driver.inputs:
            _add_node(child, need, driver, parameters, saves, drawn)


def _node(name: str, driver: DriverFacts, save: SaveFacts | None, again: bool) -> Text:
    notes = [
        "overridden" if name in driver.overrides else "input" if name in driver.inputs else "",
        "" if name in driver.executed or name in (*driver.inputs, *driver.overrides) else "not executed",
        f"saves {PurePath(save.path).name or save.format}: {save.state.value}" if save else "",
        _AGAIN if again else "",
    ]
    note = f"  ({'; '.join(filter(None, notes))})" if any(notes) else ""
    return Text.assemble(safe.line(name), (safe.line(note), "dim"))
