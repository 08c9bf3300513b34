"""Every place that lists the Pythons and the Airflows lists the same ones."""

import itertools
import re

from packaging.specifiers import SpecifierSet

from tests.project import reading

PYTHONS = list(reading.compiler()["PYTHONS"])
AIRFLOWS = list(reading.compiler()["AIRFLOWS"])


def test_classifiers_name_the_pythons() -> None:
    prefix = "Programming Language :: Python :: 3."
    classifiers = reading.pyproject()["project"]["classifiers"]
    assert [text.rsplit(" ", 1)[1] for text in classifiers if text.startswith(prefix)] == PYTHONS


def test_requires_python_admits_the_pythons_and_no_other() -> None:
    admitted = SpecifierSet(reading.pyproject()["project"]["requires-python"])
    assert [f"3.{minor}" for minor in range(20) if f"3.{minor}.0" in admitted] == PYTHONS


def test_the_airflow_extra_admits_the_airflows_and_no_other_minor_release() -> None:
    (text,) = reading.pyproject()["project"]["optional-dependencies"]["airflow"]
    admitted = SpecifierSet(text.removeprefix("apache-airflow"))
    candidates = [f"{major}.{minor}" for major in (2, 3, 4) for minor in range(20)]
    assert [version for version in candidates if f"{version}.5" in admitted] == AIRFLOWS


def test_tox_factors_are_the_pairs() -> None:
    pairs = {f"py{p}-airflow{a}".replace(".", "") for p, a in itertools.product(PYTHONS, AIRFLOWS)}
    assert {name for name in reading.tox_environments() if name.startswith("py")} == pairs


def test_tox_takes_the_constraints_of_its_factors_and_the_newest_airflow_without_one() -> None:
    lines = re.findall(r"^ {4}(\S+): (ci/constraints/\S+)$", (reading.ROOT / "tox.ini").read_text(), re.MULTILINE)
    *older, newest = AIRFLOWS
    named = [f"airflow{airflow}".replace(".", "") for airflow in older]
    conditions = [*named, "-".join(f"!{factor}" for factor in named)]
    files = [f"ci/constraints/airflow-{airflow}-py{{py_dot_ver}}.txt" for airflow in [*older, newest]]
    assert lines == list(zip(conditions, files, strict=True))


def test_the_workflow_runs_the_pairs() -> None:
    matrix = reading.workflow()["jobs"]["tests"]["strategy"]["matrix"]
    assert matrix == {"python": PYTHONS, "airflow": AIRFLOWS}


def test_mypy_and_ruff_judge_by_the_oldest_python() -> None:
    tools = reading.pyproject()["tool"]
    assert tools["mypy"]["python_version"] == PYTHONS[0]
    assert tools["ruff"]["target-version"] == "py" + PYTHONS[0].replace(".", "")
