"""DAG files through the real DagBag: what loads, what does not and where, and what only a deployment could give."""

from __future__ import annotations

import pytest

from windtunnel.engine import run
from windtunnel.settings import Settings

FILES = {
    "dags/several.py": """\
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG, task, task_group

for number in range(2):
    with DAG(f"loop_{number}", schedule=None):
        EmptyOperator(task_id="only")

with DAG("grouped", schedule=None):

    @task_group
    def group():
        EmptyOperator(task_id="classic")

    group()
""",
    "include/factory.py": """\
from airflow.sdk import DAG, task


def build(name):
    with DAG(name, schedule=None) as dag:

        @task
        def work():
            pass

        work()
    return dag
""",
    "dags/factory.py": "from include.factory import build\n\nmade = build('made')  # an airflow dag\n",
    "include/broken.py": "def divide():\n    return 1 / 0\n\n\nX = divide()\n",
    "dags/helper.py": "from airflow.sdk import DAG\n\nfrom include import broken\n",
    "dags/syntax.py": "from airflow.sdk import DAG\n\nx = (1,\n",
    "dags/leaves.py": "import sys\n\nfrom airflow.sdk import DAG\n\nsys.exit('bye')\n",
    "dags/variable.py": "from airflow.sdk import DAG, Variable\n\nX = Variable.get('nowhere')\n",
    "dags/connection.py": "from airflow.sdk import DAG, BaseHook\n\nX = BaseHook.get_connection('nowhere')\n",
    "dags/environment.py": "import os\n\nfrom airflow.sdk import DAG\n\nX = os.environ['NOWHERE']\n",
    "dags/network.py": """\
import urllib.request

from airflow.sdk import DAG

try:
    table = urllib.request.urlopen("http://example.com").read()
except OSError:
    table = None
table["a"]
""",
}


@pytest.fixture(scope="module")
def files(pools, tmp_path_factory):
    root = tmp_path_factory.mktemp("repository")
    for path, text in {"pyproject.toml": "", **FILES}.items():
        (root / path).parent.mkdir(exist_ok=True)
        (root / path).write_text(text)
    return {facts.path: facts for facts in run(Settings(root, select=("WT1",)), pools=pools).files}


def failure(files, path):
    (only,) = files[path].failures
    return only


def test_a_file_may_hold_several_dags_made_in_a_loop(files):
    assert [dag.dag_id for dag in files["dags/several.py"].dags] == ["grouped", "loop_0", "loop_1"]


def test_a_classic_task_in_a_group_is_found_in_the_text(files):
    grouped = files["dags/several.py"].dags[0]
    assert [(task.task_id, str(task.location)) for task in grouped.tasks] == [("group.classic", "dags/several.py:12")]


def test_a_task_made_by_a_helper_stands_in_the_helper(files):
    (made,) = files["dags/factory.py"].dags
    assert [str(task.location) for task in made.tasks] == ["include/factory.py:7"]


def test_an_error_in_a_helper_module_points_at_the_helpers_line(files):
    broken = failure(files, "dags/helper.py")
    assert str(broken.location) == "include/broken.py:2"
    assert broken.summary == "ZeroDivisionError: division by zero"
    assert broken.traceback.count('File "') == 3


def test_a_syntax_error_has_its_line(files):
    assert str(failure(files, "dags/syntax.py").location) == "dags/syntax.py:3"


def test_a_file_that_exits_is_an_import_error_where_it_does(files):
    leaves = failure(files, "dags/leaves.py")
    assert (leaves.summary, str(leaves.location)) == ("SystemExit: bye", "dags/leaves.py:5")


@pytest.mark.parametrize(
    ("path", "need"),
    [
        ("dags/variable.py", "Variable nowhere"),
        ("dags/connection.py", "The conn_id `nowhere` isn't defined"),
        ("dags/environment.py", "an environment variable ('NOWHERE')"),
        ("dags/network.py", "the network (windtunnel lets no run reach the network: example.com)"),
    ],
)
def test_what_a_file_asks_of_its_deployment_is_a_need(files, path, need):
    assert need in failure(files, path).needs


