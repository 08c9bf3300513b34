"""Every kind of saver is a promise, and each way is told in which one is broken though no file is torn."""

from __future__ import annotations

from dataclasses import replace

import pytest

from windtunnel.collectors.final_saves import with_final_saves
from windtunnel.engine import run
from windtunnel.facts import End, ProcessFacts, RunFacts, SaveFacts, SaveState, TaskRunFacts
from windtunnel.findings import Location
from windtunnel.settings import Settings

FLOW = """\
import json
from pathlib import Path

import pandas as pd
from hamilton.function_modifiers import datasaver, parameterize, pipe_output, save_to, source, step, subdag, value
from hamilton.htypes import Collect, Parallelizable
from hamilton.io.utils import get_file_metadata


@save_to.json(path=source("path"))
def unnamed() -> dict:
    return {"a": 1}


@save_to.csv(path=value("upper.csv"), output_name_="upper", target_="stacked", index=value(False))
@save_to.json(filepath_or_buffer=value("lower.json"), output_name_="lower", target_="stacked")
def stacked() -> pd.DataFrame:
    return pd.DataFrame({"a": [1, 2], "b": ["x", None]})


@save_to.pickle(path=value("above.pickle"), output_name_="above")
@save_to.json(path=value("below.json"), output_name_="below")
def heap() -> dict:
    return {"a": 1}


@save_to.json(path=value("manifest.json"), output_name_="manifest", target_="listed")
@save_to.json(path=value("listed.json"), output_name_="listed")
def with_manifest() -> dict:
    return {"a": 1}


@save_to.json(path=value("of_own.json"), output_name_="of_own")
@datasaver()
def own(path: str) -> dict:
    Path(f"{path}.txt").write_text("x")
    return {"path": f"{path}.txt"}


@parameterize(one={"n": value(1)}, two={"n": value(2)})
@save_to.json(path=value("one.json"), output_name_="saved_one", target_="one")
def many(n: int) -> dict:
    return {"n": n}


def plus(known: dict) -> dict:
    return {**known, "plus": 1}


@pipe_output(step(plus).on_output("piped"))
@save_to.json(path=value("piped.json"), output_name_="saved_piped")
def piped() -> dict:
    return {"a": 1}


def part(parts: int) -> Parallelizable[int]:
    yield from range(parts)


def part_path(part: int) -> str:
    return f"part_{part}.json"


@save_to.json(path=source("part_path"), output_name_="saved_part")
def worked(part: int) -> dict:
    return {"part": part}


def gathered(saved_part: Collect[dict]) -> list:
    return list(saved_part)


def place(saved_rows: dict) -> str:
    return str(saved_rows)


@save_to.json(path=source("path"), output_name_="saved_rows")
def data(rows: list) -> dict:
    return {"rows": rows}


@datasaver()
def full_disk(path: str) -> dict:
    raise OSError("no space left on device")


def no_input() -> dict:
    raise KeyError("rows")


@save_to.json(path=source("path"), output_name_="save_after_failure")
def after_failure(no_input: dict) -> dict:
    return no_input


@datasaver()
def far_away(path: str) -> dict:
    from urllib.request import urlopen

    urlopen("http://example.com", data=b"x")
    return {"path": path}


@datasaver()
def honest(rows: list, path: str) -> dict:
    Path(path).write_text("n\\n" + "".join(f"{row}\\n" for row in rows))
    return {"path": path, "rows": len(rows), "size": 10**9, **get_file_metadata(path)}


@datasaver()
def boasts(rows: list, path: str) -> dict:
    Path(path).write_text("n\\n" + "".join(f"{row}\\n" for row in rows[:-2]))
    return {"path": path, "rows": len(rows)}


@datasaver()
def too_early(rows: list, path: str) -> dict:
    with open(path, "w") as file:
        json.dump(rows, file)
        return {"written": True, **get_file_metadata(path)}
"""
QUIET = """\
from hamilton.function_modifiers import config, datasaver, save_to, source, value


def place(kept: dict) -> str:
    return str(kept)


def message(place: str) -> str:
    return place


@save_to.json(path=source("path"), output_name_="kept")
def data(rows: list) -> dict:
    return {"rows": rows}


@save_to.json(path=source("path"), output_name_="never_saved")
def unwanted() -> dict:
    return {"a": 1}


@config.when(env="prod")
@save_to.json(path=value("archive.json"), output_name_="archived")
def archive__prod() -> dict:
    return {"a": 1}


@config.when(env="dev")
def archive__dev() -> dict:
    return {"a": 1}


@config.when(env="prod")
@datasaver()
def sent__prod() -> dict:
    return {}


def letter(archived: dict, sent: dict) -> str:
    return f"{archived} {sent}"
"""
OUTER = """\
from hamilton.function_modifiers import save_to, source, subdag, value


@save_to.json(path=source("inner_path"), output_name_="saved_inner")
def inner() -> dict:
    return {"a": 1}


@subdag(inner, inputs={"inner_path": value("left.json")})
def left(saved_inner: dict) -> dict:
    return saved_inner


@subdag(inner, inputs={"inner_path": value("right.json")})
def right(saved_inner: dict) -> dict:
    return saved_inner
"""
DAG_FILE = """\
import contextlib

from airflow.sdk import DAG, task
from hamilton import driver
from hamilton.execution.executors import SynchronousLocalTaskExecutor
from hamilton.io.materialization import to
from hamilton.lifecycle import GracefulErrorAdapter

from modules import flow, outer, quiet


def built(*adapters, materializers=(), modules=(flow,)):
    builder = driver.Builder().with_modules(*modules).with_adapters(*adapters)
    return builder.with_materializers(*materializers).build()


def quiet_in_dev():
    return driver.Builder().with_modules(quiet).with_config({"env": "dev"}).build()


def drive(*nodes, **inputs):
    return built().execute(list(nodes), inputs=inputs)


with DAG("kinds", schedule=None):

    @task
    def decorated() -> None:
        drive("save.unnamed", "upper", "lower", "manifest", "of_own", "saved_one", "saved_piped", path="a.json")

    @task
    def in_subdags() -> None:
        built(modules=(outer,)).execute(["left", "right"])

    @task
    def parallel() -> None:
        builder = driver.Builder().with_modules(flow).enable_dynamic_execution(allow_experimental_mode=True)
        builder.with_remote_executor(SynchronousLocalTaskExecutor()).build().execute(["gathered"], inputs={"parts": 3})

    @task
    def materialized() -> None:
        saver = to.json(id="late", dependencies=["unnamed"], path="late.json")
        built().materialize(saver)  # here
        saver = to.json(id="early", dependencies=["unnamed"], path="early.json")
        built(materializers=[saver]).execute(["early"])

    @task
    def mapped(number) -> None:
        drive("save.unnamed", path=f"mapped_{number}.json")

    @task
    def object_storage() -> None:
        import os

        from airflow.sdk import ObjectStoragePath

        ObjectStoragePath(f"file://{os.getcwd()}/stored.txt").write_text("x")

    decorated() >> in_subdags() >> parallel() >> materialized() >> object_storage() >> mapped.expand(number=[7, 8])

with DAG("silent", schedule=None):

    @task
    def graceful() -> None:
        built(GracefulErrorAdapter(OSError, None)).execute(["full_disk"], inputs={"path": "a"})
        built(GracefulErrorAdapter(OSError, {})).execute(["full_disk"], inputs={"path": "a"})
        built(GracefulErrorAdapter(KeyError, None)).execute(["save_after_failure"], inputs={"path": "a"})

    @task
    def tries_again() -> None:
        with contextlib.suppress(OSError):
            drive("saved_rows", path="nowhere/a.json", rows=[])
        drive("saved_rows", path="a.json", rows=[])

    @task
    def goes_another_way() -> None:
        try:
            drive("full_disk", path="a")
        except OSError:
            open("elsewhere.txt", "w").close()

    @task
    def offline() -> None:
        with contextlib.suppress(OSError):
            drive("far_away", path="a")

    @task
    def overrides_itself() -> None:
        built().execute(["place"], inputs={"path": "a", "rows": []}, overrides={"saved_rows": {}})

    @task
    def changes_it_later() -> None:
        drive("honest", "upper", path="honest.csv", rows=[1, 2, 3])
        open("upper.csv", "w").write("a,b")
        open("honest.csv", "w").write("n")

    @task
    def given_in_its_place() -> None:
        quiet_in_dev().execute(["sent", "letter"], inputs={"sent": {}, "archived": {}})

    @task
    def no_parts() -> None:
        builder = driver.Builder().with_modules(flow).enable_dynamic_execution(allow_experimental_mode=True)
        builder.with_remote_executor(SynchronousLocalTaskExecutor()).build().execute(["gathered"], inputs={"parts": 0})

    @task(retries=1)
    def second_time(ti=None) -> None:
        drive("saved_rows", path="second.json", rows=[])
        if ti.try_number == 1:
            raise ValueError("not yet")

    graceful() >> tries_again() >> goes_another_way() >> offline() >> overrides_itself() >> changes_it_later()
    given_in_its_place() >> no_parts() >> second_time()

with DAG("loud", schedule=None):

    @task
    def cuts_off() -> None:
        inputs, overrides = {"path": "a.csv", "rows": []}, {"place": "there"}
        built(modules=[quiet]).execute(["message", "data"], inputs=inputs, overrides=overrides)

    @task
    def leaves_out() -> None:
        quiet_in_dev().execute(["archived"])

    @task
    def wants_the_value() -> None:
        built(modules=[quiet]).execute(["unwanted"])

    @task
    def swallows() -> None:
        with contextlib.suppress(OSError):
            drive("full_disk", path="a")

    @task
    def swallows_above() -> None:
        with contextlib.suppress(KeyError):
            drive("save_after_failure", path="a")

    @task
    def heaps() -> None:
        drive("above")

    @task
    def boasting() -> None:
        drive("boasts", path="a.csv", rows=[1, 2, 3])

    @task
    def hasty() -> None:
        drive("too_early", path="early.txt", rows=[1, 2, 3])

    @task
    def misnamed() -> None:
        drive("save.unnamed", path="a.json.gz")

    first = cuts_off() >> leaves_out() >> wants_the_value() >> swallows() >> swallows_above()
    first >> heaps() >> boasting() >> hasty() >> misnamed()

with DAG("fails", schedule=None):

    @task
    def fails() -> None:
        drive("save.unnamed", path="left.json")
        drive("saved_rows", path="cleaned.json", rows=[])
        raise ValueError("too few rows")

    @task(trigger_rule="all_done")
    def reads() -> None:
        import os

        os.remove("cleaned.json")
        open("left.json").read()

    fails() >> reads()
"""
LOUD = {
    "cuts_off": ("kept", SaveState.CUT_OFF, "the override of 'place' stands before it"),
    "leaves_out": ("archived", SaveState.CUT_OFF, "the driver's config leaves it out, and Hamilton gives None"),
    "wants_the_value": ("never_saved", SaveState.NEVER_REQUESTED, "unwanted"),
    "swallows": ("full_disk", SaveState.SWALLOWED, "'full_disk' raised OSError: no space left on device"),
    "swallows_above": ("save_after_failure", SaveState.SWALLOWED, "'no_input' raised KeyError: 'rows'"),
    "heaps": ("above", SaveState.MISTAKEN, "it has saved what saver 'below' returns"),
    "boasting": ("boasts", SaveState.CONTRADICTED, "'rows' is 3, and the file has no more than 2"),
    "hasty": ("too_early", SaveState.CONTRADICTED, "'size' is 0, and the file has 9 bytes"),
    "misnamed": ("save.unnamed", SaveState.MISNAMED, "its name says .gz, and what lies there is json"),
}


