"""Ten faults of different kinds for each module package that ships: what a tired colleague might write."""

from __future__ import annotations

from dataclasses import dataclass

HOW_TO, ABSENTEEISM, SONGPLAYS, MARKETING = "how_to", "absenteeism", "songplays", "marketing_spend"
DAG_OF = {
    HOW_TO: "dags/hamilton_how_to.py",
    ABSENTEEISM: "dags/absenteeism_prediction.py",
    SONGPLAYS: "dags/songplays_warehouse.py",
    MARKETING: "dags/hamilton_driver_tour.py",
}


_IN_PLACE, _APPENDS, _GROWS = "saver that writes in place", "saver that appends", "output that grows"


@dataclass(frozen=True)
class Fault:
    """One change of one file: `old` occurs in it once. `places` are the nodes, tasks and files that the fault is in, or
    is first felt in: a finding elsewhere does not count."""

    package: str
    kind: str
    file: str
    old: str
    new: str
    places: tuple[str, ...]

    @property
    def contexts(self) -> tuple[str, ...]:
        """In which the DAG is run again, where the fault is about that."""
        return {_IN_PLACE: ("kills",), _APPENDS: ("twice",), _GROWS: ("twice",)}.get(self.kind, ())


_HOW_TO = "modules/how_to/"
_ABSENTEEISM = "modules/absenteeism/"
_SONGPLAYS = "modules/songplays/"
_MARKETING = "modules/marketing_spend/"

