"""How child processes and the user's code in them end."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from windtunnel.findings import Location


class End(str, Enum):
    """How an isolated child process ended."""

    COMPLETED = "completed"
    TIMED_OUT = "timed out"
    DIED = "died"


@dataclass(frozen=True, slots=True)
class ProcessFacts:
    """The end of one child process: `detail` is empty where it completed.

    `output` is the last of what it printed, which was `printed` bytes.
    """

    end: End
    detail: str = ""
    output: str = ""
    seconds: float = 0.0
    printed: int = 0


TO_CHANGE_FILES = "to change files"


@dataclass(frozen=True, slots=True)
class FailureFacts:
    """An exception in the user's code: `location` is the innermost line of the user's own files.

    `traceback` keeps the user's frames only; `needs` names what the code asked of the outside and the run
    could not give (a connection, a variable, the network), empty where nothing of the kind was the cause. `hint` is
    the way out of this very failure, as far as it is known.
    """

    type: str
    message: str
    location: Location | None
    traceback: str
    needs: str = ""
    hint: str = ""

    @property
    def summary(self) -> str:
        """The first line that a reader needs: type and message."""
        first = self.message.strip().splitlines()
        return ": ".join(part for part in (self.type, first[0] if first else "") if part)

    @property
    def wanted_to_write(self) -> bool:
        """Whether it failed, at once or later, because windtunnel lets no DAG file change files while it is loaded."""
        return self.needs.startswith(TO_CHANGE_FILES)


@dataclass(frozen=True, slots=True)
class CheckCrash:
    """A check of ours that raised: what it was reading is unjudged."""

    code: str
    name: str
    location: Location
    traceback: str
