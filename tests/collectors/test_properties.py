"""Functions are tried on generated inputs: what is wrong is found and shrunk, what is right is left in peace."""

from __future__ import annotations

import random
import re
import textwrap
import time

import pytest

from windtunnel.checks import catalogue
from windtunnel.checks.wt605_unfinished_properties import unfinished_properties
from windtunnel.collectors import properties_search
from windtunnel.collectors.properties import collect_properties, iterate_properties
from windtunnel.collectors.properties_trial import OF_ONE_CALL
from windtunnel.facts import DECLARABLE, CounterExample, End, ProcessFacts, Property, PropertyFacts
from windtunnel.findings import Location


def only(found: dict[str, PropertyFacts]) -> PropertyFacts:
    (facts,) = found.values()
    return facts


def counterexample(found: dict[str, PropertyFacts]) -> CounterExample:
    (example,) = only(found).counterexamples
    return example


# What is wrong is found


def test_an_unexpected_exception_is_shrunk_to_the_smallest_call_and_placed_where_it_was_raised(tried):
    found = tried("""
        def ratio(a: int, b: int) -> float:
            share = a / b
            return share
    """)
    facts = only(found)
    assert counterexample(found) == CounterExample(
        Property.NO_EXCEPTION,
        "ratio(a=0, b=0)",
        "raises ZeroDivisionError: division by zero",
        Location(facts.path, 3),
    )
    assert facts.tried == tuple(kind for kind in Property if kind in OF_ONE_CALL)
    assert facts.examples == 100


def test_a_wrong_return_type_is_found_deep_in_a_container(tried):
    example = counterexample(
        tried("""
        def lengths(words: list[str]) -> dict[str, int]:
            return {word: len(word) or None for word in words}
    """)
    )
    assert example.property is Property.RETURN_TYPE
    assert example.call == "lengths(words=[''])"
    assert example.detail == "returns {'': None} of type dict, but is annotated to return dict[str, int]"
    assert example.location.line == 2


def test_a_mutated_input_is_found_with_what_it_was_and_became(tried):
    example = counterexample(
        tried("""
        def grown(values: list[int], by: int = 1) -> int:
            values.append(by)
            return len(values)
    """)
    )
    assert example.property is Property.INPUTS_UNCHANGED
    assert example.call == "grown(values=[])"
    assert example.detail == "changes its input 'values' from [] to [1]"


def test_a_mutation_deep_inside_an_object_is_found(tried):
    example = counterexample(
        tried("""
        import dataclasses

        @dataclasses.dataclass
        class Order:
            prices: dict[str, list[float]]

        def cheapest(orders: list[Order]) -> int:
            for order in orders:
                for prices in order.prices.values():
                    prices.sort()
            return len(orders)
    """)
    )
    assert example.property is Property.INPUTS_UNCHANGED


def test_a_mutated_table_is_found(tried):
    example = counterexample(
        tried("""
        import pandas as pd
        from hamilton.htypes import column

        def filled(prices: column[pd.Series, float]) -> pd.Series:
            prices[0] = -1.0
            return prices * 2
    """)
    )
    assert example.property is Property.INPUTS_UNCHANGED
    assert example.detail.startswith("changes its input 'prices' from pd.Series([0.0]")


@pytest.mark.parametrize(
    "body",
    [
        "import random\ndef f(n: int) -> float:\n    return n + random.random()",
        "import uuid\ndef f(n: int) -> str:\n    return f'{n}-{uuid.uuid4()}'",
        "import time\ndef f(n: int) -> int:\n    return time.perf_counter_ns()",
        "import numpy as np\ndef f(n: int) -> np.ndarray:\n    return np.random.default_rng().normal(size=3)",
        "import pandas as pd, numpy as np\ndef f() -> pd.DataFrame:\n    return pd.DataFrame({'a': np.random.rand(2)})",
        "import itertools\n_count = itertools.count()\ndef f(n: int) -> int:\n    return next(_count)",
        "def f(n: int, seen: list = []) -> list:\n    seen.append(n)\n    return list(seen)",
    ],
)
def test_a_result_that_changes_from_call_to_call_is_found(tried, body):
    assert counterexample(tried(body)).property is Property.DETERMINISTIC


