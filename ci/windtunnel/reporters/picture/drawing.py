"""A graph as SVG: boxes with two lines of text, arrows, groups, and marks for what was found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from markupsafe import Markup, escape

from windtunnel.reporters.picture.layout import Box, Edge, Layout, Point, is_too_large, layered
from windtunnel.reporters.picture.texts import shown

_MARGIN, _HEIGHT, _LEAST_WIDTH = 16.0, 42.0, 84.0
# A monospaced character of 12 pixels is 7.3 wide, or less; one of 10.5 pixels 6.4. So no browser is asked.
_WIDE, _SMALL = 7.3, 6.4
_MOST_LETTERS = 34


class Mark(NamedTuple):
    """Findings that are pinned to a box: how many, how severe the worst is, and where they are told."""

    number: int
    severity: str
    href: str


@dataclass(frozen=True, slots=True)
class Node:
    """One box: its name, what stands below it, the classes that give it its look, and where it leads."""

    name: str
    below: str = ""
    classes: tuple[str, ...] = ()
    href: str = ""
    hint: str = ""
    mark: Mark | None = None


@dataclass(frozen=True, slots=True)
class Drawing:
    """A graph to be drawn; `label` says what it is. `ways` are edges to be told apart, by class.

    `late` where a box is to stand right before the first that needs it, and not as early as can be.
    """

    label: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    groups: tuple[tuple[str, tuple[str, ...]], ...] = ()
    ways: tuple[tuple[str, frozenset[Edge]], ...] = ()
    late: bool = False

    @property
    def is_too_large(self) -> bool:
        """Whether it is better read as a list."""
        return is_too_large(len(self.nodes), len(self.edges))


def svg(drawing: Drawing, style: str = "") -> Markup:
    """The drawing, with `style` as its own sheet where it is to stand alone."""
    layout = layered(tuple(_box(node) for node in drawing.nodes), drawing.edges, drawing.late)
    width, height = _n(layout.width + 2 * _MARGIN), _n(layout.height + 2 * _MARGIN)
    by_name = {node.name: node for node in drawing.nodes}
    # Markup would escape each of these many pieces by itself, at ten times the cost: _text does it where it is due.
    return Markup(  # noqa: S704
        f'<svg xmlns="http://www.w3.org/2000/svg" class="graph" viewBox="0 0 {width} {height}" width="{width}"'
        f' height="{height}" style="--w:{width}px" role="group" aria-label="{_text(drawing.label)}">'
        + (f"<style>{style}</style>" if style else "")
        + "".join(_groups(drawing, layout))
        + "".join(_edges(drawing, layout))
        + "".join(_node(by_name[box.name], box) for box in _in_order(layout))
        + "</svg>"
    )


def _in_order(layout: Layout) -> list[Box]:
    """The boxes as one reads them, which is how the keyboard steps through them."""
    return sorted(layout.boxes, key=lambda box: (box.y, box.x) if layout.down else (box.x, box.y))


def _text(text: str) -> str:
    """A text of other people's, for the inside of an element or of an attribute."""
    return str(escape(shown(text)))


def _box(node: Node) -> Box:
    letters = max(len(_short(node.name)) * _WIDE, len(_short(node.below)) * _SMALL)
    return Box(node.name, max(round(letters + 20), _LEAST_WIDTH), _HEIGHT)


def _short(text: str) -> str:
    """The text as it stands in a box: of a long one the ends, which tell ids apart."""
    text = shown(text).replace("\n", " ")
    half = _MOST_LETTERS // 2
    return text if len(text) <= _MOST_LETTERS else f"{text[: half - 1]}…{text[-half:]}"


def _node(node: Node, box: Box) -> str:
    x, y, middle = box.x + _MARGIN, box.y + _MARGIN, _n(box.x + _MARGIN + box.width / 2)
    tag, href = ("a", f' href="#{_text(node.href)}"') if node.href else ("g", "")
    rx = 21 if "input" in node.classes else 7
    hint = node.hint or (node.name if _short(node.name) != node.name else "")
    return (
        f'<{tag} class="n {" ".join(node.classes)}"{href}>'
        + (f"<title>{_text(hint)}</title>" if hint else "")
        + f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(box.width)}" height="{_n(box.height)}" rx="{rx}"/>'
        + f'<text x="{middle}" y="{_n(y + (18 if node.below else 25))}">{_text(_short(node.name))}</text>'
        + (f'<text class="b" x="{middle}" y="{_n(y + 33)}">{_text(_short(node.below))}</text>' if node.below else "")
        + f"</{tag}>"
        + (_mark(node.mark, node.name, x + box.width - 4, y + 3) if node.mark else "")
    )


def _mark(mark: Mark, name: str, x: float, y: float) -> str:
    said = _text(f"{mark.number} {mark.severity if mark.number == 1 else 'findings'} at {name}")
    return (
        f'<a class="m {mark.severity}" href="#{_text(mark.href)}" aria-label="{said}">'
        f'<circle cx="{_n(x)}" cy="{_n(y)}" r="10"/><text x="{_n(x)}" y="{_n(y + 4)}">{mark.number}</text></a>'
    )


def _edges(drawing: Drawing, layout: Layout) -> Iterator[str]:
    for edge, points in layout.edges:
        classes = " ".join(("e", *(name for name, among in drawing.ways if edge in among)))
        yield f'<path class="{classes}" d="{_curve(points, down=layout.down)}"/>'


def _curve(points: tuple[Point, ...], *, down: bool) -> str:
    """The way of an arrow, and its tip; markers of SVG do not take the colour of their line everywhere."""
    moved = [(x + _MARGIN, y + _MARGIN) for x, y in points]
    words = [f"M{_n(moved[0][0])} {_n(moved[0][1])}"]
    for (x, y), (to_x, to_y) in pairwise(moved):
        half_x, half_y = _n((x + to_x) / 2), _n((y + to_y) / 2)
        bend = f"{_n(x)} {half_y} {_n(to_x)} {half_y}" if down else f"{half_x} {_n(y)} {half_x} {_n(to_y)}"
        words.append(f"C{bend} {_n(to_x)} {_n(to_y)}")
    return "".join([*words, "m-4 -7l4 7l4 -7" if down else "m-7 -4l7 4l-7 4"])


def _groups(drawing: Drawing, layout: Layout) -> Iterator[str]:
    """A frame around each group that stands together; one with others in between would tell a lie."""
    for name, members in sorted(drawing.groups, key=lambda group: -len(group[1])):
        own = [box for box in layout.boxes if box.name in members]
        if not own:
            continue
        left, top = min(box.x for box in own) - 8, min(box.y for box in own) - 8
        right, bottom = max(box.x + box.width for box in own) + 8, max(box.y + box.height for box in own) + 8
        if not _strangers((left, top, right, bottom), (box for box in layout.boxes if box.name not in members)):
            x, y, width, height = map(_n, (left + _MARGIN, top + _MARGIN, right - left, bottom - top))
            yield (
                f'<g class="k"><title>{_text(f"task group {name}")}</title>'
                f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="10"/></g>'
            )


def _strangers(frame: tuple[float, float, float, float], boxes: Iterable[Box]) -> bool:
    left, top, right, bottom = frame
    return any(
        box.x < right and box.x + box.width > left and box.y < bottom and box.y + box.height > top for box in boxes
    )


def _n(number: float) -> str:
    """The number to the pixel."""
    return str(round(number))
