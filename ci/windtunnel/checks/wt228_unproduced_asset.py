"""Asset that starts runs, and that nothing produces.

## What it does
Takes the assets, aliases and references in the schedules of all DAGs. Reports one that no task of the repository has
among its outlets and that no watcher brings. Where a task fills an AssetAlias, it may produce any asset as it runs:
then only aliases are judged.

## Why is this bad?
A DAG whose asset never changes never runs, and nothing says so; mostly a letter differs between the two files. The
asset can also come from another repository or through the API: therefore this is a warning.

## What to do
Name the asset alike on both sides, best by one object that both import. What comes from outside is declared in the
setting `assets`, by name or by URI.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.checks._between import guess
from windtunnel.facts import AssetFacts, RepositoryFacts
from windtunnel.findings import Complaint, Severity
from windtunnel.settings import Settings

_WRITER = """\
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG, Asset

with DAG("writer", schedule=None):
    EmptyOperator(task_id="write", outlets=[Asset("s3://shop/orders")])
"""
FAILING = {
    "dags/reader.py": """\
from airflow.sdk import DAG, Asset

with DAG("reader", schedule=[Asset("s3://shop/order")]):  # WT228
    pass
""",
    "dags/writer.py": _WRITER,
}
PASSING = {
    "dags/reader.py": """\
from airflow.sdk import DAG, Asset

with DAG("reader", schedule=[Asset("s3://shop/orders")]):
    pass
""",
    "dags/writer.py": _WRITER,
}


@check(
    "WT228",
    on=RepositoryFacts,
    severity=Severity.WARNING,
    remedy="name the asset as the task that produces it does, or declare it in the setting assets",
)
def unproduced_asset(repository: RepositoryFacts, settings: Settings) -> Iterator[Complaint]:
    if not repository.complete:
        return
    dags = [dag for file in repository.files for dag in file.dags]
    made = [asset for dag in dags for task in dag.tasks for asset in task.produces]
    made += [asset for dag in dags for asset in dag.consumes if asset.watched]
    for dag in dags:
        for asset in dag.consumes:
            if not _is_made(asset, made) and not {asset.name, asset.uri} & set(settings.assets):
                kind, name = _called(asset)
                message = f"DAG {dag.dag_id!r} waits for {kind} {name!r}, which no task of this repository produces"
                names = {_called(other)[1] for other in made if other.is_alias == asset.is_alias}
                yield Complaint(dag.location, message + guess(name, names, likeness=0.85))


def _is_made(asset: AssetFacts, made: list[AssetFacts]) -> bool:
    if not asset.is_alias and any(other.is_alias for other in made):
        return True
    return any(
        bool(asset.name and asset.name == other.name) or bool(asset.uri and asset.uri == other.uri)
        for other in made
        if other.is_alias == asset.is_alias
    )


def _called(asset: AssetFacts) -> tuple[str, str]:
    return "asset alias" if asset.is_alias else "asset", asset.uri or asset.name
