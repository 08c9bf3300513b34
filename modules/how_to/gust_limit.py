"""Wind speeds -> the speed from which a reading counts as a gust.

Lesson 1: the data is an input. Nothing here knows where `wind_speed` comes from.
"""

import pandas as pd


def mean_speed(wind_speed: pd.Series) -> float:
    """Mean wind speed, in m/s."""
    return float(wind_speed.mean())


def speed_deviation(wind_speed: pd.Series) -> float:
    """Population standard deviation of the wind speed, in m/s."""
    return float(wind_speed.std(ddof=0))


def gust_limit(mean_speed: float, speed_deviation: float) -> float:
    """The wind speed, in m/s, that only a gust exceeds: one standard deviation above the mean."""
    return mean_speed + speed_deviation
