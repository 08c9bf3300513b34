"""Shell commands and their exit statuses."""

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG, task


@task
def after():
    pass


def command(dag_id, text, **options):
    """A shell command, and a task behind it."""
    with DAG(dag_id, schedule=None):
        BashOperator(task_id="runs", bash_command=text, **options) >> after()


# Status 0.
command("bash_0", "true")

# Status 1.
command("bash_1", "exit 1")

# Status 99, which means to skip.
command("bash_99", "exit 99")

# Status 99, which means nothing here.
command("bash_99_is_failure", "exit 99", skip_on_exit_code=None)

# A status of several that mean to skip.
command("bash_skips_on_several", "exit 4", skip_on_exit_code=[3, 4])

# A command of several, of which one in the middle fails.
command("bash_failure_in_the_middle", "false; true")

# A failure before a pipe: Airflow's shell is told nothing of pipefail.
command("bash_failure_before_pipe", "false | cat")

# The shell kills itself.
command("bash_sigkill", "kill -9 $$")

# A command that is not there.
command("bash_no_such_command", "fidelity-no-such-command")

# A script file that is not there.
command("bash_no_such_script", "no_such_script.sh")

# A working directory that is not there.
command("bash_no_such_directory", "true", cwd="/no/such/directory")

# Output that is no UTF-8.
command("bash_output_in_no_encoding", r"printf '\377\376'")

# The environment is replaced: nothing of the worker's is left.
command("bash_environment", 'test -z "$AIRFLOW_HOME" && test "$OWN" = 1', env={"OWN": "1"})

# The environment is added to.
command("bash_environment_added", 'test -n "$PATH" && test "$OWN" = 1', env={"OWN": "1"}, append_env=True)

# The process is left running in the background, its output closed.
command("bash_background", "sleep 5 >/dev/null 2>&1 &")

# What Airflow tells a shell command of its context.
command("bash_context", 'test "$AIRFLOW_CTX_TASK_ID" = runs')

# The last line is the value.
with DAG("bash_value", schedule=None):

    @task.bash
    def says():
        return "echo first; echo last"

    @task
    def hears(text):
        assert text == "last"

    hears(says())

# A function that returns no command.
with DAG("bash_no_text", schedule=None):

    @task.bash
    def says():
        return 1

    says()
