"""The configurations that a Hamilton module can be built for, read from its decorators, not run."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice, product
from typing import Any

from windtunnel.collectors.config_rules import compared_by
from windtunnel.collectors.hamilton_functions import NodeFunction

Configuration = dict[str, Any]

# More combinations than this are not tried: what fails in some of them may then work in another.
MOST_COMBINATIONS = 64
_WANTS = {"when": True, "when_in": True, "when_not": False, "when_not_in": False}


@dataclass(frozen=True, slots=True)
class Condition:
    """One key that a `@config.when…` asks for: the function exists if its value is (not) among `values`."""

    key: str
    values: tuple[Any, ...]
    wanted: bool


def conditions(function: NodeFunction) -> tuple[Condition, ...]:
    """What the decorators of a function ask of the configuration for it to be there."""
    return tuple(condition for resolver in function.decorators("resolve") for condition in _read(resolver))


def _inner(function: NodeFunction) -> Iterator[Condition]:
    """What the functions of its sub-dataflows ask, unless the decorator itself says what they get."""
    for decorator in (*function.decorators("generate"), *function.decorators("inject")):
        given = getattr(decorator, "config", None) or {}
        for inner in getattr(decorator, "subdag_functions", ()):
            told = (condition for resolver in getattr(inner, "resolve", ()) for condition in _read(resolver))
            yield from (condition for condition in told if condition.key not in given)


def _read(resolver: Any) -> Iterator[Condition]:
    """The pairs that `config.when` and its like closed over; nothing for `@config(a function)`."""
    rule = getattr(getattr(resolver, "does_resolve", None), "resolves", None)
    if not inspect.isfunction(rule):
        return
    kind = rule.__qualname__.split(".")[-3:][0]
    if kind not in _WANTS or not rule.__module__.startswith("hamilton."):
        return
    for pairs in inspect.getclosurevars(rule).nonlocals.values():
        for key, value in pairs.items() if isinstance(pairs, Mapping) else ():
            yield Condition(key, tuple(value) if kind.endswith("_in") else (value,), _WANTS[kind])


def mentioned(functions: Iterable[NodeFunction]) -> dict[str, list[Any]]:
    """Every value that some decorator names, by key; those that rules of the user's own compare with come last."""
    functions = tuple(functions)
    told = ((c.key, c.values) for function in functions for c in (*conditions(function), *_inner(function)))
    compared = ((key, (value,)) for rule in map(_own_rules, functions) for key, value in rule)
    named: dict[str, list[Any]] = {}
    for key, values in (*told, *compared):
        known = named.setdefault(key, [])
        known.extend(value for value in values if value not in known)
    return named


def _own_rules(function: NodeFunction) -> Iterator[tuple[str, Any]]:
    """(key, value) for what each `@config(a function)` compares the configuration with."""
    for resolver in function.decorators("resolve"):
        rule = getattr(resolver, "does_resolve", None)
        if inspect.isfunction(rule):
            yield from compared_by(rule)


def values_for(function: NodeFunction, named: Mapping[str, list[Any]]) -> dict[str, tuple[Any, ...]]:
    """The values that each key can have while this function is switched on, as far as decorators tell."""
    allowed = {key: tuple(values) for key, values in named.items()}
    for condition in conditions(function):
        others = tuple(value for value in allowed[condition.key] if value not in condition.values)
        allowed[condition.key] = condition.values if condition.wanted else others
    return {key: values for key, values in allowed.items() if values}


def configurations(functions: tuple[NodeFunction, ...]) -> tuple[Configuration, ...]:
    """A few configurations that between them use each mentioned value and switch each function on.

    The first is the empty one. The number grows with the mentioned values, not with their combinations.
    """
    named = mentioned(functions)
    found: list[Configuration] = [{}]
    first = {key: values[0] for key, values in named.items()}
    found += [{**first, key: value} for key, values in named.items() for value in values]
    for function in functions:
        found += _switching_on(conditions(function), named, first)
    return tuple(config for place, config in enumerate(found) if config not in found[:place])


def _switching_on(own: tuple[Condition, ...], named: dict[str, list[Any]], first: Configuration) -> list[Configuration]:
    choices = max((len(condition.values) for condition in own if condition.wanted), default=1 if own else 0)
    return [_one_choice(choice, own, named, first) for choice in range(choices)]


def _one_choice(
    choice: int, own: tuple[Condition, ...], named: dict[str, list[Any]], first: Configuration
) -> Configuration:
    config = dict(first)
    for condition in own:
        others = [value for value in named[condition.key] if value not in condition.values]
        allowed = condition.values if condition.wanted else others
        config.pop(condition.key, None)  # two decorators may ask for one key
        if allowed:
            config[condition.key] = allowed[choice % len(allowed)]
    return config


def unbuildable_value(
    functions: tuple[NodeFunction, ...],
    builds: Callable[[Configuration], bool],
    tried: Iterable[Configuration],
) -> Configuration | None:
    """The configuration that certainly cannot work: none that shares a mentioned value with it builds.

    A single failing combination proves nothing, because nobody may ever use it.
    """
    named = mentioned(functions)
    known = [(config, builds(config)) for config in tried]
    for key, value in [(key, value) for key, values in named.items() for value in values]:
        with_it = [(config, good) for config, good in known if key in config and config[key] == value]
        if not any(good for _, good in with_it) and not _any_other(key, value, named, builds):
            return with_it[0][0]
    return None if named or known[0][1] else {}


def _any_other(key: str, value: Any, named: dict[str, list[Any]], builds: Callable[[Configuration], bool]) -> bool:
    """Whether some combination around one value builds, or there are too many to know."""
    absent = object()
    rest = {other: [absent, *values] for other, values in named.items() if other != key}
    combined = list(islice(product(*rest.values()), MOST_COMBINATIONS + 1))
    if len(combined) > MOST_COMBINATIONS:
        return True
    chosen = ({k: v for k, v in zip(rest, values, strict=True) if v is not absent} for values in combined)
    return any(builds({**others, key: value}) for others in chosen)


def unknown_configuration(function: NodeFunction, known: Iterable[str]) -> bool:
    """Whether the decorators of a function need values that nobody has written down."""
    asked = {key for decorator in _all(function) for key in _asks(decorator)}
    return bool(asked - set(known))


def decides(function: NodeFunction, config: Configuration) -> bool:
    """Whether the user's own conditions, `@config(a function)`, can tell without the keys they read."""
    rules = (getattr(resolver, "does_resolve", None) for resolver in function.decorators("resolve"))
    for rule in rules:
        if inspect.isfunction(rule):
            try:
                rule(dict(config))
            except Exception:
                return False
    return True


def _all(function: NodeFunction) -> Iterator[Any]:
    for kind in ("dynamic", "generate", "inject", "expand", "transform"):
        yield from function.decorators(kind)


def _asks(decorator: Any) -> Iterator[str]:
    """The keys one decorator needs: those it declares, that of `@model`, and every `configuration(...)`."""
    asks = getattr(decorator, "required_config", None)
    yield from (asks() if asks else None) or ()
    if isinstance(getattr(decorator, "config_param", None), str):
        yield decorator.config_param
    for bound in ("inputs", "config"):
        written = getattr(decorator, bound, None)
        for value in written.values() if isinstance(written, Mapping) else ():
            if type(value).__name__ == "ConfigDependency":
                yield value.source
