"""What a rule of the user's own, `@config(lambda config: config["mode"] == "fast")`, compares the configuration with.

The rule is called with a configuration that answers each question about a key, and remembers it: once it always says
no, and once yes, so that both ways of an `and` and an `or` are walked.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

_PLAIN = (str, int, float, bool)


def compared_by(rule: Callable[[Any], Any]) -> tuple[tuple[str, Any], ...]:
    """(key, value) pairs, in order; True and False for a key that is asked for its truth.

    Nothing of a rule that does something else with a value: computes with it, or asks whether it is larger.
    """
    seen: _Seen = {}
    for answer in (False, True):
        try:
            rule(_Configuration(seen, answer=answer))
        except Exception:  # it does more than compare
            return ()
    return tuple((key, value) for key, _, value in seen)


_Seen = dict[tuple[str, str, Any], None]  # key, type of the value (True equals 1), value


class _Value:
    """The value of one key. Anything but a comparison for equality, or a question for its truth, raises TypeError."""

    __hash__ = None  # type: ignore[assignment]

    def __init__(self, key: str, seen: _Seen, *, answer: bool) -> None:
        self._key = key
        self._seen = seen
        self._answer = answer

    def __eq__(self, other: object) -> bool:
        if isinstance(other, _PLAIN):
            self._note(other)
        elif other is not None:
            raise TypeError("neither a text nor a number")
        return self._answer

    def __ne__(self, other: object) -> bool:
        return not self.__eq__(other)

    def __bool__(self) -> bool:
        self._note(True)
        self._note(False)
        return self._answer

    def _note(self, value: object) -> None:
        self._seen[self._key, type(value).__name__, value] = None


class _Configuration(dict[str, Any]):
    """Has every key that it is asked for."""

    def __init__(self, seen: _Seen, *, answer: bool) -> None:
        super().__init__()
        self._seen = seen
        self._answer = answer

    def __getitem__(self, key: str) -> Any:
        return _Value(key, self._seen, answer=self._answer)

    def get(self, key: str, _default: Any = None) -> Any:
        return self[key]

    def __contains__(self, key: object) -> bool:
        return True
