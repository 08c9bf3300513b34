"""What Hamilton draws, as Graphviz's text. No program `dot` is needed for it: whoever opens the file turns it into an
image, for example at https://dreampuf.github.io/GraphvizOnline or by `dot -Tsvg`.
"""

import re
from typing import Any


def dot_text(drawing: Any) -> str:
    """The text of a `graphviz.Digraph` that shows no legend, the same in every process: Hamilton walks over sets, whose
    order is another one each time.
    """
    drawing = drawing.copy()
    drawing.body = sorted(map(_with_sorted_rows, drawing.body))
    return drawing.source


def _with_sorted_rows(line: str) -> str:
    """The inputs of a function are the rows of a table in its label."""
    return re.sub(r"(<tr>.*</tr>)", lambda rows: "".join(sorted(re.findall(r"<tr>.*?</tr>", rows[0]))), line)
