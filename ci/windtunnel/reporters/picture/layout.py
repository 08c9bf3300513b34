"""Where the boxes and the arrows of a layered drawing stand. The layers are grandalf's (Sugiyama's method)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple, TypeAlias

GAP, LAYER_GAP = 14.0, 44.0
"""Pixels between boxes of one layer, and between layers."""

WIDEST = 980.0
"""A drawing from left to right that is wider than this is drawn from top to bottom, if it is narrower so."""

MOST_NODES, MOST_EDGES = 300, 900
"""What is drawn within a second, and can be looked at."""

Point: TypeAlias = tuple[float, float]
Edge: TypeAlias = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Box:
    """One box of a drawing, by the top left corner; as yet unplaced ones stand at the origin."""

    name: str
    width: float
    height: float
    x: float = 0.0
    y: float = 0.0


@dataclass(frozen=True, slots=True)
class Layout:
    """A drawing of this size. The points of an edge lead from the border of one box to that of another.

    `down` where it goes from top to bottom.
    """

    width: float
    height: float
    boxes: tuple[Box, ...]
    edges: tuple[tuple[Edge, tuple[Point, ...]], ...]
    down: bool = False


def is_too_large(nodes: int, edges: int) -> bool:
    """Whether nobody could read the drawing, or would wait for it."""
    return nodes > MOST_NODES or edges > MOST_EDGES


@cache
def layered(boxes: tuple[Box, ...], edges: tuple[Edge, ...], late: bool = False) -> Layout:
    """The boxes in layers, each behind all those that it has an edge from: as early as can be, or as `late`."""
    known = {box.name for box in boxes}
    real = tuple(dict.fromkeys((up, down) for up, down in edges if {up, down} <= known and up != down))
    across = _placed(boxes, real, _Manner(late, down=False))
    if across.width <= WIDEST:
        return across
    downwards = _placed(boxes, real, _Manner(late, down=True))
    return downwards if downwards.width < across.width else across


class _Manner(NamedTuple):
    late: bool
    down: bool


def _placed(boxes: Sequence[Box], edges: Sequence[Edge], manner: _Manner) -> Layout:
    joined = {name for edge in edges for name in edge}
    found = _parts([box for box in boxes if box.name in joined], edges, late=manner.late)
    parts = [_drawn(part, manner) for part in found]
    rows = _in_rows([box for box in boxes if box.name not in joined])
    return _beside([*parts, *rows], down=manner.down)


def _in_rows(boxes: Sequence[Box]) -> list[Layout]:
    """Boxes that no edge leads to or from: row by row."""
    if not boxes:
        return []
    placed, x, y, widest = [], 0.0, 0.0, 0.0
    for box in boxes:
        if x and x + box.width > WIDEST:
            x, y = 0.0, y + box.height + GAP
        placed.append(Box(box.name, box.width, box.height, x, y))
        x += box.width + GAP
        widest = max(widest, x - GAP)
    return [Layout(widest, y + boxes[-1].height, tuple(placed), ())]


def _beside(parts: Iterable[Layout], *, down: bool) -> Layout:
    """The parts one below the other."""
    boxes: list[Box] = []
    edges: list[tuple[Edge, tuple[Point, ...]]] = []
    width = y = 0.0
    for part in parts:
        boxes += (Box(box.name, box.width, box.height, box.x, box.y + y) for box in part.boxes)
        edges += ((edge, tuple((px, py + y) for px, py in points)) for edge, points in part.edges)
        width, y = max(width, part.width), y + part.height + GAP * 2
    return Layout(width, max(y - GAP * 2, 0.0), tuple(boxes), tuple(edges), down)


def _parts(boxes: Sequence[Box], edges: Sequence[Edge], *, late: bool) -> list[Any]:
    """The connected parts of the graph, as grandalf's; those with more boxes first.

    grandalf puts each vertex as near to its beginning as can be: for those that are to be late, the graph is turned
    round, and later the drawing.
    """
    from grandalf.graphs import Graph, Vertex

    vertices = {box.name: Vertex(box) for box in boxes}
    ends = [(down, up) if late else (up, down) for up, down in edges]
    arrow = _arrow()
    arrows = [arrow(number, vertices[a], vertices[b], edges[number]) for number, (a, b) in enumerate(ends)]
    graph = Graph(list(vertices.values()), arrows)
    return sorted(graph.C, key=lambda part: -part.order())


@cache
def _arrow() -> Any:
    from grandalf.graphs import Edge

    class Arrow(Edge):  # type: ignore[misc]
        """grandalf goes through a set of edges: by their numbers these come in the same order, whenever it does."""

        def __init__(self, number: int, up: Any, down: Any, data: Any) -> None:
            self.number = number
            super().__init__(up, down, data=data)

        def __hash__(self) -> int:
            return self.number

    return Arrow


class _View:
    """What grandalf wants to know of a vertex, in layers from top to bottom, and where it puts it: its middle."""

    def __init__(self, box: Box, *, down: bool) -> None:
        self.w, self.h = (box.width, box.height) if down else (box.height, box.width)
        self.xy = (0.0, 0.0)


class _Way:
    """Where grandalf leads an edge along."""

    points: Sequence[Point] = ()

    def setpath(self, points: Sequence[Point]) -> None:
        self.points = tuple(points)


def _drawn(part: Any, manner: _Manner) -> Layout:
    from grandalf.layouts import SugiyamaLayout

    for vertex in part.sV:
        vertex.view = _View(vertex.data, down=manner.down)
    for edge in part.sE:
        edge.view = _Way()
    layout = SugiyamaLayout(part)
    layout.xspace, layout.yspace, layout.route_edge = GAP, LAYER_GAP, lambda edge, points: edge.view.setpath(points)
    layout.dw = layout.dh = 10  # what an edge takes that passes a layer
    layout.init_all(roots=[vertex for vertex in part.sV if not vertex.e_in()])
    layout.draw(4)
    boxes = {vertex.data.name: _box(vertex, manner) for vertex in part.sV}
    edges = tuple(sorted((edge.data, _way(edge, boxes, manner)) for edge in part.sE))
    return _from_origin(boxes, edges)


def _turned(point: Point, manner: _Manner) -> Point:
    """Where a point of grandalf's, whose layers lie from top to bottom, is on the drawing."""
    along, across = -point[1] if manner.late else point[1], point[0]
    return (across, along) if manner.down else (along, across)


