"""The properties of a Hamilton module's functions, tried on generated inputs in a child process, as facts."""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import hypothesis
from hypothesis import HealthCheck, Phase, Verbosity
from hypothesis import strategies as st
from hypothesis.configuration import set_hypothesis_home_dir
from hypothesis.errors import Flaky, InvalidArgument, Unsatisfiable

from windtunnel.collectors.dataflows import BuiltDataflow, build_dataflow
from windtunnel.collectors.hamilton_configs import mentioned
from windtunnel.collectors.hamilton_functions import NodeFunction
from windtunnel.collectors.hamilton_subjects import Produced, Subject, configured, produced, subject
from windtunnel.collectors.properties_trial import Verdict, try_once, verdict_on
from windtunnel.collectors.strategies import Arguments, arguments
from windtunnel.collectors.strategies_bounds import TooLittle
from windtunnel.facts import CounterExample, End, FailureFacts, ProcessFacts, Property, PropertyFacts

# Shrinking a slow function by Hypothesis's own measure may take five minutes.
_SHRINKING_SECONDS = 10.0


def collect_properties(
    module: str,
    path: str,
    root: str,
    node_names: Iterable[str] | None = None,
    max_examples: int = 100,
    seed: int = 0,
    seconds: float = 60.0,
) -> tuple[PropertyFacts, ...]:
    """The facts of every function of one module, or of those that make `node_names`; none without a graph.

    A slow function gets fewer than `max_examples`, so that the whole module takes about `seconds`. Where no
    seconds are lost, the same seed gives the same facts. The caller fills in the process.
    """
    found = iterate_properties(module, path, root, node_names, max_examples, seed, seconds)
    return tuple(facts for _, facts in found if facts is not None)