@pytest.mark.parametrize("path", ["dags/helper.py", "dags/syntax.py", "dags/leaves.py"])
def test_a_fault_of_the_files_own_is_no_need(files, path):
    assert failure(files, path).needs == ""


MAPPED = """\
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG, task, task_group

with DAG("mapped", schedule=None, tags=["b", "a"]):

    @task
    def numbers():
        return [1, 2]

    @task
    def add(x):
        return x

    @task(max_active_tis_per_dag=7)
    def few(x):
        return x

    @task.short_circuit
    def go():
        return True

    @task_group
    def group(x):
        add.override(task_id="inside")(x)

    add.expand(x=[1, 2, 3])
    add.override(task_id="unknown").expand(x=numbers())
    few.expand(x=numbers())
    group.expand(x=[1, 2, 3, 4])
    BashOperator.partial(task_id="bash").expand(bash_command=["a", "b"])
    go()
    add.override(task_id="odd", trigger_rule="all_done", pool="other")(1)
"""


def test_a_mapped_task_counts_by_its_list_or_by_the_most_that_there_can_be(examine):
    (file,) = examine({"dags/mapped.py": MAPPED}, select=("WT201",)).files
    (dag,) = file.dags
    tasks = {task.task_id: task for task in dag.tasks}
    assert {name: (task.instances, task.is_bound) for name, task in tasks.items()} == {
        "numbers": (1, False),
        "numbers__1": (1, False),
        "add": (3, False),
        "unknown": (1024, True),
        "few": (7, True),
        "group.inside": (4, False),
        "bash": (2, False),
        "go": (1, False),
        "odd": (1, False),
    }
    assert dag.shape.peak == 1024 + 7
    assert dag.tags == ("a", "b")
    assert [name for name, task in tasks.items() if task.nature] == ["numbers", "numbers__1"]
    assert [name for name, task in tasks.items() if task.may_skip] == ["go"]


TRUE_STYLES = """\
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG, TaskGroup, task

with DAG("follows_two", schedule=None):

    @task.branch
    def pick() -> list[str]:
        return ["left", "right"]

    left, right, other, join = (EmptyOperator(task_id=name) for name in ("left", "right", "other", "join"))
    pick() >> [left, right, other]
    [left, right] >> join

with DAG("follows_a_group", schedule=None):

    @task.branch
    def take() -> str:
        return "both"

    with TaskGroup("both"):
        one, two = EmptyOperator(task_id="one"), EmptyOperator(task_id="two")
    take() >> [one, two, EmptyOperator(task_id="neither")]
    [one, two] >> EmptyOperator(task_id="after")

with DAG("hands_on", schedule=None):

    @task
    def count() -> int:
        return 1

    @task
    def look(number: int) -> None:
        print(number)

    @task
    def save(number: int) -> None:
        print(number)

    counted = count()
    look(counted) >> save(counted)

with DAG("picks_one", schedule=None):

    @task.branch
    def choose() -> str:
        return "a"

    end = EmptyOperator(task_id="end", trigger_rule="none_failed_min_one_success")
    choose() >> [EmptyOperator(task_id=name) for name in "abcdef"] >> end
"""


def test_what_is_right_in_other_styles_is_not_complained_of(examine):
    report = examine({"dags/styles.py": TRUE_STYLES}, select=("WT2",))
    assert report.findings == ()


def test_an_error_of_airflows_own_stands_at_the_dag_that_it_names_or_else_at_the_first(examine):
    ring = """\
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG

with DAG("sound", schedule=None):
    pass
with DAG("ring", schedule=None):
    first, second = EmptyOperator(task_id="first"), EmptyOperator(task_id="second")
    first >> second >> first
"""
    cron = "import os\nfrom airflow.sdk import DAG\n\nwith DAG('never', schedule='61 * * * *'):\n    pass\n"
    report = examine({"dags/cron.py": cron, "dags/ring.py": ring}, select=("WT101",))
    assert [(finding.location.path, finding.location.line) for finding in report.findings] == [
        ("dags/cron.py", 4),
        ("dags/ring.py", 6),
    ]
