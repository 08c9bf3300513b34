"""Which checks there are for a repository, those that ship and its own; and which of them the settings leave on."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from windtunnel.checks import Check, catalogue, matches
from windtunnel.errors import unknown
from windtunnel.own_checks import own_checks
from windtunnel.settings import Settings


def every_check(settings: Settings) -> tuple[Check, ...]:
    """Those that ship, by code, and then the owner's own. UsageError for one that cannot be loaded."""
    return (*catalogue(), *own_checks(settings))


def selected(settings: Settings) -> tuple[Check, ...]:
    """The checks that the settings leave on; a UsageError for a word that means none."""
    everything = every_check(settings)
    by_file = [chosen for _, codes in settings.per_file_ignores for chosen in codes]
    for key, words in (("select", settings.select), ("ignore", settings.ignore), ("per-file-ignores", by_file)):
        for chosen in words:
            if not any(matches(known, (chosen,)) for known in everything):
                raise unknown(key, "check", chosen, [known.code for known in everything], "windtunnel checks lists all")
    return tuple(
        known
        for known in everything
        if (not settings.select or matches(known, settings.select)) and not matches(known, settings.ignore)
    )


def check_named(word: str, settings: Callable[[], Settings], where: str) -> Check:
    """The check of this code or name; a UsageError, which begins with `where`, if there is none.

    The settings are asked for the owner's checks alone: of one that ships one hears whatever is wrong with them.
    """
    found = _called(word, catalogue()) or _called(word, own_checks(settings()))
    if found is None:
        names = [name for known in every_check(settings()) for name in (known.code, known.name)]
        raise unknown(where, "check", word, names, "windtunnel checks lists all")
    return found


def _called(word: str, checks: Iterable[Check]) -> Check | None:
    return next((known for known in checks if word.upper() == known.code or word.lower() == known.name), None)
