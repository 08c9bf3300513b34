"""What somebody asks for who wants a DAG file: the words of the command, read and judged before anything is built."""

from __future__ import annotations

import datetime
import json
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from windtunnel.errors import UsageError

ISOLATIONS = ("none", "virtualenv", "external-python", "docker")
_DAG_ID = re.compile(r"[\w.-]{1,250}", re.ASCII)
_PRESETS = ("@once", "@hourly", "@daily", "@weekly", "@monthly", "@quarterly", "@yearly")
_FIELD = r"[\w*/,#?-]+"
_CRON = re.compile(rf"{_FIELD}( {_FIELD}){{4,5}}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Order:
    """The words of `windtunnel scaffold`; `config` is what the file or the text of `config_source` holds."""

    modules: tuple[str, ...]
    final_vars: tuple[str, ...]
    split_at: tuple[str, ...] = ()
    config: Mapping[str, Any] = field(default_factory=dict)
    config_source: str = ""
    dag_id: str = ""
    schedule: str = ""
    storage: str = ""
    storage_conn_id: str = ""
    isolate: str = "none"
    requirements: tuple[str, ...] = ()
    python: str = ""
    image: str = ""
    pickles: bool = False

    def __post_init__(self) -> None:
        for problem in (*self._misspelt(), *self._misplaced(), *self._unstorable()):
            raise UsageError(problem)

    def _misspelt(self) -> Iterator[str]:
        if not self.modules or not self.final_vars:
            yield "scaffold: name a module, and by --final-vars what it is to make"
        strange = [word for word in self.words if not word.isprintable()]
        if strange:  # a line break would end the comment in which the command stands
            yield f"{strange[0]!r}: has a character that no line can show"
        if self.dag_id and not _DAG_ID.fullmatch(self.dag_id):
            yield f"--dag-id {self.dag_id}: an id has letters, digits, dashes, dots and underscores, at most 250"
        if self.schedule and self.schedule not in _PRESETS and not _CRON.fullmatch(self.schedule):
            yield f"--schedule {self.schedule}: neither a cron expression of five fields nor {', '.join(_PRESETS)}"

    def _misplaced(self) -> Iterator[str]:
        if self.isolate == "external-python" and not self.python:
            yield "--isolate external-python: say by --python which interpreter the tasks run in"
        for option, value, isolation in (
            ("--python", self.python, "external-python"),
            ("--requirement", self.requirements, "virtualenv"),
            ("--image", self.image, "docker"),
        ):
            if value and self.isolate != isolation:
                yield f"{option}: is for --isolate {isolation}"

    def _unstorable(self) -> Iterator[str]:
        if self.storage and not self.is_remote and not self.storage.removeprefix("file://").startswith("/"):
            yield f"--storage {self.storage}: every worker must find it: give an absolute path, or a URL"
        if self.storage_conn_id and not self.is_remote:
            yield "--storage-conn-id: is for a --storage with a scheme, such as s3://bucket/prefix"
        if self.storage_conn_id and self.isolate != "none":
            yield f"--storage-conn-id: a task under --isolate {self.isolate} knows no Airflow connection"
        if self.is_remote and self.isolate != "none":
            yield f"--storage {self.storage}: a task under --isolate {self.isolate} needs a folder that it can mount"

    @property
    def is_remote(self) -> bool:
        """Whether the runs' folders lie in an object store."""
        return "://" in self.storage and not self.storage.startswith("file://")

    @property
    def words(self) -> tuple[str, ...]:
        """The command that makes the same file again, in pieces; where it goes is not among them."""
        options = (shlex.join(option) for option in self._options())
        return ("windtunnel", "scaffold", *map(shlex.quote, self.modules), *options)

    def _options(self) -> Iterator[tuple[str, ...]]:
        for name, value in (
            ("final-vars", ",".join(self.final_vars)),
            ("config", self.config_source),
            ("dag-id", self.dag_id),
            ("schedule", self.schedule),
            ("split-at", ",".join(self.split_at)),
            ("storage", self.storage),
            ("storage-conn-id", self.storage_conn_id),
            ("isolate", self.isolate.replace("none", "")),
            ("python", self.python),
            ("image", self.image),
        ):
            if value:
                yield f"--{name}", value
        for requirement in self.requirements:
            yield "--requirement", requirement
        if self.pickles:
            yield ("--pickle",)


def names(text: str) -> tuple[str, ...]:
    """The names of a list with commas, each once."""
    return tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))


def read_config(source: str, here: Path) -> dict[str, Any]:
    """What a YAML or JSON file, or the text of a JSON object, holds. UsageError for what a param cannot."""
    if not source:
        return {}
    where = "--config" if source.lstrip().startswith("{") else f"--config {source}"
    try:
        text = source if where == "--config" else (here / source).read_text(encoding="utf-8")
        read = yaml.safe_load(text)
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{where}: {getattr(error, 'strerror', None) or error}") from error
    except yaml.YAMLError as error:
        raise UsageError(f"{where}: {' '.join(str(error).split())}") from error
    if not isinstance(read, dict | None) or not all(isinstance(key, str) for key in read or {}):
        raise UsageError(f"{where}: holds no names with values")
    try:
        config: dict[str, Any] = json.loads(json.dumps(read or {}, default=_day, allow_nan=False))
    except (TypeError, ValueError) as error:
        raise UsageError(f"{where}: params are JSON: {error}") from error
    return config


def _day(value: object) -> str:
    """YAML makes days and times of what looks like one."""
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    raise TypeError(f"{value!r} is none")
