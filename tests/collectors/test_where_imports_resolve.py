"""Real loads: working directories, names with two answers, plugins, archives, DAGs that Airflow does not collect."""

from __future__ import annotations

import zipfile

import pytest

from windtunnel.engine import run
from windtunnel.settings import Settings

DAG = """\
from airflow.sdk import DAG, task
{top}
with DAG("{dag_id}", schedule=None):

    @task(retries=1)
    def work():
        {work}

    work()
"""


def dag(dag_id, top="", work="pass"):
    return DAG.format(dag_id=dag_id, top=top, work=work)


FILES = {
    # Working directories
    "home/dags/by_root.py": dag("by_root", "N = open('conf/n.txt').read()", "open('conf/new.txt', 'w').write(N)"),
    "home/dags/by_home.py": dag("by_home", "N = open('setup/n.txt').read()"),
    "home/dags/by_folder.py": dag("by_folder", "N = open('beside.txt').read()"),
    "home/dags/by_path.py": dag("by_path", "import sys\n\nsys.path.append('lib')\nimport in_lib"),
    "home/dags/by_glob.py": (
        "from pathlib import Path\n\nfrom airflow.sdk import DAG\n\nfor file in Path('conf').glob('*.txt'):\n"
        "    with DAG(file.stem, schedule=None):\n        pass\n"
    ),
    "home/dags/by_nothing.py": dag("by_nothing", "N = open('nowhere.txt').read()"),
    "home/dags/by_no_glob.py": "# an airflow dag\nfrom pathlib import Path\n\nlist(Path('nowhere').glob('*'))\n",
    "home/dags/by_child.py": dag(
        "by_child",
        "import subprocess\nimport sys\n\nFOUND = subprocess.run([sys.executable, '-c', 'import util'], check=True)",
    ),
    "home/dags/beside.txt": "5",
    "home/setup/n.txt": "5",
    "conf/n.txt": "5",
    "lib/in_lib.py": "",
    # Names with two answers
    "home/dags/two.py": dag("two", "import util"),
    "home/dags/util.py": "",
    "util.py": "",
    "home/dags/behind.py": dag("behind", "from random import choice"),
    "home/dags/random.py": "def choice():\n    pass\n",
    "home/dags/installed.py": dag("installed", "import json\n\njson.dumps(1)"),
    "home/dags/json/own.py": "",
    "home/dags/httpx.py": dag("httpx", "import httpx\n\nhttpx.get"),
    "home/dags/merged.py": dag("merged", "import both.one\nimport both.two"),
    "both/one.py": "",
    "home/plugins/both/two.py": "",
    # Plugins
    "home/dags/planned.py": dag("planned", "from fridays import Fridays").replace(
        "=None", "=Fridays('0 6 * * 5', 'UTC')"
    ),
    "home/plugins/fridays.py": (
        "from airflow.plugins_manager import AirflowPlugin\n"
        "from airflow.timetables.interval import CronDataIntervalTimetable\n\n\n"
        "class Fridays(CronDataIntervalTimetable):\n    pass\n\n\n"
        "class Plan(AirflowPlugin):\n    name = 'plan'\n    timetables = [Fridays]\n"
    ),
    "home/dags/configured.py": dag("configured", "import in_config"),
    "home/config/in_config.py": "",
    # DAGs that are not collected
    "home/dags/kept.py": (
        "from airflow.sdk import DAG, dag\n\nIN_DICT = {'a': DAG('in_dict', schedule=None)}\n\n\nclass Holder:\n"
        "    dag = DAG('in_class', schedule=None)\n\n\n"
        "def local():\n    made = DAG('local', schedule=None)\n\n\nlocal()\n"
        "UNREGISTERED = [DAG('on_purpose', schedule=None, auto_register=False)]\n"
    ),
    "home/dags/last.py": (
        "from airflow.providers.standard.operators.empty import EmptyOperator\nfrom airflow.sdk import DAG\n\n"
        "for name in ('first', 'last'):\n    made = DAG(name, schedule=None)\n"
        "    EmptyOperator(task_id='a', dag=made)\n"
    ),
    "home/dags/chosen.py": (
        "from airflow.providers.standard.operators.empty import EmptyOperator\nfrom airflow.sdk import DAG\n\n"
        "for name in ('wanted', 'unwanted'):\n    made = DAG(name, schedule=None)\n"
        "    EmptyOperator(task_id='a', dag=made)\n    if name == 'wanted':\n        globals()[name] = made\n"
        "    del made\n"
    ),
    "home/dags/forgotten.py": "from airflow.sdk import DAG\n\n\ndef build():\n    return DAG('x', schedule=None)\n",
    "home/dags/library.py": "from airflow.sdk import DAG\n\n\ndef make(name):\n    return DAG(name, schedule=None)\n",
    "home/dags/reader.py": "from library import make\n\nmade = make('read')  # an airflow dag\n",
    # Ids used twice
    "home/dags/again.py": (
        "from airflow.providers.standard.operators.empty import EmptyOperator\nfrom airflow.sdk import DAG\n\n"
        "with DAG('again', schedule=None):\n    EmptyOperator(task_id='a')\n"
        "with DAG('again', schedule=None):\n    EmptyOperator(task_id='b')\n"
    ),
    "home/dags/same.py": (
        "from airflow.sdk import dag, task\n\n\n@dag(schedule=None)\ndef same():\n"
        "    @task\n    def a():\n        pass\n\n"
        "    a()\n\n\nsame()\nsame()\n"
    ),
}
PACKED = {
    "packed.py": dag("packed", "import pack_helper", "pack_helper.help_it()"),
    "pack_helper.py": "def help_it():\n    return 5\n",
}
BROKEN = {"broken.py": "from airflow.sdk import DAG\n\n1 / 0\n"}


