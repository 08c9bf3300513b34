"""The properties of a Hamilton module's functions."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from windtunnel.facts.processes import ProcessFacts
from windtunnel.findings import Location


class Property(str, Enum):
    """What is asked of every node function, whatever it computes; the last ones only of those whose owner says so."""

    NO_EXCEPTION = "no unexpected exception"
    RETURN_TYPE = "result matches the return annotation"
    INPUTS_UNCHANGED = "inputs are not changed"
    DETERMINISTIC = "same inputs give the same result"
    RANDOM_STATE_KEPT = "the generators of random numbers are not seeded"
    PROCESS_UNCHANGED = "environment and working directory are not changed"
    NOTHING_WRITTEN = "no file is left"
    NOTHING_SENT = "nothing is sent that changes things elsewhere"
    NO_DEPRECATION = "nothing that the next pandas or numpy refuses"
    COLUMNS_KEPT = "a small table keeps the columns of a large one"
    SAME_UNDER_OTHER_HASHES = "another hash seed gives the same result"
    ROWWISE = "rowwise"
    ORDER_INSENSITIVE = "order_insensitive"
    IDEMPOTENT = "idempotent"
    MONOTONIC = "monotonic"
    CONSERVES = "conserves"
    BOUNDED = "bounded"
    INVERSE = "inverse"


DECLARABLE = (
    *(Property.ROWWISE, Property.ORDER_INSENSITIVE, Property.IDEMPOTENT, Property.MONOTONIC),
    *(Property.CONSERVES, Property.BOUNDED, Property.INVERSE),
)
"""What is asked where the owner declares it, by `@tag(windtunnel="...")`."""


@dataclass(frozen=True, slots=True)
class CounterExample:
    """A property that does not hold: `call` is the smallest failing call, as code, and `detail` what it did.

    `on_record` names the task that gave the function values with which it fails too, "" where none did.
    """

    property: Property
    call: str
    detail: str
    location: Location
    on_record: str = ""


@dataclass(frozen=True, slots=True)
class MisdeclaredFacts:
    """What the owner has declared in vain: not understood, or never judged. `node` is "" for a file of declarations."""

    path: str
    location: Location
    node: str
    message: str
    is_understood: bool = False


@dataclass(frozen=True, slots=True)
class PropertyFacts:
    """The properties of one node, tried on generated inputs.

    `not_exercised` says why no example could be made (a parameter whose type says too little); then nothing was tried.
    `examples` counts the inputs on which every property was judged, `declined` those that the function refused
    by raising on purpose. `misdeclared` is what its owner has declared in vain. `grown_from` names the tasks of real
    runs near whose values the inputs lie (none where types alone were known), `dag_paths` the files of their DAGs.
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
    misdeclared: tuple[MisdeclaredFacts, ...] = ()
    grown_from: tuple[str, ...] = ()
    dag_paths: tuple[str, ...] = ()
