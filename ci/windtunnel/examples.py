"""The examples of checks, tried: whether a check finds in them what it says that it finds, and nothing else."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from windtunnel import engine
from windtunnel.checks import Check
from windtunnel.collectors.ignores import ignores_in
from windtunnel.errors import UsageError
from windtunnel.facts import UnusedIgnoreFacts
from windtunnel.findings import Finding, Location
from windtunnel.pools import Pools
from windtunnel.settings import Settings
from windtunnel.settings_file import read_pyproject

_TIMEOUT = 60.0


@dataclass(frozen=True, slots=True)
class Tried:
    """What one example of a check came to: of the lines that it marks those where nothing came, and what came else.

    `name` is FAILING or PASSING; `expected` are the marked lines, none in the latter.
    """

    check: Check
    name: str
    expected: tuple[Location, ...]
    missing: tuple[Location, ...]
    strange: tuple[Finding, ...]

    @property
    def holds(self) -> bool:
        """Whether the check has said of the example just what it has to."""
        is_marked = bool(self.expected) or self.name == "PASSING"
        return is_marked and not self.missing and not self.strange


def try_failing(check: Check, pools: Pools, own: tuple[str, ...] = ()) -> Tried:
    """The check's FAILING, under real Airflow and Hamilton: a finding is expected at each marked line, and no other.

    `own` are the paths of the owner's checks. UsageError where nothing in the example can be judged.
    """
    expected = tuple(marked(check.code, check.failing))
    came = _findings(check, "FAILING", check.failing, pools, own)
    found = {finding.location for finding in came if finding.code == check.code}
    missing = tuple(place for place in expected if place not in found)
    strange = tuple(one for one in came if one.code != check.code or one.location not in expected)
    return Tried(check, "FAILING", expected, missing, strange)


def try_passing(check: Check, pools: Pools, own: tuple[str, ...] = ()) -> Tried:
    """The check's PASSING: nothing is expected, though an ignore comment in it may have silenced something."""
    came = _findings(check, "PASSING", check.passing, pools, own)
    return Tried(check, "PASSING", (), (), tuple(finding for finding in came if not finding.suppressed))


def marked(code: str, files: Mapping[str, str]) -> Iterator[Location]:
    """The lines that end with the code as a comment."""
    for path, text in files.items():
        for number, line in enumerate(text.splitlines(), 1):
            if line.rstrip().endswith(f"# {code}"):
                yield Location(path, number)


def _findings(
    check: Check, name: str, files: Mapping[str, str], pools: Pools, own: tuple[str, ...]
) -> tuple[Finding, ...]:
    with tempfile.TemporaryDirectory(prefix="windtunnel-example-") as folder:
        root = Path(folder).resolve()
        try:
            _write(files, root)
            settings = _settings(check, files, root, own)
            # Pools start in their environment, and these know nothing of the example's file.
            return engine.run(settings, pools=None if settings.env_file else pools).findings
        except UsageError as error:
            raise UsageError(f"{check.code} {name}: {str(error).replace(f'{root}/', '')}") from error


def _write(files: Mapping[str, str], root: Path) -> None:
    """A small repository: a folder that is a root of its own."""
    for path, text in {"pyproject.toml": "", **files}.items():
        if PurePosixPath(path).is_absolute() or ".." in PurePosixPath(path).parts:
            raise UsageError(f"{path!r} leads out of the example; name files from its root")
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


def _settings(check: Check, files: Mapping[str, str], root: Path, own: tuple[str, ...]) -> Settings:
    """The check alone, under what the example's own pyproject.toml says."""
    beside = _silenced(files) if check.on is UnusedIgnoreFacts else ()
    given = {"timeout": _TIMEOUT, **read_pyproject(root)}
    return Settings(root, **{**given, "checks": own, "select": (check.code, *beside)})


def _silenced(files: Mapping[str, str]) -> tuple[str, ...]:
    """An ignore comment is judged beside the check that it is about."""
    comments = (ignore for text in files.values() for ignore in ignores_in(text.encode()))
    return tuple(dict.fromkeys(ignore.code for ignore in comments))
