"""The properties of a Hamilton module's functions, tried on generated inputs in a child process, as facts."""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from hypothesis.configuration import set_hypothesis_home_dir
from hypothesis.errors import InvalidArgument

from windtunnel.collectors.dataflows import BuiltDataflow, build_dataflow
from windtunnel.collectors.declarations import Declaration, read, tagged
from windtunnel.collectors.declared import FILE, Declared, Misdeclared, declared
from windtunnel.collectors.hamilton_configs import mentioned
from windtunnel.collectors.hamilton_functions import NodeFunction
from windtunnel.collectors.hamilton_subjects import Subject, configured, produced, subject, with_loaders
from windtunnel.collectors.past import Past, as_recorded, nearest, pasts_in
from windtunnel.collectors.properties_search import Effort, Hear, Search, Survey
from windtunnel.collectors.properties_trial import OF_ONE_CALL, Tried
from windtunnel.collectors.strategies import Arguments, Known, arguments, sources
from windtunnel.collectors.strategies_bounds import TooLittle
from windtunnel.facts import End, FailureFacts, MisdeclaredFacts, ProcessFacts, Property, PropertyFacts

KeepCalls = Callable[[str, list[tuple[Arguments, Any]]], None]
"""Who is told the name of a node with some calls of its function that ended well, and with their results."""


def _forget(node: str, calls: list[tuple[Arguments, Any]]) -> None:
    """Nobody asks for the calls."""


def collect_properties(
    module: str,
    path: str,
    root: str,
    node_names: Iterable[str] | None = None,
    max_examples: int = 100,
    seed: int = 0,
    seconds: float = 60.0,
    recorded: Mapping[str, str] | None = None,
) -> tuple[PropertyFacts, ...]:
    """The facts of every function of one module, or of those that make `node_names`; none without a graph.

    A slow function gets fewer than `max_examples`, so that the whole module takes about `seconds`. Where no
    seconds are lost, the same seed gives the same facts. The caller fills in the process.
    """
    effort = Effort(max_examples, seed)
    found = iterate_properties(module, path, root, node_names, effort, seconds, recorded=recorded)
    return tuple(facts for _, facts in found if facts is not None)


def iterate_properties(
    module: str,
    path: str,
    root: str,
    node_names: Iterable[str] | None = None,
    effort: Effort = Effort(100, 0),  # noqa: B008  it is frozen
    seconds: float = 60.0,
    keep_calls: KeepCalls = _forget,
    recorded: Mapping[str, str] | None = None,
) -> Iterator[tuple[PropertyFacts, PropertyFacts | None]]:
    """For each function twice a pair: with None before it is tried, with its facts afterwards.

    The first of the pair says no more than which function it is, for a caller whose process may not live to
    tell. `recorded` are the files of dataflows that real runs drove, each with the path of the DAG's.
    """
    ends = time.monotonic() + seconds
    opened = open_module((module, path), Path(root), effort, recorded or {})
    wanted = None if node_names is None else frozenset(node_names)
    chosen = [] if opened is None else opened.named(wanted)
    for place, (one, node) in enumerate(chosen):
        assert opened is not None
        begun = opened.facts(one, node)
        yield begun, None
        with quiet():
            facts = opened.of(one, node, (ends - time.monotonic()) / (len(chosen) - place), keep_calls)
        yield begun, facts


def open_module(of: tuple[str, str], root: Path, effort: Effort, recorded: Mapping[str, str]) -> Opened | None:
    """The functions of a module, `of` its name and its path, ready to be tried; None without a graph."""
    module, path = of
    with quiet():
        built = build_dataflow(module, path, root)
        if isinstance(built, FailureFacts):
            return None
        return Opened(of, root, effort, built, _declared(root), pasts_in(recorded, module))


def subjects_in(module: str, path: str, root: Path) -> dict[str, Subject]:
    """The functions of a module that can be called, by their nodes; none without a graph."""
    with quiet():
        built = build_dataflow(module, path, root)
        named = () if isinstance(built, FailureFacts) else tuple(_named(built))
    found = {node: subject(one, node) for one, node in named}
    return {node: one for node, one in found.items() if isinstance(one, Subject)}


@contextlib.contextmanager
def quiet() -> Iterator[None]:
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


def _declared(root: Path) -> Declared | MisdeclaredFacts:
    try:
        return declared(root)
    except Misdeclared as error:
        return MisdeclaredFacts(FILE, error.location, "", str(error))


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


