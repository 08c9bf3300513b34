"""The four lessons of `hamilton_how_to`, against values worked out by hand."""

import pandas as pd
import pytest
from hamilton import driver

from modules.how_to import READINGS, gust_limit, gusts, headline, strongest_gust


@pytest.fixture
def gusts_csv(tmp_path):
    path = tmp_path / "gusts.csv"
    path.write_text("day,wind_speed\n2025-03-04,13.0\n2025-03-08,10.0\n", encoding="ascii")
    return path


def test_the_gust_limit_is_one_deviation_above_the_mean():
    """Mean of 2 and 6 is 4, each is 2 away from it."""
    dr = driver.Builder().with_modules(gust_limit).build()
    results = dr.execute(["mean_speed", "speed_deviation", "gust_limit"], inputs={"wind_speed": pd.Series([2.0, 6.0])})
    assert results == {"mean_speed": 4.0, "speed_deviation": 2.0, "gust_limit": 6.0}


def test_gusts_are_loaded_and_saved_by_the_dataflow(tmp_path):
    target = tmp_path / "gusts.csv"
    dr = driver.Builder().with_modules(gusts).build()
    inputs = {"readings_location": str(READINGS), "gust_limit": 12.0, "gusts_location": str(target)}
    dr.execute(["saved_gusts"], inputs=inputs)
    assert target.read_text(encoding="ascii") == "day,wind_speed\n2025-03-04,13.0\n2025-03-08,15.0\n"


def test_a_saver_that_nobody_asks_for_saves_nothing(tmp_path):
    target = tmp_path / "gusts.csv"
    dr = driver.Builder().with_modules(gusts).build()
    inputs = {"readings_location": str(READINGS), "gust_limit": 12.0, "gusts_location": str(target)}
    assert len(dr.execute(["gusts"], inputs=inputs)["gusts"]) == 2
    assert not target.exists()


def test_a_reading_at_the_limit_is_no_gust():
    assert gusts.gusts(pd.DataFrame({"wind_speed": [5.0, 5.1]}), 5.0)["wind_speed"].tolist() == [5.1]


@pytest.mark.parametrize(("unit", "expected"), [("m/s", 13.0), ("km/h", 46.8), ("knots", 13 * 3600 / 1852)])
def test_the_config_chooses_the_unit(gusts_csv, unit, expected):
    dr = driver.Builder().with_config({"unit": unit}).with_modules(strongest_gust).build()
    results = dr.execute(["strongest_gust"], inputs={"gusts_location": str(gusts_csv)})
    assert results["strongest_gust"] == pytest.approx(expected)


def test_without_gusts_none_is_the_strongest():
    with pytest.raises(ValueError, match="there was no gust"):
        strongest_gust.highest_wind_speed(pd.DataFrame({"wind_speed": []}))


@pytest.mark.parametrize(
    ("run_type", "occasion"),
    [("scheduled", "as scheduled"), ("manual", "on request"), ("backfill", "on request")],
)
def test_the_config_chooses_the_occasion(run_type, occasion):
    dr = driver.Builder().with_config({"run_type": run_type}).with_modules(headline).build()
    results = dr.execute(["headline"], inputs={"strongest_gust": 12.34, "unit": "knots"})
    assert results["headline"] == f"Strongest gust: 12.3 knots ({occasion})"
