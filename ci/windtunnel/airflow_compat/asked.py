"""What loaded DAGs and tasks ask of their deployment: connections, variables, pools, queues, assets."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

from windtunnel.facts import NeedKind

_SUFFIX = "conn_id"
_TYPE_OF = {"gcp": "google_cloud_platform", "google_cloud_storage": "google_cloud_platform"}


class Asked(NamedTuple):
    """One thing that is asked for, as NeedFacts has it, but for the place."""

    kind: NeedKind
    name: str
    required: bool = True
    form: str = ""


def asked_by_task(task: Any, dag: Any) -> Iterator[Asked]:
    """All that a task asks for by its attributes and its templates."""
    from airflow.configuration import conf

    yield from _connections(task)
    if task.pool != "default_pool":
        yield Asked(NeedKind.POOL, str(task.pool))
    if task.queue != conf.get("operators", "default_queue"):
        yield Asked(NeedKind.QUEUE, str(task.queue))
    yield from (Asked(NeedKind.ASSET, name, required=False) for name in _named(task.inlets))
    yield from (Asked(NeedKind.ASSET, name, required=False, form="made") for name in _named(task.outlets))
    for text in _templates(task, dag):
        yield from asked_in_template(text)


def asked_by_schedule(dag: Any) -> Iterator[Asked]:
    """The assets that a DAG waits for."""
    conditions = [getattr(dag.timetable, "asset_condition", None)]
    while conditions:
        condition = conditions.pop()
        conditions += getattr(condition, "objects", ())  # of those that are joined by & and |
        made = "made" if getattr(condition, "watchers", ()) else ""
        yield from (Asked(NeedKind.ASSET, name, form=made) for name in _named([condition]))


def _named(assets: Any) -> Iterator[str]:
    """The names of assets, of aliases and of references; other inlets, such as results of tasks, have none."""
    for asset in assets or ():
        kinds = {base.__name__ for base in type(asset).__mro__}
        if kinds & {"Asset", "AssetAlias", "AssetRef"}:
            yield str(getattr(asset, "name", None) or getattr(asset, "uri", ""))


def _connections(task: Any) -> Iterator[Asked]:
    for attribute, value in _attributes(task).items():
        if attribute.endswith(_SUFFIX) and isinstance(value, str) and value.strip() and "{" not in value:
            yield Asked(NeedKind.CONNECTION, value, form=_type_of(attribute))


def _attributes(task: Any) -> dict[str, Any]:
    """What a task was made with; of a mapped task what its instances will be made with, as far as that is written."""
    if (partial := getattr(task, "partial_kwargs", None)) is None:
        return dict(vars(task))
    expanded = getattr(task.expand_input, "value", None)
    lists = expanded.items() if isinstance(expanded, Mapping) else ()
    spread = {
        f"{number} {name}": one for name, many in lists if isinstance(many, list) for number, one in enumerate(many)
    }
    defaults = _defaults(task.operator_class)
    return {**{name: value for name, value in defaults.items() if name not in dict(lists)}, **partial, **spread}


def _defaults(operator: Any) -> dict[str, Any]:
    """The connections that an operator uses if nobody says otherwise."""
    found: dict[str, Any] = {}
    for base in getattr(operator, "__mro__", ()):
        if "__init__" in vars(base):
            for name, parameter in inspect.signature(vars(base)["__init__"]).parameters.items():
                if name.endswith(_SUFFIX):
                    found.setdefault(name, parameter.default)
    return found


def _type_of(attribute: str) -> str:
    """The type that a connection has by the name of the attribute that holds its id; "" where that is unknown."""
    prefix = attribute.rpartition(" ")[2].removesuffix(_SUFFIX).strip("_")
    return prefix if prefix in _connection_types() else _TYPE_OF.get(prefix, "")


@cache
def _connection_types() -> frozenset[str]:
    """The types that the installed providers bring, as they say in their metadata: no hook is imported."""
    from airflow.providers_manager import ProvidersManager

    brought = (provider.data.get("connection-types") or () for provider in ProvidersManager().providers.values())
    return frozenset(str(kind["connection-type"]) for kinds in brought for kind in kinds)


def _templates(task: Any, dag: Any) -> Iterator[str]:
    attributes = _attributes(task)
    fields = {name for name in attributes if name.rpartition(" ")[2] in task.template_fields}
    for text in (text for name in sorted(fields) for text in _texts(attributes[name])):
        if text.endswith(tuple(task.template_ext)):
            yield _text_of_file(text, dag)
        yield text


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from (text for part in value.values() for text in _texts(part))
    elif isinstance(value, list | tuple | set):
        yield from (text for part in value for text in _texts(part))


def _text_of_file(name: str, dag: Any) -> str:
    try:
        environment = dag.get_template_env()
        return str(environment.loader.get_source(environment, name)[0])
    except Exception:  # a file that is missing fails the task, which is told elsewhere
        return ""


def asked_in_template(text: str) -> Iterator[Asked]:
    """The variables and connections that a Jinja template asks for; none where it is no template."""
    if "{{" not in text and "{%" not in text:
        return
    import jinja2

    try:
        tree = jinja2.Environment(autoescape=True, extensions=["jinja2.ext.do"]).parse(text)
    except jinja2.TemplateError:
        return
    nodes = jinja2.nodes
    inner = {id(node.node) for node in tree.find_all((nodes.Getattr, nodes.Getitem, nodes.Call))}
    for node in tree.find_all((nodes.Getattr, nodes.Getitem, nodes.Call)):
        if isinstance(node, nodes.Call):
            yield from _got(_path(node.node), node)
        elif id(node) not in inner:
            yield from _named_in(_path(node))


def _path(node: Any) -> list[str]:
    """`var.value.x` and `var.value["x"]` as [var, value, x]; where it starts with anything but a name, []."""
    parts: list[str] = []
    while not hasattr(node, "name"):
        part = getattr(node, "attr", None) or getattr(getattr(node, "arg", None), "value", None)
        if not isinstance(part, str):
            return []
        parts.insert(0, part)
        node = node.node
    return [str(node.name), *parts]


def _got(path: list[str], call: Any) -> Iterator[Asked]:
    """`var.value.get("x", default)` and `conn.get("x")`, which comes to None where there is no such connection."""
    name = getattr(call.args[0], "value", None) if call.args else None
    match path, name:
        case ["var", "value" | "json" as form, "get"], str(name):
            has_default = len(call.args) > 1 or bool(call.kwargs)
            yield Asked(NeedKind.VARIABLE, name, not has_default, _form(form))
        case ["conn", "get"], str(name):
            yield Asked(NeedKind.CONNECTION, name, required=False)
        case ["conn" | "var", *_], _:
            yield from _named_in(path)


def _named_in(path: list[str]) -> Iterator[Asked]:
    match path:
        case ["var", "value" | "json", "get"] | ["conn", "get"]:
            return
        case ["var", "value" | "json" as form, name, *_]:
            yield Asked(NeedKind.VARIABLE, name, form=_form(form))
        case ["conn", name, *_]:
            yield Asked(NeedKind.CONNECTION, name)


def _form(accessor: str) -> str:
    return "json" if accessor == "json" else ""


def asked_of_hook(name: str, positional: list[str | None], given: Mapping[str, str | None]) -> Iterator[Asked]:
    """The connections of a hook of Airflow's, `name` in full, as it is called: None stands for what is not literal.

    The hook's module is imported. Where that fails, only what is given by name is known.
    """
    hook = _imported(name)
    parameters = _parameters(hook)
    bound = {**dict(zip(parameters, positional, strict=False)), **given}
    own = str(getattr(hook, "conn_name_attr", ""))
    if own and own not in parameters and positional:
        bound.setdefault(own, positional[0])
    form = str(getattr(hook, "conn_type", None) or "")
    names: list[Any] = [value for key, value in bound.items() if key.endswith(_SUFFIX)]
    if not names:
        usual = [value for key, value in _defaults(hook).items() if isinstance(value, str) and key in parameters]
        names = usual or [getattr(hook, "default_conn_name", None)]
    yield from (Asked(NeedKind.CONNECTION, value, form=form) for value in names if isinstance(value, str) and value)


def _imported(name: str) -> Any:
    import importlib

    module, _, member = name.rpartition(".")
    try:
        return getattr(importlib.import_module(module), member)
    except Exception:  # a provider that is not installed here, or breaks
        return None


def _parameters(hook: Any) -> list[str]:
    if not isinstance(hook, type):
        return []
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    parameters = inspect.signature(hook.__init__).parameters.values()  # type: ignore[misc]
    return [parameter.name for parameter in parameters if parameter.kind in kinds][1:]