def _box(vertex: Any, manner: _Manner) -> Box:
    box, (x, y) = vertex.data, _turned(vertex.view.xy, manner)
    return Box(box.name, box.width, box.height, x - box.width / 2, y - box.height / 2)


def _way(edge: Any, boxes: Mapping[str, Box], manner: _Manner) -> tuple[Point, ...]:
    """From the far side of one box, along the places that grandalf has kept free, to the near side of the other."""
    first, last = (boxes[name] for name in edge.data)
    between = [_turned(point, manner) for point in edge.view.points[1:-1]]
    between = between[::-1] if manner.late else between
    if manner.down:
        ends = (first.x + first.width / 2, first.y + first.height), (last.x + last.width / 2, last.y)
    else:
        ends = (first.x + first.width, first.y + first.height / 2), (last.x, last.y + last.height / 2)
    return (ends[0], *between, ends[1])


def _from_origin(boxes: Mapping[str, Box], edges: Iterable[tuple[Edge, tuple[Point, ...]]]) -> Layout:
    ways = [point for _, points in edges for point in points]
    left = min([box.x for box in boxes.values()] + [x for x, _ in ways])
    top = min([box.y for box in boxes.values()] + [y for _, y in ways])
    right = max([box.x + box.width for box in boxes.values()] + [x for x, _ in ways])
    bottom = max([box.y + box.height for box in boxes.values()] + [y for _, y in ways])
    return Layout(
        right - left,
        bottom - top,
        tuple(Box(box.name, box.width, box.height, box.x - left, box.y - top) for box in boxes.values()),
        tuple((edge, tuple((x - left, y - top) for x, y in points)) for edge, points in edges),
    )
