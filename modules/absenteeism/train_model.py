"""The prepared table -> a model trained on some users, and the rows of the other users to validate it.

The config entry `task_kind` is `binary` (is the absence longer than a cut-off?), `continuous` (how many
hours?) or `ordinal` (which rank?).
"""

import numpy as np
import pandas as pd
from hamilton.function_modifiers import config, load_from, parameterize, source, value
from sklearn.linear_model import LogisticRegression, PoissonRegressor

from modules.absenteeism import LABEL, USER_ID

RANK_BOUNDS_HOURS = (0, 4, 8)  # none, up to half a day, up to a day, longer
MAX_ITERATIONS = 1000


# The engine is named because pandas 3.1 deprecates "auto", which Hamilton would pass. dtype_backend None:
# pandas' usual dtypes; Hamilton's loaders default to the nullable ones.
@load_from.parquet(path=source("prepared_data_location"), engine=value("pyarrow"), dtype_backend=value(None))
def absences(prepared_data: pd.DataFrame) -> pd.DataFrame:
    """The prepared table, its rows numbered: user ids, features and label are matched by these numbers."""
    return prepared_data.reset_index(drop=True)


def user_ids(absences: pd.DataFrame) -> pd.Series:
    """Whose absence it is. It decides the split and must not be learned from."""
    return absences[USER_ID]


def features(absences: pd.DataFrame) -> pd.DataFrame:
    """All columns but the user id and the label."""
    return absences.drop(columns=[USER_ID, LABEL])


def hours(absences: pd.DataFrame) -> pd.Series:
    """Hours of absence."""
    return absences[LABEL]


@config.when(task_kind="binary")
def label__binary(hours: pd.Series, cut_off_hours: float) -> pd.Series:
    """1 for absences longer than the cut-off, else 0."""
    return (hours > cut_off_hours).astype(int)


@config.when(task_kind="continuous")
def label__continuous(hours: pd.Series) -> pd.Series:
    """The hours themselves."""
    return hours.astype(float)


@config.when(task_kind="ordinal")
def label__ordinal(hours: pd.Series) -> pd.Series:
    """The rank of the absence: 0 none, 1 up to 4 hours, 2 up to 8 hours, 3 longer."""
    return pd.Series(np.searchsorted(RANK_BOUNDS_HOURS, hours), index=hours.index, name="rank")


def validation_users(user_ids: pd.Series, validation_fraction: float, seed: int) -> pd.Index:
    """The ids of the users kept for validation: about `validation_fraction` of all, drawn by `seed`.

    Whole users, not rows: the absences of one person resemble each other, so a person on both sides would
    leak. Each side gets at least one user. Raises ValueError for fewer than two users or a fraction outside
    (0, 1).
    """
    users = pd.Index(user_ids.unique()).sort_values()  # the draw must not depend on the order of the rows
    if not 0 < validation_fraction < 1:
        raise ValueError(f"validation_fraction must be between 0 and 1, got {validation_fraction}")
    if len(users) < 2:
        raise ValueError(f"a split by user needs at least two users, got {len(users)}")
    count = min(max(round(validation_fraction * len(users)), 1), len(users) - 1)
    drawn = np.random.default_rng(seed).permutation(len(users))[:count]
    return users[np.sort(drawn)]


def training_users(user_ids: pd.Series, validation_users: pd.Index) -> pd.Index:
    """The ids of all other users."""
    return pd.Index(user_ids.unique()).difference(validation_users)


@parameterize(
    X_train={"users": source("training_users")},
    X_validation={"users": source("validation_users")},
)
def features_of_users(features: pd.DataFrame, user_ids: pd.Series, users: pd.Index) -> pd.DataFrame:
    """The features of the absences of {users}."""
    return features[user_ids.isin(users)]


@parameterize(
    y_train={"users": source("training_users")},
    y_validation={"users": source("validation_users")},
)
def label_of_users(label: pd.Series, user_ids: pd.Series, users: pd.Index) -> pd.Series:
    """The label of the absences of {users}."""
    return label[user_ids.isin(users)]


@config.when(task_kind="binary")
def trained_model__logistic(X_train: pd.DataFrame, y_train: pd.Series) -> LogisticRegression:
    """A logistic regression of the two classes."""
    return LogisticRegression(max_iter=MAX_ITERATIONS).fit(X_train, y_train)


@config.when_in(task_kind=["continuous", "ordinal"])
def trained_model__poisson(X_train: pd.DataFrame, y_train: pd.Series) -> PoissonRegressor:
    """A Poisson regression: hours and ranks are small counts, never negative, and their order matters."""
    return PoissonRegressor(max_iter=MAX_ITERATIONS).fit(X_train, y_train)
