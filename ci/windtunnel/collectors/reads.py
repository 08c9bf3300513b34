"""What the user's own lines read of Airflow's metadata and of the environment, seen while they run."""

from __future__ import annotations

import dis
import os
import sys
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

from windtunnel.airflow_compat.metadata import tell_reads
from windtunnel.collectors.failures import is_users, relative
from windtunnel.facts import NeedFacts, NeedKind
from windtunnel.findings import Location

_PASSING_ON = ("<frozen _collections_abc>", "<frozen os>", "_collections_abc.py", "os.py")
_ASKING = ("get", "getenv", "setdefault", "pop", "__contains__")


@dataclass(slots=True)
class ReadWatch:
    """From its making to `stop`, all that is read. What it hooks into stays hooked: it belongs into a child."""

    root: Path
    _seen: dict[tuple[NeedKind, str, Location], NeedFacts] = field(default_factory=dict)
    _written: set[str] = field(default_factory=set)
    _watching: bool = True

    def __post_init__(self) -> None:
        """Hook in."""
        tell_reads(self._metadata)
        kind = type(os.environ)
        read, write = kind.__getitem__, kind.__setitem__

        def getting(environment: Any, name: Any) -> Any:
            self._environment(name, sys._getframe(1))  # noqa: SLF001  the documented way to a frame
            return read(environment, name)

        def setting(environment: Any, name: Any, value: Any) -> None:
            self._written.add(str(name))
            write(environment, name, value)

        kind.__getitem__ = getting  # type: ignore[method-assign]
        kind.__setitem__ = setting  # type: ignore[method-assign]

    def stop(self) -> tuple[NeedFacts, ...]:
        """What was seen, in order."""
        self._watching = False
        return tuple(self._seen.values())

    def _metadata(self, kind: str, name: str, has_default: bool) -> None:
        frame: FrameType | None = sys._getframe(1)  # noqa: SLF001
        while frame is not None and not is_users(frame.f_code.co_filename, self.root):
            frame = frame.f_back
        if frame is not None:
            self._note(NeedKind(kind), name, frame, not has_default)

    def _environment(self, name: Any, frame: FrameType) -> None:
        """A library that reads the environment does so for itself; one that walks through all of it reads nothing."""
        is_required = dis.opname[frame.f_code.co_code[frame.f_lasti]] == "BINARY_SUBSCR"
        asking: FrameType | None = frame
        while asking is not None and Path(asking.f_code.co_filename).name in _PASSING_ON:
            if asking.f_code.co_name not in _ASKING:
                return
            asking = asking.f_back
        passed_on = asking is not frame
        if asking is not None and (passed_on or is_required) and is_users(asking.f_code.co_filename, self.root):
            self._note(NeedKind.ENVIRONMENT, str(name), asking, not passed_on)

    def _note(self, kind: NeedKind, name: str, frame: FrameType, required: bool) -> None:
        if self._watching and not (kind is NeedKind.ENVIRONMENT and name in self._written):
            location = Location(relative(frame.f_code.co_filename, self.root), frame.f_lineno)
            need = NeedFacts(kind, name, location, required, at_import=True)
            self._seen.setdefault((kind, name, location), need)
