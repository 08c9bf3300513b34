"""The DAG objects that user code makes, whether or not Airflow collects them."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any


def tell_dags(tell: Callable[[Any], None]) -> None:
    """Call `tell(dag)` for each DAG that is made in this process from now on, as soon as it is whole."""
    from airflow.sdk import DAG

    make = DAG.__init__

    @functools.wraps(make)
    def telling(dag: Any, *arguments: Any, **options: Any) -> None:
        make(dag, *arguments, **options)
        tell(dag)

    DAG.__init__ = telling


def stored_form(dag: Any) -> Any:
    """What of the DAG reaches the scheduler, as plain data to compare; None where it cannot be stored.

    Where its file lies is left out: Airflow tells it to the DAGs that it collects only.
    """
    from windtunnel.airflow_compat.dagbag import serialized

    try:
        form = dict(serialized(dag)["dag"])
    except Exception:  # a serializer meets whatever the user has put into the DAG
        return None
    return {name: value for name, value in form.items() if "fileloc" not in name}
