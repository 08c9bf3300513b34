"""The whole page: a template, its style and its script, in one text that needs nothing beside itself."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from markupsafe import Markup

from windtunnel.reporters.picture import graphs, texts
from windtunnel.reporters.picture.graphs import Object
from windtunnel.reporters.picture.model import FoundHere, headline, page_of

_HERE = Path(__file__).parent
_MOST_OPEN, _MOST_AT_ONCE = 3, 20
"""With more DAGs than this they stand closed; with more than that, the browser makes their drawings when asked."""


def page(report: Object) -> str:
    """The page for a report that was read from JSON, ending with a newline."""
    made = page_of(report)
    word, rests_on = headline(report)
    return str(
        _template().render(
            page=made,
            report=report,
            word=word,
            rests_on=rests_on,
            ran=sum(dag.facts["run"] is not None for dag in made.dags),
            open=len(made.dags) <= _MOST_OPEN,
            lazy=len(made.dags) + len(made.modules) > _MOST_AT_ONCE,
            style=_our_own("page.css") + _our_own("graph.css"),
            script=_our_own("page.js"),
            # Nothing but our own script may run, whatever else comes to stand in the page.
            digest=base64.b64encode(hashlib.sha256(_read("page.js").encode()).digest()).decode(),
        )
    )


@cache
def _template() -> Any:
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        autoescape=True, finalize=texts.finalized, undefined=StrictUndefined, keep_trailing_newline=True
    )
    environment.filters.update(
        seconds=texts.seconds,
        size=texts.size,
        sign=_sign,
        state=_state,
        operator=graphs.operator,
        counted=texts.counted,
        number_of=_number_of,
        breakable=_breakable,
    )
    return environment.from_string(_read("page.html.j2"))


def _read(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


def _our_own(name: str) -> Markup:
    return Markup(_read(name))  # noqa: S704


def _sign(outcome: str) -> str:
    return {"success": "✓", "not run": "·"}.get(outcome, "✗")


def _state(state: str, instances: Sequence[Object]) -> str:
    return graphs.below_task(state, instances, "") or "· not run"


def _number_of(findings: Sequence[FoundHere], severity: str) -> int:
    return sum(found.counts and found.facts["severity"] == severity for found in findings)


def _breakable(path: str) -> Markup:
    """The path, which may be broken behind a slash."""
    return Markup("<wbr>").join(Markup("{}").format(part) for part in texts.shown(path).replace("/", "/\0").split("\0"))
