"""What is found: DAG files exactly as Airflow finds them, modules by what they import and by who drives them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from windtunnel.collectors.discovery import Found, discover, discover_unseen, find_root
from windtunnel.errors import UsageError
from windtunnel.settings import Settings

DAG = "from airflow.sdk import DAG\nDAG('x')\n"
MODULE = "from hamilton.function_modifiers import tag\n\n@tag(a='b')\ndef node(x: int) -> int:\n    return x\n"
PLAIN = "def node(x: int) -> int:\n    return x\n"

Write = Callable[[Mapping[str, str]], Path]


def found(root: Path, *paths: str, **settings: object) -> Found:
    return discover(Settings(root, tuple(root / path for path in paths), **settings))  # type: ignore[arg-type]


def dag_files(found: Found) -> list[str]:
    return [file.path for file in found.dag_files]


def names(found: Found) -> list[str]:
    return [module.name for module in found.modules]


# As Airflow

TRICKY = {
    ".airflowignore": (
        "# a comment\nskipped.py  # why\n*_old.py\n!kept_old.py\n/anchored.py\nonly_folder/\n\n/\n[\nsub/*.py\n"
    ),
    "plain.py": DAG,
    "skipped.py": DAG,
    "a_old.py": DAG,
    "kept_old.py": DAG,
    "anchored.py": DAG,
    "deep/anchored.py": DAG,
    "deep/skipped.py": DAG,
    "deep/only_folder": DAG,
    "deep/only_folder.py": DAG,
    "only_folder/hidden.py": DAG,
    "deep/inner/only_folder/hidden.py": DAG,
    "sub/direct.py": DAG,
    "sub/below/indirect.py": DAG,
    "nested/.airflowignore": "!skipped.py\n/here.py\ninner/**/far.py\n",
    "nested/skipped.py": DAG,
    "nested/here.py": DAG,
    "nested/more/here.py": DAG,
    "nested/inner/a/b/far.py": DAG,
    "nested/inner/far.py": DAG,
    "tests/test_dag.py": DAG,
    ".hidden/dag.py": DAG,
    "__pycache__/dag.py": DAG,
    "UPPER.py": "# AIRFLOW and DaG\n",
    "asset.py": "# airflow, asset\n",
    "no_airflow.py": "# dag\n",
    "no_dag.py": "# airflow\n",
    "broken.py": "import airflow; dag = (\n",
    "note.txt": DAG,
    "spaces in name/ünï.py": DAG,
}


@pytest.fixture
def tricky(tmp_path: Path, repository: Write) -> Path:
    folder = repository({f"dags/{path}": text for path, text in TRICKY.items()}) / "dags"
    (folder / "latin.py").write_bytes(b"# \xe9 airflow dag\n")
    (folder / "link.py").symlink_to("plain.py")
    (folder / "dangling.py").symlink_to("nowhere.py")
    (folder / "circle").symlink_to("circle")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "skipped.py").write_text(DAG)
    (tmp_path / "elsewhere" / "linked.py").write_text(DAG)
    (folder / "shared").symlink_to(tmp_path / "elsewhere")
    for name in ("packed.zip", "packed.egg", "packed_old.py"):
        with zipfile.ZipFile(folder / name, "w") as archive:
            archive.writestr("inside.py", "nothing")
    (folder / "false.zip").write_text("not an archive")
    os.mkfifo(folder / "pipe.py")
    return folder


def test_dag_files_are_those_that_airflow_lists(tricky: Path, tmp_path: Path) -> None:
    script = (
        "import json, sys; from airflow.utils.file import list_py_file_paths as f; print(json.dumps(f(sys.argv[1])))"
    )
    environment = {**os.environ, "AIRFLOW_HOME": str(tmp_path / "home")}
    command = [sys.executable, "-c", script, str(tricky)]
    listed = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    airflows = sorted(json.loads(listed.splitlines()[-1]))

    ours = [str(file.file) for file in found(tricky.parent).dag_files]

    assert sorted(ours) == airflows
    assert len(ours) > 15


def test_a_folder_that_links_lead_to_twice_is_refused_as_airflow_refuses_it(repository: Write) -> None:
    root = repository({"dags/a.py": DAG})
    (root / "dags" / "again").symlink_to(root / "dags")

    with pytest.raises(UsageError, match=r"more than one way leads to .*dags.*name it in \.airflowignore"):
        found(root)

    (root / "dags" / ".airflowignore").write_text("again\n")
    assert dag_files(found(root)) == ["dags/a.py"]


# Layouts


@pytest.mark.parametrize(
    ("files", "dags", "folder", "modules"),
    [
        pytest.param(
            {"dags/a.py": DAG, "include/f.py": MODULE, "dags/b/g.py": MODULE, "tests/dags/t.py": DAG},
            ["dags/a.py"],
            "dags",
            ["b.g", "include.f"],
            id="astronomer",
        ),
        pytest.param({"airflow/dags/a.py": DAG}, ["airflow/dags/a.py"], "airflow/dags", [], id="airflow-home"),
        pytest.param(
            {"src/p/dags/a.py": DAG, "src/p/f.py": MODULE, "src/p/g/__init__.py": MODULE},
            ["src/p/dags/a.py"],
            "src/p/dags",
            ["p.f", "p.g"],
            id="src",
        ),
        pytest.param(
            {"a.py": DAG, "sub/b.py": DAG, "setup.py": "# airflow dag", "venv/pyvenv.cfg": "", "venv/x.py": DAG},
            ["a.py", "sub/b.py"],
            ".",
            [],
            id="flat",
        ),
        pytest.param(
            {"pipes/a.py": DAG, "pipes/x/b.py": DAG, "pipes/f.py": MODULE, "test_dags.py": DAG},
            ["pipes/a.py", "pipes/x/b.py"],
            "pipes",
            ["f"],
            id="one-folder-of-another-name",
        ),
        pytest.param(
            {"dags/a.py": DAG, "dags/dags/b.py": DAG}, ["dags/a.py", "dags/dags/b.py"], "dags", [], id="inner"
        ),
    ],
)
def test_a_layout_is_understood_without_settings(
    repository: Write, files: Mapping[str, str], dags: list[str], folder: str, modules: list[str]
) -> None:
    root = repository(files)

    whole = found(root)

    assert dag_files(whole) == dags
    assert {file.dag_folder for file in whole.dag_files} == {root / folder}
    assert names(whole) == modules


def test_a_path_narrows_what_is_looked_at_and_changes_nothing_else(repository: Write) -> None:
    root = repository({"dags/a.py": DAG, "dags/b/c.py": DAG, "include/f.py": MODULE, "include/g/h.py": MODULE})
    whole = found(root)

    for path in ("dags/a.py", "dags/b", "include/f.py", "include/g", "dags", "."):
        part = found(root, path)
        inside = lambda file: file.is_relative_to(root / path)  # noqa: B023, E731
        assert part.dag_files == tuple(file for file in whole.dag_files if inside(file.file))
        assert part.modules == tuple(module for module in whole.modules if inside(module.file))
        assert {*part.dag_files, *part.others} == {*whole.dag_files}


def test_a_path_narrows_given_dags_and_modules_too(repository: Write) -> None:
    root = repository({"etl/a.py": DAG, "etl/b.py": DAG, "flows/f.py": PLAIN, "flows/g.py": PLAIN, "dags/no.py": DAG})
    given = {"dags": ("etl",), "modules": ("flows",)}

    assert (dag_files(found(root, **given)), names(found(root, **given))) == (
        ["etl/a.py", "etl/b.py"],
        ["flows.f", "flows.g"],
    )
    part = found(root, "etl/a.py", "flows/g.py", **given)
    assert (dag_files(part), names(part)) == (["etl/a.py"], ["flows.g"])


def test_a_path_outside_the_dag_folders_is_a_dag_folder_because_the_user_says_so(repository: Write) -> None:
    root = repository({"dags/a.py": DAG, "more/b.py": "# airflow dag"})

    assert dag_files(found(root, "more")) == ["more/b.py"]


def test_a_path_given_twice_is_checked_once(repository: Write) -> None:
    root = repository({"dags/a.py": DAG, "f.py": MODULE})

    twice = found(root, "dags", "dags/a.py", ".", "dags/../dags")

    assert (dag_files(twice), names(twice)) == (["dags/a.py"], ["f"])


def test_a_dag_folder_that_is_a_link_keeps_its_name(
    repository: Write, tmp_path_factory: pytest.TempPathFactory
) -> None:
    real = tmp_path_factory.mktemp("real")
    (real / "a.py").write_text(DAG)
    root = repository({})
    (root / "dags").symlink_to(real)

    assert dag_files(found(root)) == dag_files(found(root, "dags/a.py")) == ["dags/a.py"]


@pytest.mark.parametrize("key", ["dags", "modules"])
def test_a_path_in_the_settings_that_is_not_there_is_a_usage_error(repository: Write, key: str) -> None:
    with pytest.raises(UsageError, match=f"{key}: nope: no such file or folder"):
        found(repository({}), **{key: ("nope",)})


# Modules


@pytest.mark.parametrize(
    ("text", "is_module"),
    [
        pytest.param(MODULE, True, id="decorated"),
        pytest.param("import hamilton.function_modifiers as m\n@m.tag(a='b')\ndef f() -> int: ...", True, id="aliased"),
        pytest.param("from hamilton import function_modifiers\nt = function_modifiers.tag(a='b')", True, id="called"),
        pytest.param("from hamilton.htypes import Collect\ndef f(x: Collect[int]) -> int: ...", True, id="annotated"),
        pytest.param("from hamilton.function_modifiers import *\ndef f() -> int: ...", True, id="star"),
        pytest.param("from hamilton import driver\ndriver.Builder()", False, id="drives"),
        pytest.param("from hamilton.function_modifiers import tag\ndef d(f): return tag(a='b')(f)", False, id="helper"),
        pytest.param(
            "from hamilton.function_modifiers import tag\nclass C:\n    def f(self) -> tag: ...", False, id="method"
        ),
        pytest.param("def f():\n    from hamilton.function_modifiers import tag", False, id="inside-a-function"),
        pytest.param(f"from airflow.sdk import Variable\n{MODULE}", False, id="imports-airflow-too"),
        pytest.param(
            f"from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import airflow\n{MODULE}",
            True,
            id="type-checking",
        ),
        pytest.param(f"import airflow_like\n{MODULE}", True, id="another-airflow"),
        pytest.param(f"{MODULE}\ndef (", False, id="no-python"),
        pytest.param(f"{MODULE}\nx = {'+'.join('1' * 2000)}", True, id="nested-deep"),
    ],
)
def test_a_module_is_what_uses_hamilton_at_import(repository: Write, text: str, is_module: bool) -> None:
    assert names(found(repository({"flows/f.py": text}))) == ["flows.f"] * is_module


@pytest.mark.parametrize(
    "drives",
    [
        "import flows.f\ndriver.Builder().with_modules(flows.f)",
        "import flows.f as g\ndriver.Builder().with_config({}).with_modules(g).build()",
        "from flows import f\ndriver.Driver({}, f)",
        "import flows\ndriver.Builder().with_modules(*[flows.f])",
        "from flows import f\nALL = (f,)\ndriver.Builder().with_modules(*ALL)",
        "def task():\n    from flows import f\n    driver.Builder().with_modules(f)",
    ],
)
def test_a_module_is_what_is_given_to_a_driver_anywhere(repository: Write, drives: str) -> None:
    root = repository(
        {"dags/a.py": f"{DAG}from hamilton import driver\n{drives}\n", "flows/f.py": PLAIN, "g.py": PLAIN}
    )

    assert names(found(root)) == ["flows.f"]
    assert names(found(root, "flows/f.py")) == ["flows.f"], "also where the driver is not looked at"


@pytest.mark.parametrize(
    ("drives", "together"),
    [
        ("driver.Builder().with_modules(f, g).build()", ["flows/f.py", "flows/g.py"]),
        ("driver.Builder().with_modules(f).with_config({}).with_modules(*[g]).build()", ["flows/f.py", "flows/g.py"]),
        ("driver.Driver({}, g, f)", ["flows/g.py", "flows/f.py"]),
        ("driver.Builder().with_modules(f).build(); driver.Builder().with_modules(g).build()", []),
        ("driver.Builder().with_modules(f, f).build()", []),
        ("driver.Builder().with_modules(f, g).allow_module_overrides().build()", []),
        ("driver.Builder().with_modules(f, g).build().execute(['x'], overrides={})", []),
        ("from other import g\ndriver.Builder().with_modules(f, g).build()", []),
        ("driver.Builder().with_modules(f, *MODULES).build()", []),
    ],
)
def test_the_modules_of_one_driver_are_known_where_its_text_says_so(
    repository: Write, drives: str, together: list[str]
) -> None:
    run = f"from hamilton import driver\nfrom flows import f, g\nMODULES = [g]\n{drives}\n"
    modules = dict.fromkeys(("flows/f.py", "flows/g.py", "other/g.py"), MODULE)
    root = repository({"run.py": run, **modules})

    known = [[file.relative_to(root).as_posix() for file in files] for _, files in found(root).driven_together]
    assert known == [together] * bool(together)


def test_relative_imports_lead_to_driven_modules(repository: Write) -> None:
    run = "from hamilton import driver\nfrom . import f\nfrom .g import h\ndriver.Builder().with_modules(f, h)"
    root = repository({"flows/run.py": run, "flows/f.py": PLAIN, "flows/g/h/__init__.py": PLAIN})

    assert names(found(root)) == ["flows.f", "flows.g.h"]


def test_tests_hidden_folders_environments_and_dag_files_are_no_modules(repository: Write) -> None:
    places = ("tests/f.py", "test_f.py", "conftest.py", ".tox/f.py", "env/f.py", "node_modules/f.py", "build/f.py")
    root = repository(
        {**dict.fromkeys(places, MODULE), "env/pyvenv.cfg": "", "dags/a.py": DAG + MODULE, "n.ipynb": "{}"}
    )

    assert names(found(root)) == []


def test_a_file_that_may_not_be_read_is_a_dag_file_so_that_somebody_says_so(
    repository: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = repository({"dags/a.py": DAG, "dags/secret.py": "", "dags/secret.txt": ""})
    monkeypatch.setattr(os, "access", lambda path, _: Path(path).stem != "secret")  # whoever is root may read all

    assert dag_files(found(root)) == ["dags/a.py", "dags/secret.py"]


# The root


def test_the_root_is_the_nearest_repository_around_all_paths(tmp_path: Path) -> None:
    (tmp_path / "one" / ".git").mkdir(parents=True)
    (tmp_path / "one" / "deep" / "er").mkdir(parents=True)
    (tmp_path / "two").mkdir()
    (tmp_path / "two" / "pyproject.toml").touch()

    assert find_root(tmp_path / "one" / "deep" / "er") == tmp_path / "one"
    assert find_root(tmp_path / "one", (tmp_path / "one" / "deep",)) == tmp_path / "one"
    assert find_root(tmp_path / "one", (tmp_path / "two",)) == tmp_path / "two"


# What Airflow passes over

FACTORY = "from airflow.sdk import DAG\n\n\ndef build(name):\n    return DAG(name)\n"


def unseen(root: Path, *paths: str) -> list[tuple[str, str, str]]:
    settings = Settings(root, tuple(root / path for path in paths))
    return [(one.file.path, one.pattern, str(one.location or "")) for one in discover_unseen(settings)]


@pytest.mark.parametrize(
    "text",
    [
        "from include.factory import build\n\nx = build('x')\n",
        "import include.factory\n\ninclude.factory.build('x')\n",
        "from .near import build\n\nwith build('x'):\n    pass\n",
        "import dagfactory\n\ndagfactory.load_yaml_dags(globals_dict=globals())\n",
    ],
)
def test_what_safe_mode_drops_and_calls_a_module_of_the_owners_may_make_a_dag(repository: Write, text: str) -> None:
    root = repository({"dags/a.py": text, "dags/near.py": FACTORY, "include/factory.py": FACTORY, "dags/seen.py": DAG})
    assert unseen(root) == [("dags/a.py", "", "")]


@pytest.mark.parametrize(
    "text",
    [
        "import logging\n\nfrom include.factory import build\n\nlog = logging.getLogger(__name__)\n",
        "from include.factory import build\n\n\ndef make():\n    return build('x')\n",
        "from include.factory import build\n\n\n@build\ndef make():\n    pass\n",
        "import pandas\n\nTABLE = pandas.DataFrame()\n",
        "import include.factory as dag\n",
    ],
)
def test_a_helper_module_makes_no_dag(repository: Write, text: str) -> None:
    root = repository({"dags/a.py": text, "include/factory.py": FACTORY, "dags/seen.py": DAG})
    assert unseen(root) == []


def test_files_that_a_pattern_hides_by_a_part_of_a_word_are_unseen(repository: Write) -> None:
    root = repository(
        {
            "dags/.airflowignore": "# tests\n*test*\ndraft_*\nnever.py\n",
            "dags/latest.py": DAG,
            "dags/contest/a.py": DAG,
            "dags/contest/helper.py": PLAIN,
            "dags/test_a.py": DAG,
            "dags/draft_a.py": DAG,
            "dags/never.py": DAG,
            "dags/seen.py": DAG,
        }
    )
    pattern = ("*test*", "dags/.airflowignore:2")
    assert unseen(root) == [("dags/contest/a.py", *pattern), ("dags/latest.py", *pattern)]
    assert unseen(root, "dags/latest.py") == [("dags/latest.py", *pattern)]
    assert unseen(root, "dags/seen.py") == []
