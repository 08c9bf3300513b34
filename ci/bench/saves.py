"""Which savers leave torn files when they are killed, and whether windtunnel sees each of them.

    python ci/bench/saves.py [--points 1000] [--megabytes 100] [--repeat 3]

prints two Markdown tables. The first: each saver, Hamilton's own and the atomic version of modules/atomic_savers.py,
is struck at its share of the points by the code that the context `kills` uses, each time in a process forked from just
before the save. After each stroke the file is judged a second time by this script: bytes against those of an
undisturbed save, and where these are never twice the same, by the library that reads them. `mended` counts the strokes
after which the save, done once more, leaves what it leaves undisturbed. Then the DAGs that ship are run in the context
`kills`, with so many points for all their saves together. The second table: how long a DAG runs that saves so many
megabytes, with the look at saves and without. Savers whose library is not installed are named
and left out: duckdb, openpyxl and matplotlib are no part of windtunnel's own environments.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.util
import logging
import os
import platform
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from types import ModuleType
from typing import Any

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]

from hamilton import driver  # noqa: E402
from saves_cost import measure_cost  # noqa: E402
from saves_savers import SAVERS, Saver, module_of  # noqa: E402
from saves_shipped import kill_shipped  # noqa: E402

from windtunnel.collectors.effects import Effects  # noqa: E402
from windtunnel.collectors.forks import in_fork  # noqa: E402
from windtunnel.collectors.recorder import Recording, record_drivers  # noqa: E402
from windtunnel.collectors.siege import Doomed, Siege, besiege  # noqa: E402
from windtunnel.collectors.trees import Ground  # noqa: E402
from windtunnel.facts import Fault, KillFacts, Sight  # noqa: E402

_SECONDS = 600.0
_WHOLE, _ABSENT, _TORN = "whole", "absent", "torn"


@dataclass(slots=True)
class Verdicts(list[KillFacts]):
    """The kills of a save, each judged a second time while the file still lies as it was left."""

    judge: Callable[[], str]
    truths: list[str] = field(default_factory=list)

    def append(self, kill: KillFacts) -> None:
        """Called by the siege."""
        list.append(self, kill)
        self.truths.append(self.judge())


class Watch:
    """Besieges the first save of this process, as the context does."""

    def __init__(self, folder: Path, most: int, judge: Callable[[], str]) -> None:
        self._ground, self._most, self._folder = Ground((str(folder),)), most, folder
        self.siege = Siege(kills=Verdicts(judge))
        self._doomed: Doomed | None = None

    def before_save(self, node: Any, kwargs: Mapping[str, Any]) -> None:  # noqa: ARG002  the protocol's
        """Strike it; come back in each of the processes that go on."""
        self._doomed = besiege(self._ground, self.siege, self._most, _SECONDS, str(self._folder))

    def after_save(self, *, success: bool) -> None:
        """What was to be struck has nothing more to do."""
        if self._doomed is not None:
            self._doomed.end(success=success)


def main() -> None:
    """Measure, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--points", type=int, default=1000)
    parser.add_argument("--megabytes", type=int, default=100)
    parser.add_argument("--repeat", type=int, default=3)
    chosen = parser.parse_args()
    logging.disable(logging.WARNING)  # Hamilton warns where two of its savers fit
    known = [saver for saver in SAVERS if not saver.needs or importlib.util.find_spec(saver.needs)]
    left_out = [saver.name for saver in SAVERS if saver not in known]
    print(f"{', '.join(_versions())}; left out: {', '.join(left_out) or 'none'}\n")
    if chosen.points:
        strike_all(known, chosen.points)
    if chosen.points:
        kill_shipped(chosen.points)
    if chosen.megabytes:
        measure_cost(chosen.megabytes, chosen.repeat)


