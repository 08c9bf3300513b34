"""The raw table of absences -> a table of user id, chosen features and label, saved as parquet.

Ask the driver for `saved_prepared_data`. The config entry `environment` is `development` (a few rows) or
`production`.
"""

import re

import pandas as pd
from hamilton.function_modifiers import config, extract_columns, load_from, source, value

from modules.absenteeism import LABEL, USER_ID
from modules.atomic_savers import save_atomically

DEVELOPMENT_ROWS = 20
# The raw columns from which the functions below derive features.
DERIVED_FROM = ("age", "day_of_the_week", "month_of_absence", "pet", "son")
SUMMER_MONTHS = (12, 1, 2)  # the data was collected in Brazil
WEEKDAYS = {2: "monday", 3: "tuesday", 4: "wednesday", 5: "thursday", 6: "friday"}  # as the data numbers them


def _snake_case(header: str) -> str:
    return re.sub(r"[^0-9a-z]+", "_", header.lower()).strip("_")


# dtype_backend None: pandas' usual dtypes; Hamilton's loaders default to the nullable ones.
@load_from.csv(path=source("raw_data_location"), sep=value(";"), dtype_backend=value(None))
def clean_data(raw_data: pd.DataFrame) -> pd.DataFrame:
    """The raw table under snake_case names: `Work load Average/day ` becomes `work_load_average_day`.

    Raises ValueError if two headers become one name, or if a value is missing: the features below have no
    place for missing values, and a comparison would turn them into a silent "no".
    """
    cleaned = raw_data.rename(columns=_snake_case)
    if not cleaned.columns.is_unique:
        raise ValueError(f"different headers have the same snake_case name: {list(raw_data.columns)}")
    incomplete = list(cleaned.columns[cleaned.isna().any()])
    if incomplete:
        raise ValueError(f"the raw data has missing values in {incomplete}")
    return cleaned


@config.when(environment="development")
@extract_columns(*DERIVED_FROM)
def absences__development(clean_data: pd.DataFrame) -> pd.DataFrame:
    """The first 20 absences: enough to see whether everything fits together."""
    return clean_data.head(DEVELOPMENT_ROWS)


@config.when(environment="production")
@extract_columns(*DERIVED_FROM)
def absences__production(clean_data: pd.DataFrame) -> pd.DataFrame:
    """All absences."""
    return clean_data


def age_mean(age: pd.Series) -> float:
    """Mean age over the absences, in years."""
    return float(age.mean())


def age_standard_deviation(age: pd.Series) -> float:
    """Population standard deviation of the age over the absences, in years."""
    return float(age.std(ddof=0))


def age_zero_mean_unit_variance(age: pd.Series, age_mean: float, age_standard_deviation: float) -> pd.Series:
    """The age in standard deviations from the mean. Raises ValueError if the ages do not differ.

    Mean and deviation come from all rows, those of the later validation users included. They know nothing of
    the label, but strictly the validation rows are not unseen.
    """
    if not age_standard_deviation > 0:
        raise ValueError(f"the standard deviation of the age must be above 0, got {age_standard_deviation}")
    return (age - age_mean) / age_standard_deviation


def has_children(son: pd.Series) -> pd.Series:
    """1 for people with at least one child, else 0."""
    return (son > 0).astype(int)


def has_pet(pet: pd.Series) -> pd.Series:
    """1 for people with at least one pet, else 0."""
    return (pet > 0).astype(int)


def is_summer(month_of_absence: pd.Series) -> pd.Series:
    """1 for absences in the summer of the southern hemisphere (December to February), else 0."""
    return month_of_absence.isin(SUMMER_MONTHS).astype(int)


def weekday_indicators(day_of_the_week: pd.Series) -> pd.DataFrame:
    """One column per working day, `is_monday` to `is_friday`: 1 on that day, else 0.

    All five columns are there whichever days occur, so that 20 rows have the columns of 20,000.
    """
    indicators = {f"is_{name}": (day_of_the_week == number).astype(int) for number, name in WEEKDAYS.items()}
    return pd.DataFrame(indicators)


def candidate_columns(
    absences: pd.DataFrame,
    age_zero_mean_unit_variance: pd.Series,
    has_children: pd.Series,
    has_pet: pd.Series,
    is_summer: pd.Series,
    weekday_indicators: pd.DataFrame,
) -> pd.DataFrame:
    """Everything a feature set can choose from: the raw columns and the derived ones."""
    derived = {
        "age_zero_mean_unit_variance": age_zero_mean_unit_variance,
        "has_children": has_children,
        "has_pet": has_pet,
        "is_summer": is_summer,
    }
    return pd.concat([absences.assign(**derived), weekday_indicators], axis=1)


# The engine is named because pandas 3.1 deprecates "auto", which Hamilton would pass.
@save_atomically.parquet(
    path=source("prepared_data_location"), engine=value("pyarrow"), output_name_="saved_prepared_data"
)
def prepared_data(candidate_columns: pd.DataFrame, feature_set: list[str]) -> pd.DataFrame:
    """User id, the features of `feature_set` in their order, and the label.

    Raises ValueError for an empty set, an unknown name, or a name that occurs twice: the user id and the
    label are in the table already, and neither may be a feature.
    """
    columns = [USER_ID, *feature_set, LABEL]
    unknown = [column for column in columns if column not in candidate_columns]
    if not feature_set or unknown or len(set(columns)) < len(columns):
        raise ValueError(
            f"feature_set must name different features, got {feature_set} "
            f"(not in the data: {unknown}; {USER_ID!r} and {LABEL!r} are no features)"
        )
    return candidate_columns[columns]
