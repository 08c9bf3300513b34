"""Hypothesis at work on one function: its properties are surveyed on many inputs, and what fails is shrunk."""

from __future__ import annotations

import contextlib
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import hypothesis
from hypothesis import HealthCheck, Phase, Verbosity
from hypothesis import strategies as st
from hypothesis.database import DirectoryBasedExampleDatabase, ExampleDatabase, ReadOnlyDatabase
from hypothesis.errors import Flaky, Unsatisfiable

from windtunnel.collectors.declarations import Declaration
from windtunnel.collectors.properties_calls import called
from windtunnel.collectors.properties_deeds import randomness_kept
from windtunnel.collectors.properties_relations import Case
from windtunnel.collectors.properties_trial import EVERYTHING, Tried, Verdict, try_once, verdict_on
from windtunnel.collectors.strategies import Arguments
from windtunnel.debugger import debugger
from windtunnel.facts import CounterExample, Property

# Shrinking a slow function by Hypothesis's own measure may take five minutes.
_SHRINKING_SECONDS = 10.0
# What takes more calls for each example is asked of fewer.
_FEW = 10
_COSTLY = frozenset({Property.COLUMNS_KEPT})
# Another process is given as many examples, from the beginning: they grow.
_KEPT_CALLS = 5


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is tried, and where Hypothesis remembers what has failed ("" for nowhere)."""

    max_examples: int
    seed: int
    memory: str = ""


Failed = tuple[Arguments, CounterExample]
"""Arguments with which a property fails, and how."""


Hear = Callable[[Case], None]
"""Who is told of each example that ended well."""


@dataclass(slots=True)
class Survey:
    """What the examples of one function showed; `calls` are some that ended well, with their results.

    `on_record` says of each property that failed on the very values of a real run whose run that was.
    """

    examples: int = 0
    declined: int = 0
    reason: str = ""
    falsified: dict[Property, Failed] = field(default_factory=dict)
    judged: Counter[Property] = field(default_factory=Counter)
    undecided: dict[Declaration, str] = field(default_factory=dict)
    calls: list[tuple[Arguments, Any]] = field(default_factory=list)
    on_record: dict[Property, str] = field(default_factory=dict)

    @property
    def asked(self) -> frozenset[Property]:
        """What the next example is judged by."""
        return EVERYTHING if self.examples < _FEW else EVERYTHING - _COSTLY

    @property
    def nothing(self) -> str:
        """Why there is not one example."""
        if not self.declined:
            return "no arguments could be drawn that its types accept"
        return f"it declined all {self.declined} inputs that were drawn, the last with {self.reason}"

    def note(self, values: Arguments, verdict: Verdict) -> bool:
        """Count one verdict; False where the input was declined."""
        if verdict.declined:
            self.declined += 1
            self.reason = verdict.declined
            return False
        self.examples += 1
        self.judged.update(verdict.judged)
        self.undecided.update(verdict.undecided)
        for found in verdict.falsified:
            self.falsified.setdefault(found.property, (values, found))
        if not verdict.falsified and verdict.outcome is not None and len(self.calls) < _KEPT_CALLS:
            self.calls.append((values, verdict.outcome.value))
        return True


class Search:
    """The examples of one function, drawn again and again in the same way."""

    def __init__(
        self, tried: Tried, drawn: st.SearchStrategy[Arguments], effort: Effort, hear: Hear | None = None
    ) -> None:
        self.tried = tried
        self._hear = hear
        self._drawn = drawn
        self._effort = effort

    def survey(self, survey: Survey, seconds: float) -> None:
        """Every property judged on the same examples, and none of them shrunk yet."""

        def note(values: Arguments) -> None:
            verdict = try_once(self.tried, values, survey.asked)
            if not survey.note(values, verdict):
                hypothesis.reject()
            if self._hear is not None and verdict.outcome is not None:
                subject, root, others = self.tried.subject, self.tried.root, self.tried.others
                self._hear(Case(subject, values, verdict.outcome.value, root, others))

        memory = self._memory
        with contextlib.suppress(Unsatisfiable, _OutOfTime):
            # Read only: none of what is remembered fails here, and what does not fail would be forgotten.
            self._run(note, [Phase.reuse, Phase.generate], seconds, memory and ReadOnlyDatabase(memory))

    def try_recorded(self, survey: Survey, values: Arguments, told: str) -> None:
        """The very values of a real run, before all others."""
        with randomness_kept():
            verdict = try_once(self.tried, values)
        survey.note(values, verdict)
        for found in verdict.falsified:
            survey.on_record.setdefault(found.property, told)

    def shrunk(self, survey: Survey, node: str) -> Iterator[CounterExample]:
        """One counterexample for each property that failed in the survey, as small as Hypothesis can make it.

        Where a debugger is lent for the node, it stops where the smallest call raises.
        """
        for kind in survey.falsified:
            values, found = self.smallest(survey, kind)
            yield found
            if kind is Property.NO_EXCEPTION and (lent := debugger()):
                lent.look_at_node(called(self.tried.subject.call, values).error, node)

    def smallest(self, survey: Survey, kind: Property) -> Failed:
        """The smallest arguments with which one property fails."""
        seen = [survey.falsified[kind]]
        is_smallest = self._find(kind, seen)
        values, found = seen[-1] if is_smallest else min(seen, key=lambda one: len(one[1].call))
        return values, replace(found, on_record=survey.on_record.get(kind, ""))

    def _find(self, kind: Property, seen: list[Failed]) -> bool:
        """Append every failing example to `seen`; true if the last of them is the smallest that there is."""

        def fail(values: Arguments) -> None:
            verdict = try_once(self.tried, values, frozenset([kind]))
            if verdict.declined:
                hypothesis.reject()
            for found in verdict_on(verdict, kind):
                seen.append((values, found))
                raise _Falsified

        try:
            self._run(fail, [Phase.reuse, Phase.generate, Phase.shrink], _SHRINKING_SECONDS, self._memory)
        except _Falsified:
            return True
        except (Flaky, Unsatisfiable, _OutOfTime):
            return False
        return False

    @property
    def _memory(self) -> ExampleDatabase | None:
        """A folder for each function: Hypothesis tells tests apart by their text, and ours is always the same."""
        if not self._effort.memory:
            return None
        function = self.tried.subject.function
        return DirectoryBasedExampleDatabase(Path(self._effort.memory) / function.location.path / function.name)

    def _run(
        self, body: Callable[[Arguments], None], phases: list[Phase], seconds: float, memory: ExampleDatabase | None
    ) -> None:
        """Run `body` on examples. What it raises is raised; _OutOfTime after `seconds`."""
        ends = time.monotonic() + seconds
        settings = hypothesis.settings(
            max_examples=self._effort.max_examples,
            phases=phases,
            database=memory,
            deadline=None,
            derandomize=False,
            suppress_health_check=list(HealthCheck),
            verbosity=Verbosity.quiet,
            print_blob=False,
            report_multiple_bugs=False,
        )

        def trial(values: Arguments) -> None:
            body(values)
            if time.monotonic() > ends:
                raise _OutOfTime

        # The settings outermost: a seed takes the database away.
        settings(hypothesis.seed(self._effort.seed)(hypothesis.given(self._drawn)(trial)))()


class _OutOfTime(BaseException):
    """The seconds are over; not an Exception, so that Hypothesis does not take it for a failing example."""


class _Falsified(Exception):
    """The property that is looked at does not hold for this example."""
