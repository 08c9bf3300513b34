"""A file of wind readings -> a file of gusts.

Lesson 2: the dataflow loads and saves. Ask the driver for `saved_gusts`: a saver that nobody asks for saves
nothing.
"""

import pandas as pd
from hamilton.function_modifiers import load_from, source, value

from modules.atomic_savers import save_atomically


# dtype_backend None: pandas' usual dtypes; Hamilton's loaders default to the nullable ones.
@load_from.csv(path=source("readings_location"), dtype_backend=value(None), inject_="readings")
# Half a file never lies there, whatever happens to the worker.
@save_atomically.csv(path=source("gusts_location"), output_name_="saved_gusts")
def gusts(readings: pd.DataFrame, gust_limit: float) -> pd.DataFrame:
    """The readings whose `wind_speed` is above `gust_limit`, in m/s."""
    return readings[readings["wind_speed"] > gust_limit].reset_index(drop=True)
