"""An exception of the user's code turned into facts: the user's own frames, and the line that a finding points at."""

from __future__ import annotations

import re
import traceback
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

from windtunnel.facts import FailureFacts
from windtunnel.findings import Location

_FOREIGN_FRAMES = 3
_INSTALLED = ("site-packages", "dist-packages")
_OURS = Path(__file__).parents[1]  # who works on windtunnel has it in the repository


@lru_cache(maxsize=4096)
def relative(path: str | Path, root: Path) -> str:
    """`path` as findings name it: from the root with forward slashes, absolute where it lies outside."""
    path = Path(path)
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()


@lru_cache(maxsize=4096)  # it is asked of the same few paths for every import, frame and file
def is_users(path: str | Path, root: Path) -> bool:
    """Whether a file belongs to the repository: below its root, not in a virtual environment there, and not ours."""
    file = Path(path)
    if not file.is_absolute() or not file.is_relative_to(root) or file.is_relative_to(_OURS):
        return False
    return not any(part in _INSTALLED for part in file.relative_to(root).parts)


def failure_facts(error: BaseException, root: Path, needs: str = "") -> FailureFacts:
    """The facts of an exception, with the frames of files below `root` and no others.

    Where no frame is the user's (the whole stack is a library's), the innermost few are kept.
    """
    frames = _with_syntax_line(error, traceback.extract_tb(error.__traceback__))
    users = [frame for frame in frames if is_users(frame.filename, root)]
    shown = traceback.format_list(users or frames[-_FOREIGN_FRAMES:])
    last = "".join(traceback.format_exception_only(type(error), error)).rstrip()
    return FailureFacts(
        type=type(error).__name__,
        message=str(error),
        location=Location(relative(users[-1].filename, root), users[-1].lineno or 1) if users else None,
        traceback="".join(shown) + last,
        needs=needs,
    )


def _with_syntax_line(error: BaseException, frames: list[traceback.FrameSummary]) -> list[traceback.FrameSummary]:
    if isinstance(error, SyntaxError) and error.filename:
        return [*frames, traceback.FrameSummary(error.filename, error.lineno or 1, "<module>")]
    return frames


def chain(error: BaseException) -> Iterator[BaseException]:
    """The exception and all that led to it, the latest first."""
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        current = current.__cause__ or current.__context__


_FRAME = re.compile(
    r'^ +File "(?P<file>[^"\n]+)", line (?P<line>\d+).*\n(?:(?: {4,}.*| +\[Previous line.*)?\n)*', re.MULTILINE
)
_LAST = re.compile(r"^(?P<type>[A-Za-z_][\w.]*)(?:: (?P<message>.*))?\Z", re.DOTALL)


def failure_from_text(text: str, root: Path, needs: str = "") -> FailureFacts:
    """The facts of a traceback that somebody has already printed, as Airflow keeps import errors."""
    frames = list(_FRAME.finditer(text + "\n"))
    last = text[frames[-1].end() :].strip() if frames else text.strip()
    users = [frame for frame in frames if is_users(frame["file"], root)]
    found = _LAST.match(last)
    return FailureFacts(
        type=found["type"].rpartition(".")[2] if found else "",
        message=(found["message"] or "") if found else last,
        location=Location(relative(users[-1]["file"], root), int(users[-1]["line"])) if users else None,
        traceback=_joined(users or frames, last),
        needs=needs,
    )


def _joined(frames: Iterable[re.Match[str]], last: str) -> str:
    return "".join(frame[0] for frame in frames) + last
