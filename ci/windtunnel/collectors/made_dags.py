"""The DAGs that a file makes while it is imported, compared with those that Airflow collects from it."""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from types import FrameType
from typing import Any

from windtunnel.airflow_compat.made import stored_form, tell_dags
from windtunnel.facts import ReusedIdFacts

_REGISTERS = re.compile(rb"\b(globals|locals|vars)\(|\bsys\.modules\b")
_IMPORTING = "<frozen importlib._bootstrap>"


class MadeDags:
    """Every DAG that is made while one file is loaded, with the line of the file that has it made.

    What a module makes while it is itself imported is not the file's.
    """

    def __init__(self) -> None:
        """Hook in: once in a child."""
        self._file = Path()
        self._made: list[tuple[Any, int]] = []
        tell_dags(self._note)

    def listen(self, file: Path) -> None:
        """Forget what was made so far, and note what `file` makes from now on."""
        self._file, self._made = file, []

    def _note(self, dag: Any) -> None:
        if line := self._line(sys._getframe(2)):  # noqa: SLF001  the documented way to a frame
            self._made.append((dag, line))

    def _line(self, frame: FrameType | None) -> int:
        while frame is not None and frame.f_code.co_filename != _IMPORTING:
            if frame.f_code.co_filename == str(self._file):
                return frame.f_lineno
            frame = frame.f_back
        return 0

    def lost(self, collected: Iterable[Any]) -> tuple[tuple[str, int], ...]:
        """(dag_id, line) of those that Airflow has not found; beside others that it has, only those with tasks.

        A file that puts its DAGs into its namespace by itself chooses which of them to show.
        """
        known = {dag.dag_id for dag in collected}
        if known and _REGISTERS.search(self._file.read_bytes()):
            return ()
        missing = [(dag, line) for dag, line in self._made if dag.dag_id not in known and dag.auto_register]
        return tuple(dict.fromkeys((dag.dag_id, line) for dag, line in missing if dag.tasks or not known))

    def reused(self, collected: Iterable[Any]) -> tuple[ReusedIdFacts, ...]:
        """The ids of which Airflow keeps one DAG where the file made several, with tasks, that are not the same."""
        known = {dag.dag_id for dag in collected}
        by_id: dict[str, list[tuple[Any, int]]] = defaultdict(list)
        for dag, line in self._made:
            if dag.dag_id in known and dag.tasks:
                by_id[dag.dag_id].append((dag, line))
        several = {dag_id: made for dag_id, made in by_id.items() if len(made) > 1}
        return tuple(
            ReusedIdFacts(dag_id, tuple(line for _, line in made))
            for dag_id, made in several.items()
            if not _same([dag for dag, _ in made])
        )


def _same(dags: list[Any]) -> bool:
    forms = [stored_form(dag) for dag in dags]
    return all(form == forms[0] for form in forms) and forms[0] is not None
