"""Scores, test against chance and association of `modules.absenteeism.evaluate_model`, worked out by hand."""

import math

import numpy as np
import pandas as pd
import pytest
from sklearn.dummy import DummyClassifier

from modules.absenteeism import USER_ID, evaluate_model

FEATURES = pd.DataFrame({"x": range(10)})
LABEL = pd.Series([0, 0, 0, 0, 0, 0, 1, 1, 1, 1])
ALWAYS_ZERO = DummyClassifier(strategy="constant", constant=0).fit(FEATURES, LABEL)


def chance_scores(seed: int, draws: int = 50) -> np.ndarray:
    return evaluate_model.chance_scores(ALWAYS_ZERO, FEATURES, LABEL, "accuracy", draws, seed)


def test_predictions_stand_beside_user_id_and_true_label():
    label, prediction = pd.Series([1, 0], index=[0, 2]), pd.Series([1, 1], index=[0, 2])
    predictions = evaluate_model.predictions(pd.Series([7, 8, 9]), label, prediction)
    assert predictions.to_dict("list") == {USER_ID: [7, 9], "label": [1, 0], "prediction": [1, 1]}


def test_the_scorer_is_chosen_by_name():
    assert evaluate_model.validation_score(ALWAYS_ZERO, FEATURES, LABEL, "accuracy") == 0.6
    assert evaluate_model.validation_score(ALWAYS_ZERO, FEATURES, LABEL, "neg_mean_absolute_error") == -0.4


def test_an_unknown_scorer_is_refused_by_its_name():
    with pytest.raises(ValueError, match="luck"):
        evaluate_model.validation_score(ALWAYS_ZERO, FEATURES, LABEL, "luck")


def test_the_bootstrap_is_the_same_for_one_seed_and_another_for_another():
    assert chance_scores(seed=1).tolist() == chance_scores(seed=1).tolist()
    assert chance_scores(seed=1).tolist() != chance_scores(seed=2).tolist()


def test_the_bootstrap_leaves_the_global_random_state_alone():
    before = np.random.get_state()  # noqa: NPY002 - the old global state is the subject
    chance_scores(seed=1)
    after = np.random.get_state()  # noqa: NPY002
    assert before[1].tolist() == after[1].tolist()
    assert before[2:] == after[2:]


def test_chance_follows_the_empirical_label_distribution():
    """Six labels of ten are 0, so that `always 0` is right six times of ten, give or take the draw."""
    scores = chance_scores(seed=0, draws=400)
    assert len(scores) == 400
    # Standard error of the mean: sqrt(0.6 * 0.4 / 10 / 400) = 0.0077; three of them.
    assert scores.mean() == pytest.approx(0.6, abs=0.024)


def test_the_t_test_agrees_with_the_formula():
    """Mean 2, standard deviation 1, three draws: t = (2 - 3) / (1 / sqrt(3)) = -sqrt(3).

    The distribution function for two degrees of freedom is 1/2 + t / (2 * sqrt(2 + t^2)).
    """
    test = evaluate_model.chance_test(np.array([1.0, 2.0, 3.0]), 3.0)
    t = -math.sqrt(3)
    assert test["mean_chance_score"] == 2.0
    assert test["t_statistic"] == pytest.approx(t)
    assert test["p_value"] == pytest.approx(0.5 + t / (2 * math.sqrt(2 + t**2)))


@pytest.mark.parametrize("scores", [[], [0.5], [0.5, 0.5], [0.5, 0.5 + 1e-12], [0.5, math.nan]])
def test_chance_scores_that_do_not_vary_are_refused(scores):
    with pytest.raises(ValueError, match="nothing to test"):
        evaluate_model.chance_test(np.array(scores), 0.7)


def test_cramers_v_agrees_with_the_formula():
    """Counts 3, 1 over 1, 3: chi squared is 8 * (9 - 1)^2 / (4 * 4 * 4 * 4) = 2, V is sqrt(2 / 8) = 1/2."""
    label = pd.Series([0, 0, 0, 0, 1, 1, 1, 1])
    prediction = pd.Series([0, 0, 0, 1, 0, 1, 1, 1])
    assert evaluate_model.association__binary(label, prediction) == pytest.approx(0.5)


def test_pearson_sees_the_line_and_spearman_the_order():
    """x = 1, 2, 3 against y = 1, 2, 9: r = 8 / sqrt(2 * 38), and the same order."""
    label, prediction = pd.Series([1, 2, 3]), pd.Series([1.0, 2.0, 9.0])
    assert evaluate_model.association__continuous(label, prediction) == pytest.approx(8 / math.sqrt(76))
    assert evaluate_model.association__ordinal(label, prediction) == pytest.approx(1.0)


@pytest.mark.parametrize(
    "association",
    [
        evaluate_model.association__binary,
        evaluate_model.association__continuous,
        evaluate_model.association__ordinal,
    ],
)
def test_a_constant_is_associated_with_nothing(association):
    assert association(pd.Series([0, 1, 1]), pd.Series([1, 1, 1])) == 0.0
    assert association(pd.Series([1, 1, 1]), pd.Series([0, 1, 1])) == 0.0
