"""Functions that are called in another way than they are written, and other slips."""

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.providers.standard.operators.python import PythonOperator
from airflow.providers.standard.operators.smooth import SmoothOperator
from airflow.sdk import DAG, BaseOperator, Label, TaskGroup, chain, task

# Functions made in a loop: all of them see its last value.
with DAG("late_binding", schedule=None):

    @task
    def judges(values):
        assert list(values) == [2, 2, 2]

    made = [PythonOperator(task_id=f"makes_{n}", python_callable=lambda: n) for n in range(3)]
    judges([one.output for one in made])

# An argument too few.
with DAG("argument_missing", schedule=None):

    def needs(value):
        return value

    PythonOperator(task_id="needs", python_callable=needs)

# An argument too many.
with DAG("argument_too_many", schedule=None):
    PythonOperator(task_id="needs", python_callable=lambda: None, op_args=[1])

# A coroutine function as a task.
with DAG("coroutine_task", schedule=None):

    @task
    async def sleeps():
        import asyncio

        await asyncio.sleep(0.1)
        return 1

    @task
    def takes(value):
        assert value == 1

    takes(sleeps())

# A task that calls asyncio.run.
with DAG("event_loop_in_task", schedule=None):

    @task
    def sleeps():
        import asyncio

        asyncio.run(asyncio.sleep(0.1))

    sleeps()

# An operator that changes the arguments of its own DAG while it runs: the next task does not see it.
with DAG("operator_changed_at_run", schedule=None):

    class Changes(BaseOperator):
        def execute(self, context):
            context["dag"].get_task("looks").op_kwargs = {"value": 2}

    @task
    def looks(value):
        assert value == 1

    Changes(task_id="changes") >> looks(1)

# An operator that calls execute of another one.
with DAG("operator_in_operator", schedule=None):

    @task
    def calls():
        SmoothOperator(task_id="inner").execute({})

    calls()

# An operator without execute.
with DAG("operator_without_execute", schedule=None):

    class Incomplete(BaseOperator):
        pass

    Incomplete(task_id="runs")

# Groups in groups, with labels, and without their names in the ids.
with DAG("groups_in_groups", schedule=None):
    with TaskGroup("outer") as outer:
        EmptyOperator(task_id="first")
        with TaskGroup("inner", prefix_group_id=False):
            EmptyOperator(task_id="second") >> Label("then") >> EmptyOperator(task_id="third")
    chain(EmptyOperator(task_id="start"), outer, EmptyOperator(task_id="end"))

# Nothing but tasks without work.
with DAG("only_empty_operators", schedule=None):
    EmptyOperator(task_id="first") >> EmptyOperator(task_id="second")

# Twenty tasks in a chain without work.
with DAG("long_chain", schedule=None):
    chain(*(EmptyOperator(task_id=f"link_{n}") for n in range(20)))

# A task that raises a skip with a cause.
with DAG("skip_while_failing", schedule=None):

    @task
    def skips():
        from airflow.exceptions import AirflowSkipException

        try:
            raise ValueError
        except ValueError as error:
            raise AirflowSkipException from error

    skips()

# A task that catches its own skip.
with DAG("skip_caught", schedule=None):

    @task
    def catches():
        from airflow.exceptions import AirflowSkipException

        try:
            raise AirflowSkipException
        except Exception:
            return "not skipped"

    catches()

# A module that is not installed, imported in the task.
with DAG("module_missing_at_run", schedule=None):

    @task
    def imports():
        import fidelity_no_such_module  # noqa: F401

    imports()

# A task that writes its own DAG file's name, and reads the file.
with DAG("reads_own_file", schedule=None):

    @task
    def reads(dag):
        with open(__file__, encoding="utf-8") as file:
            assert "reads_own_file" in file.read()

    reads()
