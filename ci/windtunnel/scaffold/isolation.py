"""The environments in which tasks run: how a task is decorated for each, and the lines that a person has to look at."""

from __future__ import annotations

from dataclasses import dataclass

from windtunnel.scaffold.literals import quoted, spread
from windtunnel.scaffold.orders import Order

IMAGE = "registry.example.com/team/dataflows:1.0"


@dataclass(frozen=True, slots=True)
class Isolation:
    """The lines above each task, the constants that they use, and what the file imports for them.

    A task that `is_contained` runs in another interpreter: its function may use nothing of what stands around it.
    """

    decorator: tuple[str, ...]
    constants: tuple[str, ...] = ()
    imports: tuple[str, ...] = ()
    is_contained: bool = True
    needs: str = ""


def isolation_of(order: Order) -> Isolation:
    """How the tasks of an order are isolated."""
    return _KINDS[order.isolate](order)


def _none(_: Order) -> Isolation:
    return Isolation(("@task",), is_contained=False)


def _virtualenv(order: Order) -> Isolation:
    return Isolation(
        ("@task.virtualenv(requirements=REQUIREMENTS, system_site_packages=False, expect_airflow=False)",),
        (
            "# edit: the packages that the tasks need, pinned so that each run has the same.",
            *spread(list(order.requirements), "REQUIREMENTS = ", ""),
        ),
    )


def _external_python(order: Order) -> Isolation:
    return Isolation(
        ("@task.external_python(python=PYTHON, expect_airflow=False)",),
        (
            "# edit: the interpreter of an environment that every worker has, with Hamilton and what modules import.",
            f"PYTHON = {quoted(order.python)}",
        ),
    )


def _docker(order: Order) -> Isolation:
    image = order.image or IMAGE
    return Isolation(
        (
            "@task.docker(",
            "    image=IMAGE,",
            "    docker_conn_id=REGISTRY,",
            '    environment={"PYTHONPATH": PROJECT, "DATA_ROOT": INSIDE},',
            '    mounts=[Mount(source=OUTSIDE, target=INSIDE, type="bind")],',
            "    mount_tmp_dir=False,",
            '    auto_remove="success",',
            "    force_pull=True,",
            ")",
        ),
        (
            "# edit: the image that has Hamilton, what the modules import, and the modules themselves below PROJECT.",
            f"IMAGE = {quoted(image)}",
            'PROJECT = "/opt/project"',
            "# edit: the connection of the registry (type docker: its host, a login); None where none has to be asked.",
            "REGISTRY = None" if image != IMAGE else 'REGISTRY = "docker_registry"',
            "# edit: the folder of the machine where Docker runs, and where the tasks find it.",
            f"OUTSIDE = {quoted(order.storage.removeprefix('file://') or '/var/lib/airflow-data')}",
            'INSIDE = "/data"',
        ),
        ("from docker.types import Mount",),
        needs="apache-airflow-providers-docker",
    )


_KINDS = {"none": _none, "virtualenv": _virtualenv, "external-python": _external_python, "docker": _docker}
