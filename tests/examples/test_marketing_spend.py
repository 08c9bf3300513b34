"""The dataflow of the tour, against values worked out by hand, and everything around the driver that the tour shows."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from hamilton import base, driver
from hamilton.io.materialization import from_

from modules.atomic_savers import materialize_atomically
from modules.marketing_spend import REGIONS, WEEKLY_SPEND, reading, rolling, spend
from modules.marketing_spend.graph_adapters import differences, driver_on
from modules.marketing_spend.pictures import dot_text
from modules.marketing_spend.result_builders import MarkdownPage
from modules.marketing_spend.timed_driver import TimedDriver

WEEKS = pd.date_range("2025-01-06", periods=4, freq="7D")
# Four weeks of boats in CA, one row of kites there, one row elsewhere.
TABLE = pd.DataFrame(
    {
        "week": [*WEEKS, WEEKS[1], WEEKS[0]],
        "region": ["CA", "CA", "CA", "CA", "CA", "US"],
        "business_line": ["boats", "boats", "boats", "boats", "kites", "boats"],
        "spend": [30.0, 60.0, 90.0, 0.0, 20.0, 500.0],
        "signups": [3, 2, 0, 5, 2, 5],
    }
)
SPENT = {"boats": [30.0, 60.0, 90.0, 0.0], "kites": [0.0, 20.0, 0.0, 0.0]}
ALL = ["costs", "acquisition_cost", "overall_cost", "rolling_spend", "latest_rolling_spend"]
# These are installed for the pairs alone: where Dask is installed, each import of Hamilton takes a quarter longer.
EXTRAS = [pytest.param(engine, marks=pytest.mark.extras) for engine in ("dask", "ray")]


def execute(final_vars, *modules, config=None, overrides=None, **inputs):
    dr = driver.Builder().with_config(config or {}).with_modules(*modules).build()
    return dr.execute(final_vars, inputs=inputs, overrides=overrides)


def read(path):
    return execute(["weekly_spend"], reading, spend_location=str(path))["weekly_spend"]


@pytest.fixture(scope="module")
def sample():
    return read(WEEKLY_SPEND)


def test_spend_is_summed_by_week_and_line_of_the_region_alone():
    results = execute(["spend_by_line", "spend", "signups"], spend, weekly_spend=TABLE, region="CA")
    assert results["spend_by_line"].to_dict("list") == SPENT
    assert results["spend"].tolist() == [30.0, 80.0, 90.0, 0.0]
    assert results["signups"].tolist() == [3, 4, 0, 5]


def test_a_sign_up_costs_spend_by_sign_ups_and_nothing_is_known_where_nobody_signed_up():
    results = execute(["acquisition_cost", "costs", "overall_cost"], spend, weekly_spend=TABLE, region="CA")
    assert results["acquisition_cost"].fillna(-1).tolist() == [10.0, 20.0, -1.0, 0.0]
    assert results["costs"].fillna(-1).to_dict("list") == {
        "boats": [10.0, 30.0, -1.0, 0.0],
        "kites": [-1.0, 10.0, -1.0, -1.0],
    }
    assert results["overall_cost"] == pytest.approx(200 / 12)


def test_where_nobody_signed_up_at_all_there_is_no_overall_cost():
    with pytest.raises(ValueError, match="nobody signed up"):
        execute(["overall_cost"], spend, weekly_spend=TABLE, region="nowhere")


@pytest.mark.parametrize(("region", "boats"), [("CA", [-1.0, -1.0, 60.0, 50.0]), ("US", [-1.0, 45.0, 75.0, 45.0])])
def test_the_config_chooses_how_far_a_region_looks_back(region, boats):
    dr = driver.Builder().with_config({"region": region}).with_modules(spend, rolling).build()
    table = pd.DataFrame(SPENT, index=WEEKS)
    rolled = dr.execute(["rolling_spend"], overrides={"spend_by_line": table})["rolling_spend"]
    assert rolled["boats"].fillna(-1).tolist() == boats


def test_a_missing_week_is_not_replaced_by_an_older_one():
    table = pd.DataFrame({"boats": [30.0, 60.0, 0.0]}, index=WEEKS[[0, 1, 3]])
    assert rolling.rolling_spend__us(table)["boats"].fillna(-1).tolist() == [-1.0, 45.0, -1.0]
    assert rolling.latest_rolling_spend(rolling.rolling_spend__us(table)) == {"boats": 45.0}
    assert rolling.latest_rolling_spend(rolling.rolling_spend__ca(table)) == {}


def test_a_region_given_as_config_or_as_an_input_filters_alike_but_an_input_chooses_no_function():
    by_config = execute(["overall_cost"], spend, config={"region": "US"}, weekly_spend=TABLE)
    by_input = execute(["overall_cost"], spend, weekly_spend=TABLE, region="US")
    assert by_config == by_input == {"overall_cost": 100.0}
    with pytest.raises(ValueError, match="rolling_spend"):
        execute(["latest_rolling_spend"], spend, rolling, weekly_spend=TABLE, region="US")


def test_an_override_takes_the_place_of_a_function_and_an_input_for_one_is_ignored():
    given = pd.Series([60.0, 160.0, 180.0, 0.0], index=WEEKS)
    overridden = execute(["overall_cost"], spend, overrides={"spend": given}, weekly_spend=TABLE, region="CA")
    assert overridden["overall_cost"] == pytest.approx(400 / 12)
    ignored = execute(["overall_cost"], spend, weekly_spend=TABLE, region="CA", spend=given)
    assert ignored["overall_cost"] == pytest.approx(200 / 12)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("week,region,spend,signups\n", r"the columns \['business_line'\] are missing"),
        ("week,region,business_line,spend,signups\n2025-01-06,CA,boats,,1\n", r"values are missing in \['spend'\]"),
        ("week,region,business_line,spend,signups\n2025-01-06,CA,boats,1,-1\n", "can't be below 0"),
    ],
)
def test_a_file_that_is_not_whole_is_refused(tmp_path, text, words):
    (tmp_path / "spend.csv").write_text(text, encoding="ascii")
    with pytest.raises(ValueError, match=words):
        read(tmp_path / "spend.csv")


def test_the_sample_has_every_region_in_every_week(sample):
    assert set(sample["region"]) == set(REGIONS)
    assert sample.groupby("week")["region"].nunique().unique().tolist() == [len(REGIONS)]


@pytest.mark.parametrize("engine", ["plain", "threads", "processes", *EXTRAS])
def test_results_are_equal_under_every_adapter(engine, sample):
    expected = execute(ALL, spend, rolling, config={"region": "CA"}, weekly_spend=sample)
    with driver_on(engine, {"region": "CA"}, spend, rolling) as dr:
        found = dr.execute(ALL, inputs={"weekly_spend": sample})
    assert differences({"by hand": expected, engine: found}) == []


def test_what_differs_is_named():
    table = pd.DataFrame({"a": [1.0, None]})
    one = {"table": table, "number": 1.0}
    assert differences({"plain": one, "threads": {"table": table.copy(), "number": 1.0}}) == []
    assert differences({"plain": one, "dask": {"table": table.fillna(2), "number": 1}}) == [
        "table on dask",
        "number on dask",
    ]


def test_a_page_shows_tables_series_and_numbers():
    series = pd.Series([1.234], index=pd.Index([WEEKS[0]], name="week"), name="cost")
    assert MarkdownPage().build_result(cost=series, total=2.5) == (
        "## cost\n\n| week | cost |\n| --- | --- |\n| 2025-01-06 | 1.23 |\n\n## total\n\n2.50\n"
    )


def test_result_builders_give_a_dict_a_table_joined_series_and_a_page():
    def built(builder, *final_vars):
        dr = driver.Builder().with_modules(spend).with_adapters(builder).build()
        return dr.execute([*final_vars], inputs={"weekly_spend": TABLE, "region": "CA"})

    assert built(base.DictResult(), "overall_cost") == {"overall_cost": pytest.approx(200 / 12)}
    table = built(base.PandasDataFrameResult(), "spend_by_line", "signups_by_line")
    assert [*table.columns] == [
        f"{what}_by_line.{line}" for what in ("spend", "signups") for line in ("boats", "kites")
    ]
    joined = built(base.StrictIndexTypePandasDataFrameResult(), "spend", "signups")
    assert joined.to_dict("list") == {"spend": [30.0, 80.0, 90.0, 0.0], "signups": [3, 4, 0, 5]}
    assert built(MarkdownPage(), "overall_cost").startswith("## overall_cost\n\n16.67")


def test_materializers_load_and_save_what_the_dataflow_knows_nothing_of(tmp_path):
    dr = driver.Builder().with_config({"region": "CA"}).with_modules(spend, rolling).build()
    path = tmp_path / "latest.json"
    told, _ = dr.materialize(
        from_.csv(target="weekly_spend", path=str(WEEKLY_SPEND), parse_dates=["week"], dtype_backend=None),
        materialize_atomically.json(id="latest", dependencies=["latest_rolling_spend"], path=str(path)),
    )
    assert told["latest"]["file_metadata"]["path"] == str(path)
    expected = execute(ALL, reading, spend, rolling, config={"region": "CA"}, spend_location=str(WEEKLY_SPEND))
    assert json.loads(path.read_text(encoding="utf-8")) == expected["latest_rolling_spend"]
    assert [*tmp_path.iterdir()] == [path]


DRAW = """
from hamilton import driver
from modules.marketing_spend import reading, rolling, spend
from modules.marketing_spend.pictures import dot_text
dr = driver.Builder().with_config({"region": "CA"}).with_modules(reading, spend, rolling).build()
print(dot_text(dr.display_all_functions(show_legend=False)))
"""


def test_a_drawing_is_the_same_text_in_every_process():
    seed = "2" if os.environ.get("PYTHONHASHSEED") == "1" else "1"
    there = subprocess.run(
        [sys.executable, "-c", DRAW],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(Path(__file__).parents[2])},
    ).stdout
    dr = driver.Builder().with_config({"region": "CA"}).with_modules(reading, spend, rolling).build()
    here = dr.display_all_functions(show_legend=False)
    assert there == dot_text(here) + "\n"
    assert there != here.source + "\n"


def test_an_execution_path_shows_no_function_that_is_not_called():
    dr = driver.Builder().with_config({"region": "CA"}).with_modules(reading, spend, rolling).build()
    whole = dot_text(dr.display_all_functions(show_legend=False))
    path = dot_text(
        dr.visualize_execution(
            ["overall_cost"], inputs={"spend_location": "a"}, overrides={"spend": None}, show_legend=False
        )
    )
    assert "rolling_spend" in whole
    assert "signups_by_line" in path
    assert "rolling_spend" not in path


def test_a_wrapped_driver_is_timed_and_does_all_that_the_stock_driver_does():
    dr = TimedDriver(driver.Builder().with_modules(spend).build())
    dr.validate_execution(["overall_cost"], inputs={"weekly_spend": TABLE, "region": "US"})
    assert dr.seconds == []
    results = dr.execute(["overall_cost"], inputs={"weekly_spend": TABLE, "region": "US"})
    assert results == {"overall_cost": 100.0}
    assert len(dr.seconds) == 1
    assert dr.list_available_variables() == dr.stock_driver.list_available_variables()
    with pytest.raises(AttributeError, match="no_such_thing"):
        _ = dr.no_such_thing