@pytest.fixture(scope="module")
def report(pools, tmp_path_factory):
    root = tmp_path_factory.mktemp("repository")
    modules = {"modules/flow.py": FLOW, "modules/outer.py": OUTER, "modules/quiet.py": QUIET}
    for path, text in {"pyproject.toml": "", "dags/saves.py": DAG_FILE, **modules}.items():
        (root / path).parent.mkdir(exist_ok=True)
        (root / path).write_text(text)
    return run(Settings(root, select=("WT3", "WT4"), ignore=("WT32", "WT33")), pools=pools)


@pytest.fixture(scope="module")
def runs(report):
    return {facts.dag_id: facts for facts in report.runs}


def test_every_kind_of_saver_is_a_promise(runs):
    saves = {(save.task, save.node): save.state for save in runs["kinds"].saves if not save.is_unasked}
    assert saves == dict.fromkeys(
        [
            *(
                ("decorated", node)
                for node in ("save.unnamed", "upper", "lower", "listed", "manifest", "own", "of_own")
            ),
            *(("decorated", node) for node in ("saved_one", "saved_piped")),
            *(("in_subdags", node) for node in ("left.saved_inner", "right.saved_inner")),
            ("parallel", "saved_part"),
            *(("materialized", node) for node in ("late", "early")),
            *((f"mapped[{index}]", "save.unnamed") for index in (0, 1)),
        ],
        SaveState.WHOLE,
    )


