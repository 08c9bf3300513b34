"""The report as Markdown, for the job summary of GitHub Actions: `--report markdown="$GITHUB_STEP_SUMMARY"`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import quote

from windtunnel.facts import DagFacts, RunFacts
from windtunnel.findings import Finding, Location, Severity
from windtunnel.report import Report
from windtunnel.reporters import mermaid, safe
from windtunnel.reporters.base import Figures, figures_of
from windtunnel.reporters.gaps import gaps
from windtunnel.reporters.look import Look
from windtunnel.reporters.places import in_checkout
from windtunnel.reporters.tables import coverage_rows, slowest
from windtunnel.reporters.tally import dags, outcome
from windtunnel.reporters.verdict import counted, is_clean, verdict

MOST_FINDINGS, MOST_DAGS, MOST_GAPS, MOST_PICTURES = 100, 200, 50, 10
"""GitHub drops a summary of more than 1 MiB whole."""

_LONGEST = 400
# Text stands inside of lines only. `_` within a word is none of Markdown's, `:` before none no emoji.
_OBEYED = re.compile(r"[\\`*\[\]<>#|~@&$]|_(?!\w)|(?<!\w)_|:(?=\w)")


def render(report: Report, look: Look) -> str:
    """Verdict, findings, DAGs, pictures of those with findings, node coverage, the slowest, and what was not run."""
    parts = (
        _verdict(report),
        _findings(report, look),
        _dags(report, look),
        _changes(report, look),
        _pictures(report),
        _coverage(report),
        _slowest(report, look),
        _gaps(report),
    )
    return "\n\n".join(part for part in parts if part) + "\n"


def _verdict(report: Report) -> str:
    first, *rest = verdict(report)
    word = "failed" if report.failed else "clean" if is_clean(report) else "passed"
    return f"## windtunnel: {word}\n\n{_text(' · '.join([first.removeprefix('windtunnel: '), *rest]))}"


def _findings(report: Report, look: Look) -> str:
    new = sorted(report.counting, key=lambda finding: -finding.severity)
    known = [finding for finding in report.shown if finding.known]
    parts = [_table_of_findings(report, "### Findings", new, look)]
    if known:
        table = _table_of_findings(report, "", known, look)
        parts.append(f"<details><summary>{counted(len(known), 'known finding')}</summary>\n\n{table}\n\n</details>")
    if report.gone:
        lines = (f"- {_code(f'{k.identity.path} {k.identity.code}')} {_text(k.identity.message)}" for k in report.gone)
        parts.append("### No longer occurs\n\n`--update-baseline` takes it out of the baseline.\n\n" + "\n".join(lines))
    return "\n\n".join(part for part in parts if part)


def _table_of_findings(report: Report, title: str, findings: Sequence[Finding], look: Look) -> str:
    rows = [_row(report, finding, look) for finding in findings[:MOST_FINDINGS]]
    return _section(title, ("", "where", "check", "what, and the way out"), rows, len(findings) - len(rows), "finding")


def _row(report: Report, finding: Finding, look: Look) -> tuple[str, ...]:
    message = safe.shortened(" ".join(finding.message.split()), _LONGEST)
    fix = f"<br>fix: {_text(finding.remedy)}" if finding.remedy else ""
    place = _place(report, finding.location, look)
    return str(finding.severity), place, f"{finding.code} {finding.name}", f"{_text(message)}{fix}"


def _dags(report: Report, look: Look) -> str:
    """What is new or was changed comes first, where there is a report of the base branch to compare with."""
    every = [(dag, run, _before(dag, look)) for _, dag, run in dags(report)]
    every.sort(key=lambda one: look.base is not None and not _is_changed(*one))
    rows = [_dag_row(report, dag, run, before, look) for dag, run, before in every[:MOST_DAGS]]
    columns = ("DAG", "tasks", "width", "linearity", "run", "seconds")
    table = _section("### DAGs", columns, rows, len(every) - len(rows), "DAG")
    return "\n\n".join(filter(None, [table, _gone_dags(report, look)]))


def _before(dag: DagFacts, look: Look) -> Figures | None:
    return (look.base or {}).get(dag.dag_id)


def _is_changed(dag: DagFacts, run: RunFacts | None, before: Figures | None) -> bool:
    """By its shape; how long it runs differs each time."""
    return before is None or replace(before, seconds=None) != replace(figures_of(dag, run), seconds=None)


def _dag_row(report: Report, dag: DagFacts, run: RunFacts | None, before: Figures | None, look: Look) -> Sequence[str]:
    name = _place(report, dag.location, look, dag.dag_id) + (" (new)" if look.base is not None and not before else "")
    now = figures_of(dag, run)
    was = before or now
    shape = (_change(f"{was.tasks}", f"{now.tasks}"), _change(f"{was.width}", f"{now.width}"))
    linearity = _change(f"{was.linearity:.2f}", f"{now.linearity:.2f}")
    return name, *shape, linearity, outcome(run).value if run else "not run", _change(_time(was), _time(now))


def _time(figures: Figures) -> str:
    return "" if figures.seconds is None else f"{figures.seconds:.2f}"


def _change(before: str, now: str) -> str:
    return f"{before} → {now}" if before and now and before != now else now


def _gone_dags(report: Report, look: Look) -> str:
    gone = sorted(set(look.base or {}) - {dag.dag_id for _, dag, _ in dags(report)})
    names = ", ".join(_code(dag_id) for dag_id in gone[:MOST_DAGS])
    return f"No longer there: {names}." if gone else ""


def _changes(report: Report, look: Look) -> str:
    """The DAGs whose tasks or edges are others than before."""
    both = [(dag, before) for _, dag, _ in dags(report) if (before := _before(dag, look))]
    changed = [(dag, before) for dag, before in both if not _is_drawn_alike(figures_of(dag, None), before)]
    if not changed:
        return ""
    note = "Green and thick is new, dashed and dotted is gone."
    parts = [_drawn(dag, f"**{_text(dag.dag_id)}**", mermaid.change(dag, was)) for dag, was in changed[:MOST_PICTURES]]
    left_out = _left_out(len(changed) - len(parts), "DAG")
    return "\n\n".join(["### Changed DAGs", note, *parts, *filter(None, [left_out])])


def _is_drawn_alike(one: Figures, other: Figures) -> bool:
    return (one.task_ids, one.edges) == (other.task_ids, other.edges)


def _drawn(dag: DagFacts, title: str, picture: str) -> str:
    if mermaid.too_large(dag):
        return f"{title} (not drawn: {counted(len(dag.tasks), 'task')}, {counted(len(dag.edges), 'edge')})"
    return f"{title}\n\n```mermaid\n{picture}\n```"


def _pictures(report: Report) -> str:
    """The DAGs with new findings, the worst first."""
    worst = {(dag.dag_id, dag.location.path): (dag, _worst(report, dag)) for _, dag, _ in dags(report)}
    drawn = sorted((one for one in worst.values() if one[1]), key=lambda one: -max(one[1].values()))
    if not drawn:
        return ""
    parts = [_picture(dag, found) for dag, found in drawn[:MOST_PICTURES]]
    left_out = _left_out(len(drawn) - len(parts), "DAG")
    return "\n\n".join(["### DAGs with findings", *parts, *filter(None, [left_out])])


def _worst(report: Report, dag: DagFacts) -> dict[str, Severity]:
    """The worst severity found at each task, by task_id; at the DAG itself under ""."""
    found: dict[str, Severity] = {}
    files = {file.path for file in report.files for known in file.dags if known is dag}
    for finding in report.counting:
        elsewhere = finding.location.path not in files and finding.location.path in {f.path for f in report.files}
        if finding.dag_id == dag.dag_id and not elsewhere:
            found[finding.task_id] = max(finding.severity, found.get(finding.task_id, finding.severity))
    return found


def _picture(dag: DagFacts, found: dict[str, Severity]) -> str:
    title = f"**{_text(dag.dag_id)}**: the worst finding is {max(found.values())!s}"
    return _drawn(dag, title, mermaid.picture(dag, found))


def _coverage(report: Report) -> str:
    every = list(coverage_rows(report))
    rows = [(what, _code(name), *counts) for what, name, *counts in every[:MOST_DAGS]]
    columns = ("what", "name", "nodes", "executed", "%")
    return _section("### Node coverage", columns, rows, len(every) - len(rows), "row")


def _slowest(report: Report, look: Look) -> str:
    rows = [(what, _code(name), f"{seconds:.2f}") for what, name, seconds in slowest(report, look.durations)]
    return _section("### Slowest", ("what", "name", "seconds"), rows)


def _gaps(report: Report) -> str:
    every = list(gaps(report))
    rows = [
        (gap.stage, _code(" ".join(filter(None, [gap.path, gap.subject]))), _text(safe.shortened(gap.why, _LONGEST)))
        for gap in every[:MOST_GAPS]
    ]
    return _section("### Not run", ("stage", "what", "why"), rows, len(every) - len(rows), "thing")


def _section(
    title: str, columns: Sequence[str], rows: Sequence[Sequence[str]], left_out: int = 0, noun: str = ""
) -> str:
    if not rows:
        return ""
    lines = (f"| {' | '.join(cells)} |" for cells in (columns, ["---"] * len(columns), *rows))
    parts = (title, "\n".join(lines), _left_out(left_out, noun))
    return "\n\n".join(part for part in parts if part)


def _left_out(number: int, noun: str) -> str:
    return f"… and {counted(number, f'more {noun}')}." if number > 0 else ""


def _place(report: Report, location: Location, look: Look, name: str = "") -> str:
    shown = _code(name or str(location))
    path = in_checkout(report, location.path)
    if not look.links or path.startswith("/"):
        return shown
    return f"[{shown}]({look.links}{quote(path, errors='backslashreplace')}#L{location.line})"


def _text(text: str) -> str:
    """The text, with nothing in it that Markdown obeys, mentions somebody, or is taken for an issue."""
    return _OBEYED.sub(lambda found: f"&#{ord(found[0])};", safe.line(" ".join(text.split())))


def _code(text: str) -> str:
    """The text as code; where it has what ends code, or the cell of a table, by tags."""
    shown = safe.line(text)
    return f"<code>{_text(text)}</code>" if "`" in shown or "|" in shown else f"`{shown}`"
