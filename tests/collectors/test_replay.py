"""What a real task computed by a driver is kept, and can be played again without touching the outside."""

from __future__ import annotations

import dataclasses
import stat
from pathlib import Path

import pandas as pd
import pytest

from windtunnel.collectors.recorded import read_recorded, value_in
from windtunnel.collectors.replay import NotReplayable, Raised, Replay
from windtunnel.collectors.runs import collect_runs
from windtunnel.collectors.value_keeper import pickled
from windtunnel.plan import Plan

TABLE = """
    import pandas as pd


    def half(table: pd.DataFrame, n: int = 2) -> pd.Series:
        return table["x"] / n


    def total(half: pd.Series, shift: float) -> float:
        return float(half.sum()) + shift


    def rows(table: pd.DataFrame) -> int:
        return len(table)
"""
GIVEN = {"table": pd.DataFrame({"x": [1.0, 3.0]}), "shift": 1.0}


def test_a_dataflow_is_played_again_from_what_was_recorded(played):
    replay = played(TABLE, ["total", "rows"], inputs=GIVEN)
    assert set(replay.nodes) == {"half", "total", "rows"}
    assert set(replay.entering) == {"table", "shift"}
    assert replay.value_of("total") == 3.0
    assert replay.arguments_of("total")["shift"] == 1.0
    assert list(replay.arguments_of("total")["half"]) == [0.5, 1.5]


def test_only_what_is_downstream_of_a_change_is_computed_again(played):
    replay = played(TABLE, ["total", "rows"], inputs=GIVEN)
    assert replay.run({"shift": 4.0}) == {"total": 6.0}
    assert list(replay.run({"table": pd.DataFrame({"x": [2.0]})})) == ["half", "total", "rows"]
    assert replay.downstream_of(["shift"]) == {"total"}


def test_what_a_node_raises_is_told_and_what_is_behind_it_is_left_out(played):
    replay = played(TABLE, ["total", "rows"], inputs=GIVEN)
    results = replay.run({"table": pd.DataFrame({"y": [2.0]})})
    assert isinstance(results["half"], Raised)
    assert results["rows"] == 1
    assert "total" not in results


def test_no_node_changes_what_another_gets(played):
    replay = played(
        """
        def first(numbers: list) -> int:
            numbers.clear()
            return 0


        def second(numbers: list, first: int) -> int:
            return len(numbers)
        """,
        ["second"],
        inputs={"numbers": [1, 2]},
    )
    assert replay.run({"numbers": [1, 2, 3]})["second"] == 3
    assert replay.value_of("numbers") == [1, 2]  # as it entered, not as the real run left it


def test_loaders_and_savers_do_not_run_again(played, tmp_path):
    (tmp_path / "in.csv").write_text("x\n1\n")
    replay = played(
        """
        import pandas as pd
        from hamilton.function_modifiers import load_from, save_to, source


        @load_from.csv(path=source("place"))
        @save_to.csv(path=source("target"), output_name_="saved")
        def table(raw: pd.DataFrame) -> pd.DataFrame:
            return raw


        def constant() -> int:
            return 3


        def both(table: pd.DataFrame, constant: int) -> int:
            return len(table) + constant
        """,
        ["saved", "both"],
        inputs={"place": str(tmp_path / "in.csv"), "target": str(tmp_path / "out.csv")},
    )
    (tmp_path / "in.csv").unlink()
    (tmp_path / "out.csv").unlink()
    (loaded,) = [name for name in replay.entering if name != "constant"]
    assert set(replay.nodes) == {"table", "both"}
    assert replay.run({loaded: pd.DataFrame({"x": []})})["both"] == 3
    assert not (tmp_path / "out.csv").exists()


def test_what_a_materializer_saves_and_puts_together_is_no_node_of_the_dataflow(played, tmp_path):
    from hamilton import base
    from hamilton.io.materialization import to

    place = str(tmp_path / "both.csv")
    both = to.csv(id="both", dependencies=["half", "total"], combine=base.PandasDataFrameResult(), path=place)
    replay = played(TABLE, ["both", "rows"], inputs=GIVEN, materializers=(both,))
    assert set(replay.nodes) == {"half", "total", "rows"}
    assert set(replay.entering) == {"table", "shift"}
    assert replay.run({"shift": 4.0}) == {"total": 6.0}


def test_overrides_and_configuration_are_as_they_were(played):
    text = """
        from hamilton.function_modifiers import config


        @config.when(kind="a")
        def node__a(n: int) -> int:
            return n


        @config.when(kind="b")
        def node__b(n: int, factor: int) -> int:
            return n * factor


        def last(node: int) -> int:
            return -node
    """
    assert played(text, ["last"], inputs={"n": 2}, config={"kind": "b", "factor": 5}).value_of("last") == -10
    overridden = played(text, ["last"], inputs={}, config={"kind": "a"}, overrides={"node": 7})
    assert overridden.entering == ("node",)
    assert overridden.value_of("last") == -7


def test_what_was_not_kept_is_computed_again(played):
    replay = played(
        """
        def maker(n: int) -> object:
            return lambda: n


        def made(maker: object) -> int:
            return maker()
        """,
        ["made"],
        inputs={"n": 2},
    )
    assert "maker" not in replay.recorded.values
    assert replay.arguments_of("made")["maker"]() == 2