def iterate_properties(
    module: str,
    path: str,
    root: str,
    node_names: Iterable[str] | None = None,
    max_examples: int = 100,
    seed: int = 0,
    seconds: float = 60.0,
) -> Iterator[tuple[PropertyFacts, PropertyFacts | None]]:
    """For each function twice a pair: with None before it is tried, with its facts afterwards.

    The first of the pair says no more than which function it is, for a caller whose process may not live to
    tell.
    """
    ends = time.monotonic() + seconds
    with _quiet():
        built = build_dataflow(module, path, Path(root))
    if isinstance(built, FailureFacts):
        return
    wanted = None if node_names is None else frozenset(node_names)
    chosen = [(one, node) for one, node in _named(built) if wanted is None or _makes(built, one, wanted)]
    run = _Run(module, path, Path(root), max_examples, seed, produced(built.nodes), mentioned(built.functions))
    for place, (one, node) in enumerate(chosen):
        begun = run.facts(one, node)
        yield begun, None
        with _quiet():
            facts = run.of(one, node, (ends - time.monotonic()) / (len(chosen) - place))
        yield begun, facts


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """What the functions print a hundred times is not kept; Hypothesis's files stay out of the tree."""
    set_hypothesis_home_dir(Path(tempfile.gettempdir()) / "windtunnel-hypothesis")
    with (
        Path(os.devnull).open("w", encoding="utf-8", errors="replace") as nowhere,
        contextlib.redirect_stdout(nowhere),
        contextlib.redirect_stderr(nowhere),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore")
        yield


def _named(built: BuiltDataflow) -> Iterator[tuple[NodeFunction, str]]:
    """Each function with the name of its node: of several, the one of the function's name, else the first."""
    for function in built.functions:
        if any(type(resolver).__name__ == "hamilton_exclude" for resolver in function.decorators("resolve")):
            continue
        names = [node.name for one, node in built.nodes if one is function]
        own = (function.name, function.name.rpartition("__")[0])
        yield function, next((name for name in names if name in own), names[0] if names else function.name)


def _makes(built: BuiltDataflow, function: NodeFunction, names: frozenset[str]) -> bool:
    return any(one is function and node.name in names for one, node in built.nodes)


@dataclass(frozen=True, slots=True)
class _Run:
    """What all functions of a module have in common."""

    module: str
    path: str
    root: Path
    max_examples: int
    seed: int
    produced: Mapping[str, Produced]
    named: Mapping[str, list[Any]]

    def of(self, function: NodeFunction, node: str, seconds: float) -> PropertyFacts:
        found = subject(function, node)
        if isinstance(found, str):
            return self.facts(function, node, not_exercised=found)
        known = {**self.produced, **configured(function, self.named)}
        try:
            survey = self._survey(found, arguments(found, known), seconds)
        except (TooLittle, InvalidArgument) as reason:
            return self.facts(function, node, not_exercised=str(reason))
        if not survey.examples:
            return self.facts(function, node, declined=survey.declined, not_exercised=survey.nothing)
        return self.facts(
            function,
            node,
            tried=tuple(Property),
            examples=survey.examples,
            declined=survey.declined,
            counterexamples=tuple(self._shrunk(found, arguments(found, known), survey)),
        )

    def facts(self, function: NodeFunction, node: str, **known: Any) -> PropertyFacts:
        completed = ProcessFacts(End.COMPLETED)
        return PropertyFacts(self.module, self.path, node, function.location, completed, **known)

    def _survey(self, tried: Subject, drawn: st.SearchStrategy[Arguments], seconds: float) -> _Survey:
        """Every property judged on the same examples, and none of them shrunk yet."""
        survey = _Survey()

        def note(values: Arguments) -> None:
            survey.note(try_once(tried, values, self.root))

        with contextlib.suppress(Unsatisfiable, _OutOfTime):
            self._hypothesis(drawn, note, [Phase.generate], seconds)
        return survey

    def _shrunk(self, tried: Subject, drawn: st.SearchStrategy[Arguments], survey: _Survey) -> Iterator[CounterExample]:
        """One counterexample for each property that failed in the survey, as small as Hypothesis can make it."""
        for kind, first in survey.falsified.items():
            seen = [first]
            if self._search(tried, drawn, kind, seen):
                yield seen[-1]
            else:
                yield min(seen, key=lambda found: len(found.call))

    def _search(
        self, tried: Subject, drawn: st.SearchStrategy[Arguments], kind: Property, seen: list[CounterExample]
    ) -> bool:
        """Append every failing example to `seen`; true if the last of them is the smallest that there is."""

        def fail(values: Arguments) -> None:
            verdict = try_once(tried, values, self.root)
            if verdict.declined:
                hypothesis.reject()
            for found in verdict_on(verdict, kind):
                seen.append(found)
                raise _Falsified

        try:
            self._hypothesis(drawn, fail, [Phase.generate, Phase.shrink], _SHRINKING_SECONDS)
        except _Falsified:
            return True
        except (Flaky, Unsatisfiable, _OutOfTime):
            return False
        return False

    def _hypothesis(
        self,
        drawn: st.SearchStrategy[Arguments],
        body: Callable[[Arguments], None],
        phases: list[Phase],
        seconds: float,
    ) -> None:
        """Run `body` on examples. What it raises is raised; _OutOfTime after `seconds`."""
        ends = time.monotonic() + seconds
        settings = hypothesis.settings(
            max_examples=self.max_examples,
            phases=phases,
            database=None,
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

        hypothesis.seed(self.seed)(settings(hypothesis.given(drawn)(trial)))()


class _OutOfTime(BaseException):
    """The seconds are over; not an Exception, so that Hypothesis does not take it for a failing example."""


class _Falsified(Exception):
    """The property that is looked at does not hold for this example."""


@dataclass(slots=True)
class _Survey:
    """What the examples of one function showed."""

    examples: int = 0
    declined: int = 0
    reason: str = ""
    falsified: dict[Property, CounterExample] = field(default_factory=dict)

    def note(self, verdict: Verdict) -> None:
        if verdict.declined:
            self.declined += 1
            self.reason = verdict.declined
            hypothesis.reject()
        self.examples += 1
        for found in verdict.falsified:
            self.falsified.setdefault(found.property, found)

    @property
    def nothing(self) -> str:
        """Why there is not one example."""
        if not self.declined:
            return "no arguments could be drawn that its types accept"
        return f"it declined all {self.declined} inputs that were drawn, the last with {self.reason}"
