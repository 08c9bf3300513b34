"""Templated fields, and the context that they are rendered with."""

from datetime import datetime, timezone

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG, task


def echoes(dag_id, text, **options):
    """A shell command with this text in it."""
    with DAG(dag_id, schedule=None, **options):
        BashOperator(task_id="echoes", bash_command=f"echo '{text}'")


def broken_macro():
    raise ValueError("macro")


# The date of a run that was given one.
echoes("template_ds", "{{ ds }} {{ ds_nodash }} {{ ts }} {{ logical_date }}")

# The data interval of a run that was given a date.
echoes("template_data_interval", "{{ data_interval_start }} {{ data_interval_end }}")

# A name that nobody knows.
echoes("template_undefined", "{{ nobody_knows_this }}")

# An attribute of a name that nobody knows.
echoes("template_undefined_attribute", "{{ nobody_knows_this.name }}")

# A param that is not there.
echoes("template_undefined_param", "{{ params.nobody_knows_this }}")

# A bracket that is never closed.
echoes("template_syntax", "{{ ds ")

# A variable that nobody has set.
echoes("template_variable_missing", "{{ var.value.fidelity_nobody_sets_this }}")

# A variable that nobody has set, with a default.
echoes("template_variable_with_default", '{{ var.value.get("fidelity_nobody_sets_this", "a") }}')

# A connection that nobody has set.
echoes("template_connection_missing", "{{ conn.fidelity_nobody_sets_this.host }}")

# A macro of the DAG's own that raises.
echoes("template_macro_raises", "{{ broken_macro() }}", user_defined_macros={"broken_macro": broken_macro})

# A filter of the DAG's own.
echoes("template_filter", "{{ ds | shout }}", user_defined_filters={"shout": lambda text: f"{text}!"})

# What the run before was: there is none.
echoes("template_no_run_before", "{{ prev_start_date_success }} {{ prev_data_interval_start_success }}")

# A run of a DAG that has ended before.
echoes("template_dag_run", "{{ dag_run.run_type }} {{ dag_run.conf.get('a', 1) }} {{ run_id }}")

# A name that Airflow 3 has taken away.
echoes("template_removed_name", "{{ execution_date }}")

# Values that stay what they are.
with DAG("template_native", schedule=None, render_template_as_native_obj=True):

    @task
    def takes(value):
        assert value == [1, 2]

    takes("{{ [1, 2] }}")

# A context argument that the function asks for by name.
with DAG("context_by_name", schedule=None):

    @task
    def takes(ds, ti=None, dag_run=None, logical_date=None, data_interval_end=None):
        assert ds == logical_date.strftime("%Y-%m-%d")
        assert ti.task_id == "takes"
        assert dag_run.logical_date == logical_date
        assert data_interval_end is not None

    takes()

# A context key that is not there.
with DAG("context_key_missing", schedule=None):

    @task
    def takes(**context):
        return context["execution_date"]

    takes()

# A date that the run's own clock has: it is not the date of the computer.
with DAG("context_run_after", schedule=None):

    @task
    def takes(dag_run):
        assert dag_run.run_after is not None
        assert dag_run.start_date <= datetime.now(timezone.utc)
        assert dag_run.run_type == "manual"

    takes()
