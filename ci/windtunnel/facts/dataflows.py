"""Hamilton modules, and the properties of their functions."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from windtunnel.facts.processes import FailureFacts, ProcessFacts
from windtunnel.findings import Location


@dataclass(frozen=True, slots=True)
class NodeFacts:
    """One node of a module's graph that a function of that module makes."""

    name: str
    function: str
    location: Location
    type: str
    parameters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DataflowFacts:
    """One Hamilton module, imported and built alone, in a process of its own."""

    module: str
    path: str
    process: ProcessFacts
    nodes: tuple[NodeFacts, ...] = ()
    failure: FailureFacts | None = None


class Property(str, Enum):
    """What is asked of every node function, whatever it computes."""

    NO_EXCEPTION = "no unexpected exception"
    RETURN_TYPE = "result matches the return annotation"
    INPUTS_UNCHANGED = "inputs are not changed"
    DETERMINISTIC = "same inputs give the same result"


@dataclass(frozen=True, slots=True)
class CounterExample:
    """A property that does not hold: `call` is the smallest failing call, as code, and `detail` what it did."""

    property: Property
    call: str
    detail: str
    location: Location


@dataclass(frozen=True, slots=True)
class PropertyFacts:
    """The properties of one node, tried on generated inputs.

    `not_exercised` says why no example could be made (a parameter whose type says too little); then nothing was tried.
    `examples` counts the inputs on which every property was judged, `declined` those that the function refused
    by raising on purpose.
    """

    module: str
    path: str
    node: str
    location: Location
    process: ProcessFacts
    tried: tuple[Property, ...] = ()
    examples: int = 0
    declined: int = 0
    counterexamples: tuple[CounterExample, ...] = ()
    not_exercised: str = ""
