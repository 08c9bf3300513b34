"""What a run is given from outside its DAG file, and how it comes into the process that plays the run."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Given:
    """All that one DAG is given but its params.

    `environment` holds its connections and variables too. `network` are the hosts, or host:port, that its tasks may
    reach beside loopback; `recording` is the file of recorded responses; `date` the logical date, "" for now; `pools`
    the slots of pools by name.
    """

    environment: Mapping[str, str] = field(default_factory=dict)
    network: tuple[str, ...] = ()
    recording: str = ""
    date: str = ""
    pools: Mapping[str, int] = field(default_factory=dict)

    def enter(self) -> None:
        """Have this process, and those that are forked from it, live in the environment given."""
        os.environ.update(self.environment)
