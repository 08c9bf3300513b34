"""The words of `windtunnel scaffold`: apart from what it does, so that the command line starts at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

_ISOLATIONS = ("none", "virtualenv", "external-python", "docker")
_OPTIONS = (
    ("--final-vars", "NODE,...", "What the dataflow is to make: nodes and savers."),
    ("--config", "FILE", "Driver config and values of inputs: a YAML or JSON file, or a JSON object."),
    ("--dag-id", "NAME", "Id of the DAG. [default: the last two names of the module]"),
    ("--schedule", "CRON", "When it runs. [default: when it is asked to]"),
    ("--split-at", "NODE,...", "Cut the dataflow at these nodes, into a chain of tasks."),
    ("--storage", "URL", "Below which each run has a folder. [default: the variable DATA_ROOT]"),
    ("--storage-conn-id", "ID", "Airflow's connection for the storage, where that is an object store."),
    ("--python", "PATH", "For --isolate external-python: the interpreter."),
    ("--image", "NAME", "For --isolate docker: the image."),
)


def scaffold_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that say what DAG is wanted."""
    command = click.option("--output", "-o", metavar="FILE", default="", help="Write it to this file.")(command)
    install = "Write it into the DAG folder, unless somebody has edited the file that is there."
    command = click.option("--install", is_flag=True, help=install)(command)
    pickles = "Pickle what crosses a cut and has no safer format."
    command = click.option("--pickle", "pickles", is_flag=True, help=pickles)(command)
    needed = "For --isolate virtualenv: a package that the tasks need; may be repeated."
    command = click.option("--requirement", "requirements", metavar="TEXT", multiple=True, help=needed)(command)
    isolated = "The environment that each task runs in."
    kinds = click.Choice(_ISOLATIONS)
    command = click.option("--isolate", type=kinds, default="none", show_default=True, help=isolated)(command)
    for flag, metavar, help_ in reversed(_OPTIONS):
        command = click.option(flag, metavar=metavar, default="", help=help_)(command)
    return click.argument("modules", nargs=-1, required=True, metavar="MODULE...")(command)
