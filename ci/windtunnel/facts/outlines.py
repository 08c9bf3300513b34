"""What a driver of some Hamilton modules would have before it, for one configuration: for who writes its DAG."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from windtunnel.facts.processes import FailureFacts, ProcessFacts


class Storage(str, Enum):
    """The form in which a value can lie between two tasks and come back the same."""

    FRAME = "frame"
    SERIES = "series"
    ARRAY = "array"
    JSON = "json"
    NONE = ""


@dataclass(frozen=True, slots=True)
class OutlineNodeFacts:
    """A node that a function makes; `needs` are the nodes and inputs that it asks for, in their order.

    `saves_as` is Hamilton's word for what a saver writes ("csv"); "" for what is no saver. `is_dynamic` where it makes
    or collects a number of others that only a run knows.
    """

    name: str
    type: str
    storage: Storage
    needs: tuple[str, ...]
    saves_as: str = ""
    is_dynamic: bool = False


@dataclass(frozen=True, slots=True)
class OutlineInputFacts:
    """What somebody outside has to give.

    `schema` is the JSON schema of a param for it, as JSON, "" where no param can hold it; then `storage` is the form of
    the file that can, if there is one. `made_by` is the type that makes the input of what JSON gives: "float", "Path".
    `default` is that of the functions that ask for it, as JSON, "" where one of them has none.
    """

    name: str
    type: str
    schema: str
    storage: Storage = Storage.NONE
    made_by: str = ""
    default: str = ""
    is_required: bool = True


@dataclass(frozen=True, slots=True)
class VariantFacts:
    """The same modules with another value, as JSON, of one key of the configuration; no nodes if it does not build."""

    key: str
    value: str
    nodes: tuple[OutlineNodeFacts, ...]


@dataclass(frozen=True, slots=True)
class OutlineFacts:
    """The graph of some modules that one driver is given.

    `deciding` are the keys of the configuration by which it becomes another graph; `open` those of them of which a
    decorator says which value they must not have, so that they may have any other. `packages` are (name as it is
    imported, requirement) of what the modules import and what a task needs beside that, if that was asked for.
    """

    process: ProcessFacts
    nodes: tuple[OutlineNodeFacts, ...] = ()
    inputs: tuple[OutlineInputFacts, ...] = ()
    deciding: tuple[str, ...] = ()
    open: tuple[str, ...] = ()
    variants: tuple[VariantFacts, ...] = ()
    packages: tuple[tuple[str, str], ...] = ()
    failure: FailureFacts | None = None
