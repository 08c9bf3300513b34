"""What the user can choose: one list of options that the command line, pytest and pyproject.toml all read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from windtunnel.errors import UsageError, unknown
from windtunnel.findings import Severity
from windtunnel.setting_kinds import (
    BUDGET_OF,
    Allowance,
    Budget,
    Option,
    default_jobs,
    default_max_memory,
    setting,
    switch,
)
from windtunnel.setting_values import (
    at_least,
    failing_severity,
    one_of,
    params,
    past_moment,
    path_text,
    percent,
    reports,
    share,
    span,
    words,
    words_by_glob,
)

TABLE = "tool.windtunnel"


def _contexts(value: Any) -> tuple[str, ...]:
    chosen = words(value)
    if not set(chosen) <= set(CONTEXTS):
        raise ValueError
    return chosen


def _perturbations(value: Any) -> tuple[str, ...]:
    chosen = words(value)
    if not set(chosen) <= set(PERTURBATIONS):
        raise ValueError
    return chosen


def _engines(value: Any) -> tuple[str, ...]:
    chosen = words(value)
    if not set(chosen) <= set(ENGINES):
        raise ValueError
    return chosen


def _budgets(value: Any) -> tuple[Budget, ...]:
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        raise ValueError
    return tuple(_budget(entry, number) for number, entry in enumerate(value, 1))


def _budget(entry: Mapping[str, Any], number: int) -> Budget:
    where = f"pyproject.toml: [[{TABLE}.budgets]] {number}"
    known = {option.key: option for option in options() if option.budgeted}
    for key in entry:
        if key not in known and key not in BUDGET_OF:
            raise unknown(where, "key", key, (*BUDGET_OF, *known), f"known are {', '.join((*BUDGET_OF, *known))}")
    given = [of for of in BUDGET_OF if of in entry]
    if len(given) != 1 or not isinstance(entry[given[0]], str) or not entry[given[0]]:
        raise UsageError(f"{where}: name the DAGs that it is for by one of dag, tag, path (a glob)")
    values = tuple((known[key].name, known[key].read(entry[key], f"{where} {key}")) for key in entry if key in known)
    if not values:
        raise UsageError(f"{where}: gives no budget; set one of {', '.join(known)}")
    return Budget(given[0], entry[given[0]], values)


FORMATS = ("full", "concise", "grouped", "github", "sarif", "junit", "markdown", "json", "html")
CONTEXTS = ("undated", "twice", "machines", "retry", "dates", "kills")
ENGINES = ("threads", "processes", "dask", "ray")
PERTURBATIONS = (
    *("missing", "small", "zero", "dtypes", "constant", "duplicates"),
    *("extremes", "texts", "order", "zones"),
)


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything a run depends on. `root` is the repository, `paths` what to look at in it (all of it where empty)."""

    root: Path
    paths: tuple[Path, ...] = ()
    select: tuple[str, ...] = setting((), "Run only these checks.", words, "codes or prefixes of codes", "CODE,...")
    ignore: tuple[str, ...] = setting((), "Leave these checks out.", words, "codes or prefixes of codes", "CODE,...")
    per_file_ignores: tuple[tuple[str, tuple[str, ...]], ...] = setting(
        (),
        "Table `[tool.windtunnel.per-file-ignores]`: what these checks find in files whose path from the root, or "
        'whose name, matches a glob is suppressed: `"dags/legacy/*" = ["WT201", "WT3"]`.',
        words_by_glob,
        "a table of lists of codes",
        in_file=True,
    )
    checks: tuple[str, ...] = setting(
        (),
        "Checks of your own: files, or folders of them. Those that installed packages bring, by entry points of the "
        "group `windtunnel.checks`, are there without.",
        words,
        "paths",
        "PATH,...",
    )
    baseline: str = setting(
        "",
        "File of known findings, which are shown and do not fail; what is new does. --update-baseline writes it, and a "
        "JSON report will do as well: that of the base branch, for one.",
        path_text,
        "a path",
        "FILE",
    )
    update_baseline: bool = switch(
        "Write the findings of this run into the baseline, and take out those that no longer occur.", asked=True
    )
    dags: tuple[str, ...] = setting(
        (), "The DAG folders (found by their name `dags` if not given).", words, "paths", "PATH,..."
    )
    modules: tuple[str, ...] = setting(
        (), "Hamilton modules, or folders of them (found by their imports if not given).", words, "paths", "PATH,..."
    )
    jobs: int = setting(
        default_jobs,
        "Child processes at a time (as many as processors if not given).",
        at_least(1, int),
        "a whole number from 1",
        "N",
    )
    timeout: float = setting(
        120.0,
        "Seconds that one file may take to load, one DAG to run, one module to be tried.",
        at_least(0.1, float),
        "seconds, 0.1 or more",
        "SECONDS",
    )
    max_memory: int = setting(
        default_max_memory,
        "MiB of memory that one of these may take "
        "(four fifths of what there is, shared by the processors, but at least 2048, if not given).",
        at_least(1, int),
        "MiB, a whole number from 1",
        "MIB",
    )
    max_examples: int = setting(
        100, "Generated inputs for each Hamilton function.", at_least(1, int), "a whole number from 1", "N"
    )
    seed: int = setting(
        0,
        "Seed of the generated inputs. What has failed before is tried first, whatever the seed: it is remembered in "
        "windtunnel/hypothesis in the user's cache folder ($XDG_CACHE_HOME or ~/.cache), or where "
        "$HYPOTHESIS_STORAGE_DIRECTORY says.",
        at_least(0, int),
        "a whole number from 0",
        "N",
    )
    property_budget: float = setting(
        120.0,
        "Time that trying Hamilton functions may take in all, spread over them: a slow function gets fewer inputs.",
        span,
        "a time above 0, in seconds or with a unit (90, 60s, 2m)",
        "TIME",
    )
    conf: Mapping[str, Any] = setting(
        dict, "Params of the DAG runs.", params, "a JSON object, @FILE that holds one, or a table", "JSON|@FILE"
    )
    env_file: str = setting(
        "",
        "File of environment variables (NAME=value) to load and run with; the environment itself wins over it.",
        path_text,
        "a path",
        "FILE",
    )
    fixtures: str = setting(
        "",
        "Folder of files (.yaml, .json, .env) with the connections, variables, environment, pools, params, date, "
        "allowed hosts and recorded responses that DAGs are given (windtunnel.d at the root, if there, if not given).",
        path_text,
        "a path",
        "FOLDER",
    )
    date: str = setting(
        "",
        "Logical date of the runs, in UTC where it names no other zone (now if not given). The clock stays as it is.",
        past_moment,
        "a date, YYYY-MM-DD or YYYY-MM-DDTHH:MM",
        "DATE",
    )
    min_linearity: float = setting(
        0.5,
        "Lowest linearity (longest path / tasks) without a warning.",
        share,
        "a number from 0 to 1",
        "SHARE",
        budgeted=True,
    )
    max_width: int = setting(
        16,
        "Most tasks that may be ready at a time without a warning.",
        at_least(1, int),
        "a whole number from 1",
        "N",
        budgeted=True,
    )
    max_catchup: int = setting(
        100,
        "Most runs that catchup may create at once without a warning.",
        at_least(0, int),
        "a whole number from 0",
        "N",
        budgeted=True,
    )
    budgets: tuple[Budget, ...] = setting(
        (),
        "Tables `[[tool.windtunnel.budgets]]`, each with `dag`, `tag` or `path` (a glob) and with min-linearity, "
        "max-width, max-catchup or engines for these DAGs; dag wins over tag, tag over path, the "
        "later over the earlier.",
        _budgets,
        "a list of tables",
        in_file=True,
    )
    pools: tuple[str, ...] = setting(
        (), "The pools of the deployment; where given, a task in any other is told.", words, "names", "NAME,..."
    )
    queues: tuple[str, ...] = setting(
        (), "The queues that workers serve; where given, a task in any other is told.", words, "names", "NAME,..."
    )
    assets: tuple[str, ...] = setting(
        (), "Assets (names or URIs) that something outside of this repository produces.", words, "names", "NAME,..."
    )
    max_import_seconds: float = setting(
        2.0,
        "Most seconds that a DAG file may take to import without a warning, or a Hamilton module beside its libraries.",
        at_least(0, float),
        "seconds, 0 or more",
        "SECONDS",
    )
    max_xcom_bytes: int = setting(
        48 * 1024,
        "Most bytes that an XCom may have as it is stored without a warning.",
        at_least(0, int),
        "bytes, a whole number from 0",
        "BYTES",
    )
    contexts: tuple[str, ...] = setting(
        ("undated", "twice", "machines"),
        "Contexts in which DAGs are run again where that can tell something: undated (as by the API or by assets, for "
        "DAGs that have no dates of their own), twice (one date run, cleared and run again, then another date, for "
        "DAGs that write), machines (each task in folders of its own, where one reads what another left there), retry "
        "(tasks that write are killed at work and repeated), dates (leap days, ends of months, changes of the clocks, "
        "for DAGs that run by the clock and use dates), kills (each save of Hamilton's is killed at every point of its "
        "work, with a full disk and without permission too, and its task is repeated). Not the last three if not asked "
        "for: they are for nightly runs.",
        _contexts,
        f"some of {', '.join(CONTEXTS)}",
        "NAME,...",
    )
    perturbations: tuple[str, ...] = setting(
        PERTURBATIONS[:6],
        "What is changed, one at a time, of the tables that enter the dataflows of runs when these are played again: "
        "missing (values), small (no rows, one, three), zero, dtypes (nullable, pyarrow), constant (columns), "
        "duplicates (rows), extremes (the largest numbers), texts (never seen before), order (of the rows, or one "
        "label twice in the index), zones (of times). Not the last four if not asked for: they tell of much that is "
        "meant.",
        _perturbations,
        f"some of {', '.join(PERTURBATIONS)}",
        "NAME,...",
    )
    engines: tuple[str, ...] = setting(
        (),
        "Engines of Hamilton's that every dataflow of the runs is played by, to be compared node by node with a plain "
        "loop: threads, processes (for blocks of Parallelizable), dask, ray. What a task's own driver runs on is "
        "compared in any case.",
        _engines,
        f"some of {', '.join(ENGINES)}",
        "NAME,...",
        budgeted=True,
    )
    max_paths: int = setting(
        6,
        "Most further runs of a DAG on paths that its run did not take: other answers, failing tasks (0 for none).",
        at_least(0, int),
        "a whole number from 0",
        "N",
    )
    max_kills: int = setting(
        24,
        "Most points at which each save is killed in the context `kills`.",
        at_least(1, int),
        "a whole number from 1",
        "N",
    )
    node_cov_fail_under: float = setting(
        0.0,
        "Lowest percentage of the nodes of all Hamilton modules that the runs of the DAGs must execute (0 for none). "
        "Judged where the whole repository is checked. A node counts once, whatever configurations have it; those that "
        "decorators make (savers, loaders, validators, extracted columns) are nodes too, inputs are none.",
        percent,
        "a number from 0 to 100",
        "PERCENT",
    )
    fail_on: Severity = setting(
        Severity.ERROR,
        "Lowest severity that makes the exit status 1.",
        failing_severity,
        "error or warning",
        choices=("error", "warning"),
    )
    format: str = setting(
        "full",
        "Form of the report on stdout, or in the --output file.",
        one_of(FORMATS),
        f"one of {', '.join(FORMATS)}",
        choices=FORMATS,
        report=True,
    )
    output: str = setting(
        "", "Write the report to this file instead of stdout.", path_text, "a path", "FILE", short="-o", report=True
    )
    report: tuple[tuple[str, str], ...] = setting(
        (),
        "Write the report to this file too, in this form; may be given several times.",
        reports(FORMATS),
        f"FORMAT=FILE, with one of {', '.join(FORMATS)}",
        "FORMAT=FILE",
        report=True,
        repeated=True,
    )
    compare: str = setting(
        "",
        "JSON report of the base branch: the form markdown shows what a change does to DAGs and dataflows.",
        path_text,
        "a path",
        "FILE",
        report=True,
    )
    statistics: bool = switch("Count the findings by check.")
    durations: int = setting(
        5, "How many of the slowest are named.", at_least(0, int), "a whole number from 0", "N", report=True
    )
    quiet: bool = switch("Findings and verdict only.", short="-q")
    verbose: bool = switch("All that is known: whole evidence, output, timings.", short="-v")
    no_color: bool = switch("No colours, whatever the terminal can do.")

    def ignored_by(self, path: str, is_meant: Callable[[tuple[str, ...]], bool]) -> str:
        """The glob of `per_file_ignores` under which a finding in the file is suppressed, "" for none.

        `is_meant` says whether words of the table mean the check.
        """
        name = path.rpartition("/")[2]
        return next(
            (
                glob
                for glob, chosen in self.per_file_ignores
                if (fnmatchcase(path, glob) or fnmatchcase(name, glob)) and is_meant(chosen)
            ),
            "",
        )

    def budget(self, name: str, dag_id: str, tags: tuple[str, ...], path: str) -> Allowance:
        """The value of a budgeted setting for one DAG: of the most specific budget that gives it one, else for all."""
        named = {"dag": (dag_id,), "tag": tags, "path": (path,)}
        for of in BUDGET_OF:
            for budget in reversed([budget for budget in self.budgets if budget.of == of]):
                is_meant = any(fnmatchcase(one, budget.pattern) for one in named[of])
                if is_meant and (value := budget.get(name)) is not None:
                    return Allowance(value, f" (the budget of {of} {budget.pattern!r})")
        return Allowance(getattr(self, name))


def options() -> tuple[Option, ...]:
    """Every setting that a user can choose, in the order in which the doors list them."""
    return tuple(Option(f.name, **f.metadata) for f in fields(Settings) if f.metadata)