def test_each_property_has_a_counterexample_of_its_own(tried):
    facts = only(
        tried("""
        import random

        def messy(values: list[int]) -> int:
            values.append(random.random())
            return None if len(values) > 3 else random.random()
    """)
    )
    assert {example.property for example in facts.counterexamples} == {
        Property.RETURN_TYPE,
        Property.INPUTS_UNCHANGED,
        Property.DETERMINISTIC,
    }


def test_what_a_generator_does_while_it_is_read_is_found(tried):
    found = tried("""
        from hamilton.htypes import Parallelizable

        def part(whole: int) -> Parallelizable[float]:
            yield 1 / whole
    """)
    assert counterexample(found).call == "part(whole=0)"


def test_an_asynchronous_function_is_awaited(tried):
    found = tried("""
        async def part(whole: int) -> float:
            return 1 / whole
    """)
    assert counterexample(found).detail == "raises ZeroDivisionError: division by zero"


def test_leaving_the_process_in_python_is_an_exception_like_others(tried):
    found = tried("""
        import sys

        def checked(n: int) -> int:
            if n > 7:
                sys.exit("too many")
            return n
    """)
    assert counterexample(found).call == "checked(n=8)"


def test_only_the_nodes_that_are_named_are_tried(tried):
    text = "def a(n: int) -> int:\n    return n\n\ndef b(n: int) -> int:\n    return n\n"
    assert set(tried(text, node_names=["b"])) == {"b"}


def test_the_same_seed_gives_the_same_facts_and_max_examples_is_kept(write_module, tmp_path):
    name = write_module("def f(a: float, b: list[int]) -> float:\n    return 1 / (a - 17) + max(b)\n")

    def again() -> tuple[PropertyFacts, ...]:
        return collect_properties(name, f"{name}.py", str(tmp_path), None, 30, 7)

    first = again()
    assert first == again()
    assert first[0].examples == 30


def test_a_slow_function_gets_fewer_examples_instead_of_more_time(tried):
    started = time.monotonic()
    facts = only(
        tried(
            """
            import time

            def slow(n: int) -> int:
                time.sleep(0.05)
                return n
            """,
            seconds=0.5,
        )
    )
    assert time.monotonic() - started < 5
    assert 1 <= facts.examples < 100


def test_an_unstable_exception_is_reported_though_it_cannot_be_shrunk(tried):
    facts = only(
        tried("""
        import itertools
        _calls = itertools.count()

        def moody(n: int) -> int:
            if next(_calls) % 7 == 3:
                return [][n]
            return n
    """)
    )
    assert Property.NO_EXCEPTION in {example.property for example in facts.counterexamples}


def test_the_function_that_is_at_work_is_named_before_it_is_tried(write_module, tmp_path):
    name = write_module("def a(n: int) -> int:\n    return n\n\ndef b(n: int) -> int:\n    return n\n")
    found = [(begun.node, facts) for begun, facts in iterate_properties(name, f"{name}.py", str(tmp_path))]
    assert [node for node, _ in found] == ["a", "a", "b", "b"]
    assert [facts is None for _, facts in found] == [True, False, True, False]


