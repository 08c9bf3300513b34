"""The facts of one task that its wiring is judged by: what it answers, how long and how often it tries, and on whom."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from windtunnel.airflow_compat import tasks
from windtunnel.collectors.answers import answers_in
from windtunnel.collectors.callables import Reach, Text, bare, reach_of, text_of
from windtunnel.collectors.date_uses import called_names, selects_by
from windtunnel.collectors.failures import is_users, relative
from windtunnel.collectors.task_names import might_name
from windtunnel.facts import ChoiceFacts, LimitFacts
from windtunnel.findings import Location

_DEEPEST = 2  # calls from the task's own function
_ENDS = ("data_interval_start", "data_interval_end")


def choices_of(task: Any, location: Location, root: Path, file: Path) -> tuple[ChoiceFacts, ...]:
    """The literal answers of a branch task, each with those of its ids that the DAG file may give to something."""
    made = {getattr(tasks.callable_of(other), "__name__", "") for other in task.dag.tasks} | set(task.dag.task_ids)

    def facts(targets: tuple[str, ...], place: Location, whole: bool = True) -> ChoiceFacts:
        named = tuple(target for target in targets if target not in made and might_name(target, file))
        return ChoiceFacts(targets, place, whole, named)

    said = [facts(targets, location) for targets in tasks.answers_of(task)]
    return (*said, *(facts(*answer) for answer in _told(tasks.callable_of(task), root)))


def _told(function: Any, root: Path) -> Iterator[tuple[tuple[str, ...], Location, bool]]:
    text = text_of(function)
    if text is None or not is_users(text.file, root):
        return
    for answer in answers_in(function):
        yield answer.targets, Location(relative(text.file, root), answer.line), answer.whole


def _reach_of_own(task: Any, root: Path) -> Reach:
    """What an operator of the repository's own does; of others their arguments tell it, and their text is long."""
    execute = tasks.execute_of(task)
    text = text_of(execute)
    return reach_of(execute) if text and is_users(text.file, root) else Reach()


def outside_and_limits(task: Any, root: Path) -> tuple[str, LimitFacts]:
    """By what the task talks to other systems, and what bounds its attempts."""
    function = tasks.callable_of(task)
    reach = reach_of(function) if function is not None else _reach_of_own(task, root)
    retries, chosen = tasks.retries_of(task)
    limits = LimitFacts(
        execution_timeout=tasks.seconds(task.execution_timeout),
        bounds_itself=reach.timed or tasks.bounds_itself(task),
        retries=retries,
        retries_chosen=chosen or reach.repeats,
    )
    return tasks.connection_of(task) or reach.call, limits


def _called(function: Any, root: Path, depth: int = 0) -> Iterator[Text]:
    """The text of a function of the user's, and of those that it calls by their names; the last of them not so."""
    text = text_of(function)
    if text is None or not is_users(text.file, root):
        return
    yield text
    known = getattr(function, "__globals__", {})
    for name in called_names(text) if depth < _DEEPEST else ():
        place, _, attribute = name.partition(".")
        found = bare(known.get(place))
        if (other := getattr(found, attribute, None) if attribute else found) is not function:
            yield from _called(other, root, depth + 1)


def spans_interval(task: Any, root: Path) -> bool:
    """Whether its templates, or the text of its function, select by the start of the data interval and by its end."""
    function = bare(tasks.callable_of(task) or tasks.execute_of(task))
    if (texts := tuple(_called(function, root))) and selects_by(texts, _ENDS):
        return True
    templates = " ".join(tasks.templates_of(task))
    return all(end in templates for end in _ENDS)
