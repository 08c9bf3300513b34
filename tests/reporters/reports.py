"""Reports made by hand: a realistic one, a clean one, and one whose every text is hostile."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from windtunnel.facts import (
    Content,
    CounterExample,
    DagFacts,
    DagFileFacts,
    DataflowFacts,
    DriverFacts,
    End,
    FailureFacts,
    Fate,
    Fault,
    ForcedFacts,
    Forcing,
    Gift,
    GivenFacts,
    KilledFacts,
    KilledSaveFacts,
    KillFacts,
    NodeFacts,
    Occasion,
    OutputFacts,
    PathsFacts,
    ProcessFacts,
    Property,
    PropertyFacts,
    RetryFacts,
    RunFacts,
    SaveFacts,
    SaveState,
    Shape,
    Sight,
    TaskFacts,
    TaskRunFacts,
    TwiceFacts,
    VisitFacts,
)
from windtunnel.findings import Finding, Location, Severity
from windtunnel.report import Report, Timing, Versions

ROOT = Path("/repo")
VERSIONS = Versions(windtunnel="0.1.0", python="3.11.9", airflow="3.3.0", hamilton="1.89.0")
DONE = ProcessFacts(End.COMPLETED, seconds=1.25)
TRACEBACK = (
    "Traceback (most recent call last):\n"
    + "".join(f'  File "/repo/modules/sales.py", line {n}, in step_{n}\n    step_{n + 1}()\n' for n in range(1, 8))
    + "KeyError: 'amount'\n"
)
TASK_FAILED = Finding(
    code="WT301",
    name="task-failed",
    severity=Severity.ERROR,
    message="task 'totals' failed: KeyError: 'amount'",
    remedy="run the command below, and mend what the traceback's last line names",
    location=Location("dags/daily_sales.py", 14),
    source='    totals = drive(modules.sales, ["totals"])',
    dag_id="daily_sales",
    task_id="totals",
    evidence=TRACEBACK,
    reproduce="windtunnel check dags/daily_sales.py --select WT301",
    docs="https://example.org/windtunnel/checks/WT301.md",
)
NO_RETRIES = Finding(
    code="WT210",
    name="task-without-retries",
    severity=Severity.WARNING,
    message="task 'load' gives up after one attempt",
    remedy="set retries",
    location=Location("dags/daily_sales.py", 9),
    source="    load = extract()",
    dag_id="daily_sales",
    task_id="load",
)
FALSIFIED = Finding(
    code="WT601",
    name="unexpected-exception",
    severity=Severity.ERROR,
    message="share(amount=0.0, total=0.0) raises ZeroDivisionError: float division by zero",
    remedy="handle the input, or raise ValueError to decline it",
    location=Location("modules/sales.py", 31),
    source="    return amount / total",
    node="share",
    evidence="share(amount=0.0, total=0.0)\nZeroDivisionError: float division by zero",
    reproduce="windtunnel check modules/sales.py --select WT601 --seed 0 --max-examples 100 "
    """--conf '{"day": "2024-01-01"}'""",
)
SILENCED = Finding(
    code="WT203",
    name="wide-dag",
    severity=Severity.WARNING,
    message="32 tasks may be ready at a time",
    remedy="use a pool",
    location=Location("dags/wide.py", 3),
    suppressed="the pool is set in production",
)


def chain(dag_id: str, path: str, *task_ids: str) -> DagFacts:
    """A linear DAG of these tasks."""
    tasks = tuple(TaskFacts(dag_id, task_id, "@task", Location(path, n)) for n, task_id in enumerate(task_ids, 9))
    shape = Shape(len(tasks), max(len(tasks) - 1, 0), task_ids, task_ids[:1], (), peak=min(len(tasks), 1))
    return DagFacts(dag_id, Location(path, 7), tasks, shape)


def loaded(dag: DagFacts, process: ProcessFacts = DONE) -> DagFileFacts:
    """A file that holds the DAG and nothing else."""
    return DagFileFacts(dag.location.path, process, dags=(dag,))


def run_of(
    dag: DagFacts, state: str = "success", process: ProcessFacts = DONE, saves: tuple[SaveFacts, ...] = ()
) -> RunFacts:
    """A run of the DAG in which every task ended in the run's state."""
    tasks = tuple(
        TaskRunFacts(dag.dag_id, task.task_id, -1, state, task.location, tries=1, seconds=0.5) for task in dag.tasks
    )
    return RunFacts(dag.dag_id, dag.location, process, state, tasks, saves=saves)


