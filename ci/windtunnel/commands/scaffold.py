"""A DAG file for Hamilton modules: they are looked up and built in a child, and the text is put where it belongs."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from windtunnel.collectors.discovery import Found, dag_folders, discover
from windtunnel.collectors.modules import ModuleFile
from windtunnel.collectors.outlines import OutlineRequest, collect_outline
from windtunnel.collectors.source import SourceIndex
from windtunnel.errors import UsageError, unknown
from windtunnel.pool import Pool
from windtunnel.pools import Pools
from windtunnel.scaffold import default_dag_id, scaffold
from windtunnel.scaffold.header import is_untouched
from windtunnel.scaffold.imports import identifier
from windtunnel.scaffold.orders import Order, names, read_config
from windtunnel.settings import Settings


def order_of(modules: tuple[str, ...], words: Mapping[str, Any], here: Path) -> Order:
    """The order that the words of the command line make; what they name lies where the user stands, `here`."""
    lists = {option: names(words[option]) for option in ("final_vars", "split_at")}
    config = read_config(words["config"], here)
    source = json.dumps(config) if words["config"].lstrip().startswith("{") else words["config"]
    return Order(modules, **{**words, **lists, "config": config, "config_source": source})


def scaffolded(
    settings: Settings, order: Order, output: str, *, install: bool, pools: Pools | None = None
) -> tuple[str, Path | None]:
    """The text, and the file that it belongs into: `output`, or a place in the DAG folder; None for stdout.

    The modules are imported in a child of `pools`, or else of its own. UsageError where there is no such DAG, where
    its id is taken, and where somebody has edited the file.
    """
    if install and output:
        raise UsageError("--install: the file goes into the DAG folder; leave --output out")
    found = discover(replace(settings, paths=()))
    dag_id = order.dag_id or default_dag_id(order.modules)
    own_name = f"{identifier(dag_id)}.py"
    place = dag_folder(settings) / own_name if install else Path(output).absolute() if output else None
    _refuse_clash(dag_id, own_name, found, place)
    if place is not None:
        _refuse_edited(place)
    asked = tuple(find_module(name, found, settings) for name in order.modules)
    if pools is not None:
        return written(order, asked, pools.modules, settings.timeout), place
    with Pools(replace(settings, jobs=1), hamilton=True, runs=False) as own:
        return written(order, asked, own.modules, settings.timeout), place


def written(order: Order, modules: tuple[ModuleFile, ...], pool: Pool, timeout: float) -> str:
    """The text of the DAG file. The modules are imported in a child process."""
    request = OutlineRequest(modules, json.dumps(dict(order.config)), packages=order.isolate == "virtualenv")
    return scaffold(order, collect_outline(pool, request, timeout))


def find_module(name: str, found: Found, settings: Settings) -> ModuleFile:
    """The module of this name: one of those that were found, or any other below the folders that modules lie in."""
    known = {module.name: module for module in found.modules}
    if name in known:
        return known[name]
    homes = dict.fromkeys((settings.root, settings.root / "src", *(module.home for module in found.modules)))
    for home in homes if all(part.isidentifier() for part in name.split(".")) else ():
        place = home.joinpath(*name.split("."))
        for file in (place.with_name(f"{place.name}.py"), place / "__init__.py"):
            if file.is_file():
                return ModuleFile(name, file, home, settings.root)
    hint = f"modules are named as Python imports them from {settings.root}"
    raise unknown("scaffold", "module", name, known or [""], hint)


def dag_folder(settings: Settings) -> Path:
    """The one folder that DAG files go into: as the settings say, or Airflow's environment, or the repository."""
    told = os.environ.get("AIRFLOW__CORE__DAGS_FOLDER", "")
    folders = (Path(told),) if told and not settings.dags else dag_folders(settings)
    if len(folders) != 1 or not folders[0].is_dir():
        named = ", ".join(map(str, folders)) or "none"
        raise UsageError(f"--install: there must be one DAG folder, and there is {named}; say which by --dags")
    return folders[0]


def put(text: str, place: Path) -> None:
    """Write the file, whole or not at all. UsageError where that cannot be."""
    aside = ""
    try:
        descriptor, aside = tempfile.mkstemp(prefix=f".{place.name}.", dir=place.parent)
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(text)
        Path(aside).chmod(place.stat().st_mode & 0o777 if place.exists() else 0o666 & ~_umask())
        Path(aside).replace(place)
    except OSError as error:
        if aside:
            with suppress(OSError):
                Path(aside).unlink()
        raise UsageError(f"{place}: {error.strerror}; nothing written") from error


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _as_json(order: Order) -> str:
    import json

    return json.dumps(dict(order.config))


def _refuse_clash(dag_id: str, own_name: str, found: Found, place: Path | None) -> None:
    for file in found.dag_files:
        own = file.file == place or (place is None and file.file.name == own_name)
        if dag_id in SourceIndex.of(file.file).dag_ids and not own:
            raise UsageError(
                f"--dag-id {dag_id}: {file.path} has a DAG of this id; give another by --dag-id; nothing written"
            )


def _refuse_edited(place: Path) -> None:
    if not place.is_file():
        return
    try:
        text = place.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{place}: {error}; nothing written") from error
    if not is_untouched(text):
        raise UsageError(
            f"{place}: somebody has written or changed it by hand; nothing written; "
            f"move it away, or choose another place by -o or --dag-id"
        )
