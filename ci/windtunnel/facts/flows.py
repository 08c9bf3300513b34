"""What went through the dataflows of a run, as far as it was looked at."""

from __future__ import annotations

from dataclasses import dataclass

from windtunnel.findings import Location


@dataclass(frozen=True, slots=True)
class MisfitFacts:
    """A value that is not what an annotation says: that of its own node, or that of the `consumer`.

    `wanted` is the annotation, `got` the type of the value. It was `given` where a task gave it to the driver; then
    `location` is the line that drove it, else the function of the node, or that of the consumer.
    """

    task_id: str
    node: str
    wanted: str
    got: str
    location: Location
    consumer: str = ""
    given: bool = False


@dataclass(frozen=True, slots=True)
class LackingFacts:
    """A node whose value has not the `names` that its function promises as nodes of their own (`kind`: column, field).

    `declared` where it promises them as a schema only, of which Hamilton makes no nodes.
    """

    task_id: str
    node: str
    kind: str
    names: tuple[str, ...]
    location: Location
    declared: bool = False


@dataclass(frozen=True, slots=True)
class ValidationFacts:
    """One verdict of a validator that only warns, on the value of a node."""

    task_id: str
    node: str
    validator: str
    passes: bool
    location: Location


@dataclass(frozen=True, slots=True)
class FlowFacts:
    """All that was seen of the values in one run of a DAG."""

    dag_id: str = ""
    misfits: tuple[MisfitFacts, ...] = ()
    undelivered: tuple[LackingFacts, ...] = ()
    validations: tuple[ValidationFacts, ...] = ()

    def with_those(self, other: FlowFacts) -> FlowFacts:
        """Both together, each thing once; of the first DAG."""
        return FlowFacts(
            self.dag_id,
            tuple(dict.fromkeys((*self.misfits, *other.misfits))),
            tuple(dict.fromkeys((*self.undelivered, *other.undelivered))),
            tuple(dict.fromkeys((*self.validations, *other.validations))),
        )