def pack(file, members):
    with zipfile.ZipFile(file, "w") as opened:
        for name, text in members.items():
            opened.writestr(name, text)


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    root = tmp_path_factory.mktemp("repository")
    for path, text in {"pyproject.toml": "", **FILES}.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    pack(root / "home/dags/pack.zip", PACKED)
    pack(root / "home/dags/bad.zip", BROKEN)
    return root


@pytest.fixture(scope="module")
def files(pools, root):
    report = run(Settings(root, select=("WT1",)), pools=pools)
    return {facts.path.removeprefix("home/dags/"): facts for facts in report.files}


@pytest.mark.parametrize(
    ("name", "place", "stumbled"),
    [
        ("by_root.py", ".", "home/dags/by_root.py:2"),
        ("by_home.py", "home", "home/dags/by_home.py:2"),
        ("by_folder.py", "home/dags", "home/dags/by_folder.py:2"),
        ("by_path.py", ".", "home/dags/by_path.py:5"),
    ],
)
def test_a_file_that_loads_in_one_working_directory_is_judged_from_there(files, name, place, stumbled):
    facts = files[name]
    assert (facts.started_in, str(facts.stumbled.location), facts.failures) == (place, stumbled, ())
    assert [dag.dag_id for dag in facts.dags] == [name.removesuffix(".py")]


def test_an_interpreter_that_is_started_finds_the_repository_as_by_pythonpath(files):
    assert files["by_child.py"].failures == ()
    assert [dag.dag_id for dag in files["by_child.py"].dags] == ["by_child"]


def test_a_file_that_gives_dags_in_one_working_directory_only_is_found_too(files):
    assert (files["by_glob.py"].started_in, files["by_glob.py"].stumbled) == (".", None)
    assert [dag.dag_id for dag in files["by_glob.py"].dags] == ["n"]


@pytest.mark.parametrize("name", ["by_nothing.py", "by_no_glob.py", "two.py"])
def test_where_no_working_directory_helps_none_is_named(files, name):
    assert files[name].started_in == ""


def test_a_dag_runs_where_its_file_loads_and_writes_nothing_into_the_tree(pools, root):
    report = run(Settings(root, paths=(root / "home/dags/by_root.py",), select=("WT3",)), pools=pools)
    assert [(done.dag_id, done.state) for done in report.runs] == [("by_root", "success")]
    assert [file.name for file in (root / "conf").iterdir()] == ["n.txt"]


def clash(files, name):
    return [(found.name, str(found.location), found.used, found.hidden) for found in files[name].clashes]


def test_two_files_of_the_users_that_answer_to_a_name_clash(files):
    assert clash(files, "two.py") == [("util", "home/dags/two.py:2", "util.py", "home/dags/util.py")]


def test_a_file_behind_a_standard_module_that_has_what_is_asked_for_clashes(files):
    hidden = ("random", "home/dags/behind.py:2", "the standard module random", "home/dags/random.py")
    assert clash(files, "behind.py") == [hidden]


@pytest.mark.parametrize("name", ["installed.py", "httpx.py", "merged.py"])
def test_a_name_that_one_place_alone_can_answer_is_no_clash(files, name):
    assert clash(files, name) == []
    assert len(files[name].dags) == 1


def test_plugins_and_config_beside_the_dag_folder_are_known(files):
    (planned,) = files["planned.py"].dags
    assert (planned.unserializable, planned.schedule.failure) == ("", "")
    assert len(files["configured.py"].dags) == 1


def test_dags_that_are_kept_where_airflow_does_not_look_are_lost(files):
    assert files["kept.py"].lost == (("in_dict", 3), ("in_class", 7), ("local", 11))
    assert files["last.py"].lost == (("first", 5),)


@pytest.mark.parametrize("name", ["chosen.py", "library.py", "reader.py", "same.py"])
def test_dags_that_are_left_out_on_purpose_are_not_lost(files, name):
    facts = files.get(name)
    assert facts is None or (facts.lost, facts.unreached, facts.reused) == ((), (), ())


def test_a_function_with_a_dag_that_nothing_calls_is_told(files):
    assert files["forgotten.py"].unreached == (("build", 4),)


def test_an_id_that_a_file_uses_twice_is_told_with_both_lines(files):
    assert [(reused.dag_id, reused.lines) for reused in files["again.py"].reused] == [("again", (4, 6))]


def test_a_dag_in_an_archive_stands_in_its_member(files):
    (packed,) = files["pack.zip"].dags
    assert str(packed.location) == "home/dags/pack.zip/packed.py:3"
    assert [str(task.location) for task in packed.tasks] == ["home/dags/pack.zip/packed.py:5"]


def test_what_fails_in_an_archive_stands_in_its_member(files):
    (failure,) = files["bad.zip"].failures
    assert failure.summary == "ZeroDivisionError: division by zero"
    assert str(failure.location) == "home/dags/bad.zip/broken.py:3"


def test_a_dag_in_an_archive_runs(pools, root):
    report = run(Settings(root, paths=(root / "home/dags/pack.zip",), select=("WT3",)), pools=pools)
    assert [(done.dag_id, done.state) for done in report.runs] == [("packed", "success")]
