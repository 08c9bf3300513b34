"""One call of the user's function: on copies of its arguments, to its end, and whatever it raises is caught."""

from __future__ import annotations

import asyncio
import copy
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

_MOST_YIELDED = 1_000


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a call did, and the `arguments` as they are now.

    `yielded` says that `value` is the list of what a generator gave.
    """

    arguments: Mapping[str, Any]
    value: Any = None
    yielded: bool = False
    error: BaseException | None = None


def called(call: Callable[..., Any], arguments: Mapping[str, Any]) -> Outcome:
    """One call on copies of the arguments: here alone the user's code runs, and its exceptions are caught."""
    own = {name: copied(value) for name, value in arguments.items()}
    try:
        value = call(**own)
        if inspect.iscoroutine(value):
            value = asyncio.run(value)
        if inspect.isgenerator(value):
            return Outcome(own, list(islice(value, _MOST_YIELDED)), yielded=True)
    except (Exception, SystemExit) as error:
        return Outcome(own, error=error)
    return Outcome(own, value)


def copied(value: Any) -> Any:
    """A copy that shares nothing, where there can be one."""
    try:
        return copy.deepcopy(value)
    except Exception:  # a bound value that cannot be copied (a lock, a connection) is shared, as it is in a dataflow
        return value
