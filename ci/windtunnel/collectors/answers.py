"""What a branch literally answers: the strings that can reach its return statements, by the text of its function."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from windtunnel.collectors.callables import Function, bare, text_of

Values = tuple[ast.expr, ...] | None
Names = dict[str, Values]
"""What each local name can stand for at one place of the text; None where the text does not tell."""


class Answer(NamedTuple):
    """The ids that one expression names. `whole` where it names nothing that is not known; `line` where it stands."""

    targets: tuple[str, ...]
    line: int
    whole: bool = True


def answers_in(function: Any) -> tuple[Answer, ...]:
    """Every literal answer of the function. None of a function that another one wraps, nor of a generator."""
    function = bare(function)
    text = None if hasattr(function, "__wrapped__") else text_of(function)
    if text is None:
        return ()
    returned = _Flow(text.node).returned
    outer = _constants(text.tree)
    found = (answer for value, names in returned for answer in _answers(value, names, outer))
    return tuple(dict.fromkeys(answer for answer in found if answer.targets))


def _constants(tree: ast.Module) -> Mapping[str, str]:
    """The strings that the file gives to a name once, and never anything else.

    What was loaded may come from the environment, and be another in production: only the text is certain.
    """
    bound = Counter(name for statement in tree.body for name in _assigned(statement, itself=True))
    plain = [node for node in tree.body if isinstance(node, ast.Assign | ast.AnnAssign)]
    strings = {_plain_target(node): getattr(node.value, "value", None) for node in plain}
    return {name: value for name, value in strings.items() if isinstance(value, str) and bound[name] == 1}


class _Flow:
    """The return statements of a function, each with what the local names can stand for there.

    Loops and `try` make every name that they assign unknown: what the text says before them may be overwritten.
    """

    def __init__(self, function: Function) -> None:
        self.returned: list[tuple[ast.expr, Names]] = []
        arguments = function.args
        own = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        own += [extra for extra in (arguments.vararg, arguments.kwarg) if extra]
        names: Names = {argument.arg: None for argument in own}
        if isinstance(function, ast.Lambda):
            self.returned.append((function.body, names))
        elif not any(isinstance(node, ast.Yield | ast.YieldFrom) for node in _own_nodes(function)):
            self._run(function.body, {**dict.fromkeys(_assigned(function)), **names})

    def _run(self, statements: list[ast.stmt], names: Names | None) -> Names | None:
        """The names behind the statements; None where the text never gets there."""
        for statement in statements:
            if names is None:
                break
            names = self._step(statement, names)
        return names

    def _step(self, statement: ast.stmt, names: Names) -> Names | None:
        if isinstance(statement, ast.Return):
            if statement.value is not None:
                self.returned.append((statement.value, names))
            return None
        if isinstance(statement, ast.Raise):
            return None
        if isinstance(statement, ast.If):
            names = {**names, **_unknown(statement.test)}
            return _merged(self._run(statement.body, dict(names)), self._run(statement.orelse, dict(names)))
        if isinstance(statement, ast.Assign | ast.AnnAssign) and (name := _plain_target(statement)):
            return {**names, **_unknown(statement), name: None if statement.value is None else (statement.value,)}
        after = {**names, **_unknown(statement)}
        for block in _blocks(statement):
            self._run(block, dict(after))
        return after


def _merged(one: Names | None, other: Names | None) -> Names | None:
    if one is None or other is None:
        return one if other is None else other
    return {name: _both(values, other[name]) for name, values in one.items()}


def _both(one: Values, other: Values) -> Values:
    return None if one is None or other is None else tuple(dict.fromkeys((*one, *other)))


def _plain_target(statement: ast.Assign | ast.AnnAssign) -> str:
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    return targets[0].id if len(targets) == 1 and isinstance(targets[0], ast.Name) else ""


def _blocks(statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    """The statements inside a loop, a `with`, a `try` or a `match`."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return
    inner = [statement, *getattr(statement, "handlers", ()), *getattr(statement, "cases", ())]
    for holder in inner:
        yield from (getattr(holder, name, None) or [] for name in ("body", "orelse", "finalbody"))


def _unknown(node: ast.AST) -> Names:
    return dict.fromkeys(_assigned(node, itself=True))


def _assigned(node: ast.AST, itself: bool = False) -> set[str]:
    """The names that are bound anywhere below a node, and those that are declared to belong elsewhere."""
    nodes = [*([node] if itself else []), *_own_nodes(node)]
    bound = {inner.id for inner in nodes if isinstance(inner, ast.Name) and not isinstance(inner.ctx, ast.Load)}
    named = {inner.name for inner in nodes if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)}
    caught = {inner.name for inner in nodes if isinstance(inner, ast.ExceptHandler) and inner.name}
    aliases = [inner for inner in nodes if isinstance(inner, ast.alias)]
    imported = {(alias.asname or alias.name).partition(".")[0] for alias in aliases}
    matched = {inner.name for inner in nodes if isinstance(inner, ast.MatchAs | ast.MatchStar) and inner.name}
    declared = {name for inner in nodes if isinstance(inner, ast.Global | ast.Nonlocal) for name in inner.names}
    return bound | named | caught | imported | matched | declared


def _own_nodes(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes below a node, without those inside other functions."""
    for child in ast.iter_child_nodes(node):
        yield child
        if not isinstance(child, Function | ast.ClassDef):
            yield from _own_nodes(child)


def _answers(value: ast.expr, names: Names, outer: Mapping[str, str], depth: int = 0) -> Iterator[Answer]:
    """What an expression can come to, as far as it is literal."""
    if depth > 5:
        return
    several: list[ast.expr] = []
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        yield Answer((value.value,), value.lineno)
    elif isinstance(value, ast.List | ast.Tuple | ast.Set):
        yield _joint(value, names, outer)
    elif isinstance(value, ast.Name) and value.id in names:
        several = list(names[value.id] or ())
        names = dict.fromkeys(names)  # what a value was made of may have changed since
    elif isinstance(value, ast.Name) and value.id in outer:
        yield Answer((outer[value.id],), value.lineno)
    elif isinstance(value, ast.IfExp):
        several = [value.body, value.orelse]
    elif isinstance(value, ast.BoolOp) and isinstance(value.op, ast.Or):
        several = value.values[-1:]
    else:
        several = _looked_up(value, names)
    for possible in several:
        yield from _answers(possible, names, outer, depth + 1)


def _joint(value: ast.List | ast.Tuple | ast.Set, names: Names, outer: Mapping[str, str]) -> Answer:
    each = [list(_answers(element, names, outer, 1)) for element in value.elts]
    alone = [found[0] for found in each if len(found) == 1 and len(found[0].targets) == 1 and found[0].whole]
    targets = tuple(target for found in alone for target in found.targets)
    certain = [element for element in value.elts if isinstance(element, ast.Constant | ast.Name)]
    return Answer(targets, value.lineno, whole=len(alone) == len(value.elts) == len(certain))


def _looked_up(value: ast.expr, names: Names) -> list[ast.expr]:
    """The values of a literal dict that is asked for one of them, and what `get` answers instead."""
    if isinstance(value, ast.Subscript):
        return _values(value.value, names)
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.func.attr == "get":
        found = _values(value.func.value, names)
        return [*found, *value.args[1:2]] if found else []
    return []


def _values(value: ast.expr, names: Names) -> list[ast.expr]:
    if isinstance(value, ast.Name):
        known = names.get(value.id) or ()
        value = known[0] if len(known) == 1 else value
    return value.values if isinstance(value, ast.Dict) and None not in value.keys else []