def test_nothing_is_printed_and_nothing_is_left_in_the_tree(write_module, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    name = write_module("def loud(n: int) -> int:\n    print('hello', n)\n    return 1 // n\n")
    before = set(tmp_path.iterdir())
    collect_properties(name, f"{name}.py", str(tmp_path))
    assert capsys.readouterr() == ("", "")
    assert {path.name for path in set(tmp_path.iterdir()) - before} <= {"__pycache__"}


def test_a_bug_of_our_own_is_never_blamed_on_the_user(tried, monkeypatch):
    def broken(*arguments: object) -> None:
        raise RuntimeError("ours")

    monkeypatch.setattr(properties_search, "try_once", broken)
    with pytest.raises(RuntimeError, match="ours"):
        tried("def f(n: int) -> int:\n    return n\n")


def test_the_random_state_of_the_process_is_left_as_it_was(tried):
    random.seed(5)
    expected = random.Random(5).random()
    tried("import random\ndef f(n: int) -> int:\n    random.seed(n)\n    return n\n")
    assert random.random() == expected


# What cannot be tried says why


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (
            "import pandas as pd\ndef f(df: pd.DataFrame) -> int:\n    return 1",
            "parameter 'df: DataFrame' does not say its columns",
        ),
        ("def f(conf: dict) -> int:\n    return 1", "parameter 'conf: dict' does not say what it holds"),
        ("def f(input_path: str) -> int:\n    return 1", "parameter 'input_path: str' names a place outside"),
        (
            "def f(n: int) -> None:\n    open('x', 'w')",
            "it returns nothing, so it is called for what it does to the outside",
        ),
        (
            "def f(n: int) -> int:\n    raise ValueError('never')",
            "it declined all inputs that were drawn, the last with ValueError: never",
        ),
        (
            "from hamilton.function_modifiers import datasaver\n@datasaver()\ndef f(n: int) -> dict:\n    return {}",
            "it saves to the outside (@datasaver)",
        ),
        (
            "from hamilton import function_modifiers as fm\n@fm.dataloader()\ndef f() -> tuple[int, dict]:\n    pass",
            "it loads from outside (@dataloader)",
        ),
    ],
)
def test_a_function_that_is_not_exercised_says_why(tried, text, why):
    facts = only(tried(text))
    assert re.sub(r" \d+ inputs", " inputs", facts.not_exercised) == why
    assert facts.tried == ()
    assert facts.counterexamples == ()


def test_a_module_that_does_not_build_has_no_properties(tried):
    assert tried("def f(n: int):\n    return n") == {}


def test_a_default_stands_in_for_a_parameter_that_says_too_little(tried):
    facts = only(tried("def f(n: int, options: dict = {}) -> int:\n    return n"))
    assert facts.examples == 100


# What is refused on purpose is declined


@pytest.mark.parametrize(
    "body",
    [
        "if n < 0:\n    raise ValueError('no')\nreturn n",
        "if n < 0:\n    raise KeyError('mine')\nreturn n",
        "assert n >= 0\nreturn n",
        "try:\n    if n < 0:\n        [][1]\nexcept IndexError as error:\n    raise RuntimeError from error\nreturn n",
        "if n < 0:\n    import statistics\n    statistics.mean([])\nreturn n",
        "if n < 0:\n    open('/nowhere/at/all')\nreturn n",
        "return n if n >= 0 else int('x')",
        "return n if n >= 0 else int(1e308 * 10.0 ** n * 1e308)",
    ],
)
def test_an_input_that_is_refused_on_purpose_is_declined(tried, body):
    facts = only(tried("def f(n: int) -> int:\n" + textwrap.indent(body, "    ")))
    assert facts.counterexamples == ()
    assert facts.declined > 0
    assert facts.examples > 0


@pytest.mark.parametrize(
    ("body", "raised"),
    [
        ("return [1][n]", "IndexError"),
        ("return {0: 1}[n]", "KeyError"),
        ("return min([n][:0])", "ValueError"),
        ("return n.nothing", "AttributeError"),
        ("import pandas as pd\nreturn int(pd.DataFrame({'a': [1]})['b'].sum())", "KeyError"),
    ],
)
def test_a_failure_is_not_taken_for_a_refusal(tried, body, raised):
    found = tried("def f(n: int) -> int:\n" + textwrap.indent(body, "    "))
    assert counterexample(found).detail.startswith(f"raises {raised}")


# What is bound or promised narrows