def test_what_entered_and_was_not_kept_makes_what_needs_it_unplayable(played):
    text = "def made(maker: object, n: int) -> int:\n    return maker()\n"
    replay = played(text, ["made"], inputs={"n": 2, "maker": lambda: 2})
    with pytest.raises(NotReplayable, match="maker was not kept: function does not pickle"):
        replay.arguments_of("made")


def test_blocks_that_run_for_each_element_stand_as_they_were_recorded(played):
    replay = played(
        """
        from hamilton.htypes import Collect, Parallelizable


        def part(n: int) -> Parallelizable[int]:
            yield from range(n)


        def squared(part: int) -> int:
            return part**2


        def total(squared: Collect[int]) -> int:
            return sum(squared)


        def shown(total: int, unit: str) -> str:
            return f"{total} {unit}"
        """,
        ["shown"],
        inputs={"n": 3, "unit": "m"},
    )
    assert set(replay.left_out) == {"part", "squared", "total"}
    assert replay.run({"n": 4}) == {}
    assert replay.run({"unit": "s"}) == {"shown": "5 s"}


def test_a_value_that_is_too_large_is_not_kept():
    assert pickled(b"x" * 3_000_000, 1 << 20) == "it has more than 1 MiB"
    assert value_in(pickled([1, "a"])) == [1, "a"]
    assert pickled(lambda: 0).startswith("function does not pickle")


def test_of_a_large_table_some_rows_are_kept_and_what_follows_from_them_is_computed(played):
    large = pd.DataFrame({f"c{n}": range(300_000) for n in range(9)})
    replay = played(
        "import pandas as pd\n\ndef rows(t: pd.DataFrame) -> int:\n    return len(t)\n", ["rows"], {"t": large}
    )
    assert replay.recorded.cut == ("t",)
    assert 9_000 < replay.value_of("rows") <= 10_000


def test_a_module_that_nobody_else_can_import_makes_the_dataflow_unplayable(played):
    replay = played("def one() -> int:\n    return 1\n", ["one"], {})
    with pytest.raises(NotReplayable, match="its module made_up cannot be imported alone"):
        Replay(dataclasses.replace(replay.recorded, modules=(("made_up", ""),)))


DAG = """\
from airflow.sdk import dag, task


@task
def drive() -> int:
    from hamilton import driver

    import flow

    dr = driver.Builder().with_modules(flow).with_config({"unit": "m"}).build()
    return dr.execute(["shown"], inputs={"n": 2})["shown"]


@task(trigger_rule="all_done")
def fails(shown: int) -> None:
    from hamilton import driver

    import flow

    driver.Builder().with_modules(flow).with_config({"unit": "m"}).build().execute(["shown"], inputs={"n": 2})
    raise ValueError("no")


@dag(schedule=None)
def driving():
    fails(drive())


driving()
"""
FLOW = """\
def doubled(n: int) -> int:
    return n * 2


def shown(doubled: int, unit: str) -> str:
    return f"{doubled} {unit}"
"""


def test_a_real_task_that_ended_well_leaves_its_dataflow_and_no_other_task_does(pools, repository, tmp_path):
    from windtunnel.collectors.dags import as_loaded
    from windtunnel.collectors.discovery import discover
    from windtunnel.collectors.fixtures import read_fixtures
    from windtunnel.collectors.second_loads import collect_dag_files
    from windtunnel.run_requests import run_requests, that_record
    from windtunnel.settings import Settings

    root = repository({"dags/driving.py": DAG, "dags/flow.py": FLOW})
    settings = Settings(root)
    (file,) = discover(settings).dag_files
    loaded = list(collect_dag_files(pools.dags, [file], 60))
    requests = run_requests([(as_loaded(file, loaded[0]), loaded[0])], loaded, read_fixtures(settings))
    (run,) = collect_runs(pools.dags, that_record(requests, pools.dags.folder), 60)
    assert [task.state for task in run.tasks] == ["success", "failed"]
    (path,) = run.recorded
    assert stat.S_IMODE(Path(path).stat().st_mode) == 0o600
    recorded = read_recorded(path)
    assert (recorded.dag_id, recorded.task_id, recorded.map_index) == ("driving", "drive", -1)
    assert recorded.modules == (("flow", str(root / "dags" / "flow.py")),)
    assert {name: value_in(kept) for name, kept in recorded.values.items()} == {"doubled": 4, "shown": "4 m"}
    assert value_in(recorded.config["unit"]) == "m"
    (unasked,) = collect_runs(pools.dags, requests, 60)
    assert unasked.recorded == ()


def test_runs_keep_values_only_for_checks_that_want_them(repository):
    from windtunnel.collectors.discovery import discover
    from windtunnel.selection import selected
    from windtunnel.settings import Settings

    root = repository({"dags/driving.py": DAG, "dags/flow.py": FLOW})
    settings = Settings(root, select=("WT3",))
    plan = Plan.of(selected(settings), discover(settings), settings)
    assert plan.runs
    assert not plan.records