FAULTS = (
    Fault(
        HOW_TO,
        "input changed in place",
        _HOW_TO + "gusts.py",
        "    return readings[",
        '    readings["wind_speed"] *= 1.05\n    return readings[',
        ("gusts",),
    ),
    Fault(
        HOW_TO,
        "wrong return type",
        _HOW_TO + "headline.py",
        '({occasion})"',
        '({occasion})".encode()',
        ("headline",),
    ),
    Fault(
        HOW_TO,
        "typo in a parameter with a default",
        _HOW_TO + "headline.py",
        """occasion: str) -> str:
    \"\"\"For example `Strongest gust: 29.2 knots (on request)`.\"\"\"
    return f"Strongest gust: {strongest_gust:.1f} {unit} ({occasion})\"""",
        """ocasion: str = "on request") -> str:
    \"\"\"For example `Strongest gust: 29.2 knots (on request)`.\"\"\"
    return f"Strongest gust: {strongest_gust:.1f} {unit} ({ocasion})\"""",
        ("headline", "occasion", "occasion__scheduled", "occasion__requested"),
    ),
    Fault(
        HOW_TO,
        "saver never requested",
        "dags/hamilton_how_to.py",
        '["saved_gusts"]',
        '["gusts"]',
        ("gusts", "saved_gusts", "load_and_save_in_hamilton"),
    ),
    Fault(
        HOW_TO,
        _IN_PLACE,
        _HOW_TO + "gusts.py",
        "from modules.atomic_savers import save_atomically",
        "from hamilton.function_modifiers import save_to as save_atomically",
        ("gusts", "saved_gusts", "load_and_save_in_hamilton"),
    ),
    Fault(
        HOW_TO,
        "division by zero",
        _HOW_TO + "gust_limit.py",
        "mean_speed + speed_deviation",
        "mean_speed * (1 + speed_deviation / mean_speed)",
        ("gust_limit",),
    ),
    Fault(
        HOW_TO,
        "value of the config without a variant",
        _HOW_TO + "strongest_gust.py",
        '@config.when(unit="km/h")',
        '@config.when(unit="kmh")',
        ("strongest_gust", "strongest_gust__kilometres_per_hour", "configure_by_template"),
    ),
    Fault(
        HOW_TO,
        "empty table not handled",
        _HOW_TO + "strongest_gust.py",
        """    if gusts.empty:
        raise ValueError("there was no gust, so none is the strongest")
    return float(gusts["wind_speed"].max())""",
        """    return float(gusts["wind_speed"].sort_values().iloc[-1])""",
        ("highest_wind_speed",),
    ),
    Fault(
        HOW_TO,
        "time of day in a result",
        _HOW_TO + "headline.py",
        '    return f"Strongest',
        '    import datetime\n\n    return f"{datetime.datetime.now()} Strongest',
        ("headline",),
    ),
    Fault(
        HOW_TO,
        "file left behind",
        _HOW_TO + "gust_limit.py",
        "    return mean_speed + ",
        '    open("gust_limit.txt", "w").write(str(mean_speed))\n    return mean_speed + ',
        ("gust_limit", "pass_data_as_inputs"),
    ),
    Fault(
        ABSENTEEISM,
        "leak of validation rows",
        _ABSENTEEISM + "train_model.py",
        "pd.Index(user_ids.unique()).difference(validation_users)",
        "pd.Index(user_ids.unique())",
        ("training_users", "X_train", "y_train", "trained_model", "features_of_users", "label_of_users"),
    ),
    Fault(
        ABSENTEEISM,
        "missing value not handled",
        _ABSENTEEISM + "prepare_data.py",
        "    if incomplete:\n",
        "    if not len(cleaned):\n",
        ("clean_data", "has_children", "has_pet", "is_summer", "weekday_indicators", "age_zero_mean_unit_variance"),
    ),
    Fault(
        ABSENTEEISM,
        "wrong name of a column",
        _ABSENTEEISM + "prepare_data.py",
        '"has_pet": has_pet,',
        '"has_pets": has_pet,',
        ("candidate_columns", "prepared_data", "prepare_data"),
    ),
    Fault(
        ABSENTEEISM,
        "order of the rows decides",
        _ABSENTEEISM + "train_model.py",
        "pd.Index(user_ids.unique()).sort_values()",
        "pd.Index(user_ids.unique())",
        ("validation_users",),
    ),
    Fault(
        ABSENTEEISM,
        "order of a set decides",
        _ABSENTEEISM + "prepare_data.py",
        "for number, name in WEEKDAYS.items()}",
        "for number, name in set(WEEKDAYS.items())}",
        ("weekday_indicators",),
    ),
    Fault(
        ABSENTEEISM,
        "global seed",
        _ABSENTEEISM + "evaluate_model.py",
        "    random = np.random.default_rng(seed)\n",
        "    np.random.seed(seed)\n    random = np.random\n",
        ("chance_scores",),
    ),
    Fault(
        ABSENTEEISM,
        _APPENDS,
        _ABSENTEEISM + "evaluate_model.py",
        '@save_atomically.csv(path=source("predictions_location"), output',
        'from hamilton.function_modifiers import save_to, value\n\n\n@save_to.csv(path=source("predictions_location"), '
        'mode=value("a"), output',
        ("predictions", "saved_predictions", "train_and_evaluate_model"),
    ),
    Fault(
        ABSENTEEISM,
        "validator that only warns",
        _ABSENTEEISM + "prepare_data.py",
        "def age_mean(",
        "from hamilton.function_modifiers import check_output\n\n\n"
        '@check_output(range=(100.0, 200.0), importance="warn")\ndef age_mean(',
        ("age_mean", "age_mean_raw", "age_mean_range_validator"),
    ),
    Fault(
        ABSENTEEISM,
        "dead node",
        _ABSENTEEISM + "prepare_data.py",
        "def has_children(",
        'def age_squared(age: pd.Series) -> pd.Series:\n    """Of old."""\n    return age**2\n\n\ndef has_children(',
        ("age_squared",),
    ),
    Fault(
        ABSENTEEISM,
        "constant column not handled",
        _ABSENTEEISM + "prepare_data.py",
        "    if not age_standard_deviation > 0:",
        "    if age_standard_deviation < 0:",
        ("age_zero_mean_unit_variance",),
    ),
    Fault(
        SONGPLAYS,
        "input changed in place",
        _SONGPLAYS + "star_schema.py",
        """    return catalogue[["song_id", "title", "artist_id", "year", "duration"]]""",
        """    catalogue["duration"] = catalogue["duration"].round()
    return catalogue[["song_id", "title", "artist_id", "year", "duration"]]""",
        ("songs",),
    ),
    Fault(
        SONGPLAYS,
        "empty table not handled",
        _SONGPLAYS + "star_schema.py",
        "    calendar = moments.dt.isocalendar()\n",
        "    calendar = moments.dt.isocalendar()\n    assert moments.iloc[0] <= moments.iloc[-1]\n",
        ("time",),
    ),
    Fault(
        SONGPLAYS,
        "wrong return type",
        _SONGPLAYS + "stage.py",
        "    return records.isna().all(axis=1)",
        "    return records.isna().all(axis=1).to_numpy()",
        ("unreadable",),
    ),
    Fault(
        SONGPLAYS,
        "order of the rows decides",
        _SONGPLAYS + "stage.py",
        ".sort_values(EVENT_KEY, ignore_index=True)",
        ".reset_index(drop=True)",
        ("events", "saved_events"),
    ),
    Fault(
        SONGPLAYS,
        _IN_PLACE,
        _SONGPLAYS + "model.py",
        "from modules.atomic_savers import save_atomically",
        "from hamilton.function_modifiers import save_to as save_atomically",
        ("model", "saved_model", "scores", "saved_scores", "train_and_score_model"),
    ),
    Fault(
        SONGPLAYS,
        "time of day in a result",
        _SONGPLAYS + "report.py",
        '        f"# Plays of {day}",',
        '        f"# Plays of {day}, written {pd.Timestamp.now()}",',
        ("report", "published", "publish_report"),
    ),
    Fault(
        SONGPLAYS,
        _GROWS,
        _SONGPLAYS + "storage.py",
        "        file.write_bytes(text.encode())",
        '        file.write_bytes((target.read_bytes() if target.exists() else b"") + text.encode())',
        ("published", "publish_report", _SONGPLAYS + "storage.py"),
    ),
    Fault(
        SONGPLAYS,
        "global seed",
        _SONGPLAYS + "model.py",
        "    drawn = np.random.default_rng(seed).random(len(features))",
        "    np.random.seed(seed)\n    drawn = np.random.random(len(features))",
        ("is_validation",),
    ),
    Fault(
        SONGPLAYS,
        "leak of validation rows",
        _SONGPLAYS + "model.py",
        "_probabilities(_fitted(seen, upgraded[seen.index]), unseen)",
        "_probabilities(_fitted(features, upgraded), unseen)",
        ("validation_score",),
    ),
    Fault(
        SONGPLAYS,
        "order of a set decides",
        _SONGPLAYS + "model.py",
        "    return pd.DataFrame(ratios, columns=FEATURES)",
        "    return pd.DataFrame(ratios, columns=[*set(FEATURES)])",
        ("features",),
    ),
    Fault(
        MARKETING,
        "saver never requested",
        "dags/hamilton_driver_tour.py",
        '["saved_costs", "overall_cost"]',
        '["costs", "overall_cost"]',
        ("costs", "saved_costs", "execute_once"),
    ),
    Fault(
        MARKETING,
        "division by zero",
        _MARKETING + "spend.py",
        "    return spend / signups.where(signups > 0)",
        "    return spend / signups",
        ("acquisition_cost",),
    ),
    Fault(
        MARKETING,
        "value of the config without a variant",
        _MARKETING + "rolling.py",
        '@config.when(region="US")',
        '@config.when(region="USA")',
        ("rolling_spend", "rolling_spend__us", "latest_rolling_spend", "give_config"),
    ),
    Fault(
        MARKETING,
        "typo in a parameter with a default",
        _MARKETING + "spend.py",
        "def overall_cost(spend: pd.Series, signups: pd.Series) -> float:",
        "def overall_cost(spend: pd.Series, signup: pd.Series | None = None) -> float:\n"
        "    signups = spend if signup is None else signup\n",
        ("overall_cost",),
    ),
    Fault(
        MARKETING,
        "input changed in place",
        _MARKETING + "spend.py",
        '    return weekly_spend[weekly_spend["region"] == region]',
        '    weekly_spend["spend"] = weekly_spend["spend"].round()\n'
        '    return weekly_spend[weekly_spend["region"] == region]',
        ("spend_of_region",),
    ),
    Fault(
        MARKETING,
        "missing value not handled",
        _MARKETING + "reading.py",
        "    if incomplete:\n",
        '    if (table["spend"].astype(int) < 0).any():\n',
        ("weekly_spend",),
    ),
    Fault(
        MARKETING,
        "dead node",
        _MARKETING + "spend.py",
        "def overall_cost(",
        'def signups_squared(signups: pd.Series) -> pd.Series:\n    """Of old."""\n    return signups**2\n\n\n'
        "def overall_cost(",
        ("signups_squared",),
    ),
    Fault(
        MARKETING,
        "file left behind",
        _MARKETING + "rolling.py",
        "    return table.rolling(",
        '    table.to_csv("rolling.csv")\n    return table.rolling(',
        ("rolling_spend", "rolling_spend__ca", "rolling_spend__us", "give_config", _MARKETING + "rolling.py"),
    ),
    Fault(
        MARKETING,
        "order of the rows decides",
        _MARKETING + "spend.py",
        'aggfunc="sum", fill_value=0)',
        'aggfunc="sum", fill_value=0, sort=False)',
        ("spend_by_line", "signups_by_line", "rolling_spend", "rolling_spend__ca", "rolling_spend__us"),
    ),
    Fault(
        MARKETING,
        "result that remembers earlier calls",
        _MARKETING + "rolling.py",
        "def latest_rolling_spend(rolling_spend: pd.DataFrame) -> dict[str, float]:\n",
        "_SEEN: dict[str, float] = {}\n\n\n"
        "def latest_rolling_spend(rolling_spend: pd.DataFrame) -> dict[str, float]:\n"
        "    _SEEN[str(len(_SEEN))] = float(len(rolling_spend))\n    return dict(_SEEN)\n",
        ("latest_rolling_spend",),
    ),
)
