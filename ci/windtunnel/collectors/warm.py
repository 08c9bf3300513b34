"""What a template process loads before its first child is forked."""

from __future__ import annotations

import importlib
import importlib.util
import os
import tempfile
from pathlib import Path


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


def hamilton() -> None:
    """Hamilton and Hypothesis, for the modules alone."""
    _preload_hamilton()
    _preload("hypothesis")
    from windtunnel.collectors import dataflows, properties  # noqa: F401


def _airflow(*, runs: bool) -> None:
    _preload("networkx")
    from windtunnel.airflow_compat.warm import warm_up
    from windtunnel.collectors import batches  # noqa: F401

    warm_up(runs=runs)


def _preload_hamilton() -> None:
    # Hamilton imports matplotlib where it is installed, which writes its list of fonts to the user's home if it finds
    # none there. Making one takes a second, so one that is there is used.
    homes = (Path.home(), Path(os.environ.get("XDG_CACHE_HOME", "")))
    caches = [home / name for home in homes for name in (".cache/matplotlib", "matplotlib", ".matplotlib")]
    if not any(cache.is_dir() for cache in caches):
        os.environ.setdefault("MPLCONFIGDIR", tempfile.gettempdir())
    _preload("hamilton.driver")


def _preload(*modules: str) -> None:
    for module in modules:
        if importlib.util.find_spec(module.partition(".")[0]):
            importlib.import_module(module)
