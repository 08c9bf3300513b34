"""The model learns from what came before, and the page tells what the warehouse holds."""

import json
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hamilton import driver

from modules.songplays import model, report
from tests.examples.songplays.conftest import deliver, execute, load

DAYS = [(date(2018, 11, 10) + timedelta(days=number)).isoformat() for number in range(4)]


@pytest.fixture
def loaded(warehouse, tmp_path):
    for day in DAYS:
        deliver(tmp_path / "site", day, events=800, people=80)
        load(warehouse, tmp_path / "site", day, tmp_path)
    return warehouse


def learned(warehouse, day: str, folder: Path, **changes) -> tuple[dict, pd.DataFrame]:
    places = {"model_location": str(folder / "model.json"), "scores_location": str(folder / "scores.csv")}
    inputs = {"day": day, "history_days": 28, "validation_fraction": 0.3, "seed": 0, **changes}
    execute(model, ["saved_model", "saved_scores"], warehouse=warehouse, **inputs, **places)
    return json.loads((folder / "model.json").read_text()), pd.read_csv(folder / "scores.csv")


def from_listeners(listeners: pd.DataFrame, *final: str) -> dict:
    inputs = {"day": DAYS[0], "validation_fraction": 0.3, "seed": 0}
    dr = driver.Builder().with_modules(model).build()
    return dr.execute(list(final), inputs=inputs, overrides={"listeners": listeners})


def listeners(number: int, upgraded) -> pd.DataFrame:
    users = np.arange(1, number + 1)
    plays, sessions = 10 + users % 7 + 20 * np.array(upgraded), 1 + users % 3
    return pd.DataFrame({"user_id": users, "plays": plays, "sessions": sessions, "artists": 3, "upgraded": upgraded})


def test_a_model_of_the_sample_scores_every_user_who_does_not_pay_yet(loaded, tmp_path):
    told, scores = learned(loaded, DAYS[-1], tmp_path)
    assert told["kind"] == "logistic"
    assert 0 <= told["roc_auc"] <= 1
    assert scores["probability"].between(0, 1, inclusive="neither").all()
    assert scores["probability"].is_monotonic_decreasing
    with loaded.transaction() as transaction:
        paying = transaction.rows("select distinct user_id from songplays where level = 'paid'")
    assert len(scores) > 10
    assert set(scores["user_id"]).isdisjoint(paying["user_id"])


def test_what_happens_later_is_not_looked_at(databases, tmp_path):
    one, other = databases("one"), databases("other")
    for day in DAYS:
        deliver(tmp_path / "site", day, events=400)
    for day in DAYS[:2]:
        load(one, tmp_path / "site", day, tmp_path)
    for day in DAYS:
        load(other, tmp_path / "site", day, tmp_path)
    told, scores = learned(one, DAYS[1], tmp_path)
    told_later, scores_later = learned(other, DAYS[1], tmp_path)
    assert told == told_later
    pd.testing.assert_frame_equal(scores, scores_later)


def test_plays_after_the_first_that_was_paid_are_not_counted(loaded):
    day = {"day": DAYS[-1], "history_days": 28}
    counted = execute(model, ["listeners"], warehouse=loaded, **day)["listeners"]
    with loaded.transaction() as transaction:
        plays = transaction.rows("select user_id, start_time, level from songplays order by start_time")
    for user in counted[counted["upgraded"] == 1]["user_id"]:
        levels = list(plays[plays["user_id"] == user]["level"])
        assert counted.set_index("user_id").loc[user, "plays"] == levels.index("paid")
    assert counted["upgraded"].sum() > 3


def test_what_is_easy_to_tell_is_learned():
    upgraded = [number % 2 for number in range(80)]
    assert from_listeners(listeners(80, upgraded), "model")["model"]["roc_auc"] > 0.9


@pytest.mark.parametrize(("number", "upgraded", "prior"), [(0, [], 0.0), (5, [0] * 5, 0.0), (5, [1] * 5, 1.0)])
def test_where_nothing_can_be_learned_the_share_is_told(number, upgraded, prior):
    results = from_listeners(listeners(number, upgraded), "model", "scores")
    assert results["model"]["kind"] == "prior"
    assert results["model"]["prior"] == prior
    assert results["model"]["roc_auc"] is None
    assert len(results["scores"]) == number - sum(upgraded)


def test_users_who_are_all_alike_can_be_told_nothing_about():
    alike = listeners(10, [0, 1] * 5).assign(plays=4, sessions=2)
    (probability,) = set(from_listeners(alike, "scores")["scores"]["probability"])
    assert probability == pytest.approx(0.5)


def test_the_page_tells_what_the_warehouse_holds(loaded, tmp_path):
    learned(loaded, DAYS[0], tmp_path)
    places = {
        "counts_location": str(tmp_path / DAYS[0] / "counts.json"),
        "model_location": str(tmp_path / "model.json"),
    }
    inputs = {"warehouse": loaded, "day": DAYS[0], "reports_location": str(tmp_path / "reports"), **places}
    told = execute(report, ["published"], **inputs)["published"]
    page = Path(told["path"]).read_text(encoding="utf-8")
    plays = json.loads((tmp_path / DAYS[0] / "counts.json").read_text())["plays"]
    assert page.startswith(f"# Plays of {DAYS[0]}\n\n{plays} plays in ")
    assert "| free | " in page
    assert "| logged out | " in page
    assert "Area under the ROC curve: " in page
    execute(report, ["published"], **inputs)
    assert [file.name for file in (tmp_path / "reports").iterdir()] == [f"{DAYS[0]}.md"]


def test_the_page_of_a_day_without_anything_says_so():
    counts = {"day": DAYS[0], "lines": 0, "events": 0, "plays": 0, "left out": {}}
    nothing = {"Songs": pd.DataFrame(columns=["title"])}
    page = report.report(DAYS[0], nothing, counts, {"roc_auc": None, "validation_users": 0})
    assert "## Songs\n\nNothing." in page
    assert "too few users to say" in page
