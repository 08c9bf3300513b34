"""Params with a value and without one."""

from airflow.sdk import DAG, Param, task


@task
def takes(params):
    return dict(params)


# A param that must be given.
with DAG("param_required", schedule=None, params={"unit": Param(type="string")}):
    takes()

# A param with a default.
with DAG("param_with_default", schedule=None, params={"unit": Param("m/s", type="string")}):
    takes()

# A param that may be null, and is.
with DAG("param_null", schedule=None, params={"unit": Param(None, type=["null", "string"])}):
    takes()

# A param of a task that must be given.
with DAG("param_of_task_required", schedule=None):

    @task(params={"unit": Param(type="string")})
    def takes_own(params):
        return params["unit"]

    takes_own()

# A param of a task whose default does not fit.
with DAG("param_of_task_misfit", schedule=None):

    @task(params={"size": Param("many", type="integer")})
    def takes_size(params):
        return params["size"]

    takes_size()
