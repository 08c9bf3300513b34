"""What pytest shows of DAGs and dataflows: real pytest, real Airflow, in processes of their own."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from pathlib import Path

import psutil
import pytest

FILES: Mapping[str, str] = {
    "pyproject.toml": """\
        [tool.pytest.ini_options]
        testpaths = ["tests"]
        """,
    "tests/test_own.py": """\
        import sys

        def test_own():
            assert "airflow" not in sys.modules
            assert "hamilton" not in sys.modules
        """,
    "dags/__init__.py": "raise RuntimeError('a package that nobody has to import')",
    "dags/broken.py": """\
        # A dag for airflow.
        import nothing_of_the_kind
        """,
    "dags/ends.py": """\
        # A dag for airflow.
        import os
        os._exit(3)
        """,
    "dags/several.py": """\
        from airflow.sdk import DAG, task

        with DAG("été.v1", schedule=None):
            @task
            def fine():
                pass
            fine()

        with DAG("load", schedule=None):
            @task
            def fails():
                print("printed by the task")
                raise ValueError("the bottle is empty")
            fails()
        """,
    "dags/test_wide.py": """\
        from airflow.sdk import DAG, task
        with DAG("wide", schedule=None):
            for n in range(3):
                @task(task_id=f"t{n}")
                def one():
                    pass
                one()
        """,
    "dags/allowed.py": """\
        # A dag for airflow.
        import nothing_of_the_kind  # windtunnel: ignore[WT101] it comes with the next image
        """,
    "dags/saves.py": """\
        from airflow.sdk import DAG, task

        for asked in ("", "kept"):
            with DAG(f"asks_for_{asked or 'nothing'}", schedule=None):
                @task
                def drive(asked=asked):
                    from hamilton import driver
                    from modules import saving
                    wanted = [asked] if asked else ["numbers"]
                    driver.Builder().with_modules(saving).build().execute(wanted)
                drive()
        """,
    "modules/saving.py": """\
        from hamilton.function_modifiers import save_to, value

        @save_to.json(path=value("kept.json"), output_name_="kept")
        def numbers() -> dict:
            return {"n": 1}

        @save_to.json(path=value("forgotten.json"), output_name_="forgotten")
        def others() -> dict:
            return {"n": 1}
        """,
    "modules/flow.py": '''\
        """
        >>> 1 + 1
        2
        """
        from typing import Any
        from hamilton.function_modifiers import tag

        @tag(owner="us")
        def double(x: int) -> int:
            return 2 * x

        def wrong(double: int) -> int:
            return "no number"

        def vague(anything: Any) -> int:
            return 1
        ''',
}


def write(folder: Path, files: Mapping[str, str]) -> Path:
    from textwrap import dedent

    for path, text in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(dedent(text), encoding="utf-8")
    return folder


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments]


class Result:
    """How a session of pytest ended, and the test cases in its JUnit report."""

    def __init__(self, folder: Path, *arguments: str, cache: bool = False) -> None:
        xml = folder.parent / f"{folder.name}.xml"
        xml.unlink(missing_ok=True)
        words = command(*arguments, f"--junitxml={xml}")
        if cache:
            words = [word for word in words if word not in ("-p", "no:cacheprovider")]
        self.done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
        self.status = self.done.returncode
        self.text = self.done.stdout + self.done.stderr
        cases = ET.parse(xml).iter("testcase") if xml.exists() else ()
        self.cases = {f"{case.get('classname')}.{case.get('name')}": case for case in cases}
        self.ids = [line.split(" ")[0] for line in self.text.splitlines() if "::" in line]

    def outcome(self, node_id: str) -> str:
        words = "(PASSED|FAILED|SKIPPED)"
        found = re.search(rf"{re.escape(node_id)} {words}|{words} {re.escape(node_id)}\s", self.text)
        return (found[1] or found[2]) if found else "not there"

    def failure(self, node_id: str) -> str:
        """The part of the output that is about one failed item."""
        return self.text.split(f"_ windtunnel {node_id} _")[1].split("_ windtunnel ")[0]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("project"), FILES)


@pytest.fixture(scope="module")
def whole(project: Path) -> Result:
    return Result(project, "--windtunnel", "-v", "--windtunnel-max-examples=5", cache=True)


OUTCOMES = {
    "tests/test_own.py::test_own": "PASSED",
    "dags/allowed.py::load": "PASSED",
    "dags/broken.py::load": "FAILED",
    "dags/ends.py::load": "FAILED",
    "dags/saves.py::load": "PASSED",
    "dags/saves.py::asks_for_kept::run": "FAILED",
    "dags/saves.py::asks_for_nothing::run": "FAILED",
    "dags/several.py::load": "PASSED",
    "dags/several.py::load::run": "FAILED",
    "dags/several.py::été.v1::run": "PASSED",
    "dags/test_wide.py::load": "PASSED",
    "dags/test_wide.py::wide::run": "PASSED",
    "modules/flow.py::graph": "PASSED",
    "modules/flow.py::double::properties": "PASSED",
    "modules/flow.py::wrong::properties": "FAILED",
    "modules/flow.py::vague::properties": "SKIPPED",
    "modules/saving.py::graph": "PASSED",
    "modules/saving.py::numbers::properties": "PASSED",
    "modules/saving.py::others::properties": "PASSED",
}


def test_one_item_per_subject_and_stage(whole: Result) -> None:
    assert whole.status == 1, whole.text
    assert {node_id: whole.outcome(node_id) for node_id in OUTCOMES} == OUTCOMES
    assert f"collected {len(OUTCOMES)} items" in whole.text


def test_a_failure_reads_like_the_terminal_report_and_shows_nothing_of_ours(whole: Result) -> None:
    failure = whole.failure("dags/broken.py::load")
    assert "dags/broken.py:2  error  WT101 unloadable-file" in failure
    assert "     2 │ import nothing_of_the_kind" in failure
    assert "  reproduce: windtunnel check dags/broken.py --select WT101" in failure
    assert "nothing was checked" not in whole.text
    assert "plugin.py" not in whole.text
    assert "workbench.py" not in whole.text
    shown = failure.partition("Captured stdout")[0]
    assert max(map(len, shown.splitlines())) <= 80


def test_the_summary_names_the_finding(whole: Result) -> None:
    assert "FAILED dags/ends.py::load - WT102 unfinished-load: " in whole.text


def test_the_junit_report_carries_stage_finding_and_place(whole: Result) -> None:
    message = whole.cases["dags.several.load.run"].find("failure")
    assert message is not None
    assert message.get("message", "").startswith("WT301 failed-task: ")
    assert len(message.get("message", "").splitlines()) == 1


def test_what_a_failed_run_printed_is_shown_as_captured_output(whole: Result) -> None:
    captured = whole.failure("dags/several.py::load::run").partition("Captured stdout call")[2]
    assert "printed by the task" in captured


def test_a_finding_below_fail_on_is_a_warning_at_its_line(whole: Result) -> None:
    assert "dags/test_wide.py:2: WindtunnelWarning: WT201 low-linearity: DAG 'wide' has linearity" in whole.text


def test_a_function_that_could_not_be_tried_is_skipped_and_says_why(whole: Result) -> None:
    skipped = next(line for line in whole.text.splitlines() if "modules/flow.py::vague::properties SKIPPED" in line)
    assert "(not exercised" in skipped


def test_a_save_is_forgotten_only_where_no_other_dag_asks_for_it(whole: Result) -> None:
    failure = whole.failure("dags/saves.py::asks_for_kept::run").partition("Captured stdout")[0]
    assert "WT401" in failure
    assert "'forgotten'" in failure
    assert "'kept'" not in failure


def test_lf_collects_what_failed_last(whole: Result, project: Path) -> None:
    result = Result(project, "--windtunnel", "--lf", "--co", "-q", "modules", cache=True)
    assert result.ids == ["modules/flow.py::wrong::properties"], result.text


@pytest.fixture(scope="module")
def workers(project: Path) -> Result:
    """Two workers of xdist, with an error for each warning; no DAG is run."""
    pytest.importorskip("xdist")
    select = "--windtunnel-select=WT1,WT2,WT60"
    options = ["-n2", "--dist=loadfile", "-Werror", "-v", select]
    return Result(project, "--windtunnel", *options)


def test_workers_of_xdist_collect_the_same(workers: Result) -> None:
    stages = {node_id: outcome for node_id, outcome in OUTCOMES.items() if not node_id.endswith(("::run", "::graph"))}
    expected = {**stages, "dags/test_wide.py::load": "FAILED"}
    assert {node_id: workers.outcome(node_id) for node_id in expected} == expected, workers.text
    assert f"[{len(expected)} items]" in workers.text


def test_under_errors_of_warnings_every_finding_fails(workers: Result) -> None:
    assert "FAILED dags/test_wide.py::load - WT201 low-linearity: " in workers.text
    assert "plugin.py" not in workers.text


def test_doctests_do_not_import_dag_files_and_those_of_modules_stay(project: Path) -> None:
    options = ["--co", "-q", "--doctest-modules", "--windtunnel-select=WT501"]
    result = Result(project, "--windtunnel", *options, "modules/flow.py", "dags/broken.py")
    assert result.ids == ["modules/flow.py::flow", "modules/flow.py::graph"], result.text


def test_one_node_id_runs_one_stage_from_any_folder(project: Path) -> None:
    result = Result(project / "modules", "--windtunnel", "-q", "../dags/several.py::été.v1::run")
    assert result.status == 0, result.text
    assert "1 passed" in result.text


def test_a_file_that_hangs_is_a_failed_load_and_tests_among_dags_stay_tests(tmp_path: Path) -> None:
    files = {
        "pyproject.toml": "",
        "dags/hangs.py": "# A dag for airflow.\nimport time\ntime.sleep(600)\n",
        "dags/tests/test_dags.py": "def test_that_they_are_thin():\n    assert 'an airflow dag'\n",
    }
    result = Result(write(tmp_path, files), "--windtunnel", "-q", "--windtunnel-timeout=5", "--windtunnel-select=WT1")
    assert "FAILED dags/hangs.py::load - WT102 unfinished-load: " in result.text
    assert "1 failed, 2 passed" in result.text


def test_a_module_that_does_not_build_fails_whatever_was_selected(tmp_path: Path) -> None:
    write(tmp_path, {"pyproject.toml": "", "modules/flow.py": FILES["modules/flow.py"].replace("import tag", "import")})
    (tmp_path / "pytest.ini").write_text("[pytest]\nwindtunnel = true\n")
    result = Result(tmp_path, "-q", "-rs", "--windtunnel-modules=modules", "--windtunnel-select=WT6")
    assert result.status == 1, result.text
    assert "WT501 unbuildable-dataflow" in result.text


def test_what_stands_in_the_baseline_fails_no_test(tmp_path: Path) -> None:
    write(tmp_path, {"pyproject.toml": "", "modules/flow.py": FILES["modules/flow.py"]})
    words = ("check", "--select", "WT602", "--baseline", "known.json", "--update-baseline")
    subprocess.run([sys.executable, "-m", "windtunnel", *words], cwd=tmp_path, capture_output=True, check=True)
    (tmp_path / "modules/flow.py").write_text("\n\n" + (tmp_path / "modules/flow.py").read_text())
    arguments = ("-q", "--windtunnel", "--windtunnel-select=WT602", "modules")
    assert Result(tmp_path, *arguments).status == 1
    known = Result(tmp_path, *arguments, "--windtunnel-baseline=known.json")
    assert known.status == 0, known.text
    assert "--windtunnel-baseline" in Result(tmp_path, *arguments, "--windtunnel-baseline=none.json").text


def test_a_function_that_makes_several_nodes_is_collected_under_its_own_name(tmp_path: Path) -> None:
    saver = (
        "from hamilton.function_modifiers import save_to, value\n\n\n@save_to.json(path=value('a'), output_name_='a')\n"
    )
    write(
        tmp_path,
        {"pyproject.toml": "", "modules/flow.py": f"{saver}def totals(n: int) -> dict:\n    return {{'n': n}}\n"},
    )
    result = Result(tmp_path, "-q", "--co", "--windtunnel", "--windtunnel-select=WT6")
    assert "modules/flow.py::totals::properties" in result.text, result.text


def test_an_interrupt_leaves_no_process(tmp_path: Path) -> None:
    # The DAG file tells that it is being loaded by a connection: it may write nowhere.
    heard = socket.create_server(("127.0.0.1", 0))
    heard.settimeout(60)
    calls = f"import socket, time\nsocket.create_connection({heard.getsockname()!r})\ntime.sleep(600)\n"
    write(tmp_path, {"pyproject.toml": "", "dags/hangs.py": f"# A dag for airflow.\n{calls}"})
    with (
        heard,
        subprocess.Popen(
            command("--windtunnel"),
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            text=True,
            # Tests that run in the background ignore SIGINT, and so would this process.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509  no other thread is alive
        ) as running,
    ):
        heard.accept()[0].close()
        children = psutil.Process(running.pid).children(recursive=True)
        running.send_signal(signal.SIGINT)
        assert "KeyboardInterrupt" in running.communicate(timeout=30)[0]
    assert running.returncode == pytest.ExitCode.INTERRUPTED
    assert children
    assert psutil.wait_procs(children, timeout=5)[1] == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--windtunnel-select=WT10l"], "unknown check 'WT10l', did you mean 'WT10"),
        (["--windtunnel-jobs=none"], "--windtunnel-jobs: expected a whole number from 1, not 'none'"),
        (["--windtunnel-dags=nowhere"], "nowhere: no such file or folder"),
    ],
)
def test_wrong_usage_stops_with_status_4_and_the_way_out(project: Path, arguments: list[str], said: str) -> None:
    result = Result(project, "--windtunnel", *arguments)
    assert result.status == pytest.ExitCode.USAGE_ERROR
    assert "ERROR: windtunnel: " in result.text
    assert said in result.text
    assert "Traceback" not in result.text


def test_nothing_to_check_is_an_error_in_the_words_of_pytest(tmp_path: Path) -> None:
    write(
        tmp_path, {"pyproject.toml": "[tool.pytest.ini_options]\nwindtunnel = true\n", "test_a.py": "def test(): pass"}
    )
    result = Result(tmp_path)
    assert result.status == pytest.ExitCode.USAGE_ERROR
    assert "nothing found to check" in result.text
    assert "--windtunnel-dags and --windtunnel-modules" in result.text


def test_it_costs_nothing_and_does_nothing_unless_asked_for(tmp_path: Path) -> None:
    own = """\
        import sys

        def test_own():
            heavy = {"airflow", "hamilton", "hypothesis", "pandas", "click", "rich", "networkx", "psutil"}
            assert not heavy & set(sys.modules)
            ours = {name for name in sys.modules if name.startswith("windtunnel.")}
            rooms = ("errors", "findings", "plugin", "setting_kinds", "setting_values", "settings", "settings_file")
            assert ours == {f"windtunnel.{name}" for name in rooms}
        """
    write(tmp_path, {"pyproject.toml": "", "tests/test_own.py": own, "dags/broken.py": FILES["dags/broken.py"]})
    result = Result(tmp_path, "-q")
    assert result.status == 0, result.text
    assert "1 passed" in result.text
    assert Result(tmp_path, "-q", "-p", "no:windtunnel", "--co").status == 0


def test_the_options_are_those_of_the_command_line_but_for_the_report() -> None:
    from windtunnel.settings import options

    shown = subprocess.run(command("--help"), capture_output=True, text=True, check=True).stdout
    for option in options():
        assert (f"--windtunnel-{option.flag[2:]}" in shown) is not (option.report or option.in_file)


def test_what_does_not_load_fails_whatever_was_selected(tmp_path: Path) -> None:
    write(tmp_path, {"pyproject.toml": "", "dags/broken.py": "import airflow, a_package_that_nobody_has  # dag\n"})
    result = Result(tmp_path, "-q", "--windtunnel", "--windtunnel-select=WT2", "dags")
    assert result.status == 1, result.text
    assert "WT101 unloadable-file" in result.text


def test_a_test_can_run_a_dag_and_make_assertions_of_its_own(tmp_path_factory):
    files = {
        "pyproject.toml": "",
        "dags/counts.py": """\
            from airflow.sdk import DAG, Variable, task
            with DAG("counts", schedule=None, params={"n": 1}):
                @task
                def count(params):
                    print("counted", params["n"], Variable.get("unit"))
                count()
            """,
        "windtunnel.d/all.yaml": "variables: {unit: m}",
        "tests/test_counts.py": """\
            import sys

            def test_counts(windtunnel_run):
                run = windtunnel_run("counts", conf={"n": 2})
                assert (run.state, run.states) == ("success", {"count": "success"})
                assert "counted 2 m" in str(run.task("count").log)
                assert "airflow" not in sys.modules

            def test_miscounts(windtunnel_run):
                windtunnel_run("count")
            """,
    }
    shown = Result(write(tmp_path_factory.mktemp("own"), files), "tests")
    assert "1 failed, 1 passed" in shown.text
    assert '>       windtunnel_run("count")' in shown.text
    assert "UsageError: windtunnel_run: unknown DAG 'count', did you mean 'counts'? (there are counts)" in shown.text
    assert "single_runs.py" not in shown.text
