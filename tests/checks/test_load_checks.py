"""What is said of files that do not load, by facts made by hand."""

from __future__ import annotations

from dataclasses import replace

from windtunnel.checks.wt101_unloadable_file import unloadable_file
from windtunnel.checks.wt102_unfinished_load import unfinished_load
from windtunnel.checks.wt103_unserializable_dag import unserializable_dag
from windtunnel.checks.wt104_unmet_need_at_load import unmet_need_at_load
from windtunnel.checks.wt113_working_directory_dependent_import import working_directory_dependent_import
from windtunnel.checks.wt114_module_name_clash import module_name_clash
from windtunnel.checks.wt115_dag_dropped_by_safe_mode import dag_dropped_by_safe_mode
from windtunnel.checks.wt116_dag_hidden_by_airflowignore import dag_hidden_by_airflowignore
from windtunnel.checks.wt117_reused_dag_id import reused_dag_id
from windtunnel.checks.wt118_lost_dag import lost_dag
from windtunnel.collectors.shape import shape_of
from windtunnel.facts import (
    ClashFacts,
    DagFacts,
    DagFileFacts,
    End,
    FailureFacts,
    ProcessFacts,
    ReusedIdFacts,
    UnseenDagsFacts,
)
from windtunnel.findings import Location

FAULT = FailureFacts("ValueError", "no\nnot at all", Location("include/helper.py", 7), "the frames")
NEED = replace(FAULT, needs="the network (example.com)")


def a_file(*failures, end=End.COMPLETED, detail=""):
    return DagFileFacts("dags/a.py", ProcessFacts(end, detail, "its output"), failures)


def said(check, facts):
    return [tuple(complaint)[:3] for complaint in check.judge(facts)]


def test_a_file_that_loads_is_not_complained_of():
    on_files = (working_directory_dependent_import, module_name_clash, reused_dag_id, lost_dag)
    for check in (unloadable_file, unfinished_load, unmet_need_at_load, *on_files):
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


def test_the_way_out_of_a_failed_import_is_the_remedy():
    (complaint,) = unloadable_file.judge(a_file(replace(FAULT, hint="install it")))
    assert complaint.remedy == "install it"


def test_a_file_that_needs_its_working_directory_is_told_with_the_folder_and_what_else_happens():
    facts = replace(a_file(), started_in="home/dags", stumbled=FAULT)
    message = "dags/a.py loads only where the working directory is home/dags/: else ValueError: no"
    assert said(working_directory_dependent_import, facts) == [
        (Location("include/helper.py", 7), message, "the frames")
    ]
    silent = replace(a_file(), started_in=".")
    message = "dags/a.py gives DAGs only where the working directory is the root of the repository: else none, silently"
    assert said(working_directory_dependent_import, silent) == [(Location("dags/a.py", 1), message, "")]


def test_a_clash_is_told_with_both_files():
    clash = ClashFacts("random", Location("include/a.py", 2), "the standard module random", "dags/random.py")
    message = "'random' is the standard module random here, which hides dags/random.py"
    told = [(Location("include/a.py", 2), message, "")]
    assert said(module_name_clash, replace(a_file(), clashes=(clash,))) == told


def test_an_id_that_is_used_again_is_told_at_the_last_line_with_all():
    two = replace(a_file(), reused=(ReusedIdFacts("daily", (4, 9)),))
    message = "2 DAGs have the id 'daily', at lines 4, 9: Airflow keeps one of them"
    assert said(reused_dag_id, two) == [(Location("dags/a.py", 9), message, "")]
    loop = replace(a_file(), reused=(ReusedIdFacts("daily", (4, 4, 4)),))
    message = "3 DAGs have the id 'daily', all at line 4: Airflow keeps one of them"
    assert said(reused_dag_id, loop) == [(Location("dags/a.py", 4), message, "")]


def test_lost_dags_of_one_line_are_told_together():
    lost = replace(a_file(), lost=(("a", 3), ("b", 3), ("c", 5)))
    assert [(str(where), what) for where, what, _ in said(lost_dag, lost)] == [
        ("dags/a.py:3", "DAG 'a', 'b' is made here and kept where Airflow does not look"),
        ("dags/a.py:5", "DAG 'c' is made here and kept where Airflow does not look"),
    ]


def test_a_function_that_would_make_a_dag_is_told_by_its_name():
    message = "nothing calls 'build', which makes a DAG: Airflow finds none in dags/a.py"
    told = [(Location("dags/a.py", 4), message, "")]
    assert said(lost_dag, replace(a_file(), unreached=(("build", 4),))) == told


def test_dags_that_airflow_passes_over_are_told_by_the_check_that_knows_why():
    dropped = UnseenDagsFacts(Location("dags/a.py", 3), (("dags/a.py", ("x", "y")),))
    message = "Airflow never opens dags/a.py, which has DAG 'x', 'y': its text lacks the words that safe mode looks for"
    assert said(dag_dropped_by_safe_mode, dropped) == [(Location("dags/a.py", 3), message, "")]
    assert said(dag_hidden_by_airflowignore, dropped) == []

    place = Location("dags/.airflowignore", 2)
    hidden = UnseenDagsFacts(place, (("dags/a.py", ("x",)), ("dags/b.py", ("y",))), "*test*")
    message = "the pattern *test* hides from Airflow: dags/a.py with DAG 'x'; dags/b.py with DAG 'y'"
    assert said(dag_hidden_by_airflowignore, hidden) == [(place, message, "")]
    assert said(dag_dropped_by_safe_mode, hidden) == []
