"""The secrets that the environment gives to Airflow, looked for where everybody can read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

_CONNECTION, _VARIABLE = "AIRFLOW_CONN_", "AIRFLOW_VAR_"
_SECRET_NAME = re.compile(
    r"passw(or)?d|passphrase|secret|token|api_?key|private_?key|access_?key|authorization|credential", re.IGNORECASE
)
_SHORTEST = 6
_WORD = 12  # letters alone, or digits alone, are a secret only from this length on: `airflow` stands everywhere


@dataclass(frozen=True, slots=True)
class Canaries:
    """(name, forms of the value) of each secret."""

    secrets: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Canaries:
        """Those of connections' passwords, and of variables and extras whose names say that they are secret."""
        found: dict[str, tuple[str, ...]] = {}
        for name, value in environment.items():
            for what, secret in _secrets(name, value):
                if len(secret) >= _SHORTEST and (len(secret) >= _WORD or not (secret.isalpha() or secret.isdigit())):
                    found[what] = tuple(dict.fromkeys((secret, quote(secret, safe=""))))
        return cls(tuple(found.items()))

    def __bool__(self) -> bool:
        return bool(self.secrets)

    def found_in(self, text: str) -> Iterator[str]:
        """The names of the secrets in the text."""
        yield from (name for name, forms in self.secrets if any(_stands_in(form, text) for form in forms))

    def without(self, text: str) -> str:
        """The text with each secret in it made unreadable: what windtunnel prints is read as well."""
        for _, forms in self.secrets:
            for form in forms:
                text = text.replace(form, "***")
        return text


def _stands_in(form: str, text: str) -> bool:
    return form in text and re.search(rf"(?<!\w){re.escape(form)}(?!\w)", text) is not None


def _secrets(name: str, value: str) -> Iterator[tuple[str, str]]:
    if name.startswith(_VARIABLE) and _SECRET_NAME.search(name):
        yield f"the variable {name[len(_VARIABLE) :].lower()!r}", value
    elif name.startswith(_CONNECTION):
        what = f"of the connection {name[len(_CONNECTION) :].lower()!r}"
        password, others = _of_json(value) if value.lstrip().startswith("{") else _of_uri(value)
        if password not in others:
            yield f"the password {what}", password


def _of_json(value: str) -> tuple[str, set[str]]:
    try:
        fields = json.loads(value)
    except json.JSONDecodeError:
        return "", set()
    others = {str(fields.get(name)) for name in ("login", "host", "schema", "conn_type")}
    return str(fields.get("password") or ""), others


def _of_uri(value: str) -> tuple[str, set[str]]:
    try:
        parts = urlsplit(value)
        password = unquote(parts.password or "")
    except ValueError:
        return "", set()
    return password, {unquote(parts.username or ""), parts.hostname or "", parts.path.strip("/")}
