"""The template fields of a task that is about to run, its other arguments, and the field that could not be rendered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from traceback import walk_tb
from types import FunctionType
from typing import Any

_NO_TEMPLATES = {
    "params",
    "default_args",
    "map_index_template",
    "task_display_name",
    "python_callable",
    "templates_exts",
}
_NO_TEMPLATES |= {"doc", "doc_md", "doc_json", "doc_yaml", "doc_rst", "user_defined_macros", "user_defined_filters"}


def template_fields(task: Any) -> Iterator[tuple[str, Any]]:
    """(name, value as it is now) of each template field."""
    for name in dict.fromkeys(task.template_fields):
        yield name, getattr(task, name, None)


def other_arguments(task: Any) -> Iterator[tuple[str, Any]]:
    """(name, value) of each argument that was given, is no template field, and is still kept as it was given.

    None of an operator that renders something by itself.
    """
    if any("render_template" in name for name in _names_in_code_of(type(task))):
        return
    fields = {*task.template_fields, *_NO_TEMPLATES}
    given: Mapping[str, Any] = getattr(task, "_BaseOperator__init_kwargs", {})
    for name, value in given.items():
        if name not in fields and getattr(task, name, None) is value:
            yield name, value


def _names_in_code_of(operator: type) -> Iterator[str]:
    for base in operator.__mro__:
        if base.__name__ in ("BaseOperator", "AbstractOperator", "Templater"):
            return
        for member in vars(base).values():
            function = getattr(member, "__wrapped__", member)
            if isinstance(function, FunctionType):
                yield from function.__code__.co_names


def as_written(task: Any, field: str) -> Any:
    """What the DAG file gives to a template field, of a task that has not been rendered, mapped or not."""
    partial = getattr(task, "partial_kwargs", None)
    return getattr(task, field, None) if partial is None else (partial, getattr(task, "expand_input", None))


def call_of(task: Any) -> tuple[tuple[Any, ...], Mapping[str, Any]]:
    """The arguments that a Python task gives to its function; none for other tasks."""
    args, kwargs = getattr(task, "op_args", None), getattr(task, "op_kwargs", None)
    return tuple(args) if isinstance(args, list | tuple) else (), kwargs if isinstance(kwargs, dict) else {}


def template_at_fault(error: BaseException) -> tuple[str, Any] | None:
    """(field, its template) of the template field in whose rendering the error was raised."""
    for frame, _ in walk_tb(error.__traceback__):
        if frame.f_code.co_name == "_do_render_template_fields" and "attr_name" in frame.f_locals:
            return str(frame.f_locals["attr_name"]), frame.f_locals.get("value")
    return None


def redacted(text: str, name: str = "") -> str:
    """The text as Airflow shows it: without the secrets that it knows of in this process, or all of it by its name."""
    from airflow.sdk._shared.secrets_masker import redact

    return str(redact(text, name or None))


def is_literal(value: Any) -> bool:
    """Whether somebody has said that the value is not to be rendered."""
    return type(value).__name__ == "LiteralValue"
