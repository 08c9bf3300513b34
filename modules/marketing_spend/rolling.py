"""Rolling averages of the spend. How far a region looks back is decided when the driver is built, by the config entry
`region`: an input comes too late for that.
"""

import pandas as pd
from hamilton.function_modifiers import config


@config.when(region="CA")
def rolling_spend__ca(spend_by_line: pd.DataFrame) -> pd.DataFrame:
    """Mean weekly spend over 3 weeks, by business line; missing as long as there are fewer."""
    return _rolling_mean(spend_by_line, weeks=3)


@config.when(region="US")
def rolling_spend__us(spend_by_line: pd.DataFrame) -> pd.DataFrame:
    """Mean weekly spend over 2 weeks, by business line; missing as long as there are fewer."""
    return _rolling_mean(spend_by_line, weeks=2)


def latest_rolling_spend(rolling_spend: pd.DataFrame) -> dict[str, float]:
    """The last rolling average of each business line that has one."""
    return {str(line): float(means.dropna().iloc[-1]) for line, means in rolling_spend.items() if means.notna().any()}


def _rolling_mean(table: pd.DataFrame, weeks: int) -> pd.DataFrame:
    """By the calendar: a week that is not in the table is no reason to take an older one."""
    return table.rolling(pd.Timedelta(weeks=weeks), min_periods=weeks).mean()
