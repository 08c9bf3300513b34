"""What columns and arrays hold, against what an annotation says that they hold."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any, get_args

# The letters of numpy for the dtypes that may stand for a type: each number passes for a wider one.
_LETTERS: dict[Any, str] = {bool: "b", int: "biu", float: "biuf", complex: "biufc"}
_KNOWN = "biufcMm"  # of others nobody knows without reading them what is in them


def array_holds(array: Any, said: Any) -> bool:
    """False only where an array certainly holds something else than its dtype, such as `np.dtype[np.int64]`, says."""
    numpy: Any = sys.modules["numpy"]
    (wanted, *_) = get_args(said) or (None,)
    for kind, python in (("bool_", bool), ("integer", int), ("floating", float), ("complexfloating", complex)):
        if isinstance(wanted, type) and issubclass(wanted, getattr(numpy, kind)):
            return array.dtype.kind not in _KNOWN or array.dtype.kind in _LETTERS[python] or not array.size
    return True


def holds(value: Any, said: Sequence[Any]) -> bool:
    """False only where a column certainly holds something else than `Annotated[pd.Series, float]` says, Hamilton's way.

    What else people annotate is theirs.
    """
    series: Any = getattr(sys.modules.get("pandas"), "Series", ())
    if len(said) != 1 or not isinstance(said[0], type) or not isinstance(value, series):
        return True
    kind = getattr(value.dtype, "kind", "")
    if said[0] is str:
        return kind not in _KNOWN or not len(value)
    return said[0] not in _LETTERS or kind not in _KNOWN or kind in _LETTERS[said[0]] or not len(value)
