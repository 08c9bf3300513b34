"""DAG files parsed a second time through real Airflow: what is unstable, by which cause, and what only looks so."""

from __future__ import annotations

from windtunnel.facts import Cause

HEAD = """\
import datetime as dt, glob, os, pathlib, random, socket, sys, tempfile, time, uuid
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG, Param

HERE = pathlib.Path(__file__).parent
NAMES = {"customers", "orders", "items", "payments", "refunds", "returns"}

"""
UNSTABLE = {
    "chance": ('with DAG("chance", doc_md=uuid.uuid4().hex): pass', Cause.PARSE, 8),
    "process": ('with DAG("process", doc_md=str(os.getpid())): pass', Cause.PARSE, 8),
    "day": ('with DAG("day", doc_md=dt.date.today().isoformat()): pass', Cause.CLOCK, 8),
    "order": ('with DAG("order", doc_md=",".join(NAMES)): pass', Cause.HASH_SEED, 6),
    "listed": ('with DAG("listed", doc_md=str(glob.glob(str(HERE / "*.sql")))): pass', Cause.LISTING, 8),
    "walked": ('with DAG("walked", doc_md=str(list(os.walk(HERE / "sql")))): pass', Cause.LISTING, 8),
    "found": ('with DAG("found", doc_md=str([p.name for p in HERE.glob("*.sql")])): pass', Cause.LISTING, 8),
    "zone": ('with DAG("zone", start_date=dt.datetime.fromtimestamp(1.7e9)): pass', Cause.TIME_ZONE, 8),
    "dies": ('if dt.datetime.now() > dt.datetime(TOMORROW): os._exit(3)\nwith DAG("dies"): pass', Cause.CLOCK, 8),
}
STABLE = """\
with DAG("unordered", schedule=None, tags={"a", "b", "c", "d", "e"}) as dag:
    first = BashOperator(task_id="first", bash_command="true")
    for name in NAMES:
        first >> BashOperator(task_id=name, bash_command="true")
with DAG("listed", schedule=None):
    for file in HERE.glob("*.sql"):
        BashOperator(task_id=file.stem, bash_command="true")
with DAG("environment", schedule=None, doc_md=str(sorted(os.environ.items()))):
    BashOperator(
        task_id="task",
        bash_command=f"{tempfile.gettempdir()} {os.getcwd()} {socket.gethostname()} {sys.argv} {sys.path} {sys.flags}",
        env=dict(os.environ),
    )
random.seed(7)
with DAG("sorted", schedule=None, doc_md=f"{random.random()} {sorted(NAMES)}", params={"x": Param("y", type="string")}):
    pass
"""


def test_each_kind_of_instability_is_found_with_its_cause_and_what_is_stable_is_left_alone(examine):
    from datetime import datetime, timedelta

    tomorrow = datetime.now() + timedelta(hours=6)  # noqa: DTZ005  as a DAG file without a zone would
    files = {f"dags/{name}.sql": "" for name in "abc"} | {f"dags/sql/{name}.sql": "" for name in "abc"}
    for name, (text, _, _) in UNSTABLE.items():
        late = f"{tomorrow.year}, {tomorrow.month}, {tomorrow.day}, {tomorrow.hour}"
        files[f"dags/{name}.py"] = HEAD + text.replace("TOMORROW", late)
    report = examine({**files, "dags/stable.py": HEAD + STABLE}, select=("WT101", "WT119", "WT121"))
    found = {(file.path, one.cause, one.location.line) for file in report.files for one in file.unstable}
    assert found == {(f"dags/{name}.py", cause, line) for name, (_, cause, line) in UNSTABLE.items()}
    assert {finding.code for finding in report.findings} == {"WT119"}
