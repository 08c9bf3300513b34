"""What a template process loads before its first child is forked."""

from __future__ import annotations

import importlib
import importlib.util
import os
import tempfile
from functools import partial
from pathlib import Path

OWN_HASH_SEED = "WINDTUNNEL_OWN_HASH_SEED"


def airflow_to_load() -> None:
    """Airflow alone, for loading DAGs."""
    _airflow(runs=False)


def airflow_to_run() -> None:
    """Airflow with its database and its execution API, for loading and running DAGs."""
    _airflow(runs=True)


def airflow_and_hamilton_to_load() -> None:
    """Airflow and Hamilton, for DAG files that import it: it takes a second and more."""
    _preload_hamilton()
    _airflow(runs=False)


def airflow_and_hamilton_to_run() -> None:
    """Both, for running DAGs that drive Hamilton."""
    _preload_hamilton()
    _airflow(runs=True)


def airflow_to_parse_again() -> None:
    """Airflow alone, and nothing else that a DAG file may import."""
    _show_own_hash_seed()
    from windtunnel.airflow_compat.warm import warm_up
    from windtunnel.collectors import conditions, import_profile, second_parse  # noqa: F401

    _preload("time_machine")
    warm_up(runs=False)
    from windtunnel.airflow_compat import serialized  # noqa: F401  the same


def airflow_and_hamilton_to_parse_again() -> None:
    """The same with Hamilton, where the template of the first parse has it."""
    _preload_hamilton()
    airflow_to_parse_again()


def hamilton() -> None:
    """Hamilton and Hypothesis, for the modules alone."""
    _show_own_hash_seed()
    _preload_hamilton()
    _preload("hypothesis")
    from windtunnel.collectors import dataflows, module_imports, properties  # noqa: F401


def _airflow(*, runs: bool) -> None:
    _show_own_hash_seed()
    _preload("networkx")
    from windtunnel.airflow_compat.warm import warm_up
    from windtunnel.collectors import batches, made_dags, shape, wiring  # noqa: F401  those that each file needs

    warm_up(runs=runs)
    from windtunnel.airflow_compat import instances, references, serialized  # noqa: F401  in Airflow's home

    shape.shape_of(("before", "after"), [("before", "after")])  # networkx compiles what it is first asked for
    batches.CODE.look()


def _show_own_hash_seed() -> None:
    """Let the environment say of the hash seed what the user's says, whatever this process was started with.

    A DAG may hand its environment on: that would be another one in each of two templates.
    """
    os.environ.pop("PYTHONHASHSEED", None)
    if seed := os.environ.pop(OWN_HASH_SEED, ""):
        os.environ["PYTHONHASHSEED"] = seed


def _preload_hamilton() -> None:
    # Hamilton imports matplotlib where it is installed, which writes its list of fonts to the user's home if it finds
    # none there. Making one takes a second, so one that is there is used.
    homes = (Path.home(), Path(os.environ.get("XDG_CACHE_HOME", "")))
    caches = [home / name for home in homes for name in (".cache/matplotlib", "matplotlib", ".matplotlib")]
    if not any(cache.is_dir() for cache in caches):
        os.environ.setdefault("MPLCONFIGDIR", tempfile.gettempdir())
    _preload("hamilton.driver")


def _preload(*modules: str) -> None:
    from windtunnel.collectors.import_costs import IMPORT_COSTS

    for module in modules:
        if importlib.util.find_spec(module.partition(".")[0]):
            IMPORT_COSTS.measured(partial(importlib.import_module, module))
