"""Start dates, end dates, schedules, and the runs before."""

from datetime import datetime, timezone

from airflow.sdk import DAG, task

NEXT = datetime(2040, 1, 1, tzinfo=timezone.utc)
LAST = datetime(2020, 1, 1, tzinfo=timezone.utc)


@task
def works():
    pass


@task
def after():
    pass


# A DAG that starts in the future.
with DAG("start_in_future", schedule=None, start_date=NEXT):
    works() >> after()

# A task that starts in the future, and one that does not.
with DAG("task_start_in_future", schedule=None):
    works() >> after.override(start_date=NEXT)()

# A DAG that has ended.
with DAG("end_in_past", schedule=None, start_date=datetime(2019, 1, 1, tzinfo=timezone.utc), end_date=LAST):
    works() >> after()

# A task that has ended, and one that has not.
with DAG("task_end_in_past", schedule=None):
    works() >> after.override(end_date=LAST)()

# A DAG without any start date.
with DAG("no_start_date", schedule=None):
    works() >> after()

# A schedule that starts in the future, run by hand.
with DAG("schedule_in_future", schedule="@daily", start_date=NEXT, catchup=False):
    works() >> after()

# Each task asks how it went the time before, and there is no time before.
with DAG("depends_on_past", schedule=None):
    works.override(depends_on_past=True)() >> after.override(depends_on_past=True)()

# Each task also asks how it went with those behind it.
with DAG("wait_for_downstream", schedule=None):
    works.override(wait_for_downstream=True)() >> after.override(wait_for_downstream=True)()

# One run at a time.
with DAG("max_active_runs", schedule=None, max_active_runs=1):
    works()

# A DAG without any task.
with DAG("no_task", schedule=None):
    pass
