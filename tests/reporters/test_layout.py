"""Where boxes stand: behind what they need, and never on one another."""

from __future__ import annotations

from itertools import combinations
from xml.etree import ElementTree

import pytest

from windtunnel.reporters.picture.drawing import Drawing, Node, svg
from windtunnel.reporters.picture.layout import WIDEST, Box, Layout, layered

DIAMOND = (("a", "b"), ("a", "c"), ("b", "d"), ("c", "d"), ("a", "d"))
CHAIN = tuple((f"n{number}", f"n{number + 1}") for number in range(30))
MESH = tuple((f"n{one}", f"n{other}") for one in range(12) for other in range(one + 1, 12) if (one * other) % 3)


def boxes(edges: tuple[tuple[str, str], ...], *more: str) -> tuple[Box, ...]:
    return tuple(Box(name, 100, 40) for name in dict.fromkeys([*(name for edge in edges for name in edge), *more]))


def placed(layout: Layout) -> dict[str, Box]:
    return {box.name: box for box in layout.boxes}


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("edges", [DIAMOND, CHAIN, MESH])
def test_every_box_stands_behind_what_it_needs_and_on_no_other(edges: tuple[tuple[str, str], ...], late: bool) -> None:
    layout = layered(boxes(edges), edges, late)
    found = placed(layout)
    for up, down in edges:
        behind = found[down].y - found[up].y if layout.down else found[down].x - found[up].x
        assert behind > 0
    for one, other in combinations(layout.boxes, 2):
        apart_x = abs(one.x - other.x) >= (one.width + other.width) / 2
        assert apart_x or abs(one.y - other.y) >= (one.height + other.height) / 2
    assert {edge for edge, _ in layout.edges} == set(edges)
    assert all(0 <= box.x <= layout.width and 0 <= box.y <= layout.height for box in layout.boxes)


def test_an_arrow_leads_from_the_border_of_one_box_to_that_of_the_other() -> None:
    layout = layered(boxes((("a", "b"),)), (("a", "b"),))
    ((_, points),) = layout.edges
    found = placed(layout)
    assert points[0] == (found["a"].x + 100, found["a"].y + 20)
    assert points[-1] == (found["b"].x, found["b"].y + 20)


def test_what_is_late_stands_right_before_the_first_that_needs_it() -> None:
    edges = (("a", "b"), ("b", "c"), ("c", "d"), ("given", "d"))
    early, late = (placed(layered(boxes(edges), edges, late)) for late in (False, True))
    assert early["given"].x == early["a"].x
    assert late["given"].x == late["c"].x


def test_what_would_be_wider_than_a_page_is_drawn_downwards() -> None:
    assert layered(boxes(CHAIN), CHAIN).down
    assert not layered(boxes(DIAMOND), DIAMOND).down


def test_boxes_without_arrows_fill_rows() -> None:
    layout = layered(boxes((), *(f"n{number}" for number in range(40))), ())
    assert layout.width <= WIDEST
    assert len({box.y for box in layout.boxes}) == 5


def test_edges_to_what_is_not_there_and_to_oneself_are_passed_over() -> None:
    assert layered(boxes((("a", "b"),)), (("a", "b"), ("a", "a"), ("a", "gone"))).edges[0][0] == ("a", "b")


def test_the_same_graph_is_drawn_the_same() -> None:
    drawing = Drawing("mesh", tuple(Node(box.name) for box in boxes(MESH)), MESH)
    first = svg(drawing)
    layered.cache_clear()
    assert svg(drawing) == first


def test_a_group_is_framed_only_where_no_stranger_stands_in_the_frame() -> None:
    nodes = tuple(Node(name) for name in "abcd")
    together, torn = (
        svg(Drawing("d", nodes, (("a", "b"), ("b", "c"), ("c", "d")), (("g", members),))) for members in ("ab", "ac")
    )
    assert "task group g" in together
    assert "task group g" not in torn


def test_a_drawing_is_xml_whatever_stands_in_it() -> None:
    name = "</text><script>alert(1)</script>\x00\x1b&\"'"
    drawing = Drawing(name, (Node(name, name, hint=name), Node("b")), ((name, "b"),), ((name, (name,)),))
    root = ElementTree.fromstring(str(svg(drawing)))
    tags = {element.tag.rpartition("}")[2] for element in root.iter()}
    assert tags == {"svg", "path", "g", "title", "rect", "text"}
