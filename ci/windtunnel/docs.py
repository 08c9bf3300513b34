"""The generated pages: `python -m windtunnel.docs` writes them, `--check` says which are out of step."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from windtunnel.checks import Check, catalogue
from windtunnel.errors import UsageError
from windtunnel.pages import PAGES, documents, index

_START, _END = "<!-- checks -->", "<!-- /checks -->"


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the pages, or compare them; the exit status is 1 where they differ and 2 outside a checkout."""
    parser = argparse.ArgumentParser(prog="python -m windtunnel.docs", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; name what differs and exit with 1")
    compare = parser.parse_args(arguments).check
    try:
        root = checkout(Path.cwd())
    except UsageError as error:
        print(error, file=sys.stderr)
        return 2
    changed = differences(root, catalogue())
    return _compare(changed) if compare else _write(root, changed)


def checkout(folder: Path) -> Path:
    """`folder`, if it is the root of a checkout of windtunnel; a UsageError if it is not.

    Where this package lies tells nothing: it may be installed while the pages to compare are in a checkout.
    """
    if not (folder / "ci" / "windtunnel" / "docs.py").is_file() or not (folder / "pyproject.toml").is_file():
        raise UsageError(f"{folder}: not the root of a checkout of windtunnel, so there are no pages; run this there")
    return folder


def differences(root: Path, checks: Sequence[Check]) -> dict[str, str | None]:
    """What is out of step, by path below the root: the text a file should have, None where it should go."""
    wanted: dict[str, str | None] = dict.fromkeys(_pages_of_checks(root))
    wanted.update(documents(checks))
    wanted.update(_readme(root, checks))
    return {path: text for path, text in sorted(wanted.items()) if _read(root / path) != text}


def _write(root: Path, changed: Mapping[str, str | None]) -> int:
    for path, text in changed.items():
        file = root / path
        if text is None:
            file.unlink()
            continue
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode("utf-8"))
    print(f"windtunnel.docs: {len(changed)} written or removed" if changed else "windtunnel.docs: all in step")
    return 0


def _compare(changed: Mapping[str, str | None]) -> int:
    for path in changed:
        print(f"{path}: out of step, run `python -m windtunnel.docs`")
    return 1 if changed else 0


def _pages_of_checks(root: Path) -> Iterator[str]:
    # A check that was renumbered or taken out leaves a page behind, which belongs to us and has to go.
    for file in (root / PAGES / "checks").glob("WT*.md"):
        yield f"{PAGES}/checks/{file.name}"


def _readme(root: Path, checks: Sequence[Check]) -> dict[str, str]:
    text = _read(root / "README.md") or ""
    before, start, rest = text.partition(_START)
    _, end, after = rest.partition(_END)
    if not end:
        return {}
    return {"README.md": f"{before}{start}\n\n{index(checks, f'{PAGES}/checks')}\n{end}{after}"}


def _read(file: Path) -> str | None:
    return file.read_bytes().decode("utf-8") if file.is_file() else None


if __name__ == "__main__":
    sys.exit(main())
