"""The catalogue: one file per check, and the word `check` that they are written with."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import ModuleType

from windtunnel.errors import UsageError
from windtunnel.facts import MisdeclaredFacts, NodeFacts, PropertyFacts, Wired
from windtunnel.findings import Complaint, Severity
from windtunnel.settings import Settings

Judge = Callable[..., Iterator[Complaint]]

SHIPPED = "WT"
"""How the codes begin of the checks that ship, and of no other."""
_CODE = re.compile(r"[A-Z]{2,}[0-9]{3}")
_OF_MODULES = (Wired, NodeFacts, PropertyFacts, MisdeclaredFacts)


@dataclass(frozen=True, slots=True)
class Check:
    """One question asked of every subject of one kind.

    `on` is the class of facts that it reads; `page` the Markdown that explains it. `failing` and `passing` are small
    repositories, text by path: in the failing one `# <code>` ends each line where a finding must be.
    """

    code: str
    name: str
    severity: Severity
    on: type
    remedy: str
    judge: Judge
    title: str
    page: str
    failing: Mapping[str, str]
    passing: Mapping[str, str]
    wants_settings: bool = False

    @property
    def is_shipped(self) -> bool:
        """Whether it is windtunnel's, and not the owner's own."""
        return self.code.startswith(SHIPPED)

    def complaints(self, subject: object, settings: Settings) -> Iterator[Complaint]:
        """What the check has to say of `subject`; checks that have a budget to keep also read the settings."""
        return self.judge(subject, settings) if self.wants_settings else self.judge(subject)


def check(code: str, *, on: type, severity: Severity, remedy: str) -> Callable[[Judge], Check]:
    """Make a check of the function below it, which is given facts and yields a `Complaint` for each fault in them.

    The check is named after the function (the bad pattern, so that the name reads well after "allow"); its page is the
    docstring of its module, its examples are the module's FAILING and PASSING: the text of one file, or texts by path.
    `on` is the class of the facts, `remedy` the way out in one line. Two functions are possible: `judge(facts)`, and
    `judge(facts, settings)` for a check that has a budget to keep. UsageError where one of all this is not so.
    """

    def decorate(judge: Judge) -> Check:
        _insist(code, on, severity, remedy, judge)
        module = sys.modules[judge.__module__]
        title, _, page = (module.__doc__ or "").strip().partition("\n")
        return Check(
            code=code,
            name=judge.__name__.replace("_", "-"),
            severity=severity,
            on=on,
            remedy=remedy,
            judge=judge,
            title=title.rstrip("."),
            page=inspect.cleandoc(page),
            failing=_example(code, on, module, "FAILING"),
            passing=_example(code, on, module, "PASSING"),
            wants_settings=len(inspect.signature(judge).parameters) > 1,
        )

    return decorate


def _insist(code: object, on: object, severity: object, remedy: object, judge: Judge) -> None:
    """A UsageError for what is no check, with the way out; who loads the file says where."""
    if not isinstance(code, str) or not _CODE.fullmatch(code):
        raise UsageError(f"{code!r} is no code of a check: write capital letters and three digits, such as ACME001")
    if not isinstance(on, type):
        raise UsageError(f"{code}: on={on!r} is no class of facts: write one of those in windtunnel.facts")
    if not isinstance(severity, Severity):
        raise UsageError(f"{code}: severity={severity!r} is none: write Severity.ERROR, WARNING or NOTICE")
    if not isinstance(remedy, str) or not remedy.strip():
        raise UsageError(f"{code}: no remedy: say in one line what is to be done")
    if not _takes_facts(judge):
        raise UsageError(f"{code}: a check is a function of the facts, or of two arguments: the facts, the settings")
    if not (sys.modules[judge.__module__].__doc__ or "").strip():
        raise UsageError(f"{code}: nothing explains the check: begin its file with a docstring")


def _takes_facts(judge: Judge) -> bool:
    if not inspect.isfunction(judge) or inspect.iscoroutinefunction(judge) or inspect.isasyncgenfunction(judge):
        return False
    by_place = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    parameters = inspect.signature(judge).parameters.values()
    return len(parameters) in (1, 2) and all(one.kind in by_place for one in parameters)


def _example(code: str, on: type, module: ModuleType, name: str) -> Mapping[str, str]:
    example = getattr(module, name, None)
    if isinstance(example, str):
        return {"modules/example.py" if issubclass(on, _OF_MODULES) else "dags/example.py": example}
    if isinstance(example, Mapping) and all(isinstance(word, str) for words in example.items() for word in words):
        return example
    raise UsageError(f"{code}: no {name} above the function: write the text of a file, or a dict of texts by path")


@cache
def catalogue() -> tuple[Check, ...]:
    """Every check that ships, by code."""
    modules = [importlib.import_module(f"{__name__}.{info.name}") for info in pkgutil.iter_modules(__path__)]
    return tuple(sorted((found for module in modules for found in checks_of(module)), key=lambda found: found.code))


def checks_of(module: ModuleType) -> list[Check]:
    """The checks that a module has made, without those that it has imported."""
    made = (value for value in vars(module).values() if isinstance(value, Check))
    return [found for found in made if found.judge.__module__ == module.__name__]


def matches(known: Check, chosen: tuple[str, ...]) -> bool:
    """Whether one of the `chosen` codes, prefixes of codes or names means the check."""
    return any(known.code.startswith(word.upper()) or known.name == word.lower() for word in chosen)
