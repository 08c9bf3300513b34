"""What there is to choose, and what was chosen: the checks, and the settings with where each comes from."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from itertools import groupby

from windtunnel.checks import Check
from windtunnel.findings import Severity
from windtunnel.pages import judged_from
from windtunnel.selection import every_check, selected
from windtunnel.setting_kinds import Budget, Option
from windtunnel.settings import TABLE, Settings, options


def list_of_checks(settings: Settings) -> str:
    """A line for each check, below what it is judged from; UsageError where the settings name one that is not there."""
    return "".join(f"{line}\n" for line in _checks(settings))


def _checks(settings: Settings) -> Iterator[str]:
    chosen, checks = selected(settings), every_check(settings)
    for block, known in groupby(checks, key=_block):
        yield f"{block}:"
        for check in known:
            mark = " " if check in chosen else "-"
            yield f"{mark} {check.code}  {check.severity!s:<7}  {check.name:<28}  {check.title}"
        yield ""
    everything = len(checks)
    left_out = f", {everything - len(chosen)} left out (-)" if len(chosen) < everything else ""
    yield f"{len(chosen)} of {everything} checks selected{left_out}; windtunnel explain CODE tells more"


def _block(check: Check) -> str:
    return judged_from(check) if check.is_shipped else "your own"


def list_of_settings(settings: Settings, in_file: Collection[str], given: Collection[str]) -> str:
    """A line for each setting: its key, its value, and its origin.

    `in_file` and `given` are the names of those that pyproject.toml and the command line give.
    """
    lines = [f"root = {settings.root}", *(f"path = {path}" for path in settings.paths)]
    for option in (option for option in options() if not option.asked):
        origin = "default"
        if option.name in given:
            origin = option.flag
        elif option.name in in_file:
            origin = f"pyproject.toml [{TABLE}]"
        lines.append(f"{option.key} = {_value(option, settings)}  ({origin})")
    return "".join(f"{line}\n" for line in lines)


def _value(option: Option, settings: Settings) -> str:
    """The value as pyproject.toml would have it."""
    value = getattr(settings, option.name)
    if isinstance(value, Severity):
        return f'"{value!s}"'
    if option.name == "budgets":
        return json.dumps([_budget(one) for one in value], ensure_ascii=False)
    if option.name == "report":
        return json.dumps([f"{form}={file}" for form, file in value], ensure_ascii=False)
    plain = dict(value) if option.name == "per_file_ignores" or isinstance(value, Mapping) else value
    return json.dumps(plain, ensure_ascii=False)


def _budget(budget: Budget) -> dict[str, object]:
    return {budget.of: budget.pattern, **{name.replace("_", "-"): value for name, value in budget.values}}
