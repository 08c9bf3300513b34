"""A tour of Hamilton's driver: eleven ideas, one per task, on one dataflow about what a sign-up costs.

| task | idea |
|---|---|
| `give_config` | config shapes the graph: each region looks back over as many weeks as it does |
| `pass_inputs` | inputs are values: one driver serves every region |
| `override_nodes` | overrides take the place of what would be computed: what if we had spent more? |
| `execute_once` | one execution, several results, saved by the dataflow |
| `execute_in_chunks` | the same driver on a few weeks at a time; the same file in the end |
| `build_results` | the same results as a dict, as a table, joined, and as a page by a result builder of our own |
| `use_graph_adapters` | the same functions on threads, on processes, on Dask, on Ray |
| `cache_results` | what was computed once is not computed again |
| `materialize_results` | loaders and savers that the dataflow knows nothing of |
| `draw_dataflow` | the whole graph and one execution path, as Graphviz texts |
| `wrap_driver` | a class of our own that delegates to the stock driver |

The dataflow stands in `modules/marketing_spend/`. The tasks share nothing; they are a chain because that is the order
of the ideas. Files go to `<data root>/hamilton_driver_tour/<run id>/`.
"""

# `modules` is importable because the root of the repository is on the path of every Airflow process, for
# example by PYTHONPATH=/opt/airflow/repository. It and pandas are imported inside the tasks: Airflow parses
# this file every few seconds, and parsing must cost nothing.
import os
import tempfile
from datetime import datetime, timedelta, timezone
from pathlib import Path

from airflow.sdk import Context, Param, chain, dag, get_current_context, task


def _run_folder(context: Context) -> Path:
    """`<data root>/<dag_id>/<run id>/`: a retry finds its own files and replaces them, two runs never meet.

    The run id is taken as it is: Airflow keeps "/" and ".." out of it, and file systems take ":" and "+".
    """
    # Resolved at run time, on the worker: the machine that parses this file may have other folders.
    default_root = os.environ.get("DATA_ROOT") or Path(tempfile.gettempdir(), "airflow-data")
    folder = Path(context["params"]["data_root"] or default_root, context["dag"].dag_id, context["run_id"])
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _spend_location(context: Context) -> str:
    """The file of the params, or the sample that ships with the dataflow."""
    from modules.marketing_spend import WEEKLY_SPEND

    return context["params"]["spend_location"] or str(WEEKLY_SPEND)


@task(multiple_outputs=False)
def give_config() -> dict[str, dict[str, float]]:
    """Shows `hamilton.driver.Builder.with_config`. Returns the latest rolling averages of each region.

    `@config.when` chooses functions when the driver is built, so another region is another graph and needs another
    driver. `region` is a parameter of the dataflow too, and is taken from the config for as long as the driver lives.
    """
    from hamilton import driver

    from modules.marketing_spend import REGIONS, reading, rolling, spend

    inputs = {"spend_location": _spend_location(get_current_context())}
    latest = {}
    for region in REGIONS:
        dr = driver.Builder().with_config({"region": region}).with_modules(reading, spend, rolling).build()
        latest[region] = dr.execute(["latest_rolling_spend"], inputs=inputs)["latest_rolling_spend"]
    return latest


@task(multiple_outputs=False)
def pass_inputs() -> dict[str, float]:
    """Shows the argument `inputs` of `hamilton.driver.Driver.execute`. Returns what a sign-up costs in each region.

    An input is a value for one execution: the graph is built once, and knows nothing of regions. It can choose no
    function (without a config, `modules/marketing_spend/rolling.py` could not be used here).
    """
    from hamilton import driver

    from modules.marketing_spend import REGIONS, reading, spend

    spend_location = _spend_location(get_current_context())
    dr = driver.Builder().with_modules(reading, spend).build()
    return {
        region: dr.execute(["overall_cost"], inputs={"spend_location": spend_location, "region": region})[
            "overall_cost"
        ]
        for region in REGIONS
    }


