"""Files that share a child: only where none can tell, and none is judged by what another has done."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from windtunnel.collectors.batches import collect_dag_files
from windtunnel.collectors.dags import DagFile
from windtunnel.facts import DagFileFacts, End
from windtunnel.pools import Pools

# The id of the DAG tells the process that it was loaded in.
WHO = """\
import os

from airflow.sdk import DAG
{before}
with DAG(f"{name}_in_{{os.getpid()}}", schedule=None):
    pass
"""

Load = Callable[..., dict[str, DagFileFacts]]


@pytest.fixture
def load(pools: Pools, tmp_path: Path) -> Load:
    """The facts of DAG files by the stems of their names; `lines` stand before the DAG of each."""

    def load(timeout: float = 30.0, **lines: str) -> dict[str, DagFileFacts]:
        for name, before in lines.items():
            (tmp_path / f"{name}.py").write_text(WHO.format(name=name, before=before), encoding="utf-8")
        files = [DagFile(tmp_path / f"{name}.py", tmp_path, tmp_path) for name in lines]
        return {Path(facts.path).stem: facts for facts in collect_dag_files(pools.dags, files, timeout)}

    return load


def processes(facts: dict[str, DagFileFacts]) -> dict[str, str]:
    return {name: file.dags[0].dag_id.rpartition("_")[2] for name, file in facts.items() if file.dags}


def test_files_that_import_the_same_share_a_child(load):
    used = processes(load(a="", b="", c="import json", d=""))
    assert len(set(used.values())) < len(used)


def test_files_that_import_other_libraries_share_none(load):
    used = processes(load(a="import networkx", b="import networkx", c="import networkx.algorithms", d="import xml.dom"))
    assert not {used["a"], used["b"]} & {used["c"], used["d"]}
    assert used["c"] != used["d"]


LEFT_BEHIND = {
    "a variable": 'os.environ["LEFT"] = "1"',
    "a folder": 'os.chdir("/")',
    "a random state": "import random; random.seed(1)",
    "a thread": "import threading; threading.Thread(target=threading.Event().wait, daemon=True).start()",
    "a patched library": 'import json; json.dumps = "gone"',
    "an addition to a library": "import json; json.handy = 1",
    "a patched class of Airflow's": "DAG.add_task = None",
}


@pytest.mark.parametrize("before", LEFT_BEHIND.values(), ids=LEFT_BEHIND)
def test_what_a_file_leaves_behind_is_seen_by_no_other(load, before):
    facts = load(a="", b=before, c="", d="")
    used = processes(facts)
    assert used["b"] not in (used["c"], used["d"])
    assert not any(file.failures for file in facts.values())


def test_a_file_that_works_because_of_another_does_not_work(load):
    leaning = "import builtins\nassert builtins.told"
    facts = load(a="", b="import builtins\nbuiltins.told = True", c=leaning, d=leaning)
    assert [name for name, file in facts.items() if file.failures] == ["c", "d"]


def test_a_file_that_fails_because_of_another_does_not_fail(load):
    once = "import logging\nassert not hasattr(logging.Manager, 'used')\nlogging.Manager.used = True"
    assert not any(file.failures for file in load(a=once, b=once, c=once, d=once).values())


@pytest.mark.parametrize("hostile", ["os._exit(0)", "os.abort()", "while True: pass"])
def test_a_file_that_ends_its_child_or_hangs_costs_no_other_its_verdict(load, hostile):
    facts = load(timeout=3.0, a="", b="", c=hostile, d="", e="")
    assert [name for name, file in facts.items() if file.process.end is not End.COMPLETED] == ["c"]
    assert sorted(processes(facts)) == ["a", "b", "d", "e"]


def test_files_beside_one_that_ends_its_child_are_loaded_together_again(load):
    used = processes(load(a="", b="", c="os._exit(0)", d="", e="", f=""))
    assert used["a"] == used["b"]
    assert sorted(used) == ["a", "b", "d", "e", "f"]


def test_modules_of_the_repository_are_imported_anew_for_each_file(load, tmp_path):
    (tmp_path / "helper.py").write_text("used = []\n", encoding="utf-8")
    lean = "import helper\nhelper.used.append(1)\nassert len(helper.used) == 1"
    assert not any(file.failures for file in load(a=lean, b=lean, c=lean, d=lean).values())


def test_what_all_files_leave_behind_parts_them_all(load):
    used = processes(load(**dict.fromkeys("abcdefghij", 'os.environ["LEFT"] = "1"')))
    assert len(set(used.values())) == len(used) == 10


def test_what_is_printed_is_told_of_the_file_that_printed_it(load):
    facts = load(**{name: f"print('this is {name}')" for name in "abcd"})
    for name, file in facts.items():
        assert f"this is {name}" in file.process.output
        assert file.process.output.count("this is") == 1


def test_a_flood_hides_no_verdict(load):
    facts = load(a="", b="print('x' * 1_000_000)", c="print('this is c')", d="")
    assert sorted(facts) == ["a", "b", "c", "d"]
    assert "this is c" in facts["c"].process.output


def test_a_file_that_closes_its_output_is_loaded_all_the_same(load):
    facts = load(a="", b="os.close(1)", c="", d="")
    assert not any(file.failures for file in facts.values())
    assert {file.process.end for file in facts.values()} == {End.COMPLETED}
