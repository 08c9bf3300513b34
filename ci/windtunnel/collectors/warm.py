"""What a template process loads before its first child is forked."""

from __future__ import annotations

import importlib
import importlib.util


def airflow() -> None:
    """Airflow with its database and its execution API, for loading and running DAGs."""
    _preload("networkx")
    from windtunnel.airflow_compat.warm import warm_up
    from windtunnel.collectors import runs  # noqa: F401

    warm_up()


def airflow_and_hamilton() -> None:
    """The same with Hamilton, which takes most of a second, for DAGs that drive it."""
    _preload("hamilton.driver")
    airflow()


def hamilton() -> None:
    """Hamilton and Hypothesis, for the modules alone."""
    _preload("hamilton.driver", "hypothesis")
    from windtunnel.collectors import dataflows, properties  # noqa: F401


def _preload(*modules: str) -> None:
    for module in modules:
        if importlib.util.find_spec(module.partition(".")[0]):
            importlib.import_module(module)
