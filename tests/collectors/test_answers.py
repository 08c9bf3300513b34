"""The literal answers of branch functions: each function here is read as it stands in this very file."""

from __future__ import annotations

import functools

import pytest

from windtunnel.collectors.answers import answers_in

CONSTANT = "constant"
DECLARED = "declared"
CHANGED = "one"
CHANGED = "other"
COMPUTED = str(len("computed"))


def plain():
    return "left"


def several(x):
    if x:
        return ["left", "right"]
    return ("far",)


def arms(x):
    return "left" if x else "right"


def fallback(x):
    return x or "right"


def by_name(x):
    target = "never"
    if x:
        target = "left"
    elif x is None:
        target = "far"
    else:
        target = "right"
    return target


def by_name_or_default(x):
    target = "default"
    if x:
        target = "left"
    return target


def by_chained_names():
    one = "left"
    other = one
    one = "right"
    return other or one


def constant():
    return CONSTANT


def changed():
    return CHANGED


def computed():
    return COMPUTED


def looked_up(x):
    return {"a": "left", "b": "right"}[x]


def looked_up_by_name(x):
    known = {"a": "left"}
    return known.get(x, "right")


def none():
    return None


def by_loop():
    found = "never"
    for number in range(3):
        found = f"task_{number}"
    return found


def by_try():
    found = "never"
    try:
        found = "left"
    except ValueError:
        found = "right"
    return found


def inside_loop(x):
    for one in x:
        if one:
            return "left"
    return "right"


def inside_with(x):
    with x:
        return "left"


def inside_match(x):
    match x:
        case 1:
            return "left"
        case found:
            return found


def by_walrus(x):
    target = "never"
    if target := x:
        return target
    return "left"


def by_global():
    global DECLARED  # noqa: PLW0602
    return DECLARED


def generator():
    yield "never"
    return "never"


def parameter(target="never"):
    return target


def after_raise(x):
    target = "never"
    if x:
        target = "left"
    else:
        raise ValueError
    return target


def with_helper():
    def helper():
        return "never"

    helper()
    return "left"


def unpacked(x):
    target, _ = x
    return target


def wrapping(function):
    @functools.wraps(function)
    def inner():
        return "group." + function()

    return inner


wrapped = wrapping(plain)


def targets(function):
    return [answer.targets for answer in answers_in(function)]


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (plain, [("left",)]),
        (functools.partial(arms, 1), [("left",), ("right",)]),
        (several, [("left", "right"), ("far",)]),
        (fallback, [("right",)]),
        (by_name, [("left",), ("far",), ("right",)]),
        (by_name_or_default, [("left",), ("default",)]),
        (constant, [("constant",)]),
        (looked_up, [("left",), ("right",)]),
        (looked_up_by_name, [("left",), ("right",)]),
        (inside_loop, [("left",), ("right",)]),
        (inside_with, [("left",)]),
        (inside_match, [("left",)]),
        (after_raise, [("left",)]),
        (by_walrus, [("left",)]),
        (with_helper, [("left",)]),
        (by_chained_names, [("right",)]),
    ],
)
def test_what_the_text_surely_answers_is_found(function, expected):
    assert targets(function) == expected


@pytest.mark.parametrize(
    "function",
    [none, changed, computed, by_loop, by_try, by_global, generator, parameter, unpacked, wrapped, print, len],
)
def test_what_may_be_something_else_is_no_answer(function):
    assert targets(function) == []


def test_a_lambda_is_read_where_it_stands_alone_on_its_line():
    alone = lambda x: "left" if x else "right"  # noqa: E731
    one, other = (lambda: "left"), (lambda: "right")
    assert targets(alone) == [("left",), ("right",)]
    assert targets(one) == targets(other) == []


def test_a_list_that_is_not_wholly_literal_says_so():
    def partly(x):
        return ["left", x]

    def choosing(x):
        return ["left", "right" if x else "far"]

    assert [(answer.targets, answer.whole) for answer in answers_in(partly)] == [(("left",), False)]
    assert [(answer.targets, answer.whole) for answer in answers_in(choosing)] == [(("left",), False)]


def test_an_answer_stands_at_the_line_of_its_text():
    (answer,) = answers_in(plain)
    assert answer.line == plain.__code__.co_firstlineno + 1
