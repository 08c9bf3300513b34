"""A file of gusts -> the strongest gust, in the unit that the driver config names.

Lesson 3: the config entry `unit` decides which function becomes the node `strongest_gust`.
"""

import pandas as pd
from hamilton.function_modifiers import config, load_from, source, value

KNOTS_PER_METRE_PER_SECOND = 3600 / 1852  # the international knot is 1852 metres per hour
KILOMETRES_PER_HOUR_PER_METRE_PER_SECOND = 3.6


@load_from.csv(path=source("gusts_location"), dtype_backend=value(None))
def highest_wind_speed(gusts: pd.DataFrame) -> float:
    """The highest `wind_speed` among the gusts, in m/s. Raises ValueError if there was no gust."""
    if gusts.empty:
        raise ValueError("there was no gust, so none is the strongest")
    return float(gusts["wind_speed"].max())


@config.when(unit="m/s")
def strongest_gust__metres_per_second(highest_wind_speed: float) -> float:
    """The strongest gust in m/s, as it was measured."""
    return highest_wind_speed


@config.when(unit="km/h")
def strongest_gust__kilometres_per_hour(highest_wind_speed: float) -> float:
    """The strongest gust in km/h."""
    return highest_wind_speed * KILOMETRES_PER_HOUR_PER_METRE_PER_SECOND


@config.when(unit="knots")
def strongest_gust__knots(highest_wind_speed: float) -> float:
    """The strongest gust in knots."""
    return highest_wind_speed * KNOTS_PER_METRE_PER_SECOND
