"""Which format a file is in, told by its first bytes, against the one that its name promises."""

from __future__ import annotations

from pathlib import Path

_MAGIC = {
    b"PAR1": "parquet",
    b"PARE": "parquet",
    b"ARROW1": "arrow",
    b"FEA1": "arrow",
    b"\x93NUMPY": "npy",
    b"PK\x03\x04": "zip",
    b"PK\x05\x06": "zip",
    b"\x1f\x8b": "gzip",
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"SQLite format 3\x00": "sqlite",
    b"\xd0\xcf\x11\xe0": "ole",
    b"\x89HDF\r\n\x1a\n": "hdf5",
    b"\x89PNG\r\n": "png",
    b"\xff\xd8\xff": "jpeg",
    b"%PDF-": "pdf",
    **{bytes([0x80, protocol]): "pickle" for protocol in range(2, 6)},
}
# A file of this name that begins otherwise is none. Those that may be encrypted, or begin with anything, are not here.
_STRICT = {
    ".parquet": {"parquet"},
    ".pq": {"parquet"},
    ".feather": {"arrow"},
    ".npy": {"npy"},
    ".npz": {"zip"},
    ".xlsx": {"zip", "ole"},
    ".gz": {"gzip"},
    ".bz2": {"bzip2"},
    ".xz": {"xz"},
    ".png": {"png"},
}
_MARKUP = {".html", ".htm", ".xml"}
_TEXT = {".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".txt", ".yaml", ".yml", *_MARKUP}
_PICKLES = {".pkl", ".pickle"}
# What no reader takes for text or for a pickle. Compressed text is not among it: stores keep the name of what they
# compress (Content-Encoding). Nor is a zip among pickles, which torch writes.
_NO_PICKLE = {"parquet", "arrow", "sqlite", "ole", "png", "jpeg", "pdf"}
_NO_TEXT = {*_NO_PICKLE, "npy", "hdf5", "pickle", "zip"}
_OPENERS = {"json": (b"{", b"["), "html": (b"<",), "xml": (b"<",)}


def why_misnamed(file: Path, wrote: str) -> str:
    """How the file is not what its name says; "" where it may be. `wrote` is the format that was written, if known."""
    suffix = file.suffix.lower()
    if suffix not in _STRICT and suffix not in _TEXT | _PICKLES:
        return ""
    found, head = format_of(file)
    if suffix in _STRICT:
        return "" if found in _STRICT[suffix] else _said(suffix, found or wrote)
    if found:
        return _said(suffix, found) if found in (_NO_PICKLE if suffix in _PICKLES else _NO_TEXT) else ""
    return _said(suffix, wrote) if _is_other_text(suffix, head.lstrip(b"\xef\xbb\xbf \t\r\n"), wrote) else ""


def format_of(file: Path) -> tuple[str, bytes]:
    """The format that the first bytes of a file tell, "" for text and what is not known, and these bytes."""
    with file.open("rb") as opened:
        head = opened.read(64)
    return next((name for magic, name in _MAGIC.items() if head.startswith(magic)), ""), head


def _said(suffix: str, found: str) -> str:
    return f"its name says {suffix}, and what lies there is {found or 'something else'}"


def _is_other_text(suffix: str, head: bytes, wrote: str) -> bool:
    """Whether text of the format that was written, which `head` bears out, can never be what the suffix says."""
    if wrote == "csv":
        looks = head.startswith((b"{", b"[", b"<"))
        return not looks and suffix in {".json", ".jsonl", ".ndjson", *_MARKUP, *_PICKLES}
    if not head.startswith(_OPENERS.get(wrote, ())):
        return False
    mine = _MARKUP if wrote != "json" else {".json", ".jsonl", ".ndjson", ".txt", ".yaml", ".yml"}
    return suffix not in mine | {".txt"}