@task(multiple_outputs=False)
def override_nodes() -> dict[str, float]:
    """Shows the argument `overrides` of `hamilton.driver.Driver.execute`. Returns what a sign-up costs, and what it
    would cost if a tenth more had been spent for as many sign-ups.

    An input gives what no function computes. An override takes the place of a function, here of `spend`: neither it
    nor what only it needs is called.
    """
    from hamilton import driver

    from modules.marketing_spend import reading, spend

    context = get_current_context()
    inputs = {"spend_location": _spend_location(context), "region": context["params"]["region"]}
    dr = driver.Builder().with_modules(reading, spend).build()
    results = dr.execute(["spend", "overall_cost"], inputs=inputs)
    what_if = dr.execute(["overall_cost"], inputs=inputs, overrides={"spend": 1.1 * results["spend"]})
    return {"as it is": results["overall_cost"], "a tenth more": what_if["overall_cost"]}


@task
def execute_once() -> str:
    """Shows `hamilton.driver.Driver.execute`. Returns the location of the costs, by week and business line.

    All results of one execution come from one walk through the graph: what several of them need is computed once. The
    saver is one of them, and is asked for by its `output_name_`.
    """
    from hamilton import driver

    from modules.marketing_spend import reading, spend

    context = get_current_context()
    costs_location = str(_run_folder(context) / "costs.csv")
    dr = driver.Builder().with_modules(reading, spend).build()
    dr.execute(
        ["saved_costs", "overall_cost"],
        inputs={
            "spend_location": _spend_location(context),
            "region": context["params"]["region"],
            "costs_location": costs_location,
        },
    )
    return costs_location


@task
def execute_in_chunks() -> str:
    """Shows `hamilton.driver.Driver.execute`, called in succession. Returns the location of the costs.

    For what comes in pieces or does not fit into the memory. Two drivers: one reads, the other has no function for
    `weekly_spend` and takes it as an input, a few weeks at a time. Right only for results that need nothing of the
    weeks before: a rolling average would be wrong at each seam.
    """
    import pandas as pd
    from hamilton import driver

    from modules.atomic_savers import aside
    from modules.marketing_spend import reading, spend

    context = get_current_context()
    params = context["params"]
    reader = driver.Builder().with_modules(reading).build()
    table = reader.execute(["weekly_spend"], inputs={"spend_location": _spend_location(context)})["weekly_spend"]
    dr = driver.Builder().with_config({"region": params["region"]}).with_modules(spend).build()
    # Weeks are not cut in two: a sign-up in one piece would be paid for in the other.
    pieces = [rows for _, rows in table.groupby(pd.Grouper(key="week", freq=f"{7 * params['weeks_in_a_chunk']}D"))]
    costs = [dr.execute(["costs"], inputs={"weekly_spend": rows})["costs"] for rows in pieces if len(rows)]
    location = _run_folder(context) / "costs_in_chunks.csv"
    with aside(location) as file:
        pd.concat(costs).to_csv(file)
    return str(location)


@task(multiple_outputs=False)
def build_results() -> dict[str, str]:
    """Shows `hamilton.lifecycle.ResultBuilder`, given by `Builder.with_adapters`. Returns which type each one gives.

    A dict (also without a result builder) takes results of any type. `PandasDataFrameResult` makes one table: the
    columns of tables under prefixed names, series joined by their index, an outer join. The page is made by our own.
    """
    from hamilton import base, driver

    from modules.atomic_savers import aside
    from modules.marketing_spend import reading, spend
    from modules.marketing_spend.result_builders import MarkdownPage

    context = get_current_context()
    inputs = {"spend_location": _spend_location(context), "region": context["params"]["region"]}
    wanted = {
        "dict": (base.DictResult(), ["costs", "overall_cost"]),
        "table": (base.PandasDataFrameResult(), ["spend_by_line", "signups_by_line"]),
        "joined series": (base.StrictIndexTypePandasDataFrameResult(), ["spend", "signups", "acquisition_cost"]),
        "page": (MarkdownPage(), ["overall_cost", "costs"]),
    }
    built = {}
    for name, (result_builder, final_vars) in wanted.items():
        dr = driver.Builder().with_modules(reading, spend).with_adapters(result_builder).build()
        built[name] = dr.execute(final_vars, inputs=inputs)
    with aside(_run_folder(context) / "page.md") as file:
        file.write_text(built["page"], encoding="utf-8")
    return {name: type(result).__name__ for name, result in built.items()}


