"""Every transformation of `modules.absenteeism.prepare_data` against values worked out by hand."""

import pandas as pd
import pytest
from hamilton import driver

from modules.absenteeism import LABEL, SAMPLE_DATA, USER_ID, prepare_data

DERIVED = [
    "age_zero_mean_unit_variance",
    "has_children",
    "has_pet",
    "is_summer",
    "is_monday",
    "is_tuesday",
    "is_wednesday",
    "is_thursday",
    "is_friday",
]


def absences() -> pd.DataFrame:
    """Two absences with only the columns that the dataflow needs, and one that it does not."""
    return pd.DataFrame(
        {
            USER_ID: [7, 8],
            "age": [30, 50],
            "son": [0, 2],
            "pet": [1, 0],
            "month_of_absence": [12, 3],
            "day_of_the_week": [2, 6],
            "hit_target": [95, 99],
            LABEL: [4, 8],
        }
    )


def prepare(environment: str, final_vars: list[str], **inputs: object) -> dict:
    dr = driver.Builder().with_config({"environment": environment}).with_modules(prepare_data).build()
    return dr.execute(final_vars, inputs=inputs)


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("ID", "id"),
        ("Work load Average/day ", "work_load_average_day"),
        ("Distance from Residence to Work", "distance_from_residence_to_work"),
        ("Absenteeism time in hours", LABEL),
    ],
)
def test_headers_become_snake_case(header, name):
    assert list(prepare_data.clean_data(pd.DataFrame({header: [1]})).columns) == [name]


def test_headers_that_become_the_same_name_are_refused():
    with pytest.raises(ValueError, match=r"same snake_case name: \['Hit target', 'hit target '\]"):
        prepare_data.clean_data(pd.DataFrame({"Hit target": [1], "hit target ": [2]}))


def test_missing_values_are_refused_by_column():
    with pytest.raises(ValueError, match=r"missing values in \['age'\]"):
        prepare_data.clean_data(pd.DataFrame({"Age": [30, None], "Son": [0, 1]}))


def test_development_takes_the_first_20_rows_and_production_takes_all():
    inputs = {"raw_data_location": str(SAMPLE_DATA)}
    development = prepare("development", ["absences"], **inputs)["absences"]
    production = prepare("production", ["absences"], **inputs)["absences"]
    assert len(production) == 200
    pd.testing.assert_frame_equal(development, production.iloc[:20])


def test_age_has_zero_mean_and_unit_variance():
    age = pd.Series([30, 50])
    mean, deviation = prepare_data.age_mean(age), prepare_data.age_standard_deviation(age)
    assert (mean, deviation) == (40.0, 10.0)
    assert prepare_data.age_zero_mean_unit_variance(age, mean, deviation).tolist() == [-1.0, 1.0]


@pytest.mark.parametrize("deviation", [0.0, -1.0, float("nan")])
def test_ages_that_do_not_differ_are_refused(deviation):
    with pytest.raises(ValueError, match="standard deviation of the age must be above 0"):
        prepare_data.age_zero_mean_unit_variance(pd.Series([40, 40]), 40.0, deviation)


def test_one_child_is_enough_to_have_children():
    assert prepare_data.has_children(pd.Series([0, 1, 4])).tolist() == [0, 1, 1]


def test_one_pet_is_enough_to_have_a_pet():
    assert prepare_data.has_pet(pd.Series([0, 1, 8])).tolist() == [0, 1, 1]


def test_summer_is_december_to_february():
    months = pd.Series(range(13))  # the real data has a month 0
    summer = prepare_data.is_summer(months)
    assert months[summer == 1].tolist() == [1, 2, 12]


def test_each_working_day_has_its_own_indicator():
    indicators = prepare_data.weekday_indicators(pd.Series([2, 6, 7]))
    assert indicators.to_dict("list") == {
        "is_monday": [1, 0, 0],
        "is_tuesday": [0, 0, 0],
        "is_wednesday": [0, 0, 0],
        "is_thursday": [0, 0, 0],
        "is_friday": [0, 1, 0],
    }


def test_prepared_data_has_user_id_chosen_features_and_label_in_this_order():
    prepared = prepare_data.prepared_data(absences(), ["son", "age"])
    assert list(prepared.columns) == [USER_ID, "son", "age", LABEL]


def test_a_feature_set_can_mix_derived_and_raw_columns():
    results = prepare(
        "production",
        ["prepared_data"],
        raw_data_location=str(SAMPLE_DATA),
        feature_set=["is_monday", "hit_target", "age_zero_mean_unit_variance"],
    )
    assert list(results["prepared_data"].columns) == [
        USER_ID,
        "is_monday",
        "hit_target",
        "age_zero_mean_unit_variance",
        LABEL,
    ]


@pytest.mark.parametrize("feature_set", [[], ["shoe_size"], ["age", "age"], [LABEL], [USER_ID]])
def test_a_feature_set_of_nothing_of_strangers_or_of_the_label_is_refused(feature_set):
    with pytest.raises(ValueError, match="feature_set must name different features"):
        prepare_data.prepared_data(absences(), feature_set)


def test_no_function_changes_the_table_it_was_given():
    given = absences()
    prepare_data.clean_data(given)
    prepare_data.absences__development(given)
    prepare_data.candidate_columns(
        given, given["age"], given["son"], given["pet"], given["age"], pd.DataFrame({"is_monday": [1, 0]})
    )
    prepare_data.prepared_data(given, ["age"])
    pd.testing.assert_frame_equal(given, absences())


def test_the_saver_writes_the_prepared_data_where_it_was_told(tmp_path):
    target = tmp_path / "prepared_data.parquet"
    results = prepare(
        "development",
        ["saved_prepared_data", "prepared_data"],
        raw_data_location=str(SAMPLE_DATA),
        feature_set=DERIVED,
        prepared_data_location=str(target),
    )
    pd.testing.assert_frame_equal(pd.read_parquet(target), results["prepared_data"])
    assert list(tmp_path.iterdir()) == [target]
