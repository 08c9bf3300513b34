"""Who of those that listen for free will pay: a small model of the plays in the warehouse, up to the end of a day.

Ask the driver for `saved_model` and `saved_scores`. Nothing that happened after the day is looked at, so a run of the
same day gives the same model, however many days were loaded since.
"""

from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
from hamilton.function_modifiers import dataloader, source, value
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from modules.atomic_savers import save_atomically
from modules.songplays.database import Warehouse, day_bounds, moment

FEATURES = ["plays_per_session", "artists_per_session", "sessions"]


@dataloader()
def listeners(warehouse: Warehouse, day: str, history_days: int) -> tuple[pd.DataFrame, dict]:
    """Everybody who listened for free in the `history_days` that end with the day, and whether he paid later in it."""
    start = moment(date.fromisoformat(day) - timedelta(days=history_days - 1))
    bounds = {"start": start, "end": day_bounds(day)[1]}
    with warehouse.transaction() as transaction:
        return transaction.answer("listeners", **bounds), bounds


def features(listeners: pd.DataFrame) -> pd.DataFrame:
    """How somebody listens, in the order of FEATURES; how much is divided by the sessions, for who pays early has had
    less time to play for free.
    """
    sessions = listeners["sessions"].astype(float)
    ratios = {
        "plays_per_session": listeners["plays"] / sessions,
        "artists_per_session": listeners["artists"] / sessions,
        "sessions": sessions,
    }
    return pd.DataFrame(ratios, columns=FEATURES).set_axis(listeners["user_id"].to_list())


def upgraded(listeners: pd.DataFrame) -> pd.Series:
    """1 for who paid, else 0."""
    return listeners["upgraded"].astype(int).set_axis(listeners["user_id"].to_list())


def is_validation(features: pd.DataFrame, validation_fraction: float, seed: int) -> pd.Series:
    """The users that the model is judged by: about `validation_fraction` of them, drawn by `seed`."""
    drawn = np.random.default_rng(seed).random(len(features))
    return pd.Series(drawn < validation_fraction, index=features.index)


def validation_score(features: pd.DataFrame, upgraded: pd.Series, is_validation: pd.Series) -> dict[str, Any]:
    """Area under the ROC curve for users that the model has not seen: 0.5 is chance, 1 is perfect. None where there
    are too few users to say: both kinds must be on both sides.
    """
    seen, unseen = features[~is_validation], features[is_validation]
    told = {"training_users": len(seen), "validation_users": len(unseen)}
    if upgraded[seen.index].nunique() < 2 or upgraded[unseen.index].nunique() < 2:
        return {**told, "roc_auc": None}
    foretold = _probabilities(_fitted(seen, upgraded[seen.index]), unseen)
    return {**told, "roc_auc": float(roc_auc_score(upgraded[unseen.index], foretold))}


def fitted(features: pd.DataFrame, upgraded: pd.Series) -> dict[str, Any]:
    """A logistic regression on all users, in numbers that anybody can read; the share of those who paid where all or
    none did.
    """
    return _fitted(features, upgraded)


@save_atomically.json(path=source("model_location"), output_name_="saved_model")
def model(day: str, fitted: dict[str, Any], validation_score: dict[str, Any]) -> dict[str, Any]:
    """The model and how well it does."""
    return {"day": day, **fitted, **validation_score}


@save_atomically.csv(path=source("scores_location"), index=value(False), output_name_="saved_scores")
def scores(fitted: dict[str, Any], features: pd.DataFrame, upgraded: pd.Series) -> pd.DataFrame:
    """How likely each user who does not pay yet is to do so, the likeliest first."""
    waiting = features[upgraded == 0]
    table = pd.DataFrame({"user_id": waiting.index, "probability": _probabilities(fitted, waiting)})
    return table.sort_values(["probability", "user_id"], ascending=[False, True], ignore_index=True)


def _fitted(features: pd.DataFrame, upgraded: pd.Series) -> dict[str, Any]:
    if upgraded.nunique() < 2:
        return {"kind": "prior", "prior": float(upgraded.mean()) if len(upgraded) else 0.0}
    mean, deviation = features.mean(), features.std(ddof=0)
    deviation = deviation.where(deviation > 1e-9, 1.0)
    trained = LogisticRegression().fit((features - mean) / deviation, upgraded)
    return {
        "kind": "logistic",
        "intercept": float(trained.intercept_[0]),
        "coefficients": {name: float(weight) for name, weight in zip(FEATURES, trained.coef_[0], strict=True)},
        "means": {name: float(mean[name]) for name in FEATURES},
        "deviations": {name: float(deviation[name]) for name in FEATURES},
    }


def _probabilities(fitted: dict[str, Any], features: pd.DataFrame) -> np.ndarray:
    if fitted["kind"] == "prior":
        return np.full(len(features), fitted["prior"])
    scaled = (features - pd.Series(fitted["means"])) / pd.Series(fitted["deviations"])
    sums = fitted["intercept"] + (scaled * pd.Series(fitted["coefficients"]))[FEATURES].sum(axis=1)
    return 1 / (1 + np.exp(-sums.to_numpy()))
