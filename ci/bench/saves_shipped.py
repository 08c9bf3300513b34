"""The DAGs that ship, under so many kills: each save struck and done again, and what differs repeated by Airflow."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from windtunnel.engine import run
from windtunnel.facts import KilledFacts
from windtunnel.settings import Settings

ROOT = Path(__file__).parents[2]
_LARGE_SAVES = 3  # of four: the file of one has fewer bytes than there are points
_TIMEOUT = 3600.0


def kill_shipped(points: int) -> None:
    """Print the table: for each save how it fared, and how many findings there are."""
    os.environ["PYTHONPATH"] = os.pathsep.join(sys.path)  # for the children
    most = -(-points // _LARGE_SAVES)
    settings = Settings(
        ROOT, paths=(ROOT / "dags",), select=("WT4",), contexts=("kills",), max_kills=most, timeout=_TIMEOUT
    )
    report = run(settings)
    saves = [save for context in report.contexts if isinstance(context, KilledFacts) for save in context.saves]
    print("| save | points | sights | mended | repeated by Airflow | equal |\n|---|---:|---|---:|---:|---:|")
    for save in saves:
        sights = ", ".join(sorted({kill.sight.value for kill in save.kills}))
        mended = sum(kill.mended for kill in save.kills)
        equal = sum(retry.state == "success" and not (retry.differs or retry.strays) for retry in save.retries)
        print(f"| {save.node} | {len(save.kills)} | {sights} | {mended} | {len(save.retries)} | {equal} |")
    total = sum(len(save.kills) for save in saves)
    print(f"\n{total} points, {len(report.findings)} findings\n", flush=True)