@task
def use_graph_adapters() -> list[str]:
    """Shows what `modules/marketing_spend/graph_adapters.py` gives to `Builder.with_adapters`. Returns the engines, all
    of which came to the same results; raises ValueError if one did not.

    The functions stay as they are: where a dataflow outgrows a process or a machine, the driver is what changes.
    """
    from hamilton import driver

    from modules.marketing_spend import reading, rolling, spend
    from modules.marketing_spend.graph_adapters import differences, driver_on

    context = get_current_context()
    params = context["params"]
    reader = driver.Builder().with_modules(reading).build()
    table = reader.execute(["weekly_spend"], inputs={"spend_location": _spend_location(context)})["weekly_spend"]
    final_vars = ["costs", "acquisition_cost", "overall_cost", "rolling_spend"]
    results = {}
    for engine in params["engines"]:
        with driver_on(engine, {"region": params["region"]}, spend, rolling) as dr:
            results[engine] = dr.execute(final_vars, inputs={"weekly_spend": table})
    if differing := differences(results):
        raise ValueError(f"not the same everywhere: {differing}")
    return list(results)


@task
def cache_results() -> list[int]:
    """Shows `hamilton.driver.Builder.with_cache`. Returns how many functions were called by each of three executions.

    A result is found again by the code that made it and by what that was given. So the second region calls less than
    the first, and the first region, asked again, calls nothing but the loader. The cache lies in memory here. On a disk
    (`with_cache("folder")`) it outlives the task, but Hamilton writes it in place: not for workers that may be killed.
    """
    from hamilton import driver
    from hamilton.caching.stores.memory import InMemoryMetadataStore, InMemoryResultStore

    from modules.marketing_spend import reading, spend

    spend_location = _spend_location(get_current_context())
    dr = (
        driver.Builder()
        .with_modules(reading, spend)
        .with_cache(
            metadata_store=InMemoryMetadataStore(),
            result_store=InMemoryResultStore(),
            default_loader_behavior="recompute",  # else it is found by the path, whatever the file holds by now
        )
        .build()
    )
    calls = []
    for region in ("CA", "US", "CA"):
        dr.execute(["overall_cost"], inputs={"spend_location": spend_location, "region": region})
        events = dr.cache.logs(level="info")[dr.cache.last_run_id]
        calls.append(sum(event.event_type.value == "execute_node" for event in events))
    return calls


@task
def materialize_results() -> list[str]:
    """Shows `hamilton.driver.Driver.materialize`. Returns the locations of what was saved.

    Loaders and savers are given to the execution, not written at the functions: `modules/marketing_spend/reading.py` is
    left out, and a saver may take several results, put together by a result builder. `materialize_atomically` stands in
    the place of Hamilton's `to`, whose savers leave half a file when they are killed.
    """
    from hamilton import base, driver
    from hamilton.io.materialization import from_

    from modules.atomic_savers import materialize_atomically
    from modules.marketing_spend import rolling, spend
    from modules.marketing_spend.result_builders import MarkdownPage

    context = get_current_context()
    folder = _run_folder(context)
    locations = {name: str(folder / name) for name in ("joined.csv", "latest.json", "rolling.md")}
    dr = driver.Builder().with_config({"region": context["params"]["region"]}).with_modules(spend, rolling).build()
    dr.materialize(
        from_.csv(target="weekly_spend", path=_spend_location(context), parse_dates=["week"], dtype_backend=None),
        materialize_atomically.csv(
            id="joined",
            dependencies=["spend", "signups", "acquisition_cost"],
            combine=base.PandasDataFrameResult(),
            path=locations["joined.csv"],
            index=True,  # the weeks
        ),
        materialize_atomically.json(id="latest", dependencies=["latest_rolling_spend"], path=locations["latest.json"]),
        materialize_atomically.file(
            id="page", dependencies=["rolling_spend"], combine=MarkdownPage(), path=locations["rolling.md"]
        ),
    )
    return list(locations.values())


