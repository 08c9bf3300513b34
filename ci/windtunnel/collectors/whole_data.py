"""The data of a task instance, put together from that of its processes and from its log."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from windtunnel.collectors.canaries import Canaries
from windtunnel.facts import DataFacts, LeakFacts, TaskRunFacts


def before_and_now(known: TaskRunFacts | None, key: Any, now: DataFacts) -> DataFacts:
    """With what the same attempt did in earlier processes: a task that was deferred goes on in another one."""
    before = known.data if known is not None and known.tries == key.number else DataFacts()
    return DataFacts(
        rendered=now.rendered or before.rendered,
        unrendered=tuple(dict.fromkeys((*before.unrendered, *now.unrendered))),
        pushed=(*before.pushed, *now.pushed),
        pulled=tuple(dict.fromkeys((*before.pulled, *now.pulled))),
        leaks=tuple(dict.fromkeys((*before.leaks, *now.leaks))),
    )


def with_leaks(data: DataFacts, lines: Iterable[str], canaries: Canaries) -> DataFacts:
    """With the secrets that stand in lines of the log, which are as Airflow would show them."""
    if not canaries:
        return data
    found = (secret for line in lines for secret in canaries.found_in(line))
    leaks = (*data.leaks, *(LeakFacts(secret, "its log") for secret in found))
    return replace(data, leaks=tuple(dict.fromkeys(leaks)))
