"""The further runs of a DAG, in which it was made to take the paths that its plain run did not take."""

from __future__ import annotations

from dataclasses import dataclass

from windtunnel.facts.dags import DagFacts
from windtunnel.facts.runs import RunFacts
from windtunnel.findings import Location


@dataclass(frozen=True, slots=True)
class PathsFacts:
    """One DAG, its plain run, and the runs on further paths, in the order in which they were wanted.

    `left_out` are the paths that were not tried, each as the end of a sentence that begins with "when".
    """

    dag: DagFacts
    plain: RunFacts
    runs: tuple[RunFacts, ...] = ()
    left_out: tuple[str, ...] = ()

    @property
    def dag_id(self) -> str:
        """The DAG's id."""
        return self.dag.dag_id

    @property
    def location(self) -> Location:
        """Where the DAG gets its id."""
        return self.plain.location
