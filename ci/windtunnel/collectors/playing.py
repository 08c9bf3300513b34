"""One recorded dataflow played with changes, in a child process: what a job of `collect_replays` does."""

from __future__ import annotations

import contextlib
import os
import sys
import time
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from windtunnel.collectors.changes_of_data import OF_SETTING
from windtunnel.collectors.contracts import Contracts
from windtunnel.collectors.declared import Misdeclared, declared
from windtunnel.collectors.peeks import peeks
from windtunnel.collectors.perturbing import Break, Perturber, Stage
from windtunnel.collectors.recorded import RecordedDataflow, read_recorded
from windtunnel.collectors.replay import NotReplayable, Replay
from windtunnel.collectors.replays import ReplayRequest
from windtunnel.collectors.smallest import smallest
from windtunnel.facts import BreakFacts, ReplayFacts
from windtunnel.worker import Shelf

_SHRINKING = 0.3  # of the time; the rest is for finding


def play_again(request: ReplayRequest) -> ReplayFacts:
    """The facts of one dataflow, played in this very process."""
    ends = time.monotonic() + request.seconds
    enter(request)
    recorded = read_recorded(request.file)
    modules = tuple(name for name, _ in recorded.modules)
    facts = replace(request.nothing_known(recorded.task_id), modules=modules)
    with quiet():
        try:
            return _Playing(request, recorded, facts, ends).done()
        except (NotReplayable, Misdeclared) as reason:
            return replace(facts, not_played=str(reason))


class _Playing:
    """What is known so far is put aside, for the case that the user's code takes this process down."""

    def __init__(self, request: ReplayRequest, recorded: RecordedDataflow, facts: ReplayFacts, ends: float) -> None:
        self._shelf = Shelf()
        self._ends = ends
        self._stage = Stage(Replay(recorded), request.root)
        contracts = Contracts(declared(request.root), self._stage.replay)
        self._facts = replace(facts, nodes=len(self._stage.plain), unrepeated=self._stage.unrepeated)
        kinds = [OF_SETTING[word] for word in request.perturbations]
        self._perturber = Perturber(self._stage, contracts, ends - request.seconds * _SHRINKING, kinds)

    def done(self) -> ReplayFacts:
        """All that was found."""
        self._shelf.keep(replace(self._facts, out_of_time=True))
        survey = self._perturber.try_all()
        groups = list(survey.breaks.values())
        facts = replace(
            self._facts,
            trials=survey.trials,
            declined=survey.declined,
            out_of_time=survey.out_of_time,
            breaks=tuple(map(_facts_of, groups)),
        )
        self._shelf.keep(facts)
        facts = replace(facts, peeks=tuple(peeks(self._stage, partial(_is_before, self._ends))))
        return replace(facts, breaks=tuple(self._with_code(facts.breaks, groups)))

    def _with_code(self, told: Sequence[BreakFacts], groups: Sequence[Sequence[Break]]) -> Iterator[BreakFacts]:
        for facts, group in zip(told, groups, strict=True):
            yield replace(facts, code=smallest(group[0], self._perturber, partial(_is_before, self._ends)))


def _facts_of(group: Sequence[Break]) -> BreakFacts:
    first, *more = group
    others = tuple(one.change.text for one in more)
    return BreakFacts(first.change.kind, first.node, first.location, first.change.text, first.outcome, others)


def _is_before(ends: float) -> bool:
    return time.monotonic() < ends


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """What functions print many times over, and warn of, is not kept."""
    with (
        Path(os.devnull).open("w", encoding="utf-8", errors="replace") as nowhere,
        contextlib.redirect_stdout(nowhere),
        contextlib.redirect_stderr(nowhere),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore")
        yield


def enter(request: ReplayRequest) -> None:
    """Settle in, so that the modules can be imported and nothing of the repository be written."""
    from windtunnel.airflow_compat.environment import airflow_variables
    from windtunnel.collectors.dags import own_folder
    from windtunnel.collectors.effects import refuse_network
    from windtunnel.collectors.writes import WriteGuard

    sys.dont_write_bytecode = True
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    os.environ.update(airflow_variables(Path(os.environ["TMPDIR"]) / "airflow"))  # a module may import Airflow too
    refuse_network()
    sys.path[:0] = dict.fromkeys([str(request.root), str(request.dag_folder)])
    WriteGuard(request.root, own_folder()).is_on = True
