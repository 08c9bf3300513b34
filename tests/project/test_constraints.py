"""ci/constraints: one file for every pair of Airflow and Python, holding names and versions alone."""

import re

import pytest
from packaging.requirements import Requirement

from tests.project import reading

FILES = sorted(path.name for path in reading.CONSTRAINTS.glob("*.txt"))


def test_there_is_one_file_for_every_airflow_and_python() -> None:
    tables = reading.compiler()
    expected = sorted(f"airflow-{a}-py{p}.txt" for a in tables["AIRFLOWS"] for p in tables["PYTHONS"])
    assert expected == FILES


@pytest.mark.parametrize("file", FILES)
def test_a_file_is_its_command_and_then_names_and_versions(file: str) -> None:
    command, *lines = (reading.CONSTRAINTS / file).read_text().splitlines()
    airflow, python = re.fullmatch(r"airflow-(.+)-py(.+)\.txt", file).groups()
    version, day = reading.compiler()["AIRFLOWS"][airflow]
    assert command.startswith(f"# echo apache-airflow=={version} | uv pip compile ")
    assert f" --exclude-newer {day} " in command
    assert f" --python-version {reading.compiler()['PYTHONS'][python]} " in command
    assert not re.search(r"://|[ =]/", command), "no host and no path of a machine"
    assert [line for line in lines if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*==[0-9][A-Za-z0-9.+!]*", line)] == []
    assert f"apache-airflow=={version}" in lines


@pytest.mark.parametrize("file", FILES)
def test_windtunnel_moves_nothing_that_is_pinned(file: str) -> None:
    """Installed next to what a file pins, windtunnel is content with every version it finds."""
    pinned = reading.pins(file)
    python = re.search(r"py(.+)\.txt", file).group(1)
    for requirement in reading.requirements():
        if requirement.marker is None or requirement.marker.evaluate({"python_version": python}):
            assert requirement.specifier.contains(pinned[requirement.name]), f"{file}: {requirement}"


def test_windtunnel_alone_brings_neither_airflow_nor_hamilton() -> None:
    core = {Requirement(text).name for text in reading.pyproject()["project"]["dependencies"]}
    assert core.isdisjoint({"apache-airflow", "apache-hamilton", "sf-hamilton", "numpy", "pandas", "pytest"})


def test_requirements_name_all_that_the_project_and_tox_install() -> None:
    tox_deps = re.findall(r"^deps =((?: \S+|\n {4}\S+)+)$", (reading.ROOT / "tox.ini").read_text(), re.MULTILINE)
    assert tox_deps
    words = {word for word in " ".join(tox_deps).split() if not word.endswith(":")}  # "airflow33:" says where
    needed = {requirement.name for requirement in reading.requirements()} | words
    assert needed - {"apache-airflow"} <= reading.requirements_in()


def test_hooks_pin_what_the_oldest_python_pins() -> None:
    oldest = reading.pins("airflow-3.3-py3.10.txt")
    for hook in reading.hooks().values():
        for dependency in hook["additional_dependencies"]:
            name, version = dependency.split("==")
            assert version == oldest[name], f"{hook['id']}: {dependency}"
