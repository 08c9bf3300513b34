"""Correct functions, in the styles in which people write them, give no counterexample."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from windtunnel.collectors.properties import collect_properties

COLUMNS = """
    import numpy as np
    import pandas as pd
    from hamilton.function_modifiers import extract_columns, tag
    from hamilton.htypes import column

    Numbers = column[pd.Series, float]

    def age_mean(age: column[pd.Series, int]) -> float:
        return age.mean()

    def age_centred(age: column[pd.Series, int], age_mean: float) -> Numbers:
        return age - age_mean

    def ratio(spend: Numbers, signups: Numbers) -> pd.Series:
        return spend / signups

    def logged(fare: Numbers) -> Numbers:
        return np.log1p(fare)

    def is_male(sex: column[pd.Series, str]) -> column[pd.Series, bool]:
        return sex == "male"

    def bucket(age: column[pd.Series, int]) -> pd.Series:
        return pd.cut(age, bins=[-np.inf, 18, 60, np.inf], labels=["child", "adult", "senior"])

    @extract_columns("age", "size")
    def frame(age: column[pd.Series, int], height: Numbers) -> pd.DataFrame:
        return pd.DataFrame({"age": age, "size": height})

    @tag(shape="one row for each quarter")
    def grouped(age: column[pd.Series, int]) -> dict[str, float]:
        return age.groupby(age % 4).mean().rename(str).to_dict() and {"n": len(age)}

    def spread(values: np.typing.NDArray[np.float64]) -> float:
        return values.max() - values.min()

    def shares(values: np.typing.NDArray[np.float64]) -> np.typing.NDArray[np.float64]:
        return values / (np.abs(values).sum() + 1)

    def rounded(values: np.typing.NDArray[np.float64]) -> int:
        return np.int64(np.round(values.mean()))

    def any_large(values: np.typing.NDArray[np.float64]) -> bool:
        return (values > 10).any()

    def missing(age: column[pd.Series, int]) -> Numbers:
        return age.where(age > 0)
"""

PLAIN = """
    import collections, dataclasses, datetime as dt, decimal, enum, functools, math, re, statistics, typing
    from typing import Literal, NamedTuple, Optional, TypedDict

    class Level(enum.Enum):
        LOW = "low"
        HIGH = "high"

    @dataclasses.dataclass(frozen=True)
    class Order:
        price: float
        quantity: int
        placed: dt.date
        note: Optional[str] = None

    class Totals(TypedDict):
        net: float
        gross: float

    class Span(NamedTuple):
        start: dt.date
        end: dt.date

    T = typing.TypeVar("T", bound=int)

    def total(orders: list[Order], tax: float = 0.19) -> Totals:
        net = sum(order.price * order.quantity for order in orders)
        return {"net": net, "gross": net * (1 + tax)}

    def discounted(order: Order, percent: int) -> Order:
        return dataclasses.replace(order, price=order.price * (1 - percent / 100))

    def level(total: Totals) -> Level:
        return Level.HIGH if total["gross"] > 100 else Level.LOW

    def days(span: Span) -> int:
        return (span.end - span.start).days

    def factor(mode: Literal["fast", "slow"]) -> float:
        return {"fast": 1, "slow": 2}[mode]

    def mean(values: list[float]) -> float | None:
        return statistics.fmean(values) if values else None

    def by_first_letter(words: list[str]) -> dict[str, list[str]]:
        found = collections.defaultdict(list)
        for word in words:
            found[word[:1]].append(word)
        return found

    def counted(words: list[str]) -> collections.Counter[str]:
        return collections.Counter(words)

    def unique(words: list[str]) -> list[str]:
        return list(set(words))

    def letters(word: str) -> set[str]:
        return set(word)

    def pairs(values: list[int]) -> list[tuple[int, int]]:
        return list(zip(values, values[1:]))

    def root(n: int) -> float:
        return math.sqrt(abs(n))

    def as_complex(n: int) -> complex:
        return n

    def never_a_number(n: int) -> float:
        return math.nan

    def amount(cents: int) -> decimal.Decimal:
        return decimal.Decimal(cents) / 100

    def nothing_but_words(text: str) -> typing.Sequence[str]:
        return re.findall(r"[a-z]+", text)

    def same_text(text: str) -> typing.Sequence[str]:
        return text

    def scaler(by: float) -> typing.Callable[[float], float]:
        return functools.partial(max, by)

    def same(n: T) -> T:
        return n

    def anything(n: int) -> typing.Any:
        return n or None

    def payload(n: int) -> dict[str, typing.Any]:
        return {"n": n, "rest": [None]}

    def raw(text: str) -> bytes:
        return bytearray(text, "utf-8")

    def opaque(n: int) -> object:
        return object()

    def pattern(word: str) -> re.Pattern[str]:
        return re.compile(re.escape(word))

    def kind(n: int) -> type[int]:
        return bool

    def nested(tree: dict[str, dict[str, list[int]]]) -> int:
        return sum(n for inner in tree.values() for ns in inner.values() for n in ns)

    def copied(values: list[int]) -> list[int]:
        values = list(values)
        values.append(1)
        return sorted(values, reverse=True)

    def handed_on(values: list[int]) -> list[int]:
        return values

    def table(n: int) -> list[list[int]]:
        return [[i * j for j in range(n)] for i in range(n)]

    def factorial(n: int) -> int:
        return 1 if n <= 1 else n * factorial(n - 1)

    def compound(principal: float, rate: float, years: int) -> float:
        return float(principal) * (1 + rate) ** abs(years)

    def day(text: str) -> dt.date:
        return dt.datetime.strptime(text, "%Y-%m-%d").date()

    def number(text: str) -> float:
        return float(text)

    def seeded(n: int, seed: int) -> float:
        import random
        return random.Random(seed).random() * n

    @functools.lru_cache
    def cached(n: int) -> int:
        return n

    def wind(reading: dict[str, float], limits: list[dict[str, float]]) -> bool:
        return any(reading["speed"] > limit["low"] + limit.get("slack", 0) for limit in limits)
