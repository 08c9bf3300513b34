"""One stage of a dataflow as the function of a task: it drives Hamilton once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from windtunnel.errors import UsageError
from windtunnel.facts import OutlineNodeFacts, Storage
from windtunnel.scaffold.cuts import Stage
from windtunnel.scaffold.formats import FORMATS, PICKLE, Format
from windtunnel.scaffold.imports import own_names, statements
from windtunnel.scaffold.isolation import isolation_of
from windtunnel.scaffold.literals import call, indented, literal, quoted, table
from windtunnel.scaffold.orders import Order
from windtunnel.scaffold.params import Given

PUT = '''
def _put(file: Path, content: bytes) -> None:
    """Whoever reads the file finds the old one or the new one, whole: it is written aside, and renamed."""
    aside = file.with_name(f".{file.name}.aside")
    with aside.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    aside.replace(file)
'''


@dataclass(frozen=True, slots=True)
class Kept:
    """A node whose value lies in the folder of the run, and how."""

    node: str
    file: str
    format: Format


@dataclass(frozen=True, slots=True)
class Step:
    """A stage with all that its task needs to know. `is_first` makes the folder of the run."""

    name: str
    stage: Stage
    config: tuple[Given, ...]
    inputs: tuple[Given, ...]
    reads: tuple[Kept, ...]
    keeps: tuple[Kept, ...]
    is_first: bool

    @property
    def files(self) -> tuple[str, ...]:
        """The names of the files that it leaves in the folder of the run, as far as they are known."""
        return (*(kept.file for kept in self.keeps), *(given.file for given in self.inputs if given.file))

    @property
    def uses_params(self) -> bool:
        """Whether anything that it needs is a param."""
        return any("params[" in given.expression for given in (*self.config, *self.inputs))

    @property
    def is_given(self) -> bool:
        """Whether it must be handed the params where it cannot ask for them: the first needs the root of the data."""
        return self.is_first or self.uses_params

    @property
    def helpers(self) -> tuple[str, ...]:
        """The text of the functions that it calls, but for `_put`."""
        written = [kept.format.writing_helper for kept in self.keeps]
        read = [kept.format.reading_helper for kept in self.reads]
        return tuple(dict.fromkeys(filter(None, (*written, *read))))

    @property
    def for_helpers(self) -> tuple[str, ...]:
        """The modules that helpers find at the top of the file."""
        return tuple(name for kept in self.keeps for name in kept.format.writes_with)


def kept_as(node: OutlineNodeFacts, taken: Mapping[str, str], *, pickles: bool) -> Kept:
    """How a node's value is stored, under a name that no saver has `taken`. UsageError where its type has no form."""
    if node.storage is Storage.NONE and not pickles:
        raise UsageError(
            f"scaffold: {node.name!r} is a {node.type}, for which there is no format: split elsewhere, or allow "
            f"--pickle (who can write below the storage can then run code in your tasks)"
        )
    if node.is_dynamic:
        raise UsageError(f"scaffold: {node.name!r} makes or collects other nodes, so that it cannot be stored")
    form = FORMATS.get(node.storage, PICKLE)
    file = f"{node.name}.{form.suffix}"
    return Kept(node.name, f"{node.name}_value.{form.suffix}" if file in taken else file, form)


def function(step: Step, order: Order) -> list[str]:
    """The lines of the task."""
    isolation = isolation_of(order)
    contained = isolation.is_contained
    own = own_names(order.modules)
    handed = [*(["run"] if contained else [])] if step.is_first else ["run_folder"]
    handed += ["given"] if contained and step.is_given else []
    arguments = ", ".join(f"{name}: str" for name in handed)
    body = [
        f'"""{_told(step)}"""',
        *statements(_libraries(step, order, contained=contained), own),
        "",
        *(_helpers(step) if contained else ()),
        *_beginning(step, order, contained=contained),
        *_driver(step, own),
        *_execution(step, order),
        *_storing(step, order),
        "return str(folder)",
    ]
    return [*isolation.decorator, f"def {step.name}({arguments}) -> str:", *indented(body)]


def _told(step: Step) -> str:
    files = [f"`{file}`" for file in step.files]
    what = f", {'now ' if not step.is_first else ''}with {_listed(files)} in it" if files else ""
    line = f"Returns the folder of the run{what}."
    return line if len(line) < 100 else "Returns the folder of the run."


