"""Split, labels and models of `modules.absenteeism.train_model`."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression, PoissonRegressor

from modules.absenteeism import LABEL, USER_ID, train_model

HOURS = pd.Series([0, 1, 4, 5, 8, 9])


def user_ids(users: int) -> pd.Series:
    """Three absences of each user, interleaved."""
    return pd.Series(list(range(1, users + 1)) * 3, name=USER_ID)


def test_user_id_and_label_are_no_features():
    absences = pd.DataFrame({USER_ID: [1], "age": [30], LABEL: [8]})
    assert list(train_model.features(absences).columns) == ["age"]
    assert train_model.user_ids(absences).tolist() == [1]
    assert train_model.hours(absences).tolist() == [8]


def test_rows_are_numbered_whatever_the_file_called_them():
    stored = pd.DataFrame({USER_ID: [1, 2]}, index=[5, 5])
    assert train_model.absences(stored).index.tolist() == [0, 1]


def test_binary_label_is_one_above_the_cut_off_only():
    assert train_model.label__binary(HOURS, 4.0).tolist() == [0, 0, 0, 1, 1, 1]


def test_continuous_label_is_the_hours():
    assert train_model.label__continuous(HOURS).tolist() == [0.0, 1.0, 4.0, 5.0, 8.0, 9.0]


def test_ordinal_label_ranks_none_half_a_day_a_day_and_longer():
    assert train_model.label__ordinal(HOURS).tolist() == [0, 1, 1, 2, 2, 3]


@pytest.mark.parametrize("seed", range(20))
def test_no_user_is_on_both_sides_and_none_is_lost(seed):
    ids = user_ids(10)
    validation = train_model.validation_users(ids, 0.3, seed)
    training = train_model.training_users(ids, validation)
    assert len(validation) == 3
    assert set(validation) | set(training) == set(range(1, 11))
    assert set(validation).isdisjoint(training)


def test_the_rows_of_both_sides_follow_their_users():
    ids = pd.Series([1, 2, 1, 3])
    features, label = pd.DataFrame({"age": [30, 40, 30, 50]}), pd.Series([0, 1, 1, 0])
    assert train_model.features_of_users(features, ids, pd.Index([1, 3]))["age"].tolist() == [30, 30, 50]
    assert train_model.label_of_users(label, ids, pd.Index([1, 3])).tolist() == [0, 1, 0]


def test_a_seed_decides_the_split_whatever_the_order_of_the_rows():
    ids = user_ids(20)
    split = train_model.validation_users(ids, 0.5, 1)
    assert split.equals(train_model.validation_users(ids[::-1], 0.5, 1))
    assert not split.equals(train_model.validation_users(ids, 0.5, 2))


@pytest.mark.parametrize(("fraction", "expected"), [(0.001, 1), (0.5, 2), (0.999, 3)])
def test_each_side_gets_at_least_one_user(fraction, expected):
    assert len(train_model.validation_users(user_ids(4), fraction, 0)) == expected


@pytest.mark.parametrize("fraction", [0.0, 1.0, -0.1, float("nan")])
def test_a_fraction_outside_0_to_1_is_refused(fraction):
    with pytest.raises(ValueError, match="validation_fraction must be between 0 and 1"):
        train_model.validation_users(user_ids(4), fraction, 0)


@pytest.mark.parametrize("users", [0, 1])
def test_a_split_of_fewer_than_two_users_is_refused(users):
    with pytest.raises(ValueError, match=f"at least two users, got {users}"):
        train_model.validation_users(user_ids(users), 0.5, 0)


def test_the_logistic_regression_learns_a_step():
    features = pd.DataFrame({"x": [0, 1, 2, 8, 9, 10]})
    model = train_model.trained_model__logistic(features, pd.Series([0, 0, 0, 1, 1, 1]))
    assert isinstance(model, LogisticRegression)
    assert model.predict(pd.DataFrame({"x": [0, 10]})).tolist() == [0, 1]


def test_the_poisson_regression_learns_that_more_means_more():
    features = pd.DataFrame({"x": [0, 0, 1, 1, 2, 2]})
    model = train_model.trained_model__poisson(features, pd.Series([0, 1, 2, 3, 7, 8]))
    assert isinstance(model, PoissonRegressor)
    assert (np.diff(model.predict(pd.DataFrame({"x": [0, 1, 2]}))) > 0).all()