class Opened:
    """What all functions of a module have in common."""

    def __init__(
        self,
        of: tuple[str, str],
        root: Path,
        effort: Effort,
        built: BuiltDataflow,
        said: Declared | MisdeclaredFacts,
        pasts: tuple[Past, ...],
    ) -> None:
        self._of = of
        self._root = root
        self._effort = effort
        self._built = built
        self._produced = produced(built.nodes)
        self._named = mentioned(built.functions)
        self._declared = said if isinstance(said, Declared) else Declared()
        self._pasts = pasts
        self._misdeclared = (said,) if isinstance(said, MisdeclaredFacts) else ()
        subjects = [(one.name, node, subject(one, node)) for one, node in _named(built)]
        known = [((name, node), found) for name, node, found in subjects if isinstance(found, Subject)]
        self.others = {name: found for names, found in known for name in names}

    @property
    def name(self) -> str:
        """That of the module."""
        return self._of[0]

    def named(self, wanted: frozenset[str] | None) -> list[tuple[NodeFunction, str]]:
        """Each function with the name of its node: all, or those that make the nodes wanted."""
        built = self._built
        return [(one, node) for one, node in _named(built) if wanted is None or _makes(built, one, wanted)]

    def facts(self, function: NodeFunction, node: str, **known: Any) -> PropertyFacts:
        """What is known of one function."""
        completed = ProcessFacts(End.COMPLETED)
        return PropertyFacts(*self._of, node, function.location, completed, **known)

    def of(self, function: NodeFunction, node: str, seconds: float, keep_calls: KeepCalls) -> PropertyFacts:
        """The facts of one function, tried for so long."""
        declarations, wrong = self.declarations(function, node)
        survey = Survey()
        begun = self.begin(function, node, declarations, survey, seconds)
        if isinstance(begun, str):
            return self.facts(function, node, not_exercised=begun, misdeclared=wrong)
        search, near = begun
        wrong += tuple(self._unjudged(function, node, survey))
        if not survey.examples:
            return self.facts(function, node, declined=survey.declined, not_exercised=survey.nothing, misdeclared=wrong)
        if Property.DETERMINISTIC not in survey.falsified:
            keep_calls(node, survey.calls)
        return self.facts(
            function,
            node,
            tried=tuple(kind for kind in Property if kind in OF_ONE_CALL or survey.judged[kind]),
            examples=survey.examples,
            declined=survey.declined,
            counterexamples=tuple(search.shrunk(survey, node)),
            misdeclared=wrong,
            grown_from=tuple(dict.fromkeys(past.told for past in near)),
            dag_paths=tuple(dict.fromkeys(past.dag_path for past in near)),
        )

    def begin(
        self,
        function: NodeFunction,
        node: str,
        declarations: tuple[Declaration, ...],
        survey: Survey,
        seconds: float,
        hear: Hear | None = None,
    ) -> tuple[Search, tuple[Past, ...]] | str:
        """The search after its survey, and the real runs near whose values it was; or why nothing can be tried.

        `hear` is told of each example that ended well.
        """
        found = self._subject(function, node)
        if isinstance(found, str):
            return found
        near = nearest(self._pasts, set(sources(found)))
        known = Known({**self._produced, **configured(function, self._named)}, self._declared, near)
        tried = Tried(found, self._root, self.others, declarations, known.least_rows(found), bool(near))
        try:
            search = Search(tried, arguments(found, known), self._effort, hear)
            for told, values in _as_recorded(found, near):
                search.try_recorded(survey, values, told)
            search.survey(survey, seconds)
        except (TooLittle, InvalidArgument) as reason:
            return str(reason)
        return search, near

    def _subject(self, function: NodeFunction, node: str) -> Subject | str:
        found = subject(function, node)
        if isinstance(found, str):
            return found
        return with_loaders(found, [made for one, made in self._built.nodes if one is function and made.name == node])

    def declarations(
        self, function: NodeFunction, node: str
    ) -> tuple[tuple[Declaration, ...], tuple[MisdeclaredFacts, ...]]:
        """What the owner declares of a function, and what of it is not understood."""
        said = list(read(tagged(made.tags for one, made in self._built.nodes if one is function)))
        wrong = [self._misdeclares(function, node, one, False) for one in said if isinstance(one, str)]
        return tuple(one for one in said if isinstance(one, Declaration)), (*self._misdeclared, *wrong)

    def _misdeclares(self, function: NodeFunction, node: str, said: str, is_understood: bool) -> MisdeclaredFacts:
        return MisdeclaredFacts(self._of[1], function.location, node, said, is_understood)

    def _unjudged(self, function: NodeFunction, node: str, survey: Survey) -> Iterator[MisdeclaredFacts]:
        """What is declared and was judged on no example at all, with the last reason."""
        for declaration, reason in survey.undecided.items():
            if not survey.judged[declaration.kind]:
                said = f"declares {declaration.text!r}, of which no example says anything: {reason}"
                yield self._misdeclares(function, node, said, True)


def _as_recorded(tried: Subject, pasts: Iterable[Past]) -> Iterator[tuple[str, Arguments]]:
    """The very arguments that real runs gave to a function, each with whose they are."""
    for past in pasts:
        for binding in tried.bindings:
            values = as_recorded(tried, binding, past)
            if values:
                yield past.told, values