"""

FLOW = """
    import asyncio
    from collections.abc import Awaitable, Iterator
    from hamilton.function_modifiers import (
        cache, check_output, config, extract_fields, pipe_input, pipe_output, save_to, source, step, tag, value,
    )
    from hamilton.htypes import Collect, Parallelizable

    def part(parts: list[str]) -> Parallelizable[str]:
        yield from parts

    def endless(start: int) -> Parallelizable[int]:
        while True:
            yield start
            start += 1

    def part_length(part: str) -> int:
        return len(part)

    def whole_length(part_length: Collect[int]) -> int:
        return sum(part_length)

    def lines(text: str) -> Iterator[str]:
        return iter(text.splitlines())

    async def fetched(n: int) -> dict[str, int]:
        await asyncio.sleep(0)
        return {"n": n}

    def later(n: int) -> Awaitable[int]:
        return asyncio.sleep(0, n)

    def _added(x: float, y: float) -> float:
        return x + y

    @pipe_input(step(_added, y=value(1.0)))
    def piped(x: float) -> float:
        return x

    @pipe_output(step(_added, y=source("piped")))
    def out(x: float) -> float:
        return 2 * x

    @save_to.json(path=value("out.json"))
    @tag(owner="me")
    def saved(n: int) -> dict:
        return {"n": n}

    @cache(behavior="recompute")
    @extract_fields({"low": int, "high": int})
    def ends(n: int) -> dict[str, int]:
        return {"low": n, "high": n + 1}

    @check_output(range=(0, 1), importance="fail")
    def probability(n: int) -> float:
        return 1 / (1 + n * n)

    @config.when(kind="a")
    def chosen__a(n: int) -> int:
        return n

    @config.when_not(kind="a")
    def chosen__b(n: int, kind: str) -> str:
        return kind * n
"""

MODELS = """
    from typing import Annotated

    import annotated_types as at
    import attrs
    from pydantic import BaseModel, Field, field_validator

    class Reading(BaseModel):
        sensor: str = Field(min_length=1)
        value: float = Field(ge=-50, le=60)

        @field_validator("sensor")
        @classmethod
        def stripped(cls, sensor: str) -> str:
            if not sensor.strip():
                raise ValueError("empty")
            return sensor.strip()

    class Batch(BaseModel):
        readings: list[Reading] = Field(min_length=1)

    @attrs.define
    class Limit:
        low: int
        high: int = 3

    def hottest(batch: Batch) -> Reading:
        return max(batch.readings, key=lambda reading: reading.value)

    def checked(value: float) -> Reading:
        return Reading(sensor="a", value=value)

    def wider(limit: Limit) -> Limit:
        return attrs.evolve(limit, high=limit.high + 1)

    def per(n: Annotated[int, at.Gt(0)], total: float) -> float:
        return total / n

    def first(values: Annotated[list[int], at.MinLen(1)]) -> int:
        return values[0]
"""


@pytest.mark.parametrize("text", [COLUMNS, PLAIN, FLOW, MODELS], ids=["columns", "plain", "flow", "models"])
def test_correct_functions_give_no_counterexample(tried, text):
    for library in ("pydantic", "attrs", "annotated_types") if text is MODELS else ():
        pytest.importorskip(library)
    found = tried(text)
    alarms = [f"{ex.call} {ex.detail}" for facts in found.values() for ex in facts.counterexamples]
    assert alarms == []
    assert len([facts for facts in found.values() if facts.examples]) >= 5


@pytest.fixture
def _shipped(tmp_path, monkeypatch):
    """A copy of the modules that ship below tmp_path, imported from there and from nowhere else."""
    shutil.copytree(Path(__file__).parents[2] / "modules", tmp_path / "modules")
    monkeypatch.syspath_prepend(str(tmp_path))
    kept = {name: module for name, module in sys.modules.items() if name.partition(".")[0] == "modules"}
    for name in kept:
        del sys.modules[name]
    yield
    for name in [name for name in sys.modules if name.partition(".")[0] == "modules"]:
        del sys.modules[name]
    sys.modules.update(kept)


@pytest.mark.usefixtures("_shipped")
@pytest.mark.parametrize("folder", ["absenteeism", "how_to"])
def test_the_modules_that_ship_give_no_counterexample(folder, tmp_path):
    files = [file for file in (tmp_path / "modules" / folder).glob("*.py") if file.name != "__init__.py"]
    found = [
        facts
        for file in files
        for facts in collect_properties(f"modules.{folder}.{file.stem}", f"modules/{folder}/{file.name}", str(tmp_path))
    ]
    assert [example.call for facts in found for example in facts.counterexamples] == []
    assert all(facts.examples or facts.not_exercised for facts in found)
    assert len(found) > 3
