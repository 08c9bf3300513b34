"""The report as Markdown, for the job summary of GitHub Actions: `--report markdown="$GITHUB_STEP_SUMMARY"`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from urllib.parse import quote

from windtunnel.facts import DagFacts, RunFacts
from windtunnel.findings import Finding, Location, Severity
from windtunnel.report import Report
from windtunnel.reporters import mermaid, safe
from windtunnel.reporters.base import Figures, figures_of
from windtunnel.reporters.compared import changed_dags, changed_dataflows
from windtunnel.reporters.gaps import gaps
from windtunnel.reporters.look import Look
from windtunnel.reporters.markdown_words import code, more, section, text
from windtunnel.reporters.places import in_checkout
from windtunnel.reporters.tables import coverage_rows, slowest
from windtunnel.reporters.tally import dags, outcome
from windtunnel.reporters.verdict import counted, is_clean, verdict

MOST_FINDINGS, MOST_DAGS, MOST_GAPS, MOST_PICTURES = 100, 200, 50, 10
"""GitHub drops a summary of more than 1 MiB whole."""

LARGEST = 1_000_000
"""Bytes of the whole."""

_LONGEST = 400


def render(report: Report, look: Look) -> str:
    """Verdict, findings, DAGs, what a change does, pictures, node coverage, the slowest, and what was not run."""
    parts = (
        _verdict(report),
        _findings(report, look),
        _dags(report, look),
        changed_dags(report, look.base),
        changed_dataflows(report, look.base),
        _pictures(report),
        _coverage(report),
        _slowest(report, look),
        _gaps(report),
    )
    return "\n\n".join(_fitting(part for part in parts if part)) + "\n"


def _fitting(parts: Iterable[str]) -> Iterator[str]:
    """The parts, for as long as there is room; of one that is too large, its heading and why it is not there."""
    left = LARGEST
    for part in parts:
        size = len(part.encode(errors="backslashreplace"))
        if size <= left:
            left -= size
            yield part
        else:
            yield f"{part.splitlines()[0]}\n\nLeft out: GitHub takes no summary of more than 1 MiB."


def _verdict(report: Report) -> str:
    first, *rest = verdict(report)
    word = "failed" if report.failed else "clean" if is_clean(report) else "passed"
    return f"## windtunnel: {word}\n\n{text(' · '.join([first.removeprefix('windtunnel: '), *rest]))}"


def _findings(report: Report, look: Look) -> str:
    new = sorted(report.counting, key=lambda finding: -finding.severity)
    known = [finding for finding in report.shown if finding.known]
    parts = [_table_of_findings(report, "### Findings", new, look)]
    if known:
        table = _table_of_findings(report, "", known, look)
        parts.append(f"<details><summary>{counted(len(known), 'known finding')}</summary>\n\n{table}\n\n</details>")
    if report.gone:
        parts.append(_gone(report))
    return "\n\n".join(part for part in parts if part)


def _gone(report: Report) -> str:
    shown = [known.identity for known in report.gone[:MOST_FINDINGS]]
    lines = [f"- {code(f'{one.path} {one.code}')} {_short(one.message)}" for one in shown]
    left_out = more(len(report.gone) - len(shown), "finding")
    note = "`--update-baseline` takes it out of the baseline."
    return "\n\n".join(filter(None, ["### No longer occurs", note, "\n".join(lines), left_out]))


def _table_of_findings(report: Report, title: str, findings: Sequence[Finding], look: Look) -> str:
    rows = [_row(report, finding, look) for finding in findings[:MOST_FINDINGS]]
    return section(title, ("", "where", "check", "what, and the way out"), rows, len(findings) - len(rows), "finding")


def _row(report: Report, finding: Finding, look: Look) -> tuple[str, ...]:
    fix = f"<br>fix: {_short(finding.remedy)}" if finding.remedy else ""
    place = _place(report, finding.location, look)
    return str(finding.severity), place, f"{finding.code} {finding.name}", f"{_short(finding.message)}{fix}"


def _short(words: str) -> str:
    return text(safe.shortened(" ".join(words.split()), _LONGEST))


def _dags(report: Report, look: Look) -> str:
    """What is new or was changed comes first, where there is a report of the base branch to compare with."""
    every = [(dag, run, _before(dag, look)) for _, dag, run in dags(report)]
    every.sort(key=lambda one: look.base is not None and not _is_changed(*one))
    rows = [_dag_row(report, dag, run, before, look) for dag, run, before in every[:MOST_DAGS]]
    columns = ("DAG", "tasks", "width", "linearity", "run", "seconds")
    table = section("### DAGs", columns, rows, len(every) - len(rows), "DAG")
    return "\n\n".join(filter(None, [table, _gone_dags(report, look)]))


def _before(dag: DagFacts, look: Look) -> Figures | None:
    return look.base.dags.get(dag.dag_id) if look.base else None


def _is_changed(dag: DagFacts, run: RunFacts | None, before: Figures | None) -> bool:
    """By its shape; how long it runs differs each time."""
    now = figures_of(dag, run)
    if before is None or (now.width, now.linearity) != (before.width, before.linearity):
        return True
    return not now.wiring.is_like(before.wiring)


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
    now = (dag.dag_id for _, dag, _ in dags(report))
    gone = look.base.gone(look.base.dags, now, report) if look.base else []
    names = ", ".join(code(dag_id) for dag_id in gone[:MOST_DAGS])
    return f"No longer there: {names}." if gone else ""


def _pictures(report: Report) -> str:
    """The DAGs with new findings, the worst first."""
    paths = {file.path for file in report.files}
    found: dict[str, list[Finding]] = defaultdict(list)
    for finding in report.counting:
        found[finding.dag_id].append(finding)
    worst = ((dag, _worst(found[dag.dag_id], file.path, paths)) for file, dag, _ in dags(report))
    drawn = sorted((one for one in worst if one[1]), key=lambda one: -max(one[1].values()))
    if not drawn:
        return ""
    parts = [_picture(dag, severities) for dag, severities in drawn[:MOST_PICTURES]]
    left_out = more(len(drawn) - len(parts), "DAG")
    return "\n\n".join(["### DAGs with findings", *parts, *filter(None, [left_out])])


def _worst(findings: Iterable[Finding], path: str, paths: Collection[str]) -> dict[str, Severity]:
    """The worst severity found at each task, by task_id; at the DAG itself under "". Not of its namesake in a file."""
    found: dict[str, Severity] = {}
    for finding in findings:
        if finding.location.path == path or finding.location.path not in paths:
            found[finding.task_id] = max(finding.severity, found.get(finding.task_id, finding.severity))
    return found


def _picture(dag: DagFacts, found: dict[str, Severity]) -> str:
    title = f"**{text(dag.dag_id)}**: the worst finding is {max(found.values())!s}"
    if mermaid.too_large(len(dag.tasks), len(dag.edges)):
        return f"{title} (not drawn: {counted(len(dag.tasks), 'task')}, {counted(len(dag.edges), 'edge')})"
    return f"{title}\n\n```mermaid\n{mermaid.picture(dag, found)}\n```"


def _coverage(report: Report) -> str:
    every = list(coverage_rows(report))
    rows = [(what, code(name), *counts) for what, name, *counts in every[:MOST_DAGS]]
    columns = ("what", "name", "nodes", "executed", "%")
    return section("### Node coverage", columns, rows, len(every) - len(rows), "row")


def _slowest(report: Report, look: Look) -> str:
    rows = [(what, code(name), f"{seconds:.2f}") for what, name, seconds in slowest(report, look.durations)]
    return section("### Slowest", ("what", "name", "seconds"), rows)


def _gaps(report: Report) -> str:
    every = list(gaps(report))
    rows = [
        (gap.stage, code(" ".join(filter(None, [gap.path, gap.subject]))), _short(gap.why)) for gap in every[:MOST_GAPS]
    ]
    return section("### Not run", ("stage", "what", "why"), rows, len(every) - len(rows), "thing")


def _place(report: Report, location: Location, look: Look, name: str = "") -> str:
    shown = code(name or str(location))
    path = in_checkout(report, location.path)
    if not look.links or path.startswith("/"):
        return shown
    return f"[{shown}]({look.links}{quote(path, errors='backslashreplace')}#L{location.line})"
