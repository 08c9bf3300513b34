"""The baseline: a file of findings that are known, so that only new ones fail. A JSON report will do as well."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from windtunnel.checks import Check
from windtunnel.collectors.source import holder_of
from windtunnel.errors import UsageError
from windtunnel.examined import Examined
from windtunnel.findings import Finding
from windtunnel.fingerprints import Identity, KnownFinding, identity, told_apart
from windtunnel.report import CRASHED, Report
from windtunnel.settings import Settings

SCHEMA = "1"
"""The version of the file's form."""


class Matched(NamedTuple):
    """The findings, those that are known marked so, and what of the baseline none of them answers to."""

    findings: tuple[Finding, ...]
    left: tuple[KnownFinding, ...]


def read_baseline(settings: Settings) -> tuple[KnownFinding, ...]:
    """What the baseline knows; nothing where there is none. UsageError for one that is not there or cannot be read."""
    if settings.update_baseline and not settings.baseline:
        raise UsageError("--update-baseline: name the file with --baseline FILE, or by `baseline` in pyproject.toml")
    if not settings.baseline:
        return ()
    where = f"--baseline {settings.baseline}"
    try:
        document = json.loads(Path(settings.baseline).read_text(encoding="utf-8"))
        if document["schema"] != SCHEMA:
            raise UsageError(f"{where}: a baseline of form {document['schema']!r}; this windtunnel knows {SCHEMA!r}")
        return _of_report(document) if "windtunnel" in document else tuple(map(_entry, document["findings"]))
    except FileNotFoundError as error:
        if settings.update_baseline:
            return ()
        raise UsageError(f"{where}: no such file; --update-baseline writes it") from error
    except OSError as error:
        raise UsageError(f"{where}: {error.strerror}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{where}: not a baseline of windtunnel's; remove it and write it anew") from error


def weighed(report: Report, known: tuple[KnownFinding, ...], checks: Sequence[Check], settings: Settings) -> Report:
    """The report with its known findings marked, and with what no longer occurs; all are known where that is asked."""
    matched = match(report.findings, known, report.root)
    examined = Examined(report, whole=not settings.paths)
    gone = tuple(entry for entry in matched.left if _is_gone(entry, checks, examined))
    findings = matched.findings
    if settings.update_baseline:
        findings = tuple(replace(finding, known=_can_be_known(finding)) for finding in findings)
    return replace(report, findings=findings, gone=gone, unjudged=tuple(e for e in matched.left if e not in gone))


def match(findings: Sequence[Finding], known: Iterable[KnownFinding], root: Path) -> Matched:
    """Each entry answers for one finding: of equal ones, first for that on the same line of text.

    What stood in a file that is there no more answers for the same in another file: it was renamed.
    """
    open_ones = [number for number, finding in enumerate(findings) if _can_be_known(finding)]
    left, unknown = _paired(findings, open_ones, known, lambda one: one)
    moved = [entry for entry in left if not _is_there(root, entry.identity.path)]
    lost, unknown = _paired(findings, unknown, moved, lambda one: one.elsewhere)
    taken = set(open_ones) - set(unknown)
    marked = (replace(finding, known=True) if at in taken else finding for at, finding in enumerate(findings))
    return Matched(tuple(marked), tuple(entry for entry in left if entry not in moved or entry in lost))


def render(report: Report) -> str:
    """The baseline that a report comes to: its findings, and the entries that it does not speak of."""
    findings = [KnownFinding(identity(f), f.source.strip()) for f in report.findings if _can_be_known(f)]
    entries = sorted((*findings, *report.unjudged), key=lambda entry: (entry.identity.path, *entry))
    # One line each: so two branches that change it can be merged.
    lines = ",\n".join(f"  {_line(entry)}" for entry in entries)
    return f'{{\n"schema": "{SCHEMA}",\n"findings": [\n{lines}\n]\n}}\n'


def _can_be_known(finding: Finding) -> bool:
    return not finding.suppressed and finding.code != CRASHED


def _paired(
    findings: Sequence[Finding],
    numbers: Sequence[int],
    known: Iterable[KnownFinding],
    key: Callable[[Identity], Hashable],
) -> tuple[list[KnownFinding], list[int]]:
    """The entries and the findings that find no partner."""
    waiting: dict[Hashable, list[KnownFinding]] = defaultdict(list)
    for entry in known:
        waiting[key(entry.identity)].append(entry)
    unknown = list(numbers)
    for same_line in (True, False):
        for number in list(unknown):
            entries = waiting[key(identity(findings[number]))]
            source = findings[number].source.strip()
            fitting = [entry for entry in entries if not same_line or entry.source == source]
            if fitting:
                entries.remove(fitting[0])
                unknown.remove(number)
    return [entry for entries in waiting.values() for entry in entries], unknown


def _is_gone(entry: KnownFinding, checks: Sequence[Check], examined: Examined) -> bool:
    """Whether the run can tell that it occurs no more: its file is not there, or was looked at for just that."""
    one = entry.identity
    if not _is_there(examined.report.root, one.path) or examined.has_lost(one.dag_id):
        return True
    return any(check.code == one.code and examined.judged(check, one.path, one.task_id) for check in checks)


def _is_there(root: Path, path: str) -> bool:
    """Whether the file exists; of one outside the repository another machine may know more."""
    return Path(path).is_absolute() or holder_of(root / path).exists()


def _of_report(document: Any) -> tuple[KnownFinding, ...]:
    """What a JSON report has found, known or not: the baseline that it would have come to."""
    return tuple(_found(written) for written in document["findings"] if _could_be_known(written))


def _could_be_known(written: Any) -> bool:
    return not written["suppressed"] and written["code"] != CRASHED


def _found(written: Any) -> KnownFinding:
    words = {name: written[name] or "" for name in ("code", "file", *Identity._fields[2:], "source")}
    if not all(isinstance(word, str) for word in words.values()):
        raise ValueError
    path, source = words.pop("file"), words.pop("source")
    return KnownFinding(Identity(path=path, **{**words, "message": told_apart(words["message"], path)}), source.strip())


def _entry(written: Any) -> KnownFinding:
    words = [written.get(name, "") for name in (*Identity._fields, "source")]
    if not all(isinstance(word, str) for word in words) or not words[0]:
        raise ValueError
    return KnownFinding(Identity(*words[:-1]), words[-1])


def _line(entry: KnownFinding) -> str:
    fields = {**entry.identity._asdict(), "source": entry.source}
    written = {name: value for name, value in fields.items() if value}
    text = json.dumps(written, ensure_ascii=False)
    return text if text.isprintable() else json.dumps(written)  # a byte of a file name that is no UTF-8, for one