def _listed(words: list[str]) -> str:
    return f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else words[0]


def _libraries(step: Step, order: Order, *, contained: bool) -> set[str]:
    wanted = {"hamilton.driver", *(name for given in _all(step) for name in given.imports)}
    for kept in step.reads:
        wanted |= {*kept.format.reads_with, *(kept.format.opens_with if order.is_remote else ())}
    for kept in step.keeps:
        wanted |= {name for name in kept.format.writes_with if name == "pickle" or contained}
    if contained:
        wanted |= {"pathlib.Path"} | ({"os"} if step.keeps or step.is_first else set())
        wanted |= {"json"} if step.is_given else set()
        return wanted | ({"tempfile"} if step.is_first else set())
    return wanted - _AT_THE_TOP


# What stands at the top of the file already, where tasks may use it.
_AT_THE_TOP = {"json", "io", "os", "pathlib.Path", "tempfile"}


def _all(step: Step) -> tuple[Given, ...]:
    return (*step.config, *step.inputs)


def _helpers(step: Step) -> list[str]:
    """What a contained task brings with it."""
    texts = [*([PUT] if step.keeps else ()), *step.helpers]
    return [line for text in texts for line in (*text.strip("\n").splitlines(), "")]


def _beginning(step: Step, order: Order, *, contained: bool) -> list[str]:
    folder_of = "ObjectStoragePath" if order.is_remote else "Path"
    conn = f", conn_id={quoted(order.storage_conn_id)}" if order.storage_conn_id else ""
    lines: list[str] = []
    if contained:
        lines += ["params = json.loads(given)"] if step.is_given else []
        if step.is_first:
            default = 'os.environ.get("DATA_ROOT") or Path(tempfile.gettempdir(), "airflow-data")'
            lines += [f'data_root = params["data_root"] or {default}', "folder = Path(data_root, run)"]
            lines += ["folder.mkdir(parents=True, exist_ok=True)"]
    elif step.is_first:
        lines += ["context = get_current_context()"]
        lines += ['params = context["params"]'] if step.uses_params else []
        lines += ["folder = _run_folder(context)"]
    else:
        lines += ['params = get_current_context()["params"]'] if step.uses_params else []
    return lines if step.is_first else [*lines, f"folder = {folder_of}(run_folder{conn})"]


def _driver(step: Step, own: Mapping[str, str]) -> list[str]:
    modules = ", ".join(own.values())
    if not step.config:
        return [f"dr = driver.Builder().with_modules({modules}).build()"]
    items = {given.name: given.expression for given in step.config}
    inline = table("", items)
    line = f"dr = driver.Builder().with_config({inline[0]}).with_modules({modules}).build()"
    if len(inline) == 1 and len(line) <= 110:
        return [line]
    return [
        *table("config = ", items, 116),
        f"dr = driver.Builder().with_config(config).with_modules({modules}).build()",
    ]


def _execution(step: Step, order: Order) -> list[str]:
    before = "results = dr.execute" if step.keeps else "dr.execute"
    arguments = [[literal(list(step.stage.results))]]
    if step.inputs:
        arguments.append(table("inputs=", {given.name: given.expression for given in step.inputs}, 100))
    if step.reads:
        arguments.append(table("overrides=", {kept.node: _reading(kept, order) for kept in step.reads}, 100))
    return call(before, arguments) if len(call(before, arguments)[0]) <= 112 else _tall(before, arguments)


def _tall(before: str, arguments: list[list[str]]) -> list[str]:
    inner = [line for argument in arguments for line in (*argument[:-1], f"{argument[-1]},")]
    return [f"{before}(", *indented(inner), ")"]


def _reading(kept: Kept, order: Order) -> str:
    place = f"folder / {quoted(kept.file)}"
    if order.is_remote:
        return kept.format.from_bytes.format(content=f"({place}).read_bytes()")
    bare = kept.format.from_file
    return bare.format(file=f"({place})" if "{file}." in bare else place)


def _storing(step: Step, order: Order) -> list[str]:
    lines = []
    for kept in step.keeps:
        content = kept.format.to_bytes.format(value=f"results[{quoted(kept.node)}]")
        place = f"folder / {quoted(kept.file)}"
        lines.append(f"({place}).write_bytes({content})" if order.is_remote else f"_put({place}, {content})")
    return lines
