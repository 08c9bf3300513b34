"""The graph of some Hamilton modules under one configuration, built by a real driver in a child, and not executed."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import Any

from windtunnel.collectors.failures import failure_facts
from windtunnel.collectors.hamilton_configs import conditions, mentioned
from windtunnel.collectors.hamilton_functions import (
    NodeFunction,
    import_dataflow,
    names_kept,
    node_functions,
    type_text,
)
from windtunnel.collectors.modules import ModuleFile, enter
from windtunnel.collectors.plain_kinds import made_by, schema_of, storage_of
from windtunnel.collectors.used_packages import used_packages
from windtunnel.facts import (
    End,
    OutlineFacts,
    OutlineInputFacts,
    OutlineNodeFacts,
    ProcessFacts,
    VariantFacts,
)
from windtunnel.pool import Job, Pool

_COMPLETED = ProcessFacts(End.COMPLETED)
_DYNAMIC = ("EXPAND", "COLLECT")


@dataclass(frozen=True, slots=True)
class OutlineRequest:
    """The modules that one driver is to be given, and its configuration as JSON; whether packages are asked for."""

    modules: tuple[ModuleFile, ...]
    config: str
    packages: bool = False


def collect_outline(pool: Pool, request: OutlineRequest, timeout: float) -> OutlineFacts:
    """What the driver would have before it; its `process` says whether the modules could be imported to the end."""
    ((_, outcome),) = pool.map([Job(request, f"{__name__}:outline", (request,), timeout)])
    return outcome.value or OutlineFacts(outcome.process)


# In the child


def outline(request: OutlineRequest) -> OutlineFacts:
    """The same, in this very process."""
    from windtunnel.collectors.writes import WriteGuard

    root = request.modules[0].root
    guard = WriteGuard(root, Path(os.environ["TMPDIR"]).parent)
    enter(request.modules[0])
    sys.path += [str(module.home) for module in request.modules if str(module.home) not in sys.path]
    guard.is_on = True
    try:
        modules = tuple(import_dataflow(module.name, module.path, root) for module in request.modules)
        guard.is_on = False
        facts = _Outline(modules, root, json.loads(request.config)).facts()
        return replace(facts, packages=used_packages(modules, root)) if request.packages else facts
    except (Exception, SystemExit) as error:
        return OutlineFacts(_COMPLETED, failure=failure_facts(error, root))


class _Outline:
    def __init__(self, modules: tuple[ModuleType, ...], root: Path, config: dict[str, Any]) -> None:
        self._modules = modules
        self._config = config
        self._functions: tuple[NodeFunction, ...] = tuple(
            function for module in modules for function in node_functions(module, root)
        )

    def facts(self) -> OutlineFacts:
        graph = self._graph(self._config)
        named = mentioned(self._functions)
        deciding = tuple(key for key in self._config if key in named or self._decides(key, graph))
        refusing = {one.key for function in self._functions for one in conditions(function) if not one.wanted}
        return OutlineFacts(
            _COMPLETED,
            nodes=tuple(_nodes(graph)),
            inputs=tuple(_inputs(graph)),
            deciding=deciding,
            open=tuple(key for key in deciding if key in refusing),
            variants=tuple(self._variants(deciding)),
        )

    def _graph(self, config: Mapping[str, Any]) -> dict[str, Any]:
        from hamilton import driver

        with names_kept(self._functions):
            built = driver.Builder().with_config(dict(config)).with_modules(*self._modules).build()
            return dict(built.graph.nodes)

    def _decides(self, key: str, graph: dict[str, Any]) -> bool:
        """Whether the graph is another one, or none, without that key: what else a key is for is to be an input."""
        try:
            other = self._graph({name: value for name, value in self._config.items() if name != key})
        except Exception:  # whatever decorators raise who miss it
            return True
        return _wiring(other) != _wiring(graph)

    def _variants(self, deciding: tuple[str, ...]) -> Iterator[VariantFacts]:
        """The graphs for the other values that decorators name."""
        named = mentioned(self._functions)
        for key in deciding:
            for value in named.get(key, ()):
                if value != self._config[key] and (text := _json(value)):
                    yield VariantFacts(key, text, self._nodes_with({**self._config, key: value}))

    def _nodes_with(self, config: Mapping[str, Any]) -> tuple[OutlineNodeFacts, ...]:
        try:
            return tuple(_nodes(self._graph(config)))
        except Exception:
            return ()


def _wiring(graph: dict[str, Any]) -> dict[str, tuple[Any, ...]]:
    made = {name: node for name, node in graph.items() if not node.user_defined}
    return {name: (node.originating_functions, tuple(node.input_types)) for name, node in made.items()}


def _nodes(graph: dict[str, Any]) -> Iterator[OutlineNodeFacts]:
    for name, node in graph.items():
        if not node.user_defined:
            yield OutlineNodeFacts(
                name,
                type_text(node.type),
                storage_of(node.type),
                tuple(str(need) for need in node.input_types),
                saves_as=str(node.tags.get("hamilton.data_saver.sink", "")),
                is_dynamic=node.node_role.name in _DYNAMIC,
            )


def _inputs(graph: dict[str, Any]) -> Iterator[OutlineInputFacts]:
    for name, node in graph.items():
        asking = [other for other in graph.values() if name in other.input_types]
        if node.user_defined and asking:
            kind = _asked_type(name, asking)
            schema = schema_of(kind)
            yield OutlineInputFacts(
                name,
                type_text(kind),
                "" if schema is None else json.dumps(schema),
                storage_of(kind),
                made_by(kind),
                _default(name, asking),
                is_required=any(other.input_types[name][1].name == "REQUIRED" for other in asking),
            )


def _asked_type(name: str, asking: list[Any]) -> Any:
    """The type that the function asks for which is the most particular about it."""
    kinds = [other.input_types[name][0] for other in asking]
    return next((kind for kind in kinds if schema_of(kind)), kinds[0])


def _default(name: str, asking: list[Any]) -> str:
    """The one default of all functions that ask for an input, as JSON; "" where there is no such thing."""
    missing = object()
    texts = {_json(other.default_parameter_values.get(name, missing)) for other in asking}
    return texts.pop() if len(texts) == 1 else ""


def _json(value: Any) -> str:
    """The value as JSON, "" where it is something else, or would be after it has been JSON."""
    try:
        text = json.dumps(value, allow_nan=False)
        return text if json.loads(text) == value else ""
    except (TypeError, ValueError):
        return ""
