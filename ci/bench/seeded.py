"""How many faults does windtunnel find that were put into the modules that ship? Ten kinds for each package.

    python ci/bench/seeded.py [--package how_to] [--kind "dead node"]

Copies the package and its DAG for each fault, changes one file, and checks that repository: with the perturbations
that are asked for by default and `order`, and in the context that the fault is about (`twice` for output that grows,
`kills` for a saver that writes in place). Found is what has a finding at the fault that the undamaged copy has not.
Whether a finding is about the fault was judged by hand, from what this prints.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from seeded_faults import DAG_OF, FAULTS, Fault

from windtunnel.engine import run
from windtunnel.findings import Finding
from windtunnel.pools import Pools
from windtunnel.settings import PERTURBATIONS, Settings

ROOT = Path(__file__).parents[2]
CHOSEN = {
    "perturbations": (*PERTURBATIONS[:6], "order"),
    "max_paths": 0,
    "max_kills": 6,
    "timeout": 600.0,
}
SHARED = ("modules/__init__.py", "modules/atomic_savers.py", "pyproject.toml")
Seen = tuple[str, str, str, str]


def main() -> None:
    """Print the table."""
    arguments = _arguments()
    chosen = [
        fault
        for fault in FAULTS
        if arguments.package in ("", fault.package) and fault.kind in (arguments.kind or [fault.kind])
    ]
    with tempfile.TemporaryDirectory(prefix="seeded-") as folder:
        os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] = str(Path(folder, "hypothesis"))
        with Pools(Settings(Path(folder)), hamilton=True, runs=True) as pools:
            print("| package | fault | seconds | found |\n|---|---|---:|---|", flush=True)
            found = 0
            sound: dict[tuple[str, tuple[str, ...]], set[Seen]] = {}
            for fault in chosen:
                known = (fault.package, fault.contexts)
                if known not in sound:
                    sound[known] = {_seen(finding) for finding in _checked(Path(folder), pools, fault, seeded=False)}
                found += _told(fault, sound[known], Path(folder), pools)
    print(f"\n{found} of {len(chosen)}")


def _told(fault: Fault, sound: set[Seen], folder: Path, pools: Pools) -> bool:
    start = time.monotonic()
    new = [finding for finding in _checked(folder, pools, fault) if _seen(finding) not in sound]
    at_fault = [finding for finding in new if _is_at(finding, fault)]
    codes = ", ".join(dict.fromkeys(finding.code for finding in at_fault)) or "missed"
    print(f"| {fault.package} | {fault.kind} | {time.monotonic() - start:.0f} | {codes} |", flush=True)
    for finding in new:
        where = "" if finding in at_fault else "elsewhere: "
        told = f"{where}{finding.code} {finding.location} {finding.task_id} {finding.node}: {finding.message}"
        print(f"    {told}", file=sys.stderr, flush=True)
    return bool(at_fault)


def _checked(folder: Path, pools: Pools, fault: Fault, *, seeded: bool = True) -> Iterator[Finding]:
    with tempfile.TemporaryDirectory(dir=folder) as copy:
        root = Path(copy)
        for name in (DAG_OF[fault.package], *SHARED, f"modules/{fault.package}"):
            _copy(ROOT / name, root / name)
        if seeded:
            _seed(fault, root / fault.file)
        settings = Settings(root, contexts=fault.contexts, **CHOSEN)  # type: ignore[arg-type]
        yield from run(settings, pools=pools).findings


def _copy(one: Path, other: Path) -> None:
    other.parent.mkdir(parents=True, exist_ok=True)
    if one.is_dir():
        shutil.copytree(one, other, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy(one, other)


def _seed(fault: Fault, file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    if text.count(fault.old) != 1:
        raise ValueError(f"{fault.package}, {fault.kind}: not once in {fault.file}: {fault.old!r}")
    file.write_text(text.replace(fault.old, fault.new), encoding="utf-8")


def _seen(finding: Finding) -> Seen:
    """A finding without its line, which the fault may have moved, and without its figures."""
    return finding.code, finding.location.path, finding.task_id, finding.node


def _is_at(finding: Finding, fault: Fault) -> bool:
    named = {finding.node, finding.task_id, finding.location.path}
    words = {word.strip("'\"`,.:;()") for word in finding.message.split()}
    return any(place in named | words for place in fault.places)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--package", default="", choices=["", *DAG_OF], help="the faults of one package")
    parser.add_argument("--kind", action="append", help="the faults of one kind; may be given several times")
    return parser.parse_args()


if __name__ == "__main__":
    main()
