"""A file of weekly spend -> a checked table. Leave this module out of a driver to give it the table as an input."""

import pandas as pd
from hamilton.function_modifiers import load_from, source, value

from modules.marketing_spend import COLUMNS


# dtype_backend None: pandas' usual dtypes; Hamilton's loaders default to the nullable ones.
@load_from.csv(path=source("spend_location"), dtype_backend=value(None))
def weekly_spend(raw_spend: pd.DataFrame) -> pd.DataFrame:
    """A row for each week, region and business line: spend in dollars, and how many people signed up.

    Raises ValueError for a missing column or value, and for negative numbers.
    """
    missing = [column for column in COLUMNS if column not in raw_spend]
    if missing:
        raise ValueError(f"the columns {missing} are missing, there are {list(raw_spend.columns)}")
    table = raw_spend[COLUMNS]
    incomplete = [column for column in COLUMNS if table[column].isna().any()]
    if incomplete:
        raise ValueError(f"values are missing in {incomplete}")
    if (table[["spend", "signups"]] < 0).any(axis=None):
        raise ValueError("spend and signups can't be below 0")
    return table.assign(week=pd.to_datetime(table["week"], format="ISO8601"))