@task
def draw_dataflow() -> list[str]:
    """Shows `hamilton.driver.Driver.display_all_functions` and `visualize_execution`. Returns where the drawings are.

    The first draws all functions that the config has chosen, the second what one execution would call: here, with
    `spend` overridden, nothing that only `spend` needs.
    """
    from hamilton import driver

    from modules.atomic_savers import aside
    from modules.marketing_spend import reading, rolling, spend
    from modules.marketing_spend.pictures import dot_text

    context = get_current_context()
    folder = _run_folder(context)
    dr = (
        driver.Builder()
        .with_config({"region": context["params"]["region"]})
        .with_modules(reading, spend, rolling)
        .build()
    )
    drawings = {
        "dataflow.dot": dr.display_all_functions(show_legend=False),
        "execution_path.dot": dr.visualize_execution(
            ["overall_cost"],
            inputs={"spend_location": _spend_location(context)},
            overrides={"spend": None},
            show_legend=False,
        ),
    }
    for name, drawing in drawings.items():
        with aside(folder / name) as file:
            file.write_text(dot_text(drawing), encoding="utf-8")
    return [str(folder / name) for name in drawings]


@task
def wrap_driver() -> float:
    """Shows `modules/marketing_spend/timed_driver.py`. Returns what a sign-up costs.

    What all drivers of a team have to do stands in one class. What it does not do itself it leaves to the stock driver,
    so it can be used wherever one can.
    """
    from hamilton import driver

    from modules.marketing_spend import reading, spend
    from modules.marketing_spend.timed_driver import TimedDriver

    context = get_current_context()
    dr = TimedDriver(driver.Builder().with_modules(reading, spend).build())
    inputs = {"spend_location": _spend_location(context), "region": context["params"]["region"]}
    dr.validate_execution(["overall_cost"], inputs=inputs)  # delegated
    return dr.execute(["overall_cost"], inputs=inputs)["overall_cost"]


@dag(
    dag_id="hamilton_driver_tour",
    doc_md=__doc__,
    schedule=None,
    start_date=datetime(2025, 1, 1, tzinfo=timezone.utc),
    catchup=False,
    tags=["example", "hamilton"],
    default_args={
        "retries": 2,
        "retry_delay": timedelta(seconds=10),
        "execution_timeout": timedelta(minutes=5),
    },
    params={
        "spend_location": Param(
            None,
            type=["null", "string"],
            description="CSV file with the columns week, region, business_line, spend and signups. Empty: the sample.",
        ),
        "region": Param("CA", type="string", enum=["CA", "US"], description="Region that most tasks are about."),
        "weeks_in_a_chunk": Param(8, type="integer", minimum=1, description="How many weeks are computed at a time."),
        "engines": Param(
            ["plain", "threads", "processes"],
            type="array",
            items={"type": "string", "enum": ["plain", "threads", "processes", "dask", "ray"]},
            minItems=1,
            uniqueItems=True,
            description="Engines that must come to the same results. dask and ray are extras.",
        ),
        "data_root": Param(
            None,
            type=["null", "string"],
            description="Folder below which every run gets its own. Empty: the environment variable "
            "DATA_ROOT, else a temporary folder, which serves one machine only.",
        ),
    },
)
def hamilton_driver_tour() -> None:
    """The eleven ideas in a chain."""
    chain(
        give_config(),
        pass_inputs(),
        override_nodes(),
        execute_once(),
        execute_in_chunks(),
        build_results(),
        use_graph_adapters(),
        cache_results(),
        materialize_results(),
        draw_dataflow(),
        wrap_driver(),
    )


hamilton_driver_tour()
