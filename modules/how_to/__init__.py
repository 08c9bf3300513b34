"""Four small dataflows, one for each lesson of the DAG `hamilton_how_to`, on one table of wind readings."""

from pathlib import Path

# Found from this file, not from the working directory: workers start wherever they like.
READINGS = Path(__file__).with_name("wind_readings.csv")
