"""The table of weekly spend -> spend, sign-ups and what a sign-up costs, in one region.

`region` is a parameter that no function provides. It may come from the driver's config, for as long as the driver
lives, or from the inputs, for one execution. So may `weekly_spend`, where the module `reading` is left out.
"""

import pandas as pd
from hamilton.function_modifiers import source, value

from modules.atomic_savers import save_atomically


def spend_of_region(weekly_spend: pd.DataFrame, region: str) -> pd.DataFrame:
    """The rows of the region; none if nobody knows it."""
    return weekly_spend[weekly_spend["region"] == region]


def spend_by_line(spend_of_region: pd.DataFrame) -> pd.DataFrame:
    """Spend in dollars: a row for each week, a column for each business line."""
    return _by_line(spend_of_region, "spend")


def signups_by_line(spend_of_region: pd.DataFrame) -> pd.DataFrame:
    """How many people signed up: a row for each week, a column for each business line."""
    return _by_line(spend_of_region, "signups")


def spend(spend_by_line: pd.DataFrame) -> pd.Series:
    """Spend in dollars, by week."""
    return spend_by_line.sum(axis=1)


def signups(signups_by_line: pd.DataFrame) -> pd.Series:
    """How many people signed up, by week."""
    return signups_by_line.sum(axis=1)


def acquisition_cost(spend: pd.Series, signups: pd.Series) -> pd.Series:
    """Dollars for each sign-up, by week; missing where nobody signed up."""
    return spend / signups.where(signups > 0)


# index: the weeks. Hamilton's saver leaves the index out unless told so.
@save_atomically.csv(path=source("costs_location"), index=value(True), output_name_="saved_costs")
def costs(spend_by_line: pd.DataFrame, signups_by_line: pd.DataFrame) -> pd.DataFrame:
    """Dollars for each sign-up: a row for each week, a column for each line; missing where nobody signed up."""
    return spend_by_line / signups_by_line.where(signups_by_line > 0)


def overall_cost(spend: pd.Series, signups: pd.Series) -> float:
    """Dollars for each sign-up, over all weeks. Raises ValueError if nobody signed up."""
    if not signups.sum() > 0:
        raise ValueError("nobody signed up, so no sign-up has a cost")
    return float(spend.sum() / signups.sum())


def _by_line(rows: pd.DataFrame, column: str) -> pd.DataFrame:
    """Sums, so that rows which are there twice count twice; 0 for a line that has no row in a week."""
    return rows.pivot_table(index="week", columns="business_line", values=column, aggfunc="sum", fill_value=0)
