"""What is said of files that do not load, by facts made by hand."""

from __future__ import annotations

from dataclasses import replace

from windtunnel.checks.wt101_unloadable_file import unloadable_file
from windtunnel.checks.wt102_unfinished_load import unfinished_load
from windtunnel.checks.wt103_unserializable_dag import unserializable_dag
from windtunnel.checks.wt104_unmet_need_at_load import unmet_need_at_load
from windtunnel.collectors.shape import shape_of
from windtunnel.facts import DagFacts, DagFileFacts, End, FailureFacts, ProcessFacts
from windtunnel.findings import Location

FAULT = FailureFacts("ValueError", "no\nnot at all", Location("include/helper.py", 7), "the frames")
NEED = replace(FAULT, needs="the network (example.com)")


def a_file(*failures, end=End.COMPLETED, detail=""):
    return DagFileFacts("dags/a.py", ProcessFacts(end, detail, "its output"), failures)


def said(check, facts):
    return [tuple(complaint)[:3] for complaint in check.judge(facts)]


def test_a_file_that_loads_is_not_complained_of():
    for check in (unloadable_file, unfinished_load, unmet_need_at_load):
        assert said(check, a_file()) == []


def test_an_import_error_is_told_where_it_happened_with_the_users_frames():
    message = "Airflow cannot load dags/a.py: ValueError: no"
    assert said(unloadable_file, a_file(FAULT)) == [(Location("include/helper.py", 7), message, "the frames")]


def test_an_import_error_without_a_line_is_told_of_the_file():
    (complaint,) = said(unloadable_file, a_file(replace(FAULT, location=None)))
    assert complaint[0] == Location("dags/a.py", 1)


def test_what_only_the_deployment_can_give_is_a_warning_and_no_import_error():
    message = "dags/a.py needs the network (example.com) to load; its DAGs are not judged"
    assert said(unloadable_file, a_file(NEED)) == []
    assert said(unmet_need_at_load, a_file(NEED)) == [(Location("include/helper.py", 7), message, "the frames")]
    assert said(unmet_need_at_load, a_file(FAULT)) == []


def test_a_load_that_did_not_end_is_told_at_the_line_where_it_stood():
    hung = a_file(FAULT, end=End.TIMED_OUT, detail="did not end within 5 s")
    message = "loading dags/a.py did not end within 5 s, at include/helper.py:7"
    assert said(unfinished_load, hung) == [(Location("include/helper.py", 7), message, "its output")]
    assert said(unloadable_file, hung) == []
    assert said(unmet_need_at_load, hung) == []


def test_a_load_that_died_is_told_of_the_file():
    died = a_file(end=End.DIED, detail="was killed by SIGKILL")
    message = "loading dags/a.py was killed by SIGKILL"
    assert said(unfinished_load, died) == [(Location("dags/a.py", 1), message, "its output")]


def test_a_dag_that_cannot_be_stored_is_told_with_airflows_reason():
    dag = DagFacts("weekly", Location("dags/a.py", 3), (), shape_of([], []), "SerializationError: no")
    message = "Airflow cannot store DAG 'weekly': SerializationError: no"
    assert said(unserializable_dag, dag) == [(Location("dags/a.py", 3), message, "")]
    assert said(unserializable_dag, replace(dag, unserializable="")) == []
