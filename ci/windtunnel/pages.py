"""What the generated pages say: of every check, of all checks, and of the settings, in Markdown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import MISSING, fields
from pathlib import PurePosixPath

from windtunnel.checks import Check, catalogue
from windtunnel.facts import DriverFacts, NodeFacts
from windtunnel.findings import Severity
from windtunnel.setting_kinds import Option
from windtunnel.settings import TABLE, Settings, options

PAGES = "ci/docs"
"""Where the pages lie below the root of a checkout."""

_NOTE = "<!-- Written by `python -m windtunnel.docs` from {source}; edit that instead. -->"
_BLOCKS = {
    "0": "the harness itself",
    "1": "loading a file",
    "2": "the DAG's structure",
    "3": "running the DAG",
    "4": "saves",
    "5": "the Hamilton graph",
    "6": "properties",
}
_OTHERWISE: Mapping[type, str] = {DriverFacts: "3", NodeFacts: "5"}
"""Blocks, for facts that no check reads that ships."""


def documents(checks: Sequence[Check]) -> dict[str, str]:
    """Every file that is generated whole, by its path below the root."""
    about_checks = _NOTE.format(source="the check's file")
    return {
        f"{PAGES}/checks.md": f"# The checks\n\n{about_checks}\n\n{index(checks, 'checks')}",
        f"{PAGES}/settings.md": f"# The settings\n\n{_NOTE.format(source='settings.py')}\n\n{settings()}",
        **{f"{PAGES}/checks/{check.code}.md": f"{about_checks}\n\n{page(check)}" for check in checks},
    }


def page(check: Check) -> str:
    """The page of one check, in Markdown."""
    sections = (
        f"# {check.code}: {check.name}",
        f"{check.title}.",
        f"Severity **{check.severity!s}**, judged from {judged_from(check)}.",
        f"**fix:** {check.remedy}" if check.remedy else "",
        check.page.strip(),
        *_example(f"## An example that fails\n`# {check.code}` ends each line where a finding is.", check.failing),
        *_example("## An example that passes", check.passing),
        _choosing(check),
    )
    return "\n\n".join(section for section in sections if section) + "\n"


def index(checks: Iterable[Check], folder: str) -> str:
    """The table of the checks; `folder` leads from the file that it stands in to their pages."""
    rows = (
        (
            f"[{check.code}]({folder}/{check.code}.md)",
            check.name,
            str(check.severity),
            judged_from(check),
            check.title,
        )
        for check in checks
    )
    return _table(("code", "name", "severity", "judged from", "what it finds"), rows)


def judged_from(check: Check) -> str:
    """What the check reads, in the words of its block; an owner's check is of that whose facts it reads."""
    if check.is_shipped:
        return _BLOCKS[check.code[2]]
    alike = Counter(known.code[2] for known in catalogue() if known.on is check.on)
    return _BLOCKS[max(alike, key=alike.__getitem__) if alike else _OTHERWISE[check.on]]


def settings() -> str:
    """The table of all settings and the form that they take in pyproject.toml, in Markdown."""
    columns = ("name", "command line", "pyproject.toml", "pytest", "default", "what it does")
    return (
        f"In pyproject.toml the keys stand in the table `[{TABLE}]`; "
        "the command line and pytest's options win over it.\n\n"
        + _table(columns, (_setting(option) for option in options()))
    )


def _example(heading: str, files: Mapping[str, str]) -> Iterator[str]:
    if files:
        yield heading
    for path, text in files.items():
        language = {".py": "python"}.get(PurePosixPath(path).suffix, PurePosixPath(path).suffix.lstrip("."))
        fence = "````" if "```" in text else "```"
        yield f"`{path}`\n\n{fence}{language}\n{text.strip(chr(10))}\n{fence}"


def _choosing(check: Check) -> str:
    return f"""## How to choose it
- `windtunnel check --select {check.code}` runs this check alone, `--ignore {check.code}` all others.
- In pyproject.toml, `ignore = ["{check.code}"]` in the table `[{TABLE}]` leaves it out everywhere.
- `# windtunnel: ignore[{check.code}] reason` on the line of a finding allows {check.name} there:
  the finding is still reported, as suppressed for that reason, and does not count. `# noqa: {check.code}` does too.
- `"dags/legacy/*" = ["{check.code}"]` in the table `[{TABLE}.per-file-ignores]` allows it in these files.
- `--baseline FILE --update-baseline` takes what is there now for known: it is shown, and only what is new fails."""


def _setting(option: Option) -> tuple[str, ...]:
    metavar = option.metavar or "|".join(option.choices)
    return (
        option.name,
        "-"
        if option.in_file
        else ", ".join(f"`{' '.join(filter(None, (flag, metavar)))}`" for flag in (option.short, option.flag) if flag),
        "-" if option.asked else f"`{option.key}`",
        "-" if option.report or option.in_file else f"`--windtunnel-{option.key}`",
        _default(option.name),
        option.help,
    )


# They differ from machine to machine, and the page must not.
_BY_MACHINE = {"jobs": "the number of processors", "max_memory": "a share of the memory"}


def _default(name: str) -> str:
    if name in _BY_MACHINE:
        return _BY_MACHINE[name]
    field = next(field for field in fields(Settings) if field.name == name)
    value = field.default_factory() if field.default_factory is not MISSING else field.default
    if isinstance(value, Severity):
        return f"`{value!s}`"
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"`{value}`" if value or isinstance(value, int | float) else "none"


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = (columns, ["---"] * len(columns), *rows)
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines)
