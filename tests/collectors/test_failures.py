"""Exceptions and printed tracebacks as facts: the user's frames, and the line that a finding points at."""

from __future__ import annotations

import json
import textwrap
import traceback
from pathlib import Path

import pytest

from windtunnel.collectors import failures
from windtunnel.collectors.failures import chain, failure_facts, failure_from_text, is_users, relative
from windtunnel.findings import Location


@pytest.fixture
def raised(tmp_path):
    """The exception that the text of a file in the repository raises."""

    def run(text, path="dags/dag.py"):
        source = textwrap.dedent(text)
        try:
            exec(compile(source, tmp_path / path, "exec"), {})
        except BaseException as error:
            return error
        raise AssertionError("nothing was raised")

    return run


def test_a_failure_points_at_the_innermost_line_of_the_users(raised, tmp_path):
    failure = failure_facts(raised("import json\n\ndef f():\n    json.loads('{')\n\nf()\n"), tmp_path)
    assert failure.location == Location("dags/dag.py", 4)
    assert failure.type == "JSONDecodeError"
    assert "json/decoder.py" not in failure.traceback
    assert failure.traceback.count("dags/dag.py") == 2


def test_without_a_frame_of_the_users_the_innermost_frames_are_kept_and_no_line_is_blamed(tmp_path):
    with pytest.raises(ValueError, match="Expecting") as caught:
        json.loads("{")
    failure = failure_facts(caught.value, tmp_path)
    assert failure.location is None
    assert "decoder.py" in failure.traceback


def test_a_syntax_error_points_at_the_line_that_cannot_be_parsed(raised, tmp_path):
    assert failure_facts(raised("x = 1\ny = (\n"), tmp_path).location == Location("dags/dag.py", 2)


def test_a_summary_is_one_line_of_a_message_of_many(raised, tmp_path):
    assert failure_facts(raised("raise ValueError('first\\nsecond')"), tmp_path).summary == "ValueError: first"


def test_a_chain_holds_what_led_to_the_exception_and_ends_where_it_bites_its_tail(raised):
    error = raised("try:\n    1 / 0\nexcept ZeroDivisionError as first:\n    raise ValueError from first\n")
    assert [type(link) for link in chain(error)] == [ValueError, ZeroDivisionError]
    error.__cause__.__cause__ = error
    assert len(list(chain(error))) == 2


@pytest.mark.parametrize("folder", [".venv/lib/python3.11/site-packages", "lib/dist-packages"])
def test_a_virtual_environment_in_the_repository_is_not_the_users(tmp_path, folder):
    assert not is_users(str(tmp_path / folder / "library.py"), tmp_path)


def test_files_outside_the_root_and_relative_names_are_not_the_users(tmp_path):
    assert not is_users("/usr/lib/python3/json/__init__.py", tmp_path)
    assert not is_users("<frozen importlib._bootstrap>", tmp_path)
    assert is_users(str(tmp_path / "dags" / "dag.py"), tmp_path)


def test_windtunnel_itself_is_not_the_users_where_it_lies_in_their_repository():
    ours = Path(failures.__file__)
    assert not is_users(str(ours), ours.parents[2])
    assert is_users(str(ours.parents[2] / "dags" / "dag.py"), ours.parents[2])


def test_a_path_outside_the_root_stays_absolute(tmp_path):
    assert relative("/elsewhere/dag.py", tmp_path) == "/elsewhere/dag.py"
    assert relative(tmp_path / "dags" / "dag.py", tmp_path) == "dags/dag.py"


def test_a_printed_traceback_gives_the_same_facts_as_its_exception(raised, tmp_path):
    error = raised("def f():\n    raise ValueError('first\\nsecond: third')\n\nf()\n")
    printed = failure_from_text("".join(traceback.format_exception(error)), tmp_path)
    assert printed.location == Location("dags/dag.py", 2)
    assert (printed.type, printed.message) == ("ValueError", "first\nsecond: third")


def test_of_a_printed_chain_the_last_exception_counts(raised, tmp_path):
    error = raised("try:\n    1 / 0\nexcept ZeroDivisionError as first:\n    raise ValueError('second') from first\n")
    printed = failure_from_text("".join(traceback.format_exception(error)), tmp_path)
    assert printed.summary == "ValueError: second"
    assert printed.location == Location("dags/dag.py", 4)


def test_a_printed_recursion_is_told_by_its_exception_and_not_by_its_repeated_lines(raised, tmp_path):
    text = "".join(traceback.format_exception(raised("def f():\n    f()\n\nf()\n")))
    assert "[Previous line repeated" in text
    assert failure_from_text(text, tmp_path).summary.startswith("RecursionError: maximum recursion depth")


def test_a_printed_message_without_a_traceback_is_the_failure(tmp_path):
    printed = failure_from_text("AirflowDagCycleException: Cycle detected in Dag: a. Faulty task: b", tmp_path)
    assert printed.summary == "AirflowDagCycleException: Cycle detected in Dag: a. Faulty task: b"
    assert printed.location is None


def test_a_printed_syntax_error_points_at_the_users_line(raised, tmp_path):
    text = "".join(traceback.format_exception(raised("x = 1\ny = (\n", "include/broken.py")))
    assert failure_from_text(text, tmp_path).location == Location("include/broken.py", 2)
