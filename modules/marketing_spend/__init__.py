"""What a sign-up costs, by region and business line, on a small made-up table: the dataflow of `hamilton_driver_tour`.

| file | what happens there |
|---|---|
| `reading.py` | a file of weekly spend -> a checked table |
| `spend.py` | the table -> spend, sign-ups and acquisition cost of one region, week by week |
| `rolling.py` | rolling averages, over as many weeks as the region looks back |
| `result_builders.py` | a result builder of our own |
| `graph_adapters.py` | the same dataflow on threads, on processes, on Dask, on Ray |
| `pictures.py` | what Hamilton draws, as text that is the same in every process |
| `timed_driver.py` | a driver of our own, which lets the stock driver do the work |

This file holds the words that they share. It imports nothing heavy.
"""

from pathlib import Path
from typing import Literal, get_args

Region = Literal["CA", "US"]
REGIONS: tuple[Region, ...] = get_args(Region)
COLUMNS = ["week", "region", "business_line", "spend", "signups"]

# Found from this file, not from the working directory: workers start wherever they like.
WEEKLY_SPEND = Path(__file__).with_name("weekly_spend.csv")
