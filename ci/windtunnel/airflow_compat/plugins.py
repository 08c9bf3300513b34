"""Airflow's plugins, which a template has loaded from nowhere and a child wants from the user's folder."""

from __future__ import annotations

import contextlib
import importlib
import os
from pathlib import Path
from types import ModuleType


def use_plugins(folder: Path) -> None:
    """Have Airflow load the plugins of `folder` when they are next asked for, whatever it has loaded before."""
    from airflow import settings

    os.environ["AIRFLOW__CORE__PLUGINS_FOLDER"] = str(folder)
    settings.PLUGINS_FOLDER = str(folder)
    _forget(importlib.import_module("airflow.plugins_manager"))
    with contextlib.suppress(ImportError):  # 3.1 has only one
        _forget(importlib.import_module("airflow.sdk.plugins_manager"))


def _forget(manager: ModuleType) -> None:
    for value in list(vars(manager).values()):
        if hasattr(value, "cache_clear"):
            value.cache_clear()
    for name, annotation in getattr(manager, "__annotations__", {}).items():  # 3.1 keeps them in variables
        if str(annotation).endswith("| None"):
            setattr(manager, name, None)
        elif hasattr(getattr(manager, name, None), "clear"):
            getattr(manager, name).clear()
