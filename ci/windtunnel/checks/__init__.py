"""The catalogue: one file per check, and the word `check` that they are written with."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any

from windtunnel.findings import Complaint, Severity
from windtunnel.settings import Settings

Judge = Callable[..., Iterator[Complaint]]


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

    def complaints(self, subject: object, settings: Settings) -> Iterator[Complaint]:
        """What the check has to say of `subject`; checks that have a budget to keep also read the settings."""
        return self.judge(subject, settings) if self.wants_settings else self.judge(subject)


def check(code: str, *, on: type, severity: Severity, remedy: str) -> Callable[[Judge], Check]:
    """Make a check of the function below it.

    The check is named after the function (the bad pattern, so that the name reads well after "allow"); its page is the
    docstring of its module, its examples are the module's FAILING and PASSING: the text of one file, or texts by path.
    """

    def decorate(judge: Judge) -> Check:
        module = inspect.getmodule(judge)
        assert module is not None, f"{code}: a check stands in a file of its own"
        assert module.__doc__, f"{code}: a check's file explains it in its docstring"
        title, _, page = module.__doc__.partition("\n")
        return Check(
            code=code,
            name=judge.__name__.replace("_", "-"),
            severity=severity,
            on=on,
            remedy=remedy,
            judge=judge,
            title=title.rstrip("."),
            page=inspect.cleandoc(page),
            failing=_files(code, module.FAILING),
            passing=_files(code, module.PASSING),
            wants_settings=len(inspect.signature(judge).parameters) > 1,
        )

    return decorate


def _files(code: str, example: str | Mapping[str, str]) -> Mapping[str, str]:
    if not isinstance(example, str):
        return example
    return {"modules/example.py" if code[2] in "56" else "dags/example.py": example}


@cache
def catalogue() -> tuple[Check, ...]:
    """Every check that ships, by code."""
    modules = [importlib.import_module(f"{__name__}.{info.name}") for info in pkgutil.iter_modules(__path__)]
    return tuple(sorted((found for module in modules for found in _checks_of(module)), key=lambda found: found.code))


def _checks_of(module: ModuleType) -> Iterator[Check]:
    return (value for value in vars(module).values() if isinstance(value, Check))


def matches(known: Check, chosen: tuple[str, ...]) -> bool:
    """Whether one of the `chosen` codes, prefixes of codes or names means the check."""
    return any(known.code.startswith(word.upper()) or known.name == word.lower() for word in chosen)


def selected(settings: Settings) -> tuple[Check, ...]:
    """The checks that the settings leave on; a UsageError for a word that means none."""
    from windtunnel.errors import unknown

    everything = catalogue()
    by_file = [chosen for _, codes in settings.per_file_ignores for chosen in codes]
    for key, words in (("select", settings.select), ("ignore", settings.ignore), ("per-file-ignores", by_file)):
        for chosen in words:
            if not any(matches(known, (chosen,)) for known in everything):
                codes: list[Any] = [known.code for known in everything]
                raise unknown(key, "check", chosen, codes, "windtunnel checks lists all")
    return tuple(
        known
        for known in everything
        if (not settings.select or matches(known, settings.select)) and not matches(known, settings.ignore)
    )
