"""What runs by real Airflow show of their tasks' data: the faults, and the many ways to write the same without one."""

from __future__ import annotations

CODES = tuple(f"WT{number}" for number in range(310, 320))

FAULTY = """\
from dataclasses import dataclass

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG, task


@dataclass
class Job:
    folder: str


with DAG("faulty", schedule=None, params={"day": "{{ ds }}"}):

    @task
    def work(job, names) -> None:
        print(job, names)

    BashOperator(task_id="pull", bash_command="echo {{ ti.xcom_pull('nobody') }}")
    BashOperator(task_id="param", bash_command="echo {{ params.day }}", skip_on_exit_code=None, queue="{{ run_id }}")
    work(Job("/data/{{ ds }}"), {"{{ ds }}": 1})
"""
SOUND = """\
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG, Variable, literal, task

with DAG("sound", schedule=None, doc_md="Loads {{ ds }}.", params={"day": "2024-01-01"}):

    @task
    def nothing() -> None:
        print(Variable.get("api_token", default="none"))

    @task
    def take(value, ti=None):
        if ti.xcom_pull(task_ids="nobody", default=None) or ti.xcom_pull(task_ids=["nothing"]) == [1]:
            print(value)
        ti.xcom_pull(task_ids="sound_keys", key="rare")
        return {2024: ("a", "b")}

    @task
    def sound_keys(ti=None) -> None:
        if ti.try_number > 1:
            ti.xcom_push(key="rare", value=1)

    @task
    def size(value: int, folder: str = "{{ not airflow's }}") -> float:
        return 54.0 * value

    @task
    def total(sizes) -> None:
        print(sum(sizes))

    sound_keys() >> take(nothing())
    total(size.expand(value=[1, 2]))
    BashOperator(task_id="raw", bash_command="echo {% raw %}{{ ds }}{% endraw %} {{ params.day }}")
    BashOperator(task_id="said", bash_command=literal("echo '{{ ds }}'"), doc_md="{{ ds }}")
    BashOperator(task_id="docker", bash_command="echo '{% raw %}{{ .State }}{% endraw %}' {{ ds }}")
"""

UNRENDERABLE = """\
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG

with DAG("unrenderable", schedule=None):
    BashOperator(task_id="undefined", bash_command="true", env={"DAY": "{{ dsx }}"})
    BashOperator(task_id="missing", bash_command="run_all.sh")
"""


def told(report):
    return sorted(
        (finding.code, finding.task_id, finding.message.partition(" runs with ")[2]) for finding in report.findings
    )


def test_what_templates_leave_behind_is_found_wherever_it_stands(examine):
    assert told(examine({"dags/faulty.py": FAULTY}, select=CODES)) == [
        ("WT310", "pull", ""),
        (
            "WT312",
            "param",
            "{{ ds }} unrendered in the field 'bash_command': what a template puts in is not rendered again",
        ),
        ("WT312", "param", "{{ run_id }} unrendered in the argument 'queue': it is no template field of BashOperator"),
        ("WT312", "work", "{{ ds }} unrendered in a key in the field 'op_args': keys are not rendered"),
        (
            *("WT312", "work"),
            "{{ ds }} unrendered in an object of type Job in the field 'op_args': Job has no template_fields",
        ),
    ]


def test_what_is_meant_or_provided_for_is_not_told(examine):
    assert [finding.message for finding in examine({"dags/sound.py": SOUND}, select=CODES).findings] == []


def test_a_template_that_cannot_be_rendered_is_told_with_its_field_at_the_line_of_its_task(examine):
    findings = examine({"dags/unrenderable.py": UNRENDERABLE}, select=("WT301",)).findings
    assert [finding.location.line for finding in findings] == [5, 6]
    undefined, missing = (finding.message for finding in findings)
    assert undefined.startswith("task 'undefined' failed: UndefinedError: 'dsx' is undefined, ")
    assert undefined.endswith("in the template field 'env': \"DAY='{{ dsx }}'\"")
    assert missing.startswith("task 'missing' failed: TemplateNotFound: ")
    assert missing.endswith(", in the template field 'bash_command': 'run_all.sh'")
