"""Tasks in another Python, of what the machine has without a network."""

import sys

from airflow.sdk import DAG, task


@task
def after():
    pass


# Another process of the same Python.
with DAG("external_python", schedule=None):

    @task.external_python(python=sys.executable, expect_airflow=False)
    def computes():
        return 2

    @task
    def takes(value):
        assert value == 2

    takes(computes())

# The function fails there.
with DAG("external_python_fails", schedule=None):

    @task.external_python(python=sys.executable, expect_airflow=False)
    def fails():
        raise ValueError("over there")

    fails() >> after()

# The function exits there with a status that means to skip.
with DAG("external_python_skips", schedule=None):

    @task.external_python(python=sys.executable, expect_airflow=False, skip_on_exit_code=7)
    def exits():
        import sys

        sys.exit(7)

    exits() >> after()

# The function uses a name of the DAG file, which is not there.
with DAG("external_python_uses_global", schedule=None):

    @task.external_python(python=sys.executable, expect_airflow=False)
    def uses():
        return after

    uses()

# A Python that is not there.
with DAG("external_python_missing", schedule=None):

    @task.external_python(python="/no/such/python")
    def computes():
        return 2

    computes() >> after()

# A virtual environment without any requirement.
with DAG("virtualenv_empty", schedule=None):

    @task.virtualenv
    def computes():
        return 2

    computes() >> after()