def test_each_part_of_a_parallel_block_is_a_save_of_its_own(runs):
    parts = [save.path.rpartition("/")[2] for save in runs["kinds"].saves if save.node == "saved_part"]
    assert parts == ["part_0.json", "part_1.json", "part_2.json"]


def test_a_mapped_task_names_the_index_that_asked(runs):
    found = {save.map_index: save.path for save in runs["kinds"].saves if save.task_id == "mapped"}
    assert {index: path.rpartition("/")[2] for index, path in found.items()} == {0: "mapped_7.json", 1: "mapped_8.json"}


def test_a_materializer_lies_at_the_line_that_drove_it(runs):
    (late,) = [save for save in runs["kinds"].saves if save.node == "late"]
    assert DAG_FILE.splitlines()[late.location.line - 1].endswith("# here")


def test_what_object_storage_writes_on_this_machine_is_known_as_a_use(runs):
    (use,) = [use for use in runs["kinds"].uses if use.task_id == "object_storage"]
    assert use.writes
    assert use.path.endswith("/stored.txt")


def test_nothing_is_said_where_a_promise_is_kept_or_was_given_up_on_purpose(report):
    found = [finding for finding in report.findings if finding.dag_id in ("kinds", "silent")]
    assert [(finding.task_id, finding.message) for finding in found if "WT401" <= finding.code <= "WT413"] == []