def test_bound_parameters_take_their_values_and_the_producers_contract_narrows(tried):
    found = tried("""
        from hamilton.function_modifiers import check_output, config, group, inject, parameterize, source, value

        @check_output(range=(1, 10))
        def count(n: int) -> int:
            return max(1, min(10, n))

        def share(total: float, count: int) -> float:
            return total / count

        @parameterize(tenth={"by": value(10), "of": source("count")}, half={"by": value(2)})
        def part(by: int, of: int) -> float:
            return of / by

        @inject(parts=group(source("tenth"), value(1.0)))
        def first(parts: list[float]) -> float:
            return parts[1]

        @config.when_in(mode=["fast", "slow"])
        def speed(mode: str) -> int:
            return {"fast": 2, "slow": 1}[mode]

        @config.when_not(mode="off")
        def power(mode: str) -> int:
            return {"fast": 2, "slow": 1}[mode]

        def ends(limits: dict[str, float]) -> float:
            return limits["high"] - limits["low"]
    """)
    assert {node: facts.not_exercised for node, facts in found.items() if facts.not_exercised} == {}
    assert {node: facts.counterexamples for node, facts in found.items() if facts.counterexamples} == {}


def test_the_function_behind_does_is_tried(tried):
    found = tried("""
        from hamilton.function_modifiers import does

        def _ratio(**numbers: float) -> float:
            return 1 / sum(numbers.values())

        @does(_ratio)
        def share(a: int, b: int) -> float:
            pass
    """)
    assert counterexample(found).detail == "raises ZeroDivisionError: division by zero"


# The checks

CODES = (*(f"WT{number}" for number in (601, 602, 603, 604, *range(606, 612), 617, *range(642, 649))),)
ORDER = (
    *(Property.NO_EXCEPTION, Property.RETURN_TYPE, Property.INPUTS_UNCHANGED, Property.DETERMINISTIC),
    *(Property.RANDOM_STATE_KEPT, Property.PROCESS_UNCHANGED, Property.NOTHING_WRITTEN),
    *(Property.SAME_UNDER_OTHER_HASHES, Property.COLUMNS_KEPT, Property.NO_DEPRECATION, Property.NOTHING_SENT),
    *DECLARABLE,
)
FALSIFIED = dict(zip(ORDER, [known for known in catalogue() if known.code in CODES], strict=True))


def tried_facts(kind: Property) -> PropertyFacts:
    example = CounterExample(kind, "f(n=0)", "does so", Location("modules/a.py", 9))
    process = ProcessFacts(End.COMPLETED)
    known = {"tried": tuple(Property), "examples": 80, "counterexamples": (example,)}
    return PropertyFacts("modules.a", "modules/a.py", "f", Location("modules/a.py", 3), process, **known)


@pytest.mark.parametrize("kind", list(Property))
def test_each_property_is_reported_by_its_own_check_with_the_call(kind):
    complaints = {
        asked: [(c.location, c.message, c.evidence) for c in check.judge(tried_facts(kind))]
        for asked, check in FALSIFIED.items()
    }
    said = (Location("modules/a.py", 9), "f(n=0) does so", "f: the smallest failing call of 80 examples")
    assert complaints == {asked: [said] if asked is kind else [] for asked in Property}


def test_wt605_reports_the_function_at_which_the_child_ended():
    process = ProcessFacts(End.DIED, "was killed by SIGSEGV", "last words")
    facts = PropertyFacts("modules.a", "modules/a.py", "f", Location("modules/a.py", 3), process)
    (complaint,) = unfinished_properties.judge(facts)
    assert complaint.location == Location("modules/a.py", 3)
    assert complaint.message == "trying f was killed by SIGSEGV; it and what follows it was not tried"
    assert complaint.evidence == "last words"


def test_wt605_has_nothing_to_say_of_a_child_that_completed():
    assert list(unfinished_properties.judge(tried_facts(Property.DETERMINISTIC))) == []


def test_large_whole_numbers_are_compared_to_the_last_digit():
    from windtunnel.collectors.properties_compare import same

    assert same(7_500_000_000_001, 7_500_000_000_002) is False
    assert same(7_500_000_000_001.0, 7_500_000_000_002.0) is True
