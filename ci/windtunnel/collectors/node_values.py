"""The values that go through the dataflows of a task, looked at as they pass: are they what annotations say?

It costs a few microseconds a node: of containers a few elements are looked at, of the runs of one node the first few.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import GenericAlias
from typing import Any, get_args, get_origin

from windtunnel.collectors.executions import SAVER_TAG, Execution
from windtunnel.collectors.function_lines import location_of
from windtunnel.collectors.hamilton_functions import type_text
from windtunnel.collectors.promised_parts import Parts, lacking, parts_promised
from windtunnel.collectors.properties_conform import conforms
from windtunnel.collectors.unkept import wished_by
from windtunnel.collectors.value_shapes import shape_of
from windtunnel.facts import FlowFacts, LackingFacts, MisfitFacts, ValidationFacts
from windtunnel.findings import Location

_MOST_ELEMENTS = 5
_MOST_LOOKS = 5
_MOST_PLANS = 2000
_VALIDATOR_TAG, _VALIDATED_TAG = "hamilton.data_quality.contains_dq_results", "hamilton.data_quality.source_node"
_LOADER_WITH_METADATA = "hamilton.data_loader.has_metadata"
# What these put in the place of a result is the result, or else their promise of it, which is told apart.
_TRUE_TO_NODES = ("hamilton.async_driver", "hamilton.caching.adapter", "hamilton.lifecycle.")
_RUN_NODES = {"BaseDoNodeExecute", "BaseDoRemoteExecute"}


@dataclass(slots=True)
class _Plan:
    """What is to be looked at in a node's values, made when it first returns one."""

    node: Any
    own: Any
    consumers: tuple[tuple[Any, Any], ...]
    parts: tuple[Parts, ...]
    looks: int = _MOST_LOOKS


@dataclass(slots=True)
class _Misfit:
    """It is `given` by a task where there is a line that drove it, or an unknown one."""

    execution: Execution
    node: Any
    consumer: Any  # None where the misfit is with its own annotation
    wanted: Any
    got: str
    given: bool = False


@dataclass(slots=True)
class NodeValues:
    """What was seen since it was last taken."""

    _plans: dict[int, _Plan] = field(default_factory=dict)
    _misfits: list[_Misfit] = field(default_factory=list)
    _lacking: list[tuple[Any, Parts, tuple[str, ...]]] = field(default_factory=list)
    _verdicts: list[tuple[Any, str, bool]] = field(default_factory=list)

    def entered(self, execution: Execution, inputs: Any, overrides: Any) -> None:
        """A driver starts: what it is given goes to nodes. Hamilton takes a None for everything."""
        execution.is_looked_at = _is_true_to_nodes(execution.graph)
        nodes = execution.graph.nodes if execution.is_looked_at else {}
        wished = wished_by(execution) if overrides else ()
        for name, value in {**execution.graph.config, **(inputs or {})}.items():
            node = nodes.get(name)
            if value is not None and node is not None and node.user_defined:
                self._given(execution, node, value, _askers(node))
        for name, value in (overrides or {}).items():
            node = nodes.get(name)
            if value is not None and node is not None and not node.user_defined and name in wished:
                self._given(execution, node, value, [(node, _own_type(node)), *_consumers(node)])

    def _given(self, execution: Execution, node: Any, value: Any, wishes: Iterable[tuple[Any, Any]]) -> None:
        for consumer, wanted in wishes:
            if not _fits_as_given(value, wanted, is_checked=node.user_defined):
                self._misfits.append(_Misfit(execution, node, consumer, wanted, shape_of(value), given=True))

    def returned(self, execution: Execution, node: Any, result: Any) -> None:
        """A node has returned."""
        if not execution.is_looked_at or not node.originating_functions:
            return
        plan = self._plans.get(id(node))
        if plan is None:
            plan = self._plans[id(node)] = _planned(node)
        if plan.looks > 0 and len(self._plans) < _MOST_PLANS:
            plan.looks -= 1
            try:
                self._look(plan, execution, result)
            except Exception:  # values are the user's: whatever they raise when somebody looks at them
                plan.looks = 0

    def _look(self, plan: _Plan, execution: Execution, result: Any) -> None:
        node = plan.node
        if _VALIDATOR_TAG in node.tags:
            self._note_verdict(node, result)
            return
        if not conforms(result, plan.own, _MOST_ELEMENTS):
            self._misfits.append(_Misfit(execution, node, None, node.type, shape_of(result)))
            plan.looks = 0
        for consumer, wanted in plan.consumers if plan.looks else ():
            if not conforms(result, wanted, _MOST_ELEMENTS):
                self._misfits.append(_Misfit(execution, node, consumer, wanted, shape_of(result)))
                plan.looks = 0
        for parts in plan.parts:
            if missing := lacking(result, parts):
                self._lacking.append((node, parts, missing))

    def _note_verdict(self, node: Any, result: Any) -> None:
        validator: Any = (getattr(node.callable, "__defaults__", None) or (None,))[0]
        if getattr(getattr(validator, "importance", None), "value", "") == "warn":
            self._verdicts.append((node, str(validator.name()), bool(result.passes)))

    def taken(self, dag_id: str, task_id: str, root: Path) -> FlowFacts:
        """All of it as facts, which is then forgotten."""
        seen = FlowFacts(
            dag_id,
            misfits=tuple(_misfit(one, task_id, root) for one in self._misfits if _came_to_pass(one)),
            undelivered=tuple(
                LackingFacts(task_id, _shown(node), parts.kind, missing, _place(node, root), parts.declared)
                for node, parts, missing in self._lacking
            ),
            validations=tuple(
                ValidationFacts(task_id, str(node.tags.get(_VALIDATED_TAG)), name, passes, _place(node, root))
                for node, name, passes in self._verdicts
            ),
        )
        self._plans, self._misfits, self._lacking, self._verdicts = {}, [], [], []
        return FlowFacts(dag_id).with_those(seen)


