"""The pools of child processes that a run needs, and the environment that each of them starts in."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from windtunnel.airflow_compat.environment import without_airflow
from windtunnel.collectors.env_file import read_env_file
from windtunnel.collectors.fixtures import read_fixtures
from windtunnel.collectors.warm import OWN_HASH_SEED
from windtunnel.pool import Pool
from windtunnel.settings import Settings

if TYPE_CHECKING:
    from typing_extensions import Self


class Pools:
    """The kinds of pools, each started when it is first asked for. A context manager: on leaving, all are gone.

    What is in the template of the DAGs costs seconds: `hamilton` and what `runs` need are there if asked for. All start
    in the environment of now. Raises UsageError for an `env_file` or `fixtures` that cannot be read.
    """

    def __init__(self, settings: Settings, *, hamilton: bool, runs: bool) -> None:
        self._limits = {"size": settings.jobs, "max_memory": settings.max_memory}
        given = {**read_env_file(settings.env_file), **read_fixtures(settings).environment()}
        self._environment = child_environment(given)
        airflow = f"airflow{'_and_hamilton' if hamilton else ''}"
        self._warm_up = {
            "dags": f"{airflow}_to_{'run' if runs else 'load'}",
            # With Hamilton where that of `dags` has it: what it imports sets variables that a DAG may hand on.
            "parses": f"{airflow}_to_parse_again",
            "imports": "airflow_to_parse_again",
            "modules": "hamilton",
            "modules_again": "hamilton",
        }
        self._started: dict[str, Pool] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End what was started."""
        for pool in self._started.values():
            pool.close()
        self._started = {}

    @property
    def at_work(self) -> tuple[Any, ...]:
        """What the children are at work on: the keys of the jobs that run now, of whatever kind."""
        return tuple(job.key for pool in tuple(self._started.values()) for job in pool.at_work)

    @property
    def dags(self) -> Pool:
        """Where DAGs are loaded and run. Airflow takes seconds to import, in the background."""
        return self._pool("dags")

    @property
    def parses(self) -> Pool:
        """Where DAG files are parsed a second time: the template differs from that of `dags` by its hash seed."""
        return self._pool("parses")

    @property
    def imports(self) -> Pool:
        """Where imports are timed: nothing is there before but Airflow."""
        is_same = self._warm_up["imports"] == self._warm_up["parses"]
        return self._pool("parses" if is_same else "imports")

    @property
    def modules(self) -> Pool:
        """Where Hamilton modules are built and tried."""
        return self._pool("modules")

    @property
    def modules_again(self) -> Pool:
        """Where their functions are tried again: the template differs from that of `modules` by its hash seed."""
        return self._pool("modules_again")

    def _pool(self, kind: str) -> Pool:
        if kind not in self._started:
            warm_up = f"windtunnel.collectors.warm:{self._warm_up[kind]}"
            self._started[kind] = Pool(warm_up, environment=self._environment_of(kind), **self._limits)
        return self._started[kind]

    def _environment_of(self, kind: str) -> dict[str, str]:
        return seeded_environment(self._environment, is_second=kind in ("parses", "modules_again"))


def child_environment(given: Mapping[str, str]) -> dict[str, str]:
    """The environment that templates start in: the user's, without their Airflow's settings and without telemetry.

    What the user has `given` in a file is added to it, where the environment does not say otherwise.
    """
    # A task's stdin is a socket. In a shell of the first level bash takes that for a login from afar, and reads the
    # user's ~/.bashrc, which may wait for a human.
    shell = {"SHLVL": "2"} if os.environ.get("SHLVL", "0") in ("", "0", "1") else {}
    return {**without_airflow({**given, **os.environ}), "HAMILTON_TELEMETRY_ENABLED": "false", **shell}


def seeded_environment(environment: Mapping[str, str], *, is_second: bool) -> dict[str, str]:
    """With a hash seed: it is the user's, or else always the same, so that so is the verdict.

    A template for the second time has another one. What the user has set is put back when the process has started.
    """
    own = environment.get("PYTHONHASHSEED", "")
    seed = own if own.isdigit() else "1"
    other = "2" if seed != "2" else "1"
    return {**environment, "PYTHONHASHSEED": other if is_second else seed, OWN_HASH_SEED: own}
