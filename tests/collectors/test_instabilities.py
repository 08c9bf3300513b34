"""Parses of a file compared: differences by their text, and each of them by what causes it."""

from __future__ import annotations

import json

import pytest

from windtunnel.collectors.instabilities import blame, instabilities
from windtunnel.collectors.serial_diff import differences
from windtunnel.collectors.shape import shape_of
from windtunnel.facts import AskFacts, Cause, DagFacts, DagFileFacts, End, ParseFacts, ProcessFacts
from windtunnel.findings import Location


def a_task(task_id, *below, **fields):
    return {"__type": "operator", "__var": {"task_id": task_id, "downstream_task_ids": list(below), **fields}}


def a_dag(*tasks, **fields):
    return json.dumps({"__version": 3, "dag": {"dag_id": "weekly", "tasks": list(tasks), **fields}})


def texts(one, two):
    return [difference.text for difference in differences(one, two)]


def test_two_parses_that_are_the_same_have_no_differences():
    assert texts(a_dag(a_task("a", "b"), a_task("b")), a_dag(a_task("a", "b"), a_task("b"))) == []


def test_a_date_is_told_as_people_write_it():
    assert texts(a_dag(start_date=0.0), a_dag(start_date=86400.0)) == [
        "start_date: 1970-01-01T00:00:00+00:00 | 1970-01-02T00:00:00+00:00"
    ]


def test_a_param_is_told_by_its_name():
    one, two = (a_dag(params=[["when", {"default": value}]]) for value in ("A", "B"))
    assert texts(one, two) == ["params.when.default: A | B"]


def test_a_field_of_a_task_is_told_with_the_task_and_encoded_values_are_unwrapped():
    one, two = (
        a_dag(a_task("a", retry_delay={"__type": "timedelta", "__var": seconds}, env={"__var": {"x": seconds}}))
        for seconds in (60.0, 90.0)
    )
    assert texts(one, two) == ["task 'a': retry_delay: 0:01:00 | 0:01:30", "task 'a': env.x: 60.0 | 90.0"]


def test_a_field_that_one_parse_alone_has_is_told():
    assert texts(a_dag(), a_dag(doc_md="text")) == ["doc_md: nothing | text"]


def test_an_edge_that_moved_is_told_with_both_its_ends():
    one = a_dag(a_task("a", "b"), a_task("b"), a_task("c"))
    two = a_dag(a_task("a", "c"), a_task("b"), a_task("c"))
    assert texts(one, two) == [
        "edge 'a' >> 'b' is only in the first parse",
        "edge 'a' >> 'c' is only in the second parse",
    ]


def test_an_id_that_differs_is_told_once_and_not_again_by_its_edges_and_groups():
    one = a_dag(a_task("a", "b1"), a_task("b1"), task_group={"children": ["a", "b1"]})
    two = a_dag(a_task("a", "b2"), a_task("b2"), task_group={"children": ["a", "b2"]})
    assert texts(one, two) == ["task 'b1' is only in the first parse", "task 'b2' is only in the second parse"]


def test_a_list_in_another_order_is_told_as_such():
    assert texts(a_dag(x=[1, 2, 3]), a_dag(x=[3, 1, 2])) == ["order of x: [1, 2, 3] | [3, 1, 2]"]
    assert texts(a_dag(x=[1, 2]), a_dag(x=[1, 5])) == ["x[1]: 2 | 5"]


def test_of_a_long_text_the_part_that_differs_is_shown():
    (text,) = texts(a_dag(doc_md="x" * 500 + "A"), a_dag(doc_md="x" * 500 + "B"))
    assert text == f"doc_md: …{'x' * 30}A | …{'x' * 30}B"


FILE = DagFileFacts(
    "dags/a.py",
    ProcessFacts(End.COMPLETED),
    dags=(DagFacts("weekly", Location("dags/a.py", 5), (), shape_of([], [])),),
)


def parse(*texts_, failure=""):
    return ParseFacts("dags/a.py", tuple((json.loads(text)["dag"]["dag_id"], text) for text in texts_), failure)


def causes(plain, seen):
    return [
        (one.dag_id, one.cause, [difference.text for difference in one.differences])
        for one in instabilities(FILE, plain, seen)
    ]


def test_a_difference_counts_for_the_first_cause_that_shows_it():
    plain, now = parse(a_dag(now="1", day="1")), parse(a_dag(now="2", day="1"))
    tomorrow = parse(a_dag(now="3", day="2"))
    assert causes(plain, {Cause.PARSE: now, Cause.CLOCK: tomorrow, Cause.TOGETHER: tomorrow}) == [
        ("weekly", Cause.PARSE, ["now: 1 | 2"]),
        ("weekly", Cause.CLOCK, ["day: 1 | 2"]),
    ]


def test_ids_that_are_others_in_each_parse_count_once():
    plain, again, changed = (parse(a_dag(a_task(name))) for name in ("t1", "t2", "t3"))
    ((_, cause, texts_),) = causes(plain, {Cause.PARSE: again, Cause.HASH_SEED: changed, Cause.TOGETHER: changed})
    assert cause is Cause.PARSE
    assert texts_ == ["task 't1' is only in the first parse", "task 't2' is only in the second parse"]


def test_an_address_in_memory_is_a_cause_of_its_own_whatever_was_changed():
    plain, again = (parse(a_dag(client=f"<Client object at 0x{at}>")) for at in ("7f1a", "7f2b"))
    assert [cause for _, cause, _ in causes(plain, {Cause.HASH_SEED: again})] == [Cause.ADDRESS]
    other = parse(a_dag(client="<Server object at 0x7f2b>"))
    assert [cause for _, cause, _ in causes(plain, {Cause.HASH_SEED: other})] == [Cause.HASH_SEED]


def test_a_file_that_loads_in_one_parse_alone_is_unstable():
    failed = parse(failure="does not load: ValueError: no")
    expected = [("", Cause.CLOCK, ["the file does not load: ValueError: no (in one parse, not in the other)"])]
    assert causes(parse(a_dag()), {Cause.CLOCK: failed}) == expected
    assert causes(failed, {Cause.CLOCK: failed}) == []


def test_a_dag_that_could_be_stored_in_no_parse_is_not_compared():
    unstorable = ParseFacts("dags/a.py", (("weekly", ""),))
    assert causes(unstorable, {Cause.PARSE: unstorable}) == []


@pytest.mark.parametrize(
    ("lines", "expected"), [((7,), 7), ((7, 9), 5), ((), 5)], ids=["one line", "several lines", "no line"]
)
def test_an_instability_stands_on_the_line_that_asks_if_there_is_only_one_and_else_on_that_of_the_dag(lines, expected):
    (found,) = instabilities(FILE, parse(a_dag(day="1")), {Cause.CLOCK: parse(a_dag(day="2"))})
    asks = [AskFacts(Cause.CLOCK, "today", Location("dags/a.py", line)) for line in lines]
    chance = AskFacts(Cause.PARSE, "random", Location("dags/a.py", 1))
    assert blame(found, (*asks, chance)).location == Location("dags/a.py", expected)
    assert blame(found, (*asks, chance)).asks == tuple(asks)
