"""A result builder of our own: what was computed, as a page that people read."""

from typing import Any

import pandas as pd
from hamilton.lifecycle import ResultBuilder


class MarkdownPage(ResultBuilder):
    """A heading for each result; tables and series as tables, numbers to the hundredth."""

    def build_result(self, **outputs: Any) -> str:
        """The page. Hamilton passes the results that were asked for, by their names."""
        return "\n".join(f"## {name}\n\n{_markdown(value)}\n" for name, value in outputs.items())

    def output_type(self) -> type:
        """For materializers, which ask what they are going to save."""
        return str


def _markdown(value: Any) -> str:
    if isinstance(value, pd.Series):
        value = value.to_frame(value.name or "value")
    if not isinstance(value, pd.DataFrame):
        return _cell(value)
    table = value.reset_index()
    rows = [table.columns, ["---"] * table.shape[1], *table.itertuples(index=False)]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in row) + " |" for row in rows)


def _cell(cell: Any) -> str:
    if isinstance(cell, pd.Timestamp):
        return f"{cell:%Y-%m-%d}"
    return f"{cell:.2f}" if isinstance(cell, float) else str(cell).replace("|", "\\|")