def save(dag: DagFacts, state: SaveState = SaveState.WHOLE, path: str = "/repo/out/totals.parquet") -> SaveFacts:
    """A save of the DAG's last task."""
    return SaveFacts(
        dag_id=dag.dag_id,
        task_id=dag.tasks[-1].task_id,
        node="save.totals",
        module="modules.sales",
        format="parquet",
        location=Location("modules/sales.py", 40),
        state=state,
        path=path,
        size=12_345 if state is SaveState.WHOLE else 0,
        detail="" if state is SaveState.WHOLE else "no such file",
    )


def node(name: str, path: str = "modules/sales.py") -> NodeFacts:
    """A node made by the function of the same name."""
    return NodeFacts(name, name.partition(".")[0], Location(path, 31), "float", ("amount", "total"))


def tried(name: str, counterexamples: tuple[CounterExample, ...] = (), module: str = "modules.sales") -> PropertyFacts:
    """A node of which every property was tried 100 times."""
    return PropertyFacts(
        module,
        "modules/sales.py",
        name,
        Location("modules/sales.py", 31),
        DONE,
        tuple(Property)[:4],
        100,
        7,
        counterexamples,
    )


SALES = chain("daily_sales", "dags/daily_sales.py", "load", "totals")
STOCK = chain("hourly_stock_of_every_warehouse_in_the_northern_region", "dags/stock.py", "a", "b", "c")
WIDE = DagFacts(
    "wide",
    Location("dags/wide.py", 3),
    (),
    Shape(5, 5, ("a", "b"), ("b", "c", "d"), (("a", "e"),), peak=4),
)
BROKEN = DagFileFacts(
    "dags/broken.py",
    DONE,
    failures=(FailureFacts("ImportError", "no module named 'sale'", Location("dags/broken.py", 2), TRACEBACK),),
)
DIVISION = CounterExample(
    Property.NO_EXCEPTION,
    "share(amount=0.0, total=0.0)",
    "ZeroDivisionError: float division by zero",
    Location("modules/sales.py", 31),
)
DRIVER = DriverFacts(
    "totals",
    -1,
    ("modules.sales",),
    ("amount", "totals"),
    ("totals",),
    ("totals",),
    ("day",),
    (),
    0.2,
    Location("dags/daily_sales.py", 9),
    config=(("unit", "'EUR'"), ("password", "")),
    adapters=("hamilton.lifecycle.default.PrintLn",),
    given=(GivenFacts("day", Gift.INPUT, Fate.UNKNOWN, "days"),),
    reached=(("modules.sales", "totals"),),
)
SALES_MODULE = DataflowFacts(
    "modules.sales",
    "modules/sales.py",
    DONE,
    (node("share"), node("totals"), node("parts.a"), node("parts.b")),
)
STOCK_MODULE = DataflowFacts(
    "modules.stock",
    "modules/stock.py",
    ProcessFacts(End.TIMED_OUT, "more than 120 s", "still importing\n", 120.0),
)
ELSEWHERE = "/srv/wt-1/home/out/2024-01-01/stock-levels.csv"
CLEAN = Report(
    root=ROOT,
    versions=VERSIONS,
    fail_on=Severity.ERROR,
    checks=42,
    seed=0,
    files=(loaded(SALES),),
    runs=(run_of(SALES, saves=(save(SALES),)),),
    dataflows=(SALES_MODULE,),
    properties=(tried("share"), tried("totals")),
    timings=(Timing("load", 1.5), Timing("run", 2.5), Timing("total", 14.24)),
)
EXPLORED = replace(
    CLEAN,
    paths=(
        PathsFacts(
            SALES,
            CLEAN.runs[0],
            (replace(run_of(SALES, "failed"), forced=(ForcedFacts("load", Forcing.FAIL),)),),
            ("'choose' answers 'right'",),
        ),
    ),
)
AGAIN = replace(
    CLEAN,
    contexts=(
        TwiceFacts(
            CLEAN.runs[0].dag_id,
            CLEAN.runs[0].location,
            CLEAN.runs[0],
            ProcessFacts(End.COMPLETED, seconds=1.5),
            (
                VisitFacts(
                    Occasion.CLEARED,
                    "2026-03-01",
                    "success",
                    outputs=(OutputFacts("/data/sales.db", Content.TABLE, "sales", added=2, repeated=2),),
                ),
            ),
        ),
    ),
)
KILLED = replace(
    CLEAN,
    contexts=(
        KilledFacts(
            CLEAN.runs[0].dag_id,
            CLEAN.runs[0].location,
            CLEAN.runs[0],
            ProcessFacts(End.COMPLETED, seconds=2.5),
            saves=(
                KilledSaveFacts(
                    "load",
                    "save.rows",
                    "csv",
                    Location("modules/sales.py", 7),
                    "/data/rows.csv",
                    (
                        KillFacts(Fault.KILLED, "after byte 10", Sight.TORN),
                        KillFacts(Fault.FULL, "at the first byte", Sight.UNTOUCHED, swallowed=True),
                        KillFacts(Fault.KILLED, "after byte 20", Sight.TORN, mended=False),
                    ),
                    (RetryFacts(Fault.KILLED, "after byte 20", "success", "2 rows more", ("/data/rows.tmp",)),),
                ),
            ),
        ),
    ),
)
MIXED = Report(
    root=ROOT,
    versions=VERSIONS,
    fail_on=Severity.ERROR,
    checks=42,
    seed=7,
    findings=(NO_RETRIES, TASK_FAILED, SILENCED, FALSIFIED),
    files=(BROKEN, loaded(SALES), loaded(STOCK), loaded(WIDE)),
    runs=(
        replace(
            run_of(SALES, "failed", saves=(save(SALES), save(SALES, SaveState.MISSING, ELSEWHERE))),
            drivers=(DRIVER,),
        ),
        run_of(STOCK, "", ProcessFacts(End.TIMED_OUT, "more than 120 s", "waiting for the file\n" * 3, 120.04)),
    ),
    dataflows=(SALES_MODULE, STOCK_MODULE),
    properties=(
        tried("share", (DIVISION,)),
        tried("totals"),
        PropertyFacts(
            "modules.sales",
            "modules/sales.py",
            "parts.a",
            Location("modules/sales.py", 50),
            DONE,
            not_exercised="parameter 'frame' is a DataFrame without a schema",
        ),
    ),
    timings=(Timing("start", 2.1), Timing("load", 3.25), Timing("run", 121.0), Timing("total", 131.4)),
)
NASTY = "[red]brackets[/red] \x1b[2J\x1b]0;title\x07 \x00 \x9b31m \u202eabc \udc80 é 漢"


