"""Single functions tried for their owner: a finding as a plain test, and what could be declared of a module."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from windtunnel.checks import Check, catalogue
from windtunnel.collectors.modules import ModuleFile
from windtunnel.errors import UsageError, unknown
from windtunnel.facts import (
    CounterExample,
    DataflowFacts,
    End,
    NodeFacts,
    ProcessFacts,
    Property,
    PropertyFacts,
)
from windtunnel.findings import Location
from windtunnel.settings import Settings
from windtunnel.workbench import Workbench

_ASIDES = "windtunnel.collectors.asides"


def written_test(settings: Settings, finding: str) -> str:
    """The text of a plain pytest test for what CODE finds at NODE now. UsageError where it finds nothing."""
    code, _, node = finding.partition(":")
    check = _check(code, finding)
    kind = _property_of(check)
    if kind is None or not node:
        raise UsageError(f"write-test {finding}: name a finding of a property as CODE:NODE, such as WT601:share")
    with closing(Workbench(replace(settings, select=(check.code,), ignore=()))) as bench:
        known = [(module, found) for module, found in _modules(bench) if any(one.name == node for one in found)]
        if not known:
            names = [one.name for _, found in _modules(bench) for one in found] or [""]
            raise unknown(f"write-test {finding}", "node", node, names, "nodes of the modules that were found")
        reasons = []
        for module, _ in known:
            outcome = bench.ask(f"{_ASIDES}:write_test", bench.trial(module, (node,)), kind.value, check.code)
            text, reason = outcome.value or ("", outcome.process.detail)
            if text:
                return str(text)
            reasons.append(reason)
    raise UsageError(f"write-test {finding}: {reasons[0]}")


def suggestions(settings: Settings, path: Path) -> Iterator[str]:
    """For each function of the module at `path` the line of the tag that could be written above it."""
    with closing(Workbench(replace(settings, select=("WT6",), ignore=()))) as bench:
        module = bench.file_at(path)
        if not isinstance(module, ModuleFile):
            raise UsageError(f"suggest {path}: no Hamilton module; name one, or set --modules")
        outcome = bench.ask(f"{_ASIDES}:suggest", bench.trial(module, ()))
        if outcome.value is None:
            raise UsageError(f"suggest {path}: trying it {outcome.process.detail}")
        for line, name, words, examples in outcome.value:
            yield f'{module.path}:{line} {name} (held on {examples} inputs)\n    @tag(windtunnel="{words}")\n'


def _check(code: str, finding: str) -> Check:
    known = {name: check for check in catalogue() for name in (check.code, check.name)}
    found = known.get(code.upper()) or known.get(code.lower())
    if found is None:
        raise unknown(f"write-test {finding}", "check", code, known, "windtunnel checks lists all")
    return found


def _property_of(check: Check) -> Property | None:
    """The property whose counterexamples a check tells, asked of the check itself."""
    if check.on is not PropertyFacts:
        return None
    return next((kind for kind in Property if any(True for _ in check.judge(_falsified(kind)))), None)


def _falsified(kind: Property) -> PropertyFacts:
    here = Location("")
    example = CounterExample(kind, "", "", here)
    return PropertyFacts("", "", "", here, ProcessFacts(End.COMPLETED), counterexamples=(example,))


def _modules(bench: Workbench) -> Iterator[tuple[ModuleFile, tuple[NodeFacts, ...]]]:
    """The modules with their nodes, all read at once."""
    files = [file for path in bench.paths if isinstance(file := bench.file_at(path), ModuleFile)]
    for file in files:
        bench.expect(file)
    read = bench.read()
    for file in files:
        facts = read.get(file.path)
        if isinstance(facts, DataflowFacts):
            yield file, facts.nodes
