"""Tasks that wait for a human, who never comes."""

from datetime import timedelta

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.providers.standard.operators.hitl import ApprovalOperator, HITLBranchOperator, HITLOperator
from airflow.sdk import DAG

# Waits for ever.
with DAG("human_never_answers", schedule=None):
    ApprovalOperator(task_id="asks", subject="Go on?") >> EmptyOperator(task_id="next")

# Waits for two seconds, and takes the default.
with DAG("human_default", schedule=None):
    HITLOperator(
        task_id="asks",
        subject="Which?",
        options=["one", "two"],
        defaults=["one"],
        response_timeout=timedelta(seconds=2),
    ) >> EmptyOperator(task_id="next")

# Waits for two seconds, and has no default.
with DAG("human_too_late", schedule=None):
    HITLOperator(
        task_id="asks", subject="Which?", options=["one", "two"], response_timeout=timedelta(seconds=2)
    ) >> EmptyOperator(task_id="next")

# Waits for two seconds, and takes the default for its branch.
with DAG("human_branch_default", schedule=None):
    HITLBranchOperator(
        task_id="asks",
        subject="Which?",
        options=["left", "right"],
        defaults=["left"],
        response_timeout=timedelta(seconds=2),
    ) >> [EmptyOperator(task_id="left"), EmptyOperator(task_id="right")]