def _planned(node: Any) -> _Plan:
    return _Plan(node, _own_type(node), tuple(_consumers(node)), tuple(parts_promised(node)))


def _own_type(node: Any) -> Any:
    """What the annotation says; of a Parallelizable, from which Hamilton makes a list, of its elements.

    What Hamilton itself says of the nodes that it makes of @load_from and @save_to is not true of all.
    """
    if SAVER_TAG in node.tags or node.tags.get(_LOADER_WITH_METADATA):
        return Any
    if node.node_role.name != "EXPAND":
        return node.type
    elements = get_args(node.type)
    return GenericAlias(list, elements) if elements else Any


def _consumers(node: Any) -> Iterator[tuple[Any, Any]]:
    """The nodes that ask for this one by another type, where the types fit each other as Hamilton sees it.

    What adapters of the user's let pass beyond that is theirs to answer for.
    """
    from hamilton.htypes import Collect, types_match

    for consumer, wanted in _askers(node):
        if wanted is not node.type and wanted != node.type and types_match(wanted, node.type):
            asked = get_args(wanted)[0] if get_origin(wanted) is Collect and get_args(wanted) else wanted
            yield consumer, GenericAlias(list, (asked,)) if node.node_role.name == "EXPAND" else asked


def _askers(node: Any) -> Iterator[tuple[Any, Any]]:
    return ((consumer, consumer.input_types[node.name][0]) for consumer in node.depended_on_by)


def _fits_as_given(value: Any, wanted: Any, *, is_checked: bool) -> bool:
    """Of an input, whose class Hamilton has checked in its own way, only what is in it is looked at."""
    origin = get_origin(wanted)
    if is_checked and not isinstance(value, origin if isinstance(origin, type) else ()):
        return True
    return conforms(value, wanted, _MOST_ELEMENTS)


def _is_true_to_nodes(graph: Any) -> bool:
    """Whether no adapter may put something else in the place of what a node returns."""
    for adapter in getattr(getattr(graph, "adapter", None), "adapters", ()):
        kind = type(adapter)
        if any(base.__name__ in _RUN_NODES for base in kind.__mro__) and not kind.__module__.startswith(_TRUE_TO_NODES):
            return False
    return True


def _came_to_pass(misfit: _Misfit) -> bool:
    """Whether the value went where it does not fit: a consumer that is not run has no harm of it."""
    consumer: Any = misfit.consumer
    return consumer is None or consumer is misfit.node or consumer.name in misfit.execution.executed


def _misfit(one: _Misfit, task_id: str, root: Path) -> MisfitFacts:
    consumer = None if one.consumer is one.node else one.consumer
    driven_at = one.execution.driven_at if one.given else None
    return MisfitFacts(
        task_id,
        _shown(one.node),
        type_text(one.wanted),
        one.got,
        driven_at or _place(consumer or one.node, root),
        consumer=_shown(consumer) if consumer is not None else "",
        given=one.given,
    )


def _shown(node: Any) -> str:
    """The name of the node; of what a validator looks at, that which the user has given it."""
    is_raw = any(_VALIDATOR_TAG in consumer.tags for consumer in node.depended_on_by)
    return str(node.name.removesuffix("_raw") if is_raw else node.name)


def _place(node: Any, root: Path) -> Location:
    for function in (node.originating_functions or ())[:1]:
        return location_of(function, root)
    return Location("?")
