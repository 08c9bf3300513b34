"""A page about one day for people: what was played, by whom, what was left out, and what the model says.

Ask the driver for `published`.
"""

from typing import Any

import pandas as pd
from hamilton.function_modifiers import dataloader, datasaver, load_from, source

from modules.songplays.database import Warehouse, day_bounds
from modules.songplays.storage import write_whole


@load_from.json(path=source("counts_location"))
def counts(staged_counts: dict[str, Any]) -> dict[str, Any]:
    """What became of the lines of the log."""
    return staged_counts


@load_from.json(path=source("model_location"))
def model(saved_model: dict[str, Any]) -> dict[str, Any]:
    """The model of the day."""
    return saved_model


@dataloader()
def day_tables(warehouse: Warehouse, day: str) -> tuple[dict, dict]:
    """What analysts would ask the warehouse about the day, by the headings of the page."""
    start, end = day_bounds(day)
    with warehouse.transaction() as transaction:
        tables = {
            "Songs": transaction.answer("top_songs", start=start, end=end),
            "Users": transaction.answer("levels", start=start, end=end),
            "Hours": transaction.answer("hours", start=start, end=end),
        }
    return tables, {"start": start, "end": end}


def report(day: str, day_tables: dict, counts: dict[str, Any], model: dict[str, Any]) -> str:
    """The page, in Markdown."""
    left_out = pd.DataFrame(counts["left out"].items(), columns=["reason", "lines"])
    score = "too few users to say" if model["roc_auc"] is None else f"{model['roc_auc']:.2f}"
    parts = [
        f"# Plays of {day}",
        f"{counts['plays']} plays in {counts['events']} events, from {counts['lines']} lines.",
        *(f"## {heading}\n\n{_markdown(table)}" for heading, table in day_tables.items()),
        f"## Left out\n\n{_markdown(left_out)}",
        f"## Who will pay\n\nArea under the ROC curve: {score} ({model['validation_users']} unseen users).",
    ]
    return "\n\n".join(parts) + "\n"


@datasaver()
def published(report: str, day: str, reports_location: str) -> dict:
    """The page under the name of its day, in a folder or a bucket; a later run of the day replaces it."""
    name = f"{day}.md"
    write_whole(reports_location, name, report)
    return {"path": f"{reports_location.rstrip('/')}/{name}", "letters": len(report)}


def _markdown(table: pd.DataFrame) -> str:
    if table.empty:
        return "Nothing."
    rows = [table.columns, ["---"] * table.shape[1], *table.itertuples(index=False)]
    return "\n".join("| " + " | ".join(str(value).replace("|", "\\|") for value in row) + " |" for row in rows)
