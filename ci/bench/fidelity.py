"""Does windtunnel say of a DAG what a real Airflow does with it? Both run the same DAGs; every state is compared.

    python ci/bench/fidelity.py [--select NAME] [--examples] [--record FILE | --against FILE] [--json FILE]

starts a real Airflow (scheduler, DAG processor, triggerer, API server, LocalExecutor) of the version that this
interpreter has, with a PostgreSQL of its own; runs every DAG of `fidelity/corpus` (or, with --examples, Airflow's own)
there and in windtunnel; prints how many states agree, and each that does not. Everything lies below temporary folders,
and is ended and removed at the end, on Ctrl-C too.

It needs Debian's PostgreSQL (apt install postgresql) and `pip install psycopg2-binary asyncpg`; with --sqlite neither.

A run is asked for as windtunnel makes it: by hand, for now, or for the last moment at which the DAG was alive. Where
that lies in the future a scheduler would wait for it, so the real run is then asked for without a date. A DAG on which
the two differ is run again in another real Airflow before the difference is believed.

A state that is no end (scheduled, deferred, running, ...) after `--limit` seconds is told as "unfinished". What
`--record` writes, `--against` and the tests compare with, without a real Airflow.
"""

from __future__ import annotations

import argparse
import json
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import AbstractContextManager
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from fidelity_agreement import Agreement, Answer, Record, compare, read, write
from fidelity_asking import Manner, Said, all_dags, ask_windtunnel, hear, most_frequent, record
from fidelity_real import Deployment, Unavailable, deployment

CORPUS = Path(__file__).parent / "fidelity" / "corpus"


def main() -> None:
    """Run both, compare, print. The exit status is 0 whatever they say: this is a measurement."""
    chosen = _arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("fidelity: terminated"))  # unwinds, and so cleans up
    with tempfile.TemporaryDirectory(prefix="fidelity-") as folder:
        dags = _write_dags(Path(folder), chosen)
        try:
            _measure(dags, chosen)
        except Unavailable as error:
            sys.exit(f"fidelity: {error}")
        except KeyboardInterrupt:
            sys.exit("fidelity: interrupted, and all of it ended and removed")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--select", action="append", default=[], metavar="NAME", help="these DAGs only (a glob)")
    parser.add_argument("--examples", action="store_true", help="Airflow's own example DAGs instead of the corpus")
    parser.add_argument("--sqlite", action="store_true", help="SQLite instead of PostgreSQL")
    parser.add_argument(
        "--record",
        type=Path,
        metavar="FILE",
        help="only the real one, twice: write its answers down, over those of the same DAGs",
    )
    parser.add_argument("--against", type=Path, metavar="FILE", help="only windtunnel: compare with what was recorded")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write both sides down")
    parser.add_argument("--logs", type=Path, metavar="FOLDER", help="keep the logs of the real one there")
    parser.add_argument("--limit", type=float, default=90, help="seconds after which a run is given up as unfinished")
    parser.add_argument("--at-a-time", type=int, default=6, help="runs at a time in the real one")
    return parser.parse_args()


def _write_dags(root: Path, chosen: argparse.Namespace) -> Path:
    """A repository with the DAG files in its folder `dags`; the folder must be readable for everybody."""
    root.chmod(0o755)
    (root / "pyproject.toml").touch()
    for origin, name in _origins() if chosen.examples else [(CORPUS, "")]:
        shutil.copytree(origin, root / "dags" / name, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True)
    return root / "dags"


def _origins() -> list[tuple[Path, str]]:
    from airflow import example_dags as core
    from airflow.providers.standard import example_dags as standard

    return [(Path(core.__path__[0]), ""), (Path(standard.__path__[0]), "standard")]


def _measure(dags: Path, chosen: argparse.Namespace) -> None:
    manner = Manner(chosen.limit, chosen.at_a_time, _say)
    if chosen.against:
        real, seconds = read(chosen.against), dict[str, float]()
    else:
        real, seconds = _real(dags, chosen, manner)
    if chosen.record:
        write(_added_to_old(real, chosen), chosen.record)
        _say(f"recorded {len(real.asked)} runs in {chosen.record}")
        return
    said = ask_windtunnel(dags, chosen.limit)
    if not chosen.against:
        real = _believed(real, said, dags, chosen, manner)
    dag_ids = [dag_id for dag_id in {*real.asked, *said.answers} if _is_meant(dag_id, chosen.select)]
    agreement = compare(real.asked, said.answers, dag_ids)
    _report(real, said, agreement, seconds, dag_ids)
    if chosen.json:
        chosen.json.write_text(json.dumps(_both(real, said, agreement, seconds), indent=1) + "\n", encoding="utf-8")


