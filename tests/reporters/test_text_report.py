"""The report at a terminal: every part is asserted as the line that the reader sees."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from rich.cells import cell_len

from tests.reporters.reports import (
    CLEAN,
    FALSIFIED,
    MIXED,
    SALES,
    SILENCED,
    STOCK_MODULE,
    TASK_FAILED,
    chain,
    hostile,
    loaded,
    run_of,
    save,
)
from windtunnel.errors import UsageError
from windtunnel.facts import SaveState, ScheduleFacts
from windtunnel.findings import Location, Severity
from windtunnel.report import Report, Timing
from windtunnel.reporters import render


def text(report: Report, width: int = 80, verbosity: int = 0, color: bool = False) -> str:
    return render(report, "full", color=color, width=width, verbosity=verbosity)


def block(report: Report, first: str, verbosity: int = 0, width: int = 80) -> list[str]:
    """The lines from the first one that starts with `first` to the next blank one."""
    lines = text(report, width, verbosity).splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith(first))
    return lines[start : lines.index("", start)]


def test_the_head_says_what_was_at_work() -> None:
    assert text(MIXED).splitlines()[:3] == [
        "windtunnel 0.1.0 · Airflow 3.3.0 · Hamilton 1.89.0 · Python 3.11.9",
        "42 checks · seed 7 · /repo",
        "",
    ]


def test_a_finding_shows_everything_that_it_carries() -> None:
    assert block(MIXED, "dags/daily_sales.py:14") == [
        "dags/daily_sales.py:14  error  WT301 task-failed",
        "  task 'totals' failed: KeyError: 'amount'",
        '    14 │     totals = drive(modules.sales, ["totals"])',
        "       │                                    ^^^^^^^^",
        "  in: dag daily_sales · task totals",
        "  fix: run the command below, and mend what the traceback's last line names",
        "  evidence:",
        "    … 8 lines above, -v shows all",
        "        step_5()",
        '      File "/repo/modules/sales.py", line 5, in step_5',
        "        step_6()",
        '      File "/repo/modules/sales.py", line 6, in step_6',
        "        step_7()",
        '      File "/repo/modules/sales.py", line 7, in step_7',
        "        step_8()",
        "    KeyError: 'amount'",
        "  reproduce: windtunnel check dags/daily_sales.py --select WT301",
        "  docs: https://example.org/windtunnel/checks/WT301.md",
    ]


def test_a_finding_without_the_optional_parts_shows_no_empty_labels() -> None:
    bare = replace(SILENCED, suppressed="", remedy="")

    assert block(replace(MIXED, findings=(bare,)), "dags/wide.py:3") == [
        "dags/wide.py:3  warning  WT203 wide-dag",
        "  32 tasks may be ready at a time",
    ]


def test_findings_stand_under_the_name_of_their_file() -> None:
    headings = [line.rstrip("─ ") for line in text(MIXED).splitlines() if line.endswith("──") and " · " in line]

    assert headings == ["dags/daily_sales.py · 2 findings", "modules/sales.py · 1 finding"]


def test_the_name_of_a_file_that_is_too_long_for_a_heading_is_folded() -> None:
    path = "dags/" + "deep/" * 20 + "sales.py"
    shown = text(replace(MIXED, findings=(replace(FALSIFIED, location=Location(path, 31)),))).splitlines()

    assert "".join(shown[3:5]) == f"{path} · 1 finding"


def test_verbose_shows_the_evidence_in_full() -> None:
    shown = block(MIXED, "dags/daily_sales.py:14", verbosity=1)

    assert "    Traceback (most recent call last):" in shown
    assert not [line for line in shown if "above, -v shows all" in line]


def test_a_suppressed_finding_is_shown_with_its_reason_where_verbose_and_counted_everywhere() -> None:
    assert block(MIXED, "dags/wide.py:3", verbosity=1) == [
        "dags/wide.py:3  warning (suppressed)  WT203 wide-dag",
        "  32 tasks may be ready at a time",
        "  suppressed: the pool is set in production",
        "  fix: use a pool",
    ]
    assert "WT203" not in text(MIXED)
    assert "(1 suppressed)" in text(MIXED)


def test_a_command_is_broken_only_where_a_shell_lets_it() -> None:
    assert block(MIXED, "modules/sales.py:31")[-2:] == [
        "  reproduce: windtunnel check modules/sales.py --select WT601 --seed 0 \\",
        '             --max-examples 100 --conf \'{"day": "2024-01-01"}\'',
    ]


@pytest.mark.parametrize("end", ["'", "x"], ids=["quoted", "quote left open"])
def test_a_command_that_cannot_be_broken_stays_whole(end: str) -> None:
    argument = f"'{'a b ' * 40}{end}"
    shown = text(replace(MIXED, findings=(replace(FALSIFIED, reproduce=f"run {argument}"),)))

    assert f"{argument}\n" in shown


def test_a_link_is_never_folded() -> None:
    docs = f"https://example.org/{'x' * 200}"

    assert f"  docs: {docs}\n" in text(replace(MIXED, findings=(replace(FALSIFIED, docs=docs),)))


def test_a_very_long_message_is_cut_and_says_so_and_verbose_shows_it_whole() -> None:
    report = replace(MIXED, findings=(replace(FALSIFIED, message="m" * 1000, evidence="e" * 1000),))
    squeezed = text(report).replace("\n", "").replace(" ", "")

    assert squeezed.count("…(600morecharacters,-vshowsthem)") == 2
    assert text(report, verbosity=1).count("m" * 70) == 12
    assert "-v shows" not in text(report, verbosity=1)


def test_the_table_of_dags_tells_run_unfinished_and_not_run_apart() -> None:
    assert block(MIXED, "DAGs", width=110)[1:] == [
        "dag_id                                                  tasks  width  peak  linearity  state      seconds",
        "─────────────────────────────────────────────────────────────────────────────────────────────────────────",
        "daily_sales                                                 2      1     1       1.00  failed        1.25",
        "hourly_stock_of_every_warehouse_in_the_northern_region      3      1     1       1.00  timed out   120.04",
        "wide                                                        5      3     4       0.40  not run          -",
    ]


def test_a_long_name_is_folded_and_not_cut() -> None:
    assert block(MIXED, "DAGs", width=80)[4:6] == [
        "hourly_stock_of_every_warehou      3      1     1       1.00  timed out   120.04",
        "se_in_the_northern_region",
    ]


def test_a_static_selection_has_no_columns_of_what_was_not_done() -> None:
    static = replace(CLEAN, runs=(), properties=())

    assert block(static, "DAGs")[1:] == [
        "dag_id       tasks  width  peak  linearity",
        "──────────────────────────────────────────",
        "daily_sales      2      1     1       1.00",
    ]
    assert block(static, "Modules")[1:] == [
        "module         nodes  functions",
        "───────────────────────────────",
        "modules.sales      4          3",
    ]
    assert "Saves" not in text(static)


def test_files_that_did_not_load_and_modules_that_did_not_build_are_named_with_the_reason() -> None:
    assert "\nnot loaded: dags/broken.py (ImportError: no module named 'sale')\n" in text(MIXED)
    assert "\nnot built: modules.stock (timed out: more than 120 s)\n" in text(MIXED)


def test_the_table_of_modules_counts_functions_properties_and_examples() -> None:
    assert block(MIXED, "Modules")[1:] == [
        "module         nodes  functions tried  properties  examples",
        "───────────────────────────────────────────────────────────",
        "modules.sales      4              2/3           8       200",
        "modules.stock      0              0/0           0         0",
    ]


def test_the_table_of_node_coverage_has_modules_and_dags_and_is_there_where_a_dag_drives_a_module() -> None:
    assert block(MIXED, "Node coverage")[1:] == [
        "what    name           nodes  executed   %",
        "──────────────────────────────────────────",
        "module  modules.sales      2         1  50",
        "DAG     daily_sales        2         1  50",
    ]
    assert "Node coverage" not in text(CLEAN)


def test_the_table_of_saves_shortens_paths_visibly() -> None:
    assert block(MIXED, "Saves", width=100)[1:] == [
        "dag_id / task_id  node         format   state       size  path",
        "───────────────────────────────────────────────────────────────────────────────────────",
        "daily_sales",
        "  totals          save.totals  parquet  whole    12.3 kB  out/totals.parquet",
        "  totals          save.totals  parquet  missing        -  …/2024-01-01/stock-levels.csv",
    ]
    assert "/srv/wt-1/home/out/2024-01-01/stock-levels.csv" in text(MIXED, width=120, verbosity=1)


@pytest.mark.parametrize(
    ("size", "shown"),
    [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (2_500_000, "2.5 MB"), (10**16, "10000.0 TB")],
)
def test_sizes_are_readable(size: int, shown: str) -> None:
    saved = replace(save(SALES), size=size)

    assert block(replace(CLEAN, runs=(run_of(SALES, saves=(saved,)),)), "Saves")[4].endswith(
        f"  {shown}  out/totals.parquet"
    )


def test_a_path_that_stays_long_is_shown_by_its_name_alone() -> None:
    saved = save(SALES, path="/data/manual__2024-01-01T00:00:00.123456+00:00/totals.parquet")

    assert block(replace(CLEAN, runs=(run_of(SALES, saves=(saved,)),)), "Saves")[4].endswith("  …/totals.parquet")


def test_what_many_instances_of_a_task_save_alike_is_one_row() -> None:
    mapped = [replace(save(SALES, path=f"/repo/out/{index}.parquet"), map_index=index) for index in range(5)]
    broken = replace(save(SALES, SaveState.MISSING, "/repo/out/5.parquet"), map_index=5)
    report = replace(CLEAN, runs=(run_of(SALES, saves=(*mapped, broken)),))

    assert block(report, "Saves")[4:] == [
        "  totals ×5       save.totals  parquet  whole    61.7 kB  out/0.parquet …",
        "  totals[5]       save.totals  parquet  missing        -  out/5.parquet",
    ]
    assert "  totals[3] " in text(report, verbosity=1)


def test_the_slowest_five_are_ordered_over_all_kinds() -> None:
    assert block(CLEAN, "Slowest 5")[3:] == [
        "load        dags/daily_sales.py      1.25",
        "run         daily_sales              1.25",
        "build       modules.sales            1.25",
        "properties  modules.sales.share      1.25",
        "properties  modules.sales.totals     1.25",
    ]
    assert block(replace(CLEAN, properties=()), "Slowest 5")[-1] == "task   daily_sales / totals     0.50"


def test_schedules_are_told_with_the_next_runs_where_all_is_wanted() -> None:
    runs = ("2026-01-02T06:00:00+00:00", "2026-01-03T06:00:00+00:00")
    dag = replace(SALES, schedule=ScheduleFacts("0 6 * * *", next_runs=runs))
    report = replace(CLEAN, files=(loaded(dag), loaded(chain("by_hand", "dags/by_hand.py", "a"))))
    assert block(report, "Schedules", verbosity=1)[1:] == [
        "dag_id       schedule   next runs (UTC)",
        "──────────────────────────────────────────────────────────",
        "daily_sales  0 6 * * *  2026-01-02 06:00, 2026-01-03 06:00",
        "by_hand      None       -",
    ]
    assert "Schedules" not in text(report)


def test_verbose_adds_the_result_of_each_function() -> None:
    rows = block(MIXED, "Properties", verbosity=1, width=120)[3:]

    assert [re.sub(" {2,}", " | ", row) for row in rows] == [
        "modules.sales.share | 3 of 4 hold; falsified: no unexpected exception | 100 | 7",
        "modules.sales.totals | 4 of 4 hold | 100 | 7",
        "modules.sales.parts.a | not exercised: parameter 'frame' is a DataFrame without a schema | 0 | 0",
    ]
    assert "Properties" not in text(MIXED)


def test_a_function_whose_process_was_cut_short_says_so() -> None:
    cut = replace(CLEAN.properties[0], process=STOCK_MODULE.process)

    assert "4 of 4 hold; timed out: more than 120 s" in text(replace(CLEAN, properties=(cut,)), 110, 1)


def test_verbose_adds_timings_and_captured_output() -> None:
    assert block(MIXED, "Stages", verbosity=1)[3:] == [
        "start     2.10",
        "load      3.25",
        "run     121.00",
        "total   131.40",
    ]
    assert block(MIXED, "output of building", verbosity=1) == [
        "output of building modules.stock",
        "    still importing",
    ]
    assert "output of" not in text(MIXED)


def test_quiet_leaves_findings_and_the_verdict() -> None:
    shown = text(MIXED, verbosity=-1)

    assert shown.startswith("dags/daily_sales.py · 2 findings ──")
    assert "linearity" not in shown
    assert text(CLEAN, verbosity=-1) == "windtunnel: clean · 1 DAG run, 1 module tried, 1 save whole · 14.2 s\n"


def test_the_verdict_is_the_last_line_and_is_split_only_between_its_parts() -> None:
    assert text(MIXED, width=140).splitlines()[-2:] == [
        "windtunnel: 2 errors, 1 warning in 2 files (1 suppressed)",
        (
            "  2 of 3 DAGs run (1 failed, 1 unfinished), 1 file not loaded, 1 of 2 modules tried, "
            "1 of 2 nodes executed, 1 of 2 saves whole · 131.4 s"
        ),
    ]
    assert (
        text(MIXED, width=200)
        .splitlines()[-1]
        .startswith("windtunnel: 2 errors, 1 warning in 2 files (1 suppressed) · 2 of")
    )


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("verbosity", [-1, 0, 1])
@pytest.mark.parametrize("report", [MIXED, CLEAN], ids=["mixed", "clean"])
def test_no_line_is_wider_than_the_terminal(report: Report, width: int, verbosity: int) -> None:
    assert max(len(line) for line in text(report, width, verbosity).splitlines()) <= width


def test_without_colour_there_is_no_escape_and_no_trailing_blank() -> None:
    shown = text(MIXED, verbosity=1)

    assert "\x1b" not in shown
    assert [line for line in shown.splitlines() if line != line.rstrip()] == []
    assert shown.endswith("s\n")


def test_colour_follows_severity_and_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setenv("NO_COLOR", "1")

    assert "\x1b[1;31merror\x1b[0m" in text(MIXED, color=True)
    assert "\x1b[1;33mwarning\x1b[0m" in text(MIXED, color=True)
    assert "\x1b[1;31mwindtunnel: 2 errors" in text(MIXED, color=True)
    assert "\x1b[1;32mwindtunnel: clean" in text(CLEAN, color=True)
    assert "\x1b[1;33mwindtunnel: no findings" in text(replace(CLEAN, runs=()), color=True)


def test_colour_changes_nothing_but_colours() -> None:
    plain = re.sub(r"\x1b\[[0-9;]*m", "", text(MIXED, verbosity=1, color=True))

    assert [line.rstrip() for line in plain.splitlines()] == text(MIXED, verbosity=1).splitlines()


@pytest.mark.parametrize("verbosity", [-1, 0, 1])
def test_nothing_that_users_wrote_reaches_the_terminal_as_a_command(verbosity: int) -> None:
    shown = text(hostile(), verbosity=verbosity)

    assert {character for character in shown if character != "\n" and not character.isprintable()} == set()
    assert r"[red]brackets[/red] \x1b[2J\x1b]0;title\x07 \x00 \x9b31m \u202eabc \udc80 é 漢" in shown.replace(
        "\n  ", " "
    )
    shown.encode("utf-8")


def test_in_colour_no_escape_comes_from_the_user() -> None:
    escapes = text(hostile(), verbosity=1, color=True).split("\x1b")[1:]

    assert all(escape.startswith("[") and escape[1:].partition("m")[0].replace(";", "").isdigit() for escape in escapes)


def test_a_name_with_a_line_break_cannot_forge_a_line() -> None:
    forged = replace(TASK_FAILED, dag_id="a\nwindtunnel: clean", location=Location("dags/a\nwindtunnel: clean.py", 3))
    dag = chain("b\nwindtunnel: clean", "dags/b.py", "load")
    report = replace(MIXED, findings=(forged,), files=(loaded(dag),), runs=())
    verdicts = [line for line in text(report, verbosity=1).splitlines() if line.startswith("windtunnel: ")]

    assert verdicts == ["windtunnel: 1 error in 1 file"]
    assert r"  in: dag a\nwindtunnel: clean · task totals" in text(report)


def test_wide_characters_count_as_two_columns() -> None:
    dag = chain("漢" * 60, "dags/kanji.py", "load")
    report = replace(CLEAN, files=(loaded(dag),), runs=(run_of(dag),))

    assert max(cell_len(line) for line in text(report).splitlines()) <= 80
    assert text(report).count("漢") >= 60


def test_an_empty_report_renders_and_is_not_clean() -> None:
    empty = replace(CLEAN, files=(), runs=(), dataflows=(), properties=(), timings=())

    assert text(empty).splitlines()[-1] == "windtunnel: no findings · nothing was checked"


def test_five_hundred_dags_render_with_a_row_each() -> None:
    chains = [chain(f"dag_{number}", f"dags/dag_{number}.py", "a", "b") for number in range(500)]
    findings = tuple(replace(TASK_FAILED, location=Location(dag.location.path, 9), dag_id=dag.dag_id) for dag in chains)
    report = replace(
        CLEAN,
        findings=findings,
        files=tuple(map(loaded, chains)),
        runs=tuple(run_of(dag, saves=(save(dag, SaveState.WHOLE),)) for dag in chains),
        timings=(Timing("total", 60.0),),
    )
    shown = text(report, verbosity=1)

    assert len([line for line in shown.splitlines() if line.endswith("success     1.25")]) == 500
    assert "windtunnel: 500 errors in 500 files\n" in shown


def test_a_notice_has_a_colour_and_a_count_of_its_own() -> None:
    report = replace(CLEAN, findings=(replace(SILENCED, severity=Severity.NOTICE, suppressed=""),))

    assert "\x1b[1;36mnotice\x1b[0m" in text(report, color=True)
    assert "windtunnel: 1 notice in 1 file\n" in text(report)


def test_a_form_that_does_not_exist_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match=r"format: unknown form 'groupd', did you mean 'grouped'\?"):
        render(CLEAN, "groupd")
