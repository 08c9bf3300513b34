"""In which contexts a DAG is run again: in those only that can teach something that its first run has not told."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from windtunnel.facts import (
    ContextFacts,
    DagFacts,
    DatesFacts,
    ElsewhereFacts,
    End,
    KilledFacts,
    ResumedFacts,
    RunFacts,
    SaveState,
    TwiceFacts,
    UndatedFacts,
)

CONTEXTS: dict[str, type[ContextFacts]] = {
    context.name: context
    for context in (UndatedFacts, TwiceFacts, ElsewhereFacts, ResumedFacts, DatesFacts, KilledFacts)
}
"""By the names that the setting has for them."""
_MOST_OF_TIME = 1 / 3
_WRITTEN = (
    *(SaveState.WHOLE, SaveState.EMPTY, SaveState.UNREADABLE, SaveState.MISTAKEN),
    *(SaveState.MISNAMED, SaveState.TRUNCATED, SaveState.CONTRADICTED),
)


def contexts_for(
    dag: DagFacts, run: RunFacts, wanted: Collection[type[ContextFacts]], *, dated: bool, timeout: float
) -> Iterator[type[ContextFacts]]:
    """Those of the `wanted` contexts in which it is worth running a DAG again whose first run was `run`.

    Nothing where that run did not end well, or took so much of the time limit that several would not end in it.
    `dated` where the DAG's text has a word for the date of its runs.
    """
    if run.process.end is not End.COMPLETED or run.state != "success" or run.failure is not None:
        return
    if run.process.seconds > timeout * _MOST_OF_TIME or any(task.state == "failed" for task in run.tasks):
        return
    starts_others = any(task.triggers for task in dag.tasks)
    for context in wanted:
        if context is UndatedFacts:
            worth = dated and (bool(dag.consumes) or is_by_hand(dag))
        elif context is DatesFacts:
            worth = dated and is_by_clock(dag)
        elif context is ElsewhereFacts:
            worth = bool(run.handed_over)
        elif context is ResumedFacts:
            worth = bool(writers(run)) and not starts_others
        elif context is KilledFacts:
            worth = bool(savers(run)) and not starts_others
        else:
            worth = writes(run) and not starts_others
        if worth:
            yield context


def is_by_clock(dag: DagFacts) -> bool:
    """Whether runs come by the clock."""
    return bool(dag.schedule.next_runs) and not dag.consumes


def is_by_hand(dag: DagFacts) -> bool:
    """Whether runs come only when somebody asks for them."""
    return dag.schedule.summary in ("None", "Never") and not dag.consumes


def writes(run: RunFacts) -> bool:
    """Whether a run leaves anything behind, as far as could be seen."""
    saved = any(save.state in _WRITTEN for save in run.saves)
    return saved or run.leaves or any(use.writes for use in run.uses)


def writers(run: RunFacts) -> frozenset[str]:
    """The tasks that were seen to write files."""
    saving = {save.task_id for save in run.saves if save.state in _WRITTEN}
    return frozenset(saving | {use.task_id for use in run.uses if use.writes})


def savers(run: RunFacts) -> tuple[str, ...]:
    """The tasks with savers of Hamilton's that ran, in order."""
    ran = [save.task_id for save in run.saves if not (save.is_unasked or save.state is SaveState.NOT_REACHED)]
    return tuple(dict.fromkeys(ran))
