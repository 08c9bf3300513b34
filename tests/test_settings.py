"""The settings: one list for all doors, and errors that say where, what and the way out."""

from __future__ import annotations

import re
from datetime import datetime, timezone

import pytest

from windtunnel.errors import UsageError
from windtunnel.findings import Severity
from windtunnel.settings import Settings, options
from windtunnel.settings_file import read_pyproject


def test_a_repository_without_pyproject_has_the_defaults(tmp_path):
    assert read_pyproject(tmp_path) == {}
    assert Settings(tmp_path).fail_on is Severity.ERROR


def test_every_setting_is_a_key_of_the_table(tmp_path):
    (tmp_path / "pyproject.toml").write_text(
        """
[tool.windtunnel]
select = ["WT1", "WT3"]
ignore = "WT201"
jobs = 3
timeout = 9.5
max-memory = 512
max-examples = 7
min-linearity = 0.25
fail-on = "warning"
format = "json"
quiet = true
[tool.windtunnel.conf]
rows = 3
"""
    )
    assert read_pyproject(tmp_path) == {
        "select": ("WT1", "WT3"),
        "ignore": ("WT201",),
        "jobs": 3,
        "timeout": 9.5,
        "max_memory": 512,
        "max_examples": 7,
        "min_linearity": 0.25,
        "fail_on": Severity.WARNING,
        "format": "json",
        "quiet": True,
        "conf": {"rows": 3},
    }


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("jbos = 2", "pyproject.toml: [tool.windtunnel]: unknown key 'jbos', did you mean 'jobs'?"),
        ('jobs = "two"', "pyproject.toml: [tool.windtunnel] jobs: expected a whole number from 1, not 'two'"),
        ("jobs = 0", "jobs: expected a whole number from 1, not 0"),
        ("jobs = true", "jobs: expected a whole number from 1, not True"),
        ("jobs = 1.5", "jobs: expected a whole number from 1, not 1.5"),
        ("timeout = nan", "timeout: expected seconds, 0.1 or more, not nan"),
        ("timeout = inf", "timeout: expected seconds, 0.1 or more, not inf"),
        ("max-memory = 0.5", "max-memory: expected MiB, a whole number from 1, not 0.5"),
        ("min-linearity = 1.5", "min-linearity: expected a number from 0 to 1, not 1.5"),
        ('fail-on = "notice"', "fail-on: expected error or warning, not 'notice'"),
        (
            'format = "xml"',
            "format: expected one of full, concise, grouped, github, sarif, junit, markdown, json, html, not",
        ),
        (
            'report = "out.xml"',
            "report: expected FORMAT=FILE, with one of full, concise, grouped, github, sarif, junit,",
        ),
        ('quiet = "yes"', "quiet: expected true or false, not 'yes'"),
        ("select = [1]", "select: expected codes or prefixes of codes, not [1]"),
        ('select = ""', "select: expected codes or prefixes of codes, not ''"),
        ('date = "soon"', "date: expected a date, YYYY-MM-DD or YYYY-MM-DDTHH:MM, not 'soon'"),
        ("date = 2999-01-01", "(Airflow starts no run whose logical date is yet to come)"),
        ('conf = "{"', "conf: expected a JSON object, @FILE that holds one, or a table, not '{' (not JSON:"),
        ('conf = "[1]"', "conf: expected a JSON object, @FILE that holds one, or a table, not '[1]'"),
        ('conf = "@nowhere.json"', "(No such file or directory: "),
    ],
)
def test_a_key_or_value_that_means_nothing_is_refused_by_name(line, message, tmp_path):
    (tmp_path / "pyproject.toml").write_text(f"[tool.windtunnel]\n{line}\n")
    with pytest.raises(UsageError, match=re.escape(message)):
        read_pyproject(tmp_path)


def test_a_pyproject_that_is_no_toml_is_refused(tmp_path):
    (tmp_path / "pyproject.toml").write_text("[tool")
    with pytest.raises(UsageError, match=r"pyproject\.toml: not TOML: "):
        read_pyproject(tmp_path)


def test_conf_can_lie_in_a_file_that_is_named_from_the_root(tmp_path):
    (tmp_path / "conf.json").write_text('{"rows": 3}')
    (tmp_path / "pyproject.toml").write_text('[tool.windtunnel]\nconf = "@conf.json"\n')
    assert read_pyproject(tmp_path) == {"conf": {"rows": 3}}


def test_every_option_has_a_help_and_a_name_of_its_own():
    names = [option.name for option in options()]
    assert len(set(names)) == len(names)
    assert all(option.help.endswith(".") for option in options())


BUDGETS = """
[tool.windtunnel]
min-linearity = 0.9
[[tool.windtunnel.budgets]]
path = "dags/team/*"
min-linearity = 0.1
max-width = 3
[[tool.windtunnel.budgets]]
tag = "wide"
min-linearity = 0.2
[[tool.windtunnel.budgets]]
dag = "load_*"
min-linearity = 0.3
[[tool.windtunnel.budgets]]
dag = "load_all"
min-linearity = 0.4
"""


