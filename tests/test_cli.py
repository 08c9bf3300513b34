"""The command as people run it: exit statuses, streams, and what is left behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import jsonschema
import psutil
import pytest

from windtunnel import reporters

GOOD = """\
from airflow.sdk import DAG, task

with DAG("good", schedule=None):

    @task
    def work() -> None:
        print("a line that must not reach stdout")

    work()
"""
BAD = GOOD.replace('"good"', '"bad"').replace("print(", "1 / 0; print(")
MODULE = """\
from hamilton.function_modifiers import tag


@tag(unit="degrees")
def fahrenheit(celsius: float) -> float:
    return celsius * 9 / 5 + 32
"""


def windtunnel(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "windtunnel", *arguments]
    environment = {**os.environ, "COLUMNS": "100", **variables}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )


def files_in(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_clean_repository_is_clean_and_left_as_it_was(repository, tmp_path_factory):
    root = repository({"dags/good.py": GOOD, "modules/weather.py": MODULE})
    home = tmp_path_factory.mktemp("airflow-home")
    before = files_in(root)
    done = windtunnel(root, "check", AIRFLOW_HOME=str(home))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1].startswith("windtunnel: clean · 1 DAG run, 1 module tried")
    assert "a line that must not reach stdout" not in done.stdout
    assert files_in(root) == before
    assert list(home.iterdir()) == []


def test_a_finding_shows_line_remedy_and_a_command_that_reproduces_it(repository):
    root = repository({"dags/bad.py": BAD})
    done = windtunnel(root, "check", "--select", "WT3")
    assert done.returncode == 1
    assert "dags/bad.py:7  error  WT301 failed-task" in done.stdout
    assert "task 'work' failed: ZeroDivisionError: division by zero" in done.stdout
    assert "     7 │         1 / 0; print(" in done.stdout
    assert "  fix: mend the line shown" in done.stdout
    command = done.stdout.partition("reproduce: windtunnel ")[2].splitlines()[0].split()
    assert command == ["check", "dags/bad.py", "--select", "WT301"]
    assert windtunnel(root, *command).returncode == 1


def test_json_fills_stdout_alone_and_keeps_to_its_schema(repository):
    root = repository({"dags/good.py": GOOD, "dags/bad.py": BAD, "modules/weather.py": MODULE})
    done = windtunnel(root, "check", "--format", "json")
    report = json.loads(done.stdout)
    schema = Path(reporters.__file__).with_name("report.schema.json").read_text(encoding="utf-8")
    jsonschema.validate(report, json.loads(schema))
    assert {finding["code"] for finding in report["findings"]} == {"WT301"}
    assert report["summary"]["runs"] == {"success": 1, "failed": 1, "timed out": 0, "died": 0, "unfinished": 0}
    assert report["summary"]["functions_tried"] == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("nowhere",), "nowhere: no such file or folder"),
        (("--select", "WT10l"), "unknown check 'WT10l', did you mean 'WT101'? (windtunnel checks lists all)"),
        (("--conf", "@missing.json"), "(No such file or directory: missing.json)"),
        (("--jobs", "none"), "--jobs: expected a whole number from 1, not 'none'"),
        (("-o", "no/folder/report.json"), "--output no/folder/report.json: there is no folder no/folder"),
        (("--dags", "nowhere"), "--dags: nowhere: no such file or folder"),
        (("--nonsense",), "No such option"),
    ],
)
def test_wrong_usage_exits_with_2_and_says_the_way_out(repository, arguments, message):
    done = windtunnel(repository({"dags/good.py": GOOD}), "check", *arguments)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_nothing_to_check_is_an_error(repository):
    done = windtunnel(repository({"notes.txt": "nothing"}), "check")
    assert done.returncode == 2
    assert "nothing found to check" in done.stderr


def test_a_dag_that_cannot_be_loaded_is_told_even_if_only_its_run_was_asked_for(repository):
    done = windtunnel(
        repository({"dags/broken.py": "import airflow.dag_that_is_not_there"}), "check", "--select", "WT3"
    )
    assert done.returncode == 1
    assert "WT101 unloadable-file" in done.stdout


def test_an_ignore_comment_silences_a_finding_and_the_verdict_counts_it(repository):
    silenced = BAD.replace('reach stdout")', 'reach stdout")  # windtunnel: ignore[WT301] on purpose')
    done = windtunnel(repository({"dags/bad.py": silenced}), "check", "--select", "WT3")
    assert done.returncode == 0
    assert "(1 suppressed)" in done.stdout


def test_a_check_that_crashes_is_a_finding_and_never_green():
    from windtunnel import judging
    from windtunnel.checks import Check
    from windtunnel.facts import DagFileFacts, End, ProcessFacts
    from windtunnel.findings import Severity
    from windtunnel.settings import Settings

    def broken(file):
        raise LookupError("nobody home")

    check = Check("WT999", "broken", Severity.NOTICE, DagFileFacts, "mend it", broken, "Broken", "", {}, {})
    subject = judging.Subject("dags/x.py", DagFileFacts("dags/x.py", ProcessFacts(End.COMPLETED)))
    (finding,) = judging.judge([check], [subject], Settings(Path.cwd()))
    assert (finding.code, finding.severity) == ("WT001", Severity.ERROR)
    assert finding.message == "WT999 broken crashed here, so it judged nothing: LookupError: nobody home"


def test_explain_prints_the_page_of_a_check(tmp_path):
    done = windtunnel(tmp_path, "explain", "wt401")
    assert done.returncode == 0
    assert done.stdout.startswith("# WT401: never-requested-save\n")
    assert windtunnel(tmp_path, "explain", "WT4O1").returncode == 2


def test_a_reader_who_goes_away_changes_nothing_in_the_exit_status(tmp_path):
    command = f"{sys.executable} -m windtunnel explain WT101 | true; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_stdout_that_is_closed_changes_nothing_in_the_exit_status(tmp_path):
    command = f"{sys.executable} -m windtunnel checks >&-"
    done = subprocess.run(["bash", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_report_that_cannot_be_written_is_told_before_the_run(repository):
    root = repository({"dags/good.py": GOOD})
    for output, message in {"dags": "is a folder; name a file", "no/report": "there is no folder no"}.items():
        started = time.monotonic()
        done = windtunnel(root, "check", "-o", output)
        assert (done.returncode, done.stderr) == (2, f"windtunnel: --output {output}: {message}\n")
        assert time.monotonic() - started < 3, "Airflow was started for nothing"


def test_an_interrupted_run_says_so_and_leaves_nothing_behind(repository, tmp_path_factory):
    root = repository({"dags/good.py": GOOD})
    temporary = tmp_path_factory.mktemp("tmp")
    command = [sys.executable, "-m", "windtunnel", "check"]
    environment = {**os.environ, "TMPDIR": str(temporary)}
    running = subprocess.Popen(
        command,
        cwd=root,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # Tests that run in the background ignore SIGINT, and so would this process.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509  no other thread is alive
    )
    while not (any(temporary.iterdir()) or running.poll() is not None):
        time.sleep(0.05)
    children = psutil.Process(running.pid).children(recursive=True)
    running.send_signal(signal.SIGINT)
    stdout, stderr = running.communicate(timeout=60)
    assert (running.returncode, stdout, stderr.strip()) == (130, "", "windtunnel: interrupted")
    assert psutil.wait_procs(children, timeout=5)[1] == []
    assert list(temporary.iterdir()) == []


def test_an_inventory_is_a_table_json_or_a_file_for_the_next_check(repository):
    root = repository({"dags/good.py": GOOD.replace("print(", "import os; os.environ['TOKEN_X']; print(")})
    table = windtunnel(root, "inventory")
    assert (table.returncode, table.stderr) == (0, "")
    assert "TOKEN_X" in table.stdout
    stub = windtunnel(root, "inventory", "--stub", "-o", "stubs.env")
    assert (stub.returncode, stub.stdout) == (0, "")
    assert windtunnel(root, "check", "--select", "WT3").returncode == 0  # not judged: a warning
    judged = windtunnel(root, "check", "--select", "WT3", "--env-file", "stubs.env")
    assert (judged.returncode, "clean" in judged.stdout) == (0, True)
    (root / "windtunnel.d").mkdir()
    (root / "stubs.env").rename(root / "windtunnel.d" / "stubs.env")
    found = windtunnel(root, "check", "--select", "WT3")
    assert (found.returncode, "clean" in found.stdout) == (0, True)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("check", "--env-file", "nowhere.env"), "--env-file: nowhere.env: no such file or folder"),
        (("check", "--env-file", "bad.env"), "line 1: expected NAME=value"),
        (("check", "--fixtures", "nowhere"), "--fixtures: nowhere: no such file or folder"),
        (("check", "--fixtures", "notes"), "notes/a.txt: no file of fixtures"),
        (("check", "--date", "soon"), "--date: expected a date, YYYY-MM-DD or YYYY-MM-DDTHH:MM, not 'soon'"),
        (("inventory", "notes"), "nothing found to check"),
    ],
)
def test_an_inventory_without_a_dag_and_a_bad_file_of_variables_are_wrong_usage(repository, arguments, message):
    done = windtunnel(repository({"dags/good.py": GOOD, "bad.env": "secret\n", "notes/a.txt": ""}), *arguments)
    assert done.returncode == 2
    assert message in done.stderr
    assert "secret" not in done.stderr


def test_a_baseline_lets_what_is_known_pass_and_what_is_new_fail(repository):
    root = repository({"dags/bad.py": BAD})
    select = ("check", "--select", "WT3", "--baseline", "known.json")
    assert windtunnel(root, *select).returncode == 2
    written = windtunnel(root, *select, "--update-baseline")
    assert written.returncode == 0
    assert written.stderr == "windtunnel: known.json: 1 known, 0 taken out\n"
    known = windtunnel(root, *select)
    assert known.returncode == 0
    assert "dags/bad.py:7  error (known)  WT301 failed-task" in known.stdout
    assert "no new findings (1 known)" in known.stdout
    (root / "dags/bad.py").write_text("\n\n" + BAD)
    (root / "dags/worse.py").write_text(BAD.replace('"bad"', '"worse"'))
    new = windtunnel(root, *select)
    assert new.returncode == 1
    assert "1 error in 1 file (1 known)" in new.stdout
    (root / "dags/worse.py").unlink()
    (root / "dags/bad.py").write_text(GOOD.replace('"good"', '"bad"'))
    mended = windtunnel(root, *select)
    assert "no longer occurs; --update-baseline takes it out of the baseline:" in mended.stdout
    assert windtunnel(root, *select, "--update-baseline").stderr == "windtunnel: known.json: 0 known, 1 taken out\n"


def test_one_run_writes_as_many_reports_as_are_asked_for(repository):
    root = repository({"dags/bad.py": BAD})
    forms = {"sarif": "out.sarif", "junit": "junit.xml", "markdown": "summary.md", "json": "out.json"}
    asked = [word for form, file in forms.items() for word in ("--report", f"{form}={file}")]
    variables = {"GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "o/r", "GITHUB_SHA": "abc"}
    done = windtunnel(root, "check", "--select", "WT3", "--format", "github", *asked, **variables)
    assert done.returncode == 1
    assert done.stdout.startswith("::error file=dags/bad.py,line=7,title=WT301 failed-task::task 'work' failed: ")
    (finding,) = json.loads((root / "out.json").read_text())["findings"]
    (result,) = json.loads((root / "out.sarif").read_text())["runs"][0]["results"]
    assert list(result["partialFingerprints"].values()) == [finding["fingerprint"]]
    assert 'failures="1"' in (root / "junit.xml").read_text()
    assert "](https://github.com/o/r/blob/abc/dags/bad.py#L7)" in (root / "summary.md").read_text()
    wrong = windtunnel(root, "check", "--report", "sarif=no/folder/x")
    assert (wrong.returncode, wrong.stderr) == (
        2,
        "windtunnel: --report sarif: no/folder/x: there is no folder no/folder\n",
    )


def test_a_finding_of_an_earlier_report_is_looked_for_again_with_all_logs_until_it_is_mended(repository):
    root = repository({"dags/bad.py": BAD, "dags/good.py": GOOD})
    first = windtunnel(root, "check", "--select", "WT3", "-q", "--report", "json=last.json")
    assert first.returncode == 1
    listed = windtunnel(root, "replay", "--from", "last.json")
    assert (listed.returncode, listed.stderr) == (0, "")
    name, _, rest = listed.stdout.partition("  ")
    assert rest == "dags/bad.py:7: WT301 task 'work' failed: ZeroDivisionError: division by zero\n"
    again = windtunnel(root, "replay", name, "--from", "../" + root.name + "/last.json")
    assert again.returncode == 1
    assert again.stdout.startswith("windtunnel check dags/bad.py --select WT301\n\n")
    assert "output of running bad" in again.stdout
    (root / "dags/bad.py").write_text(GOOD.replace('"good"', '"bad"'))
    assert windtunnel(root, "replay", name, "--from", "last.json").returncode == 0


def test_a_dag_is_shown_as_a_tree_of_what_its_run_did(repository):
    root = repository({"dags/good.py": GOOD})
    shown = windtunnel(root, "show", "good")
    assert shown.returncode == 0
    first, second = shown.stdout.splitlines()
    assert first.startswith("good  dags/good.py:3  success in ")
    assert second.startswith("└── work  success ")
    assert windtunnel(root, "show", "nothing").stderr.startswith("windtunnel: show: unknown DAG 'nothing'")
