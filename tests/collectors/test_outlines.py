"""What a driver would have before it: nodes with the forms they can be stored in, inputs with their params."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, NewType, Optional, TypedDict

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from windtunnel.collectors.discovery import discover
from windtunnel.collectors.outlines import OutlineRequest, collect_outline
from windtunnel.collectors.plain_kinds import made_by, schema_of, storage_of
from windtunnel.facts import OutlineFacts, Storage
from windtunnel.settings import Settings

UserId = NewType("UserId", int)


class Row(TypedDict):
    name: str
    parts: list[float]


class Odd(TypedDict):
    when: datetime.date


class OwnFrame(pd.DataFrame):
    pass


@pytest.mark.parametrize(
    ("annotation", "storage"),
    [
        (pd.DataFrame, Storage.FRAME),
        (Annotated[pd.DataFrame, "of sales"], Storage.FRAME),
        (OwnFrame, Storage.NONE),
        (pd.Series, Storage.SERIES),
        (np.ndarray, Storage.ARRAY),
        (npt.NDArray[np.float64], Storage.ARRAY),
        (float, Storage.JSON),
        (UserId, Storage.JSON),
        (Literal["a", "b"], Storage.JSON),
        (dict[str, list[float | None]], Storage.JSON),
        (Row, Storage.JSON),
        (Odd, Storage.NONE),
        # What would come back as something else, or may hold what does.
        *((kind, Storage.NONE) for kind in (dict, list, dict[int, str], dict[str, Any], tuple[int, int], set[str])),
        *((kind, Storage.NONE) for kind in (Any, bytes, datetime.date, Path, pd.Index, Optional[pd.DataFrame])),  # noqa: UP045
    ],
)
def test_a_type_is_stored_in_the_form_in_which_it_comes_back(annotation: Any, storage: Storage) -> None:
    assert storage_of(annotation) is storage


@pytest.mark.parametrize(
    ("annotation", "schema", "maker"),
    [
        (str, {"type": "string"}, ""),
        (float, {"type": "number"}, "float"),
        (bool | None, {"type": ["null", "boolean"]}, ""),
        (Optional[float], {"type": ["null", "number"]}, "float"),  # noqa: UP045
        (int | float, {"type": ["integer", "number"]}, ""),
        (list[str], {"type": "array", "items": {"type": "string"}}, ""),
        (list[str] | None, {"type": ["null", "array"], "items": {"type": "string"}}, ""),
        (Mapping[str, int], {"type": "object"}, ""),
        (Literal["a", 1], {"enum": ["a", 1]}, ""),
        (Path, {"type": "string"}, "Path"),
        (str | Path | bytes, {"type": "string"}, ""),
        (datetime.date, {"type": "string", "format": "date"}, "date.fromisoformat"),
        (Any, {}, ""),
        (pd.DataFrame, None, ""),
        (pd.DataFrame | None, None, ""),
        (dict[str, pd.Series], None, ""),
    ],
)
def test_a_param_is_of_the_type_that_the_input_is(annotation: Any, schema: Any, maker: str) -> None:
    assert schema_of(annotation) == schema
    assert made_by(annotation) == maker


FLOW = """\
import pandas as pd
from hamilton.function_modifiers import config, save_to, source


@config.when(kind="mean")
def middle__mean(amounts: pd.Series) -> float:
    return amounts.mean()


@config.when_not(kind="mean")
def middle__other(amounts: pd.Series, digits: int = 2) -> float:
    return round(amounts.median(), digits)


@save_to.csv(path=source("place"), output_name_="saved")
def table(middle: float, kind: str) -> pd.DataFrame:
    return pd.DataFrame({kind: [middle]})
"""


def outlined(pools, root: Path, config: Mapping[str, Any]) -> OutlineFacts:
    modules = discover(Settings(root)).modules
    return collect_outline(pools.modules, OutlineRequest(modules, json.dumps(config), packages=True), 60)


def test_the_graph_of_a_configuration_is_told_and_what_decides_it(pools, repository) -> None:
    root = repository({"flow.py": FLOW})
    facts = outlined(pools, root, {"kind": "mean", "other": 1})
    nodes = {node.name: node for node in facts.nodes}
    assert nodes["middle"].needs == ("amounts",)
    assert (nodes["table"].storage, nodes["table"].type) == (Storage.FRAME, "DataFrame")
    assert nodes["saved"].saves_as == "csv"
    given = {one.name: one for one in facts.inputs}
    assert given.keys() == {"amounts", "kind", "place"}
    assert (given["amounts"].schema, given["amounts"].storage) == ("", Storage.SERIES)
    assert (facts.deciding, facts.open, facts.variants) == (("kind",), ("kind",), ())
    assert {name for name, _ in facts.packages} == {"hamilton", "pandas", "pyarrow"}
    assert f"pandas=={pd.__version__}" in {required for _, required in facts.packages}


def test_what_is_not_given_has_the_default_of_its_function(pools, repository) -> None:
    root = repository({"flow.py": FLOW})
    facts = outlined(pools, root, {"kind": "median"})
    digits = next(one for one in facts.inputs if one.name == "digits")
    assert (digits.default, digits.is_required) == ("2", False)
    assert [(variant.key, variant.value) for variant in facts.variants] == [("kind", '"mean"')]


BROKEN = """\
from hamilton.function_modifiers import tag


@tag(of="x")
def a(b):
    return b
"""


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (BROKEN + "\n\n1 / 0\n", "ZeroDivisionError: division by zero"),
        (BROKEN, "InvalidDecoratorException: Missing type hint|ValueError: Missing type hint"),
    ],
)
def test_modules_that_make_no_graph_say_why(pools, repository, text: str, message: str) -> None:
    facts = outlined(pools, repository({"flow.py": text}), {})
    assert facts.failure is not None
    assert re.match(message, facts.failure.summary)
