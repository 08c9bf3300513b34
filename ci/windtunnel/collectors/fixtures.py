"""What the user gives the DAGs: the fixtures folder read, and what of it counts for one DAG."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from windtunnel.collectors.failures import relative
from windtunnel.collectors.fixture_files import fixture_files, read_document
from windtunnel.collectors.fixture_tables import Layer, layer_of
from windtunnel.collectors.given import Given
from windtunnel.errors import UsageError, unknown
from windtunnel.settings import Settings

FOLDER = "windtunnel.d"
RECORDINGS = "recordings"
_GLOB = "*?["


@dataclass(frozen=True, slots=True)
class Fixtures:
    """All layers of what DAGs are given, those that win behind those that lose.

    `recordings` are the files of recorded responses that bear the name of a DAG.
    """

    layers: tuple[Layer, ...] = ()
    recordings: Mapping[str, str] = field(default_factory=dict)

    def environment(self) -> dict[str, str]:
        """What counts for all DAGs, so for loading their files too."""
        return _merged(layer.environment for layer in self.layers if not layer.dag)

    def environment_of_any(self) -> dict[str, str]:
        """What any DAG is given."""
        return _merged(layer.environment for layer in self.layers)

    def pools(self) -> dict[str, int]:
        """The slots of each pool."""
        return _merged(layer.pools for layer in self.layers)

    def conf(self, dag_id: str) -> dict[str, Any]:
        """The params of a DAG's runs."""
        return _merged(layer.conf for layer in self._for(dag_id))

    def given_to(self, dag_id: str) -> Given:
        """All else that a DAG's runs are given. What the user's own environment says wins over files."""
        layers = self._for(dag_id)
        return Given(
            environment={
                name: value
                for layer in layers
                for name, value in layer.environment.items()
                if layer.said or name not in os.environ
            },
            network=tuple(dict.fromkeys(host for layer in layers for host in layer.network)),
            recording=_last(layer.recording for layer in layers) or self.recordings.get(dag_id, ""),
            date=_last(layer.date for layer in layers),
            pools=self.pools(),
        )

    def under(self, layer: Layer) -> Fixtures:
        """These, with one more layer that wins over all."""
        if layer.recording:
            _insist_on_recording(Path(layer.recording), Path(layer.recording).parent)
        return replace(self, layers=(*self.layers, replace(layer, said=True)))

    def insist(self, dag_ids: Iterable[str]) -> None:
        """Raise a UsageError for fixtures of a DAG that is not among all that there are: they would count for none."""
        known = sorted(dag_ids)
        for layer in self.layers:
            if layer.dag and not any(fnmatchcase(dag_id, layer.dag) for dag_id in known):
                raise unknown(f"{layer.where}: dags", "DAG", layer.dag, known or [""], "it would count for no DAG")
        for dag_id, file in self.recordings.items():
            if dag_id not in known:
                raise unknown(file, "DAG", dag_id, known or [""], "a recording bears the dag_id of its DAG")

    def _for(self, dag_id: str) -> list[Layer]:
        return [layer for layer in self.layers if not layer.dag or fnmatchcase(dag_id, layer.dag)]


def read_fixtures(settings: Settings) -> Fixtures:
    """What the folder of the settings gives, under what they give themselves.

    A UsageError for a folder that is not there, for a file that cannot be read, and for what means nothing in it.
    """
    folder = Path(settings.fixtures) if settings.fixtures else settings.root / FOLDER
    own = Layer(conf=settings.conf, date=settings.date)
    if not folder.is_dir():
        if settings.fixtures:
            raise UsageError(f"--fixtures {settings.fixtures}: no such folder")
        return Fixtures((own,))
    layers = [layer for where, table in fixture_files(folder, settings.root) for layer in _layers(table, where, folder)]
    fixtures = Fixtures((*sorted(layers, key=_particularity), own), _recordings(folder / RECORDINGS, settings.root))
    named = [layer.recording for layer in layers if layer.recording]
    for file in (*named, *fixtures.recordings.values()):
        _insist_on_recording(Path(file), settings.root)
    return fixtures


def with_pools(settings: Settings, fixtures: Fixtures) -> Settings:
    """The settings, with the pools of the fixtures among those of the deployment."""
    return replace(settings, pools=tuple(dict.fromkeys((*settings.pools, *fixtures.pools()))))


def _layers(table: Mapping[str, Any], where: str, folder: Path) -> Iterator[Layer]:
    common = {key: value for key, value in table.items() if key != "dags"}
    yield layer_of(common, where, folder, beside=("dags",))
    dags = table.get("dags") or {}
    if not isinstance(dags, dict):
        raise UsageError(f"{where}: dags: expected a table of dag_ids or globs, each with what its DAGs are given")
    for dag, given in dags.items():
        yield layer_of(given, where, folder, dag=str(dag))


def _particularity(layer: Layer) -> int:
    """A name wins over a glob, and both over what is said for all."""
    return 0 if not layer.dag else 1 if any(sign in layer.dag for sign in _GLOB) else 2


def _recordings(folder: Path, root: Path) -> dict[str, str]:
    if not folder.is_dir():
        return {}
    found: dict[str, str] = {}
    for file in sorted(folder.iterdir()):
        if file.suffix not in (".yaml", ".yml", ".json"):
            continue
        if file.stem in found:
            raise UsageError(f"{relative(file, root)}: {Path(found[file.stem]).name} is of the same DAG; keep one")
        found[file.stem] = str(file)
    return found


def _insist_on_recording(file: Path, root: Path) -> None:
    """A recording that cannot be played must stop here: a task's process would have nobody to tell."""
    where = relative(file, root)
    document = read_document(file, where)
    entries = document.get("interactions") if isinstance(document, dict) else None
    whole = isinstance(entries, list) and all(
        isinstance(entry, dict) and {"request", "response"} <= entry.keys() for entry in entries
    )
    if not whole:
        raise UsageError(f"{where}: no recording of vcrpy's: expected `interactions`, each with request and response")
    if importlib.util.find_spec("vcr") is None:
        raise UsageError(f"{where}: recorded responses are played by vcrpy; pip install 'windtunnel[recordings]'")


def _merged(tables: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    return {name: value for table in tables for name, value in table.items()}


def _last(values: Iterable[str]) -> str:
    return next((value for value in reversed([*values]) if value), "")
