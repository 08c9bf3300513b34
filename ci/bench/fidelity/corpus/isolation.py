"""What tasks of one run share with each other, and what they do not."""

import builtins
import os
import sys
import tempfile
from pathlib import Path

from airflow.sdk import DAG, task

shared = {}
imported_in = os.getpid()

# A module variable set by one task and read by the next.
with DAG("global_handed_over", schedule=None):

    @task
    def sets():
        shared["value"] = 1

    @task
    def reads():
        return shared["value"]

    sets() >> reads()

# An environment variable set by one task and read by the next.
with DAG("environment_handed_over", schedule=None):

    @task
    def sets():
        os.environ["HANDED_OVER"] = "1"

    @task
    def reads():
        return os.environ["HANDED_OVER"]

    sets() >> reads()

# An environment variable taken away by one task and read by the next.
with DAG("environment_taken_away", schedule=None):

    @task
    def takes():
        os.environ.pop("PATH")

    @task
    def reads():
        return os.environ["PATH"]

    takes() >> reads()

# A working directory changed by one task, for itself alone.
with DAG("working_directory_changed", schedule=None):

    @task
    def changes():
        before = str(Path.cwd())
        os.chdir("/")
        return before

    @task
    def looks(before):
        assert str(Path.cwd()) == before

    looks(changes())

# A module path added by one task, for itself alone.
with DAG("module_path_changed", schedule=None):

    @task
    def changes():
        sys.path.append("/added/by/another/task")

    @task
    def looks():
        assert "/added/by/another/task" not in sys.path

    changes() >> looks()

# A builtin replaced by one task, for itself alone.
with DAG("builtin_replaced", schedule=None):

    @task
    def replaces():
        builtins.sorted = None

    @task
    def uses():
        return sorted([2, 1])

    replaces() >> uses()

# Every task has a process of its own.
with DAG("process_per_task", schedule=None):

    @task
    def first():
        return os.getpid()

    @task
    def second(pid):
        assert os.getpid() != pid

    second(first())

# The file is imported anew for every task.
with DAG("import_per_task", schedule=None):

    @task
    def first():
        return imported_in

    @task
    def second(pid):
        assert imported_in == os.getpid()
        assert imported_in != pid

    second(first())

# A file handed over in the working directory: the workers of a LocalExecutor stand in the same one.
with DAG("file_in_working_directory", schedule=None):

    @task
    def writes():
        Path("handed-over.txt").write_text("1", encoding="utf-8")

    @task
    def reads():
        Path("handed-over.txt").unlink()

    writes() >> reads()

# A file handed over in the folder of temporary files: the workers of a LocalExecutor have one machine.
with DAG("file_in_temporary_folder", schedule=None):

    @task
    def writes():
        Path(tempfile.gettempdir(), "handed-over.txt").write_text("1", encoding="utf-8")

    @task
    def reads():
        Path(tempfile.gettempdir(), "handed-over.txt").unlink()

    writes() >> reads()

# The limit of open files lowered by one task, for itself alone.
with DAG("limits_lowered", schedule=None):

    @task
    def lowers():
        import resource

        resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))

    @task
    def opens():
        import resource

        assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] > 64

    lowers() >> opens()
