"""What was forced on a run, so that it takes a path that another run has not taken."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Forcing(str, Enum):
    """What a task is made to do: FOLLOW other tasks, let those below GO_ON or STOP, give an EMPTY list, or FAIL."""

    FOLLOW = "follow"
    GO_ON = "go on"
    STOP = "stop"
    EMPTY = "empty"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class ForcedFacts:
    """What one task is made to do. `targets` are the ids of the tasks that a branch has to follow.

    `is_sure` where the DAG itself does so at times: the text names the answer, or answers of its kind were seen.
    """

    task_id: str
    how: Forcing
    targets: tuple[str, ...] = ()
    is_sure: bool = True

    @property
    def text(self) -> str:
        """What it does, as the end of a sentence that begins with "when"."""
        return f"{self.task_id!r} {self._does}"

    @property
    def _does(self) -> str:
        if self.how is Forcing.FOLLOW:
            return f"answers {', '.join(map(repr, self.targets)) or 'with nothing to follow'}"
        said = {Forcing.GO_ON: "answers True", Forcing.STOP: "answers False", Forcing.EMPTY: "gives an empty list"}
        return said.get(self.how, "fails")
