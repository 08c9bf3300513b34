"""The top level of the repository holds exactly what it is allowed to hold."""

import subprocess

from tests.project import reading

REQUIRED = {
    *("dags", "modules", "tests", "ci"),
    *("tox.ini", ".pre-commit-config.yaml", "pyproject.toml", "README.md", "LICENSE"),
}
HIDDEN = {".ci", ".github", ".gitignore", ".pre-commit-hooks.yaml"}


def test_the_top_level_holds_exactly_what_is_allowed() -> None:
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=reading.ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    top = {path.split("/")[0] for path in listed}
    assert REQUIRED - top == set()
    assert top - REQUIRED - HIDDEN == set()


def test_the_license_is_apache_2_in_full() -> None:
    text = (reading.ROOT / "LICENSE").read_text()
    assert reading.pyproject()["project"]["license"] == "Apache-2.0"
    assert "Version 2.0, January 2004" in text
    assert "END OF TERMS AND CONDITIONS" in text
