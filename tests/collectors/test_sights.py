"""What a reader sees of a zip file after a kill: of one that nobody here can look into, nothing is claimed."""

from __future__ import annotations

import io
import zipfile

import pytest

from windtunnel.collectors.sights import Undisturbed, sight_of
from windtunnel.collectors.trees import Entry, Tree
from windtunnel.facts import Sight

PATH = "/data/book.zip"
_ENCRYPTED_AT = {b"PK\x03\x04": 6, b"PK\x01\x02": 8}  # where the flags of an entry stand, from its signature on


def zipped(text: str, *, locked: bool = False) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr("sheet", text)
    content = bytearray(buffer.getvalue())
    for signature, offset in _ENCRYPTED_AT.items() if locked else ():
        content[content.index(signature) + offset] |= 1
    return bytes(content)


def tree(content: bytes | None) -> Tree:
    return Tree({} if content is None else {PATH: Entry(content, (1, 1, len(content)), 0o644)}, frozenset())


def sight(seen: bytes, **how: bool) -> Sight:
    save = Undisturbed(tree(None), tree(zipped("at noon, 7", **how)), tree(zipped("at one, 8 and more", **how)))
    return sight_of(save, PATH, tree(seen))[0]


def test_a_zip_that_is_never_twice_the_same_is_whole_where_all_in_it_can_be_read():
    assert sight(zipped("at two")) is Sight.WHOLE


@pytest.mark.parametrize("end", [b"", b"PK"])
def test_a_zip_whose_end_is_gone_is_torn(end):
    assert sight(zipped("at two, and a long text after it")[:-30] + end) is Sight.TORN


def test_of_a_zip_that_asks_for_a_password_nobody_knows_whether_it_is_whole():
    assert sight(zipped("at two", locked=True), locked=True) is Sight.UNSURE
