"""One drawing by itself, for wherever pictures can be shown."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from windtunnel.reporters.picture.drawing import Drawing, svg

_COLOUR = re.compile(r"--([\w-]+):light-dark\(([^,]+),([^)]+)\)")
_USE = re.compile(r"var\(--([\w-]+)\)")


def svg_file(drawing: Drawing, *, bright: bool = False) -> str:
    """The drawing as a file of its own, ending with a newline; always `bright`, or as the reader's system has it."""
    return f"{svg(drawing, _style(bright=bright))}\n"


@cache
def _style(*, bright: bool) -> str:
    """The style with every colour spelled out: many who show SVG know no variables of CSS."""
    here = Path(__file__).parent
    colours = _COLOUR.findall((here / "page.css").read_text(encoding="utf-8"))
    rules = [line for line in (here / "graph.css").read_text(encoding="utf-8").splitlines() if ":has(" not in line]
    text = "\n".join(rules[1:]).replace("var(--m)", "var(--bad)")
    font = '.graph{font-family:ui-monospace,Menlo,Consolas,"DejaVu Sans Mono",monospace;background:var(--sunk)}'
    light, dark = ({name: values[place] for name, *values in colours} for place in (0, 1))
    written = _spelled_out(f"{font}\n{text}", light)
    return written if bright else f"{written}\n@media (prefers-color-scheme:dark){{{_spelled_out(font + text, dark)}}}"


def _spelled_out(text: str, colours: dict[str, str]) -> str:
    return _USE.sub(lambda found: colours[found[1]], text)