def _added_to_old(real: Record, chosen: argparse.Namespace) -> Record:
    """The record whole; where only some DAGs were asked, with what was known of the others."""
    if not chosen.select or not chosen.record.exists():
        return real
    old = read(chosen.record)
    return Record(real.about, {**old.asked, **real.asked}, {**old.made, **real.made})


def _is_meant(dag_id: str, patterns: list[str]) -> bool:
    return not patterns or any(fnmatchcase(dag_id, pattern) for pattern in patterns)


def _say(text: str) -> None:
    print(text, flush=True)


def _start(dags: Path, chosen: argparse.Namespace) -> AbstractContextManager[Deployment]:
    # The examples have schedules: each starts to run when it is asked for.
    return deployment(dags, sqlite=chosen.sqlite, paused=chosen.examples, keep=chosen.logs)


def _real(dags: Path, chosen: argparse.Namespace, manner: Manner) -> tuple[Record, dict[str, float]]:
    with _start(dags, chosen) as real:
        dag_ids = [dag_id for dag_id in all_dags(real.api, _say) if _is_meant(dag_id, chosen.select)]
        started = time.monotonic()
        answers = record(real, dag_ids, manner, rounds=2 if chosen.record else 1)
        _say(f"the real one ran {len(dag_ids)} DAGs in {time.monotonic() - started:.0f} s")
        return answers


def _believed(real: Record, said: Said, dags: Path, chosen: argparse.Namespace, manner: Manner) -> Record:
    """The record, where what differs was asked twice more in another real Airflow: the majority is believed."""
    doubted = [one for one in compare(real.asked, said.answers).disagreeing_dags if one in real.asked]
    if not doubted:
        return real
    _say(f"{len(doubted)} DAGs differ, and are asked again")
    with _start(dags, chosen) as again:
        all_dags(again.api, _say)
        rounds = [hear(again.api, doubted, manner._replace(at_a_time=number)) for number in (manner.at_a_time, 2)]
    heard = {one: [real.asked[one], *(answers[one].answer for answers in rounds)] for one in doubted}
    believed = {one: most_frequent(answers) for one, answers in heard.items()}
    for one in doubted:
        if any(answer != believed[one] for answer in heard[one]):
            _say(f"unsteady: {one}")
    return real._replace(asked={**real.asked, **believed})


# What is printed


def _report(real: Record, said: Said, agreement: Agreement, seconds: Mapping[str, float], dag_ids: list[str]) -> None:
    print(", ".join(f"{name} {value}" for name, value in real.about.items()), "\n")
    print("| file | DAGs | agree | task states | agree | real, s |\n|---|---:|---:|---:|---:|---:|")
    for theme in sorted({said.files.get(dag_id, "-") for dag_id in dag_ids}):
        _row(theme, [one for one in dag_ids if said.files.get(one, "-") == theme], real, said, seconds)
    _row("all", dag_ids, real, said, seconds)
    if agreement.disagreements:
        print("\n| DAG | task | real | windtunnel |\n|---|---|---|---|")
    for one in agreement.disagreements:
        print(f"| {one.dag_id} | {one.task} | {one.real} | {one.windtunnel} |")
    agreed = agreement.dags - len(agreement.disagreeing_dags)
    states = agreement.tasks - agreement.disagreeing_tasks
    print(
        f"\n{agreed} of {agreement.dags} DAGs agree in every state, {states} of {agreement.tasks} task states;", end=" "
    )
    print(f"windtunnel took {said.seconds:.0f} s")


def _row(name: str, dag_ids: list[str], real: Record, said: Said, seconds: Mapping[str, float]) -> None:
    of = compare(real.asked, said.answers, dag_ids)
    took = f"{sum(seconds.get(one, 0) for one in dag_ids):.0f}" if seconds else "-"
    dags, tasks = of.dags - len(of.disagreeing_dags), of.tasks - of.disagreeing_tasks
    print(f"| {name} | {of.dags} | {dags} | {of.tasks} | {tasks} | {took} |")


def _both(real: Record, said: Said, agreement: Agreement, seconds: Mapping[str, float]) -> dict[str, Any]:
    def plain(answers: Mapping[str, Answer]) -> dict[str, Any]:
        return {dag_id: answer.all for dag_id, answer in sorted(answers.items())}

    return {
        "about": real.about,
        "disagreements": [one._asdict() for one in agreement.disagreements],
        "seconds": {dag_id: round(taken, 1) for dag_id, taken in sorted(seconds.items())},
        "real": plain(real.asked),
        "made": {dag_id: [{"by": by, **one.all} for by, one in runs] for dag_id, runs in sorted(real.made.items())},
        "windtunnel": plain(said.answers),
    }


if __name__ == "__main__":
    main()
