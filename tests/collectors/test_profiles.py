"""A profile says of what enters a dataflow what a reader needs to know, and none of the values."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import yaml

from windtunnel.collectors.profiles import described
from windtunnel.facts import ColumnFacts, EnteringFacts, ProfileFacts
from windtunnel.reporters.profile import render

TABLE = pd.DataFrame(
    {
        "customer_name": ["Ann Smith", "Bob Jones", "Ann Smith", None],
        "salary": [51_234.0, 49_876.0, 30_001.0, 77_777.0],
        "hours": [1, 2, 2, 38],
        "day": pd.date_range("2025-01-01", periods=4),
        "tags": [["a"], ["b"], [], ["c"]],
    }
)


def test_a_table_is_described_without_its_values():
    facts = described("raw", TABLE)
    assert (facts.type, facts.rows) == ("DataFrame", 4)
    columns = {column.name: column for column in facts.columns}
    dtype = str(TABLE["customer_name"].dtype)  # object, before pandas 3
    assert columns["customer_name"] == ColumnFacts("customer_name", dtype, missing=0.25, distinct=2, counts=(2, 1))
    assert columns["hours"] == ColumnFacts(
        "hours", "int64", distinct=3, increasing=True, low=1.0, high=38.0, counts=(2, 1, 1)
    )
    for form in ("yaml", "json"):
        text = render([ProfileFacts("d", "t", ("m",), (facts,))], form)
        assert not any(word in text for word in ("Ann", "Smith", "Bob", "51234", "77777", "7.8", "2025"))


def test_numbers_that_look_personal_have_no_range_and_others_a_rounded_one():
    salary, hours = described("raw", TABLE).columns[1:3]
    assert (salary.low, salary.high) == (None, None)
    assert (hours.low, hours.high) == (1.0, 38.0)
    assert described("speed", pd.Series([1234.5, 98.76])).columns[0].high == 1200.0


def test_what_is_no_table_is_named_by_its_type():
    assert described("seed", 42) == EnteringFacts("seed", "int")
    assert described("token", "s3cr3t") == EnteringFacts("token", "str")
    assert described("features", ["a", "b"]) == EnteringFacts("features", "list", 2)
    assert described("array", np.array([[1.0, 2.0], [3.0, np.nan]])).columns[0].missing == 0.25


def test_the_document_is_ordered_and_says_what_could_not_be_read():
    profiles = [ProfileFacts("d", "b", ("m",), not_read="gone"), ProfileFacts("d", "a", ("m",), (described("n", 1),))]
    document = json.loads(render(profiles, "json"))
    assert document == yaml.safe_load(render(reversed(profiles), "yaml"))
    assert list(document["d"]) == ["a", "b"]
    assert document["d"]["b"] == [{"modules": ["m"], "not_read": "gone"}]
