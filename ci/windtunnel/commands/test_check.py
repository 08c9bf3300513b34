"""Checks put to the test of their own examples: what was expected, and what came."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from windtunnel.checks import Check, matches
from windtunnel.errors import UsageError, unknown
from windtunnel.examples import Tried, try_failing, try_passing
from windtunnel.own_checks import file_of, own_checks
from windtunnel.plan import installed
from windtunnel.pools import Pools
from windtunnel.reporters.lines import line_of as line_of_finding
from windtunnel.reporters.verdict import counted
from windtunnel.selection import every_check
from windtunnel.settings import Settings


def asked_for(settings: Settings, words: Sequence[str]) -> tuple[Settings, tuple[Check, ...]]:
    """The checks that codes, prefixes of codes, names and paths mean; all of the owner's where there is no word.

    The settings know the checks of a path that they did not name. UsageError for what means none.
    """
    named = [word for word in words if word.endswith(".py") or Path(word).exists()]
    paths = {word: Path(os.path.normpath(Path.cwd() / word)) for word in named}
    if missing := next((word for word, path in paths.items() if not path.exists()), ""):
        raise UsageError(f"test-check {missing}: no such file or folder")
    known = {file_of(check) for check in own_checks(settings)}
    strange = [str(path) for path in paths.values() if not any(file.is_relative_to(path) for file in known)]
    settings = replace(settings, checks=(*(str(settings.root / path) for path in settings.checks), *strange))
    meant = [check for word in words for check in _meant(word, paths.get(word), settings)] or own_checks(settings)
    if not meant:
        raise UsageError("test-check: no checks of your own; name one by CODE or PATH, or set `checks`")
    return settings, tuple({check.code: check for check in meant}.values())


def _meant(word: str, path: Path | None, settings: Settings) -> tuple[Check, ...]:
    if path is not None:
        return tuple(check for check in own_checks(settings) if file_of(check).is_relative_to(path))
    checks = every_check(settings)
    if found := tuple(check for check in checks if matches(check, (word,))):
        return found
    raise unknown("test-check", "check", word, [check.code for check in checks], "windtunnel checks lists all")


def tried(settings: Settings, checks: Sequence[Check]) -> Iterator[Tried]:
    """The examples of the checks, as they come; a check of a fault that no file can have has none."""
    with Pools(settings, hamilton=bool(installed("apache-hamilton")), runs=True) as pools:
        for check in (check for check in checks if check.failing):
            yield try_failing(check, pools, settings.checks)
            yield try_passing(check, pools, settings.checks)


def lines_of(example: Tried) -> Iterator[str]:
    """What is said of one example."""
    of = f"{example.check.code} {example.name}"
    if example.holds:
        yield f"{of}: as expected, {', '.join(map(str, example.expected)) or 'nothing'}"
        return
    yield f"{of}: not as expected"
    if not example.expected and example.name == "FAILING":
        yield f"  no line ends with `# {example.check.code}`: mark those where a finding must be"
    yield from (f"  expected {place}, where nothing came" for place in example.missing)
    yield from (f"  came     {line_of_finding(finding)}" for finding in example.strange)


def line_of(examples: Sequence[Tried]) -> str:
    """The verdict."""
    wrong = sum(not example.holds for example in examples)
    checks = counted(len({example.check.code for example in examples}), "check")
    verdict = f"{wrong} not as expected" if wrong else "as expected"
    return f"windtunnel test-check: {checks}, {counted(len(examples), 'example')}, {verdict}\n"
