"""A trained model and the rows of the validation users -> predictions (CSV) and results (JSON).

Ask the driver for `saved_predictions` and `saved_results`. The nodes `trained_model`, `user_ids`, `X_train`,
`X_validation` and `y_validation` come from `train_model`; the config entry `task_kind` is the same.
"""

import numpy as np
import pandas as pd
from hamilton.function_modifiers import config, source
from scipy import stats
from sklearn.base import BaseEstimator
from sklearn.metrics import get_scorer

from modules.absenteeism import LABEL, USER_ID, TaskKind
from modules.atomic_savers import save_atomically


def prediction(trained_model: BaseEstimator, X_validation: pd.DataFrame) -> pd.Series:
    """What the model says of every validation row: a class, the expected hours or the expected rank."""
    return pd.Series(trained_model.predict(X_validation), index=X_validation.index)


@save_atomically.csv(path=source("predictions_location"), output_name_="saved_predictions")
def predictions(user_ids: pd.Series, y_validation: pd.Series, prediction: pd.Series) -> pd.DataFrame:
    """User id, true label and prediction, one row per validation row."""
    validation_ids = user_ids.loc[y_validation.index]
    return pd.DataFrame({USER_ID: validation_ids, "label": y_validation, "prediction": prediction})


def validation_score(
    trained_model: BaseEstimator, X_validation: pd.DataFrame, y_validation: pd.Series, scorer: str
) -> float:
    """The score of the model on the validation rows, higher is better.

    `scorer` is a name of https://scikit-learn.org/stable/modules/model_evaluation.html#scoring-string-names.
    """
    return float(get_scorer(scorer)(trained_model, X_validation, y_validation))


def chance_scores(
    trained_model: BaseEstimator,
    X_validation: pd.DataFrame,
    y_validation: pd.Series,
    scorer: str,
    bootstrap_draws: int,
    seed: int,
) -> np.ndarray:
    """Scores of the same model when the label has nothing to do with the features, `bootstrap_draws` of them.

    Each draw gives every validation row a label from the empirical distribution of the validation labels,
    with replacement: the bootstrap of Efron (1979, https://doi.org/10.1214/aos/1176344552) under the
    hypothesis of no association.
    """
    random = np.random.default_rng(seed)
    score = get_scorer(scorer)
    labels = y_validation.to_numpy()
    draws = (random.choice(labels, size=len(labels)) for _ in range(bootstrap_draws))
    return np.array([score(trained_model, X_validation, drawn) for drawn in draws])


def chance_test(chance_scores: np.ndarray, validation_score: float) -> dict[str, float]:
    """One-sample t-test of the chance scores against the score of the model.

    Student, Biometrika 6 (1908), computed by `scipy.stats.ttest_1samp`. Null hypothesis: the mean chance
    score is the score of the model. Alternative: it is lower. A `t_statistic` far below 0 with a small
    `p_value` says that the model does better than chance does on average; both grow with the number of draws,
    so compare them between runs of the same number only. Raises ValueError if the scores do not vary.
    """
    # Not "> 0": rounding alone makes equal scores differ in their last digits.
    if len(chance_scores) < 2 or not np.std(chance_scores) > 1e-9 * abs(np.mean(chance_scores)):
        raise ValueError(
            "the chance scores are all the same or undefined, so there is nothing to test: "
            "take more validation rows, more draws or another scorer"
        )
    test = stats.ttest_1samp(chance_scores, popmean=validation_score, alternative="less")
    return {
        "mean_chance_score": float(np.mean(chance_scores)),
        "t_statistic": float(test.statistic),
        "p_value": float(test.pvalue),
    }


def _either_is_constant(one: pd.Series, other: pd.Series) -> bool:
    return one.nunique() < 2 or other.nunique() < 2


@config.when(task_kind="binary")
def association__binary(y_validation: pd.Series, prediction: pd.Series) -> float:
    """Cramér's V of label and predicted class, from 0 (none) to 1 (each says all about the other).

    Cramér, Mathematical Methods of Statistics (1946), section 21.9. By convention 0 if either is constant.
    """
    if _either_is_constant(y_validation, prediction):
        return 0.0
    counts = stats.contingency.crosstab(y_validation, prediction).count
    return float(stats.contingency.association(counts, method="cramer"))


@config.when(task_kind="continuous")
def association__continuous(y_validation: pd.Series, prediction: pd.Series) -> float:
    """Pearson's r of hours and predicted hours, from -1 to 1.

    Pearson, Proceedings of the Royal Society 58 (1895). By convention 0 if either is constant.
    """
    if _either_is_constant(y_validation, prediction):
        return 0.0
    return float(stats.pearsonr(y_validation, prediction).statistic)


@config.when(task_kind="ordinal")
def association__ordinal(y_validation: pd.Series, prediction: pd.Series) -> float:
    """Spearman's rank correlation of rank and predicted rank, from -1 to 1.

    Spearman, The American Journal of Psychology 15 (1904). By convention 0 if either is constant.
    """
    if _either_is_constant(y_validation, prediction):
        return 0.0
    return float(stats.spearmanr(y_validation, prediction).statistic)


@save_atomically.json(path=source("results_location"), output_name_="saved_results")
def results(
    task_kind: TaskKind,
    scorer: str,
    validation_score: float,
    chance_test: dict[str, float],
    association: float,
    X_train: pd.DataFrame,
    X_validation: pd.DataFrame,
) -> dict[str, str | int | float]:
    """What was learned and how well, for people and for the next program."""
    return {
        "label": LABEL,
        "task_kind": task_kind,
        "training_rows": len(X_train),
        "validation_rows": len(X_validation),
        "scorer": scorer,
        "validation_score": validation_score,
        **chance_test,
        "association": association,
    }
