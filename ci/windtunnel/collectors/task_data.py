"""What one attempt is given and hands on: its rendered fields, the XComs that it pushes, and those that it asks for."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from inspect import Parameter, signature
from typing import Any

from windtunnel.airflow_compat import templates
from windtunnel.airflow_compat.tasks import callable_of
from windtunnel.airflow_compat.xcoms import Asked, Pushed, listen_to_xcoms, read_back
from windtunnel.collectors.callables import bare
from windtunnel.collectors.canaries import Canaries
from windtunnel.collectors.dags import DagFile
from windtunnel.collectors.failures import is_users, relative
from windtunnel.collectors.plain_values import cut, difference, is_nothing, short, texts_in
from windtunnel.collectors.pulled_names import expects_key, expects_task, never_returns
from windtunnel.facts import DataFacts, LeakFacts, PullFacts, PushFacts, UnrenderedFacts
from windtunnel.findings import Location

_MOST = 50  # of anything: facts stay small, whatever a task does in a loop
_RESULT = "return_value"
_OF_AIRFLOW = (
    r"(?:(?:ds|ts)(?:_nodash(?:_with_tz)?)?|run_id|logical_date|data_interval_(?:start|end)|inlet_events|outlet_events"
    r"|prev_\w+_success|(?:ti|task_instance|dag_run|macros|params|conn)(?=[.\[])|var(?=\.(?:value|json)\b))\b"
)
_TEMPLATE = re.compile(r"\{\{-?\s*" + _OF_AIRFLOW + r".*?\}\}", re.DOTALL)
_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")  # as JSON writes it; "\\\\u0000" is a backslash and letters
_LEFT_ON_PURPOSE = re.compile(r"\{%-?\s*raw\b|\{\{-?\s*['\"]")


class TaskData:
    """The data of the one task at work in this process, from now on."""

    def __init__(self, task: Any, file: DagFile, canaries: Canaries) -> None:
        self._task, self._file, self._canaries = task, file, canaries
        self._rendered: tuple[tuple[str, str], ...] = ()
        self._unrendered: tuple[UnrenderedFacts, ...] = ()
        self._leaks: tuple[LeakFacts, ...] = ()
        self._pushed: list[PushFacts] = []
        self._pulled: dict[PullFacts, None] = {}
        listen_to_xcoms(self._has_pushed, self._has_asked)

    def rendered(self, task: Any) -> None:
        """The task, whose fields have just been rendered, is about to run."""
        fields = list(templates.template_fields(task))
        shown = ((name, cut(templates.redacted(short(value), name))) for name, value in fields if not is_nothing(value))
        self._rendered = tuple(shown)[:_MOST]
        self._unrendered = tuple(self._unrendered_in(task))[:_MOST]
        self._leaks = tuple(dict.fromkeys(self._leaks_in(fields)))

    def facts(self) -> DataFacts:
        """What has been seen until now."""
        pulled = tuple(self._pulled)[:_MOST]
        return DataFacts(self._rendered, self._unrendered, tuple(self._pushed[:_MOST]), pulled, self._leaks)

    def _has_pushed(self, pushed: Pushed) -> None:
        try:
            change = cut(difference(pushed.value, read_back(pushed)))
        except Exception:  # what cannot be read back fails the task that pulls it, for all to see
            change = ""
        size, has_nul = len(pushed.text.encode()), _NUL.search(pushed.text) is not None
        self._pushed.append(PushFacts(pushed.key, type(pushed.value).__name__, size, change, has_nul))

    def _has_asked(self, asked: Asked) -> None:
        if len(self._pulled) >= _MOST:
            return
        if asked.found or asked.optional:
            self._pulled[PullFacts(asked.task_id, asked.key, asked.found, optional=asked.optional)] = None
        else:
            self._pulled[self._missed(asked)] = None

    def _missed(self, asked: Asked) -> PullFacts:
        dag, file = self._task.dag, self._file.file
        source = dag.task_dict.get(asked.task_id)
        if source is None:
            return PullFacts(
                asked.task_id, asked.key, False, self._line(), expected=expects_task(asked.task_id, dag, file)
            )
        expected = asked.several or expects_key(asked.key, file)
        barren = not asked.several and asked.key == _RESULT and never_returns(source)
        return PullFacts(asked.task_id, asked.key, False, self._line(), False, expected, barren)

    def _line(self) -> Location | None:
        """The line of the user's that is at work here."""
        frame, root = sys._getframe(), self._file.root  # noqa: SLF001
        while frame.f_back is not None:
            frame = frame.f_back
            if is_users(frame.f_code.co_filename, root):
                return Location(relative(frame.f_code.co_filename, root), frame.f_lineno)
        return None

    def _leaks_in(self, fields: list[tuple[str, Any]]) -> Iterator[LeakFacts]:
        if not self._canaries:
            return
        for name, value in fields:
            for text in texts_in(value):
                secrets = self._canaries.found_in(templates.redacted(text.text, name))
                yield from (LeakFacts(secret, f"its rendered field {name!r}") for secret in secrets)

    def _unrendered_in(self, task: Any) -> Iterator[UnrenderedFacts]:
        for name, value in templates.template_fields(task):
            if any("{{" in text.text for text in texts_in(value, self._is_own)):
                yield from self._left_in_field(name, value)
        for name, value in templates.other_arguments(task):
            yield from _left(value, f"the argument {name!r}", f"it is no template field of {task.task_type}")
        yield from _left_in_defaults(task)

    def _left_in_field(self, name: str, value: Any) -> Iterator[UnrenderedFacts]:
        written = templates.as_written(self._task, name)
        if not _is_on_purpose(written):
            reason = "what a template puts in is not rendered again"
            yield from _left(value, f"the field {name!r}", reason, self._is_own)

    def _is_own(self, kind: type) -> bool:
        """Whether a class is of the user's repository."""
        return is_users(str(getattr(sys.modules.get(kind.__module__), "__file__", "")), self._file.root)


def _is_on_purpose(written: Any) -> bool:
    waiting = [written]
    for value in waiting:
        if templates.is_literal(value) or (isinstance(value, str) and _LEFT_ON_PURPOSE.search(value)):
            return True
        if isinstance(value, dict):
            waiting += value.values()
        elif isinstance(value, list | tuple | set):
            waiting += value
    return False


def _left(
    value: Any, place: str, reason: str, opens: Callable[[type], bool] = lambda _: False
) -> Iterator[UnrenderedFacts]:
    for text, inside, is_key in texts_in(value, opens):
        if found := _TEMPLATE.search(text):
            where = f"a key in {place}" if is_key else f"an object of type {inside} in {place}" if inside else place
            why = "keys are not rendered" if is_key else f"{inside} has no template_fields" if inside else reason
            yield UnrenderedFacts(where, cut(found[0]), cut(text), why)


def _left_in_defaults(task: Any) -> Iterator[UnrenderedFacts]:
    """What the function of a Python task is called with because nobody gives it anything else."""
    args, kwargs = templates.call_of(task)
    function = bare(callable_of(task))
    if function is None or not any("{{" in text.text for text in texts_in(_defaults(function))):
        return
    parameters = signature(function).parameters
    given = {*list(parameters)[: len(args)], *kwargs}
    for name, parameter in parameters.items():
        if name not in given and parameter.default is not Parameter.empty:
            place = f"the default of the argument {name!r} of {function.__name__}()"
            yield from _left(parameter.default, place, "defaults of functions are not rendered")


def _defaults(function: Any) -> list[Any]:
    own = getattr(function, "__defaults__", None) or ()
    return [*own, *(getattr(function, "__kwdefaults__", None) or {}).values()]