@pytest.mark.parametrize("task_id", LOUD)
def test_a_promise_that_is_broken_in_silence_is_told(runs, task_id):
    found = {(save.node, save.state, save.detail) for save in runs["loud"].saves if save.task_id == task_id}
    assert LOUD[task_id] in found, found


def test_what_a_failed_task_has_saved_is_told_if_somebody_has_read_it(report):
    found = [(finding.code, finding.message) for finding in report.findings if finding.code.startswith("WT4")]
    message = "task 'fails' failed after saver 'save.unnamed' had written 'left.json' in its working folder"
    told = [text for code, text in found if code == "WT411"]
    assert told == [f"{message}: it still lies there, and task 'reads' has read it"]


# What a failed task has saved, by hand


def a_failed_run(path, state="failed", saved=SaveState.LEFT_BEHIND):
    here = Location("dags/a.py")
    save = SaveFacts("a", "count", "saved", "modules.flow", "json", here, saved, str(path), 2)
    return RunFacts(
        "a", here, ProcessFacts(End.COMPLETED), state, (TaskRunFacts("a", "count", -1, state, here),), saves=(save,)
    )


def states(facts):
    return [save.state for save in with_final_saves(facts).saves]


def test_what_is_gone_when_the_run_has_ended_was_not_left_behind(tmp_path):
    assert states(a_failed_run(tmp_path / "gone.json")) == [SaveState.NOT_REACHED]


def test_what_a_later_attempt_has_made_good_was_not_left_behind(tmp_path):
    assert states(a_failed_run(tmp_path, "success")) == [SaveState.NOT_REACHED]


def test_what_still_lies_there_was(tmp_path):
    facts = a_failed_run(tmp_path)
    assert with_final_saves(facts) == facts


def test_another_index_of_the_task_may_have_failed(tmp_path):
    facts = a_failed_run(tmp_path)
    facts = replace(facts, saves=(replace(facts.saves[0], map_index=3),))
    assert states(facts) == [SaveState.NOT_REACHED]


def a_run_that_saved(*saved):
    facts = a_failed_run("/nowhere", "success")
    return replace(facts, saves=tuple(replace(facts.saves[0], state=state, node=node) for node, state in saved))


def test_a_save_that_another_attempt_has_kept_is_not_told_as_lost():
    facts = a_run_that_saved(
        ("saved", SaveState.LEFT_BEHIND), ("saved", SaveState.NOT_REACHED), ("saved", SaveState.WHOLE)
    )
    assert states(facts) == [SaveState.WHOLE]


def test_a_save_that_no_attempt_has_kept_is_told_once():
    facts = a_run_that_saved(("saved", SaveState.NOT_REACHED), ("saved", SaveState.NOT_REACHED), ("b", SaveState.WHOLE))
    assert states(facts) == [SaveState.NOT_REACHED, SaveState.WHOLE]


def test_the_parts_of_a_block_are_all_told():
    assert states(a_run_that_saved(*[("part", SaveState.WHOLE)] * 3)) == [SaveState.WHOLE] * 3
