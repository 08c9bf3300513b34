"""Airflow's metadata (variables, connections) as user code asks for it, by whichever of its classes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

_READERS = (
    ("airflow.sdk.definitions.variable", "Variable", "get", "variable"),
    ("airflow.models.variable", "Variable", "get", "variable"),
    ("airflow.sdk.definitions.connection", "Connection", "get", "connection"),
    ("airflow.models.connection", "Connection", "get_connection_from_secrets", "connection"),
    ("airflow.sdk.bases.hook", "BaseHook", "get_connection", "connection"),
)


def tell_reads(tell: Callable[[str, str], None]) -> None:
    """Call `tell(kind, name)` for each variable and connection that is read in this process from now on."""
    import importlib

    for module, class_name, method, kind in _READERS:
        _wrap(getattr(importlib.import_module(module), class_name), method, kind, tell)


def _wrap(owner: Any, method: str, kind: str, tell: Callable[[str, str], None]) -> None:
    read = getattr(owner, method)

    def telling(*arguments: Any, **options: Any) -> Any:
        named = arguments[0] if arguments else next(iter(options.values()), "")
        tell(kind, str(named))
        return read(*arguments, **options)

    setattr(owner, method, staticmethod(telling))
