"""Predict how long people stay away from work: prepare the data, train a model, evaluate it.

The table has the schema of the UCI Machine Learning Repository's "Absenteeism at work" (Martiniano and
Ferreira, 2012, https://doi.org/10.24432/C5X882): one row per absence, several absences per person. The sample
that ships here is made up by `sample_data/make_sample.py`.

This file holds the words that the three dataflows share. It imports nothing heavy.
"""

from pathlib import Path
from typing import Literal

# Column names after the header clean-up.
LABEL = "absenteeism_time_in_hours"
USER_ID = "id"

# What is learned from the hours of absence: whether they pass a cut-off, how many they are, or which rank
# they have.
TaskKind = Literal["binary", "continuous", "ordinal"]

# Found from this file, not from the working directory: workers start wherever they like.
SAMPLE_DATA = Path(__file__).parent / "sample_data" / "absenteeism_sample.csv"