def hostile() -> Report:
    """A report in which every text that a user can choose tries to command the terminal."""
    failure = FailureFacts(NASTY, NASTY, Location(NASTY), NASTY)
    process = ProcessFacts(End.DIED, NASTY, NASTY + "\n" + NASTY * 100)
    dag = chain(NASTY, NASTY, NASTY)
    saved = replace(save(dag, SaveState.MISSING, NASTY), node=NASTY, module=NASTY, format=NASTY, detail=NASTY)
    run = replace(run_of(dag, NASTY, process, (saved,)), failure=failure)
    finding = replace(
        TASK_FAILED,
        message=NASTY,
        remedy=NASTY,
        location=Location(NASTY, 3),
        source=NASTY,
        dag_id=NASTY,
        task_id=NASTY,
        node=NASTY,
        evidence=NASTY,
        reproduce=NASTY,
        docs=NASTY,
    )
    flow = DataflowFacts(NASTY, NASTY, process, (NodeFacts(NASTY, NASTY, Location(NASTY), NASTY, (NASTY,)),), failure)
    facts = PropertyFacts(NASTY, NASTY, NASTY, Location(NASTY), process, not_exercised=NASTY)
    return Report(
        root=Path(NASTY),
        versions=Versions(NASTY, NASTY, NASTY, NASTY),
        fail_on=Severity.ERROR,
        checks=1,
        seed=0,
        findings=(finding,),
        files=(DagFileFacts(NASTY, process, (failure,), (dag,)),),
        runs=(run,),
        dataflows=(flow,),
        properties=(facts,),
        timings=(Timing(NASTY, 1.0),),
    )
