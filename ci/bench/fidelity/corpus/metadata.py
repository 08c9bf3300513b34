"""Tasks that ask Airflow for what it stores."""

from airflow.sdk import DAG, BaseHook, Variable, task

# A session on the metadata database, as it was allowed in Airflow 2.
with DAG("metadata_session", schedule=None):

    @task
    def asks():
        from airflow.models import DagRun
        from airflow.utils.session import create_session
        from sqlalchemy import select

        with create_session() as session:
            session.scalars(select(DagRun)).all()

    asks()

# The same through airflow.settings.
with DAG("metadata_session_of_settings", schedule=None):

    @task
    def asks():
        from airflow import settings
        from sqlalchemy import text

        settings.Session().execute(text("select 1"))

    asks()

# A function that is handed a session by a decorator of Airflow's.
with DAG("metadata_session_provided", schedule=None):

    @task
    def asks():
        from airflow.utils.session import NEW_SESSION, provide_session
        from sqlalchemy import text

        @provide_session
        def ask(session=NEW_SESSION):
            session.execute(text("select 1"))

        ask()

    asks()

# A variable that nobody has set.
with DAG("variable_missing", schedule=None):

    @task
    def asks():
        return Variable.get("fidelity_nobody_sets_this")

    asks()

# A variable that nobody has set, with a default.
with DAG("variable_with_default", schedule=None):

    @task
    def asks():
        assert Variable.get("fidelity_nobody_sets_this", default="a") == "a"

    asks()

# A variable that one task sets and the next reads and deletes.
with DAG("variable_handed_over", schedule=None):

    @task
    def sets():
        Variable.set("fidelity_handed_over", "1")

    @task
    def reads():
        assert Variable.get("fidelity_handed_over") == "1"
        Variable.delete("fidelity_handed_over")

    sets() >> reads()

# A connection that nobody has set.
with DAG("connection_missing", schedule=None):

    @task
    def asks():
        BaseHook.get_connection("fidelity_nobody_sets_this")

    asks()

# A connection that nobody has set, and a task that lives without it.
with DAG("connection_missing_is_caught", schedule=None):

    @task
    def asks():
        from airflow.exceptions import AirflowNotFoundException

        try:
            BaseHook.get_connection("fidelity_nobody_sets_this")
        except AirflowNotFoundException:
            return "none"
        raise AssertionError("there is one")

    asks()

# How many runs of itself a task sees.
with DAG("counts_its_runs", schedule=None):

    @task
    def counts(ti, dag_run):
        assert ti.get_dr_count(dag_id=dag_run.dag_id, run_ids=[dag_run.run_id]) == 1
        assert ti.get_dagrun_state(dag_id=dag_run.dag_id, run_id=dag_run.run_id) == "running"

    counts()

# The states of the tasks before, asked for through the execution API.
with DAG("asks_for_states", schedule=None):

    @task
    def fails():
        raise ValueError

    @task(trigger_rule="all_done")
    def asks(ti, dag_run):
        states = ti.get_task_states(dag_id=dag_run.dag_id, task_ids=["fails"], run_ids=[dag_run.run_id])
        assert states[dag_run.run_id]["fails"] == "failed"

    fails() >> asks()
