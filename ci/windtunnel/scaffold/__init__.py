"""From Hamilton modules to an Airflow DAG: the text of a DAG file that a person could have written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from windtunnel.errors import UsageError
from windtunnel.facts import OutlineFacts, OutlineNodeFacts, VariantFacts
from windtunnel.scaffold.cuts import Stage, stages
from windtunnel.scaffold.header import with_header
from windtunnel.scaffold.imports import identifier
from windtunnel.scaffold.orders import Order
from windtunnel.scaffold.params import Given, decided, inputs
from windtunnel.scaffold.tasks import Kept, Step, kept_as
from windtunnel.scaffold.text import Draft, body


def scaffold(order: Order, outline: OutlineFacts) -> str:
    """The DAG file for an order; the outline is that of its modules. The same two give the same text.

    UsageError where there is no such DAG: what is not there, what cannot be cut or stored, what nothing gives.
    """
    _refuse_failures(order, outline)
    asked_for, order = order, replace(order, dag_id=order.dag_id or default_dag_id(order.modules))
    chain = _stages(outline.nodes, order)
    served = [variant for variant in outline.variants if _is_served(variant, outline, order, chain)]
    config = decided(outline, order.config, served)
    asked = tuple(dict.fromkeys(name for stage in chain for name in stage.inputs))
    made = {name for stage in chain for name in stage.nodes}
    needed = replace(outline, nodes=tuple(node for node in outline.nodes if node.name in made))
    given = inputs(needed, asked, order.config, order.config_source, remote=order.is_remote)
    requirements = order.requirements or tuple(dict.fromkeys(required for _, required in outline.packages))
    steps = _steps(order, outline, chain, config, {one.name: one for one in given})
    for one in given:
        if one.param_name == (own := "storage" if order.is_remote else "data_root"):
            raise UsageError(f"scaffold: the input {one.name!r} has the name of a param of every DAG; {own} is taken")
    return with_header(asked_for, body(Draft(replace(order, requirements=requirements), steps, (*config, *given))))


def default_dag_id(modules: Sequence[str]) -> str:
    """The last two names of the last module: `absenteeism_prepare_data`."""
    return "_".join(modules[-1].split(".")[-2:])


def _refuse_failures(order: Order, outline: OutlineFacts) -> None:
    where = f"scaffold {' '.join(order.modules)}"
    if outline.failure is not None:
        place = outline.failure.location
        at = f" ({place.path}:{place.line})" if place else ""
        raise UsageError(f"{where}: {outline.failure.summary}{at}")
    if outline.process.detail:
        raise UsageError(f"{where}: importing it {outline.process.detail}")
    dynamic = [node.name for node in outline.nodes if node.is_dynamic]
    if dynamic:
        what = "makes or collects other nodes at run time, which needs a driver of another kind"
        raise UsageError(f"{where}: {dynamic[0]!r} {what}; write that task by hand")


def _stages(nodes: Iterable[OutlineNodeFacts], order: Order) -> tuple[Stage, ...]:
    return stages({node.name: node.needs for node in nodes}, order.final_vars, order.split_at)


def _is_served(variant: VariantFacts, outline: OutlineFacts, order: Order, chain: tuple[Stage, ...]) -> bool:
    """Whether the same file is right for another value of the configuration."""
    try:
        other = _stages(variant.nodes, order)
    except UsageError:
        return False
    before = {node.name: node.storage for node in outline.nodes}
    stored = {name for stage in chain for name in stage.results}
    return (
        len(other) == len(chain)
        and all(_is_alike(one, same, outline.deciding) for one, same in zip(other, chain, strict=True))
        and all(before[node.name] == node.storage for node in variant.nodes if node.name in stored)
    )


def _is_alike(one: Stage, same: Stage, deciding: Sequence[str]) -> bool:
    given = {*same.inputs, *deciding}
    return (one.reads, one.results) == (same.reads, same.results) and given.issuperset(one.inputs)


def _steps(
    order: Order,
    outline: OutlineFacts,
    chain: tuple[Stage, ...],
    config: tuple[Given, ...],
    given: dict[str, Given],
) -> tuple[Step, ...]:
    nodes = {node.name: node for node in outline.nodes}
    taken = {one.file: one.name for one in given.values() if one.file}
    read_later = {name for stage in chain for name in stage.reads}
    kept: dict[str, Kept] = {
        name: kept_as(nodes[name], taken, pickles=order.pickles)
        for stage in chain
        for name in stage.results
        if name in read_later or not nodes[name].saves_as
    }
    steps = [
        Step(
            name="",
            stage=stage,
            config=config,
            inputs=tuple(given[name] for name in stage.inputs if name in given),
            reads=tuple(kept[name] for name in stage.reads),
            keeps=tuple(kept[name] for name in stage.results if name in kept),
            is_first=number == 0,
        )
        for number, stage in enumerate(chain)
    ]
    return tuple(replace(step, name=name) for step, name in zip(steps, _names(order, chain), strict=True))


def _names(order: Order, chain: tuple[Stage, ...]) -> list[str]:
    """What the tasks are called: after the module, or after what each makes."""
    if len(chain) == 1:
        wanted = [order.modules[-1].rpartition(".")[2]]
    else:
        wanted = [f"compute_{_listed(stage.results)}" for stage in chain]
    names: list[str] = []
    for number, name in enumerate(map(identifier, wanted), start=1):
        is_free = name not in (*names, identifier(order.dag_id), "dag", "task")
        names.append(name if is_free else f"run_{name}" if len(chain) == 1 else f"{name}_{number}")
    return names


def _listed(results: Sequence[str]) -> str:
    return "_and_".join(results) if len(results) <= 2 else f"{results[0]}_and_{len(results) - 1}_others"