@pytest.mark.parametrize(
    ("dag_id", "tags", "path", "value", "origin"),
    [
        ("load_all", ("wide",), "dags/team/a.py", 0.4, " (the budget of dag 'load_all')"),
        ("load_one", ("wide",), "dags/team/a.py", 0.3, " (the budget of dag 'load_*')"),
        ("other", ("x", "wide"), "dags/team/a.py", 0.2, " (the budget of tag 'wide')"),
        ("other", ("x",), "dags/team/deep/a.py", 0.1, " (the budget of path 'dags/team/*')"),
        ("other", (), "dags/a.py", 0.9, ""),
    ],
)
def test_the_most_specific_budget_holds_and_says_so(dag_id, tags, path, value, origin, tmp_path):
    (tmp_path / "pyproject.toml").write_text(BUDGETS)
    settings = Settings(tmp_path, **read_pyproject(tmp_path))
    allowance = settings.budget("min_linearity", dag_id, tags, path)
    assert (allowance.value, allowance.origin) == (value, origin)


def test_a_budget_that_leaves_a_setting_out_leaves_it_to_the_next(tmp_path):
    (tmp_path / "pyproject.toml").write_text(BUDGETS)
    settings = Settings(tmp_path, **read_pyproject(tmp_path))
    assert settings.budget("max_width", "load_all", ("wide",), "dags/team/a.py").value == 3
    assert settings.budget("max_catchup", "load_all", ("wide",), "dags/team/a.py").value == 100


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (
            'dagg = "x"',
            "[[tool.windtunnel.budgets]] 1: unknown key 'dagg', did you mean 'dag'? (known are dag, tag, path",
        ),
        ('dag = "x"\njobs = 2', "[[tool.windtunnel.budgets]] 1: unknown key 'jobs'"),
        ('dag = "x"\ntag = "y"\nmax-width = 2', "name the DAGs that it is for by one of dag, tag, path (a glob)"),
        ("max-width = 2", "name the DAGs that it is for by one of dag, tag, path (a glob)"),
        ('dag = "x"', "gives no budget; set one of min-linearity, max-width, max-catchup"),
        ('tag = "x"\nmin-linearity = 2', "budgets]] 1 min-linearity: expected a number from 0 to 1, not 2"),
    ],
)
def test_a_budget_that_means_nothing_is_refused_by_name(entry, message, tmp_path):
    (tmp_path / "pyproject.toml").write_text(f"[[tool.windtunnel.budgets]]\n{entry}\n")
    with pytest.raises(UsageError, match=re.escape(message)):
        read_pyproject(tmp_path)


def test_budgets_that_are_no_tables_are_refused(tmp_path):
    (tmp_path / "pyproject.toml").write_text('[tool.windtunnel]\nbudgets = ["x"]\n')
    with pytest.raises(UsageError, match=r"budgets: expected a list of tables, not \['x'\]"):
        read_pyproject(tmp_path)


@pytest.mark.parametrize("text", ["2026-01-31", '"2026-01-31"', '"2026-01-31T00:00"', "2026-01-31T01:00:00+01:00"])
def test_a_date_is_in_utc_where_it_names_no_other_zone(text, tmp_path):
    (tmp_path / "pyproject.toml").write_text(f"[tool.windtunnel]\ndate = {text}\n")
    assert datetime.fromisoformat(read_pyproject(tmp_path)["date"]) == datetime(2026, 1, 31, tzinfo=timezone.utc)


def test_per_file_ignores_are_a_table_of_globs_and_the_first_that_matches_tells(tmp_path):
    (tmp_path / "pyproject.toml").write_text(
        '[tool.windtunnel.per-file-ignores]\n"dags/legacy/*" = ["WT201", "WT3"]\n"*_test.py" = "WT1"\n'
    )
    settings = Settings(tmp_path, **read_pyproject(tmp_path))

    def means(code):
        return lambda chosen: any(code.startswith(word) for word in chosen)

    assert settings.ignored_by("dags/legacy/old/a.py", means("WT301")) == "dags/legacy/*"
    assert settings.ignored_by("dags/legacy/a.py", means("WT202")) == ""
    assert settings.ignored_by("dags/b/a_test.py", means("WT101")) == "*_test.py"
    assert settings.ignored_by("dags/b/a.py", means("WT101")) == ""


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('per-file-ignores = ["WT1"]', "per-file-ignores: expected a table of lists of codes, not ['WT1']"),
        ("update-baseline = true", "unknown key 'update-baseline'"),
    ],
)
def test_what_only_a_table_or_only_the_command_line_can_say_is_refused_elsewhere(text, message, tmp_path):
    (tmp_path / "pyproject.toml").write_text(f"[tool.windtunnel]\n{text}\n")
    with pytest.raises(UsageError, match=re.escape(message)):
        read_pyproject(tmp_path)