def strike_all(savers: list[Saver], points: int) -> None:
    """Print the row of each saver, with its share of the points, and what they come to together."""
    print(
        "| saver | points | killed | disk full | not permitted | torn, found | gone, found | wrong | mended | verdict |"
    )
    print("|---|---:|---|---|---|---:|---:|---:|---:|---|")
    totals: Counter[str] = Counter()
    rows = [(saver, atomic) for saver in savers for atomic in (False, True) if saver.can_be_atomic or not atomic]
    most = -(-points // len(rows))
    with _recorded() as recording:
        for saver, atomic in rows:
            totals += _row(saver, most, recording, atomic=atomic)
    print(f"\n{totals['points']} points: {totals['faults']} torn or gone, {totals['found']} of them found, ", end="")
    print(f"{totals['wrong']} accused wrongly\n", flush=True)


@contextlib.contextmanager
def _recorded() -> Iterator[Recording]:
    """What the recorder tells, in a folder such as the processes of runs have."""
    before = os.environ.get("TMPDIR")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["TMPDIR"] = str(Path(folder, "tmp"))
        Path(folder, "tmp").mkdir()
        yield record_drivers(Effects())
    os.environ.pop("TMPDIR")
    if before is not None:
        os.environ["TMPDIR"] = before


def _row(saver: Saver, most: int, recording: Recording, *, atomic: bool) -> Counter[str]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(os.path.realpath(name))
        watch = _besieged(saver, folder, most, recording, atomic=atomic)
    kills = watch.siege.kills
    assert isinstance(kills, Verdicts)
    truths = kills.truths
    pairs = list(zip(kills, truths, strict=True))
    torn = [kill.sight is Sight.TORN for kill, truth in pairs if truth == _TORN]
    gone = [kill.sight is Sight.GONE for kill, truth in pairs if truth == _ABSENT and kill.again]
    accused = [truth for kill, truth in pairs if kill.sight in (Sight.TORN, Sight.GONE)]
    wrong = len(accused) - sum(torn) - sum(gone)
    cells = [_seen(kills, fault) for fault in Fault]
    label = f"{saver.name}, atomic" if atomic else saver.name
    verdict = watch.siege.unseen or ("not atomic" if torn else "the old goes first" if gone else "atomic")
    mended = sum(kill.mended for kill in kills)
    numbers = [f"{sum(torn)} of {len(torn)}", f"{sum(gone)} of {len(gone)}", str(wrong), str(mended)]
    print(f"| {' | '.join([label, str(len(kills)), *cells, *numbers, verdict])} |", flush=True)
    faults, found = len(torn) + len(gone), sum(torn) + sum(gone)
    return Counter(points=len(kills), faults=faults, found=found, wrong=wrong)


def _besieged(saver: Saver, folder: Path, most: int, recording: Recording, *, atomic: bool) -> Watch:
    path = folder / saver.file
    module = module_of(saver, str(path), atomic=atomic)
    reference = _reference(module, folder, saver)
    watch = Watch(folder, most, lambda: _truth(saver, path, reference))
    recording.watch = watch
    driver.Builder().with_modules(module).build().execute(["saved"])
    recording.watch = None
    return watch


def _reference(module: ModuleType, folder: Path, saver: Saver) -> bytes:
    driver.Builder().with_modules(module).build().execute(["saved"])
    content = (folder / saver.file).read_bytes()
    for left in folder.iterdir():
        left.unlink()
    return content


def _truth(saver: Saver, path: Path, reference: bytes) -> str:
    """What lies there, as bytes or as the library that reads it says."""
    if not path.exists():
        return _ABSENT
    if path.read_bytes() == reference:
        return _WHOLE
    if saver.reads is None:
        return _TORN
    return in_fork(lambda: saver.reads(str(path)) if saver.reads else _TORN) or _TORN


def _seen(kills: list[KillFacts], fault: Fault) -> str:
    counts = Counter(kill.sight.value for kill in kills if kill.fault is fault)
    swallowed = sum(kill.swallowed for kill in kills if kill.fault is fault)
    cells = [f"{number} {sight}" for sight, number in sorted(counts.items())]
    return ", ".join([*cells, *([f"{swallowed} swallowed"] if swallowed else [])])


def _versions() -> Iterator[str]:
    yield f"Python {platform.python_version()}"
    for name in ("apache-hamilton", "pandas", "pyarrow", "numpy", "duckdb", "openpyxl", "matplotlib"):
        try:
            yield f"{name} {metadata.version(name)}"
        except metadata.PackageNotFoundError:
            continue


if __name__ == "__main__":
    main()
