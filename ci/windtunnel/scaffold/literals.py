"""Python text as people lay it out: on one line where it fits, else one item to a line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

WIDTH = 120
_INDENT = "    "


def quoted(text: str) -> str:
    """The text as a literal in double quotes, where that needs no more escapes than single ones."""
    plain = repr(text)
    if plain.startswith("'") and '"' not in plain:
        return f'"{plain[1:-1]}"'
    return plain


def literal(value: object) -> str:
    """A value that JSON can hold, on one line."""
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{literal(key)}: {literal(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(literal, value)) + "]"
    return repr(value)


def spread(value: object, before: str, after: str = ",") -> list[str]:
    """The lines of `before`, the value and `after`; `before` begins with the indent of the first line."""
    line = f"{before}{literal(value)}{after}"
    if len(line) <= WIDTH or not value or not isinstance(value, list | tuple | Mapping):
        return [line]
    indent = _indent_of(before) + _INDENT
    if isinstance(value, Mapping):
        items = [line for key, inner in value.items() for line in spread(inner, f"{indent}{literal(key)}: ")]
    else:
        items = [line for inner in value for line in spread(inner, indent)]
    opening, closing = "{}" if isinstance(value, Mapping) else "[]"
    return [f"{before}{opening}", *items, f"{_indent_of(before)}{closing}{after}"]


def call(before: str, arguments: Sequence[Sequence[str]], after: str = "") -> list[str]:
    """The lines of `before(`, the arguments and `)after`. Each argument is its own lines, indented from nothing."""
    if all(len(argument) == 1 for argument in arguments):
        line = f"{before}({', '.join(argument[0] for argument in arguments)}){after}"
        if len(line) <= WIDTH:
            return [line]
    indent = _indent_of(before)
    inner = [f"{indent}{_INDENT}{line}" for argument in arguments for line in with_comma(argument)]
    return [f"{before}(", *inner, f"{indent}){after}"]


def table(before: str, items: Mapping[str, str], room: int = WIDTH) -> list[str]:
    """The lines of a dict of expressions, as an argument that begins with `before`."""
    line = before + "{" + ", ".join(f"{quoted(name)}: {text}" for name, text in items.items()) + "}"
    if len(line) <= room:
        return [line]
    return [f"{before}{{", *(f"{_INDENT}{quoted(name)}: {text}," for name, text in items.items()), "}"]


def with_comma(lines: Sequence[str]) -> list[str]:
    """The lines with a comma behind the last."""
    return [*lines[:-1], f"{lines[-1]},"]


def indented(lines: Iterable[str], times: int = 1) -> list[str]:
    """The lines one step further in; empty ones stay empty."""
    return [f"{_INDENT * times}{line}" if line else "" for line in lines]


def _indent_of(text: str) -> str:
    return text[: len(text) - len(text.lstrip(" "))]
