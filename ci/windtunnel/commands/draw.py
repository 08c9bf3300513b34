"""One picture of one graph: a DAG as it is loaded, or what the functions of a Hamilton module make."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import PurePath
from typing import TYPE_CHECKING

from windtunnel.errors import UsageError, unknown
from windtunnel.settings import Settings

if TYPE_CHECKING:
    from windtunnel.report import Report
    from windtunnel.reporters.picture.drawing import Drawing

FORMS = ("svg", "mmd", "png")
_CHECKS = ("WT101", "WT501")
"""Loading a DAG file, and building a module: what has to be known is collected for them."""


def form_of(output: str) -> str:
    """The form that the name of the file asks for; SVG where there is no file. UsageError for any other."""
    form = PurePath(output).suffix.lstrip(".").lower() if output else "svg"
    if form not in FORMS:
        raise UsageError(f"--output {output}: the name of a picture ends with .{', .'.join(FORMS)}")
    return form


def draw(settings: Settings, name: str, form: str) -> str | bytes:
    """The picture of what lies at the settings' path; by `name` where that is more than one. UsageError else."""
    from windtunnel import engine

    report = engine.run(replace(settings, select=_CHECKS, ignore=(), baseline="", report=()))
    return picture(_the_one(drawings(report), name, report), form)


def drawings(report: Report) -> dict[str, Drawing]:
    """What there is to be drawn, by dag_id and by the name of the module."""
    from windtunnel.reporters import render
    from windtunnel.reporters.picture import graphs

    document = json.loads(render(report, "json"))
    dags = {dag["dag_id"]: graphs.dag(dag) for dag in document["dags"]}
    modules = {flow["module"]: graphs.module(flow) for flow in document["dataflows"] if flow["nodes"]}
    return {**modules, **dags}


def picture(drawing: Drawing, form: str) -> str | bytes:
    """The drawing in one of FORMS. UsageError where it cannot be drawn."""
    from windtunnel.reporters import mermaid
    from windtunnel.reporters.picture.single import svg_file

    if form == "mmd":
        return mermaid.flowchart((node.name for node in drawing.nodes), drawing.edges, {}) + "\n"
    if drawing.is_too_large:
        raise UsageError(f"draw: {drawing.label} and {len(drawing.edges)} edges are too many; -o FILE.mmd takes any")
    return _pixels(svg_file(drawing, bright=True)) if form == "png" else svg_file(drawing)


def _pixels(svg: str) -> bytes:
    try:
        import resvg_py
    except ImportError:
        raise UsageError("draw: .png needs resvg-py: pip install 'windtunnel[png]', or write .svg") from None
    return bytes(resvg_py.svg_to_bytes(svg_string=svg, zoom=2, background="white"))


def _the_one(found: dict[str, Drawing], name: str, report: Report) -> Drawing:
    if name and name not in found:
        raise unknown("draw", "graph", name, found or [""], f"there are {', '.join(found) or 'none'}")
    if not found:
        failures = [*(failure for file in report.files for failure in file.failures)]
        failures += [flow.failure for flow in report.dataflows if flow.failure]
        raise UsageError(f"draw: nothing to draw{''.join(f'; {failure.summary}' for failure in failures[:1])}")
    if not name and len(found) > 1:
        raise UsageError(f"draw: {len(found)} graphs; choose by --name one of {', '.join(found)}")
    return found[name or next(iter(found))]
