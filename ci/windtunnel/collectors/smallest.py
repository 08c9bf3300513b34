"""The smallest input on which a change still breaks a node, and the code that makes it happen again."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from windtunnel.collectors.changes_of_data import alike, columns_of, has_rows, is_table, part
from windtunnel.collectors.persons import is_personal, is_personal_name
from windtunnel.collectors.perturbing import Break, Perturber, disturb
from windtunnel.collectors.properties_compare import same
from windtunnel.collectors.properties_render import render

_MOST_TRIALS = 40
_LONGEST = 1500  # characters: what is longer nobody reads

Entering = Mapping[str, Any]


def smallest(found: Break, perturber: Perturber, more_time: Callable[[], bool]) -> str:
    """The code that shows the break on little; "" where the little is too much, or cannot be shown."""
    search = _Search(found, perturber, more_time)
    needed = {name: value for name, value in perturber.stage.entering.items() if search.needs(name)}
    entering = search.without_persons(search.fewer_columns(search.fewer_rows(needed)))
    return "" if entering is None else _code(found, perturber, entering)


class _Search:
    """Tries less and less of what enters, as long as the same node breaks in the same way and only on the change."""

    def __init__(self, found: Break, perturber: Perturber, more_time: Callable[[], bool]) -> None:
        self._found, self._perturber, self._more_time = found, perturber, more_time
        self._left = _MOST_TRIALS

    def needs(self, name: str) -> bool:
        return self._found.node in self._perturber.stage.replay.downstream_of([name])

    def fewer_rows(self, entering: Entering) -> Entering:
        """With a few rows of the tables that belong to the change."""
        change = self._found.change
        tables = {name: value for name, value in entering.items() if has_rows(value)}
        together = next((group for group in alike(tables) if change.name in group), ())
        most = len(entering[change.name])
        least = max(change.count, 1) if change.how == "rows" else 1
        for rows in (one for one in (least, least + 1, 4, 8, 16) if one < most):
            less = {**entering, **{name: _around(entering[name], rows) for name in together}}
            if self._breaks(less):
                counted = {**less, **{name: _counted(less[name]) for name in together}}
                return counted if self._breaks(counted) else less
        return entering

    def fewer_columns(self, entering: Entering) -> Entering:
        """Without the columns that the break does not need."""
        for name, value in entering.items():
            if is_table(value) and hasattr(value, "columns"):
                entering = self._without_columns(entering, name, list(columns_of(value)))
        return entering

    def _without_columns(self, entering: Entering, name: str, columns: list[Any]) -> Entering:
        droppable = [one for one in columns if (name, one) != (self._found.change.name, self._found.change.column)]
        size = len(droppable)
        while size:
            for start in range(0, len(droppable), size):
                part = [one for one in droppable[start : start + size] if one in entering[name].columns]
                less = {**entering, name: entering[name].drop(columns=part)}
                if part and self._breaks(less):
                    entering = less
            size //= 2
        return entering

    def without_persons(self, entering: Entering) -> Entering | None:
        """With other values in the place of what looks personal; None where it does not break on these."""
        masked = {name: _masked(name, value) for name, value in entering.items()}
        if all(masked[name] is entering[name] for name in masked):
            return entering
        return masked if self._breaks(masked) else None

    def _breaks(self, entering: Entering) -> bool:
        """Whether it is the same break, which is not there without the change."""
        if self._left <= 0 or not self._more_time():
            return False
        self._left -= 1
        perturber, found = self._perturber, self._found
        try:
            disturbed = disturb([found.change], entering)
            broken = perturber.breaks_on({**entering, **disturbed}, found.change) if disturbed else []
            before = perturber.breaks_on(entering, found.change)
        except Exception:  # a change that cannot be made of so little
            return False
        return _is_among(found, broken) and not _is_among(found, before)


def _is_among(found: Break, others: Iterable[Break]) -> bool:
    return any(one.identity == found.identity for one in others)


def _around(table: Any, rows: int) -> Any:
    start = max(0, len(table) // 2 - rows // 2)
    return part(table, slice(start, start + rows))


def _counted(table: Any) -> Any:
    return table.reset_index(drop=True) if is_table(table) else table


def _masked(name: str, value: Any) -> Any:
    if isinstance(value, str):
        return "…" if is_personal_name(name) else value
    if not is_table(value):
        return value
    if not hasattr(value, "columns"):
        return _in_place_of(value) if is_personal(value.name or name, value) else value
    personal = [column for column, values in columns_of(value).items() if is_personal(column, values)]
    return value.assign(**{str(column): _in_place_of(value[column]) for column in personal}) if personal else value


def _in_place_of(column: Any) -> Any:
    """A column of the same dtype, with the letters of the alphabet, or with numbers from 1 on."""
    known = {value: place for place, value in enumerate(dict.fromkeys(column.dropna()))}
    is_number = column.dtype.kind in "iuf"

    def other(value: Any) -> Any:
        if value not in known:  # what is missing
            return value
        return known[value] + 1 if is_number else "abcdefghijklmnopqrstuvwxyz"[known[value] % 26]

    return column.map(other).astype(column.dtype)


# As code


def _code(found: Break, perturber: Perturber, entering: Entering) -> str:
    replay = perturber.stage.replay
    given = {**entering, **disturb([found.change], entering)}
    recorded = replay.recorded
    shown = {name: expression(value) for name, value in given.items()}
    config = {name: expression(replay.value_of(name)) for name in recorded.config}
    if None in shown.values() or None in config.values():
        return ""
    inputs = {name: text for name, text in shown.items() if name in recorded.inputs}
    overrides = {name: text for name, text in shown.items() if name not in recorded.inputs and name not in config}
    builder = "driver.Builder()" + (f".with_config({_dict(config)})" if config else "")
    names = [name for name, _ in recorded.modules]
    lines = [
        *(["import numpy as np"] if any("np." in str(text) for text in shown.values()) else []),
        *(["import pandas as pd"] if any("pd." in str(text) for text in shown.values()) else []),
        "from hamilton import driver",
        *(_import(name) for name in names),
        f"dr = {builder}.with_modules({', '.join(name.rpartition('.')[2] for name in names)}).build()",
        f"dr.execute([{found.node!r}]"
        + (f", inputs={_dict(inputs)}" if inputs else "")
        + (f", overrides={_dict(overrides)}" if overrides else "")
        + ")",
    ]
    text = "\n".join(lines)
    return text if len(text) <= _LONGEST else ""


def _import(name: str) -> str:
    package, _, module = name.rpartition(".")
    return f"from {package} import {module}" if package else f"import {module}"


def _dict(shown: Mapping[str, str | None]) -> str:
    return "{" + ", ".join(f"{name!r}: {text}" for name, text in shown.items()) + "}"


def expression(value: Any) -> str | None:
    """Code whose value this is; None where there is none, or none that gives quite the same."""
    import pandas as pd

    text = _table(value) if is_table(value) else render(value)
    try:
        ast.parse(text, mode="eval")
        made = eval(text, {"pd": pd, "np": __import__("numpy")})  # noqa: S307  our own text of a value that is there
    except Exception:  # a repr that is no code
        return None
    return text if same(value, made) else None


def _table(value: Any) -> str:
    import pandas as pd

    if isinstance(value, pd.Series):
        return _column(value, whole=True)
    columns = ", ".join(f"{name!r}: {_column(value[name], whole=False)}" for name in value.columns)
    return f"pd.DataFrame({{{columns}}}{_index(value)})"


def _column(column: Any, whole: bool) -> str:
    import pandas as pd

    values = [None if _is_missing(one) else one for one in column.tolist()]
    listed = f"[{', '.join(_cell(one) for one in values)}]"
    index = _index(column)
    name = f", name={column.name!r}" if whole and column.name is not None else ""
    guessed = pd.Series(values).dtype if values else None
    dtype = "" if guessed == column.dtype else f", dtype={str(column.dtype)!r}"
    return f"pd.Series({listed}{dtype}{index}{name})" if whole or dtype else listed


def _cell(value: Any) -> str:
    import pandas as pd

    if isinstance(value, pd.Timestamp | pd.Timedelta):
        return f"pd.{type(value).__name__}({str(value)!r})"
    return render(value)


def _is_missing(value: Any) -> bool:
    import pandas as pd

    return bool(pd.api.types.is_scalar(value) and pd.isna(value))


def _index(table: Any) -> str:
    labels = table.index.tolist()
    return "" if labels == list(range(len(labels))) else f", index={render(labels)}"
