"""Airflow's metadata (variables, connections) as user code asks for it, by whichever of its classes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

_READERS = (
    ("airflow.sdk.definitions.variable", "Variable", "get", "variable"),
    ("airflow.models.variable", "Variable", "get", "variable"),
    ("airflow.sdk.definitions.connection", "Connection", "get", "connection"),
    ("airflow.models.connection", "Connection", "get_connection_from_secrets", "connection"),
    ("airflow.sdk.bases.hook", "BaseHook", "get_connection", "connection"),
)
_DEFAULTS = ("default", "default_var")


def tell_reads(tell: Callable[[str, str, bool], None]) -> None:
    """Call `tell(kind, name, has default)` for each variable and connection that is read here from now on."""
    for owner, method, kind in readers():
        _wrap(owner, method, kind, tell)


def readers() -> Iterator[tuple[Any, str, str]]:
    """(class, method, kind of what it reads) of all by which user code can ask. Their modules are imported."""
    import importlib

    for module, class_name, method, kind in _READERS:
        yield getattr(importlib.import_module(module), class_name), method, kind


def _wrap(owner: Any, method: str, kind: str, tell: Callable[[str, str, bool], None]) -> None:
    read = getattr(owner, method)

    def telling(*arguments: Any, **options: Any) -> Any:
        named = arguments[0] if arguments else next(iter(options.values()), "")
        has_default = kind == "variable" and (len(arguments) > 1 or not options.keys().isdisjoint(_DEFAULTS))
        tell(kind, str(named), has_default)
        return read(*arguments, **options)

    setattr(owner, method, staticmethod(telling))
