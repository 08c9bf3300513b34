"""The file of environment variables: what it gives, and how a bad one is refused without a word of its content."""

from __future__ import annotations

import os

import pytest

from windtunnel.collectors.env_file import read_env_file
from windtunnel.errors import UsageError
from windtunnel.pools import child_environment

GOOD = """\
# a comment
PLAIN=one
export EXPORTED="two words"
AIRFLOW_CONN_A-B='{"conn_type": "http"}'
EMPTY=
BOTH=${PLAIN}+
"""


def test_a_file_in_dotenv_form_is_read(tmp_path):
    (tmp_path / "a.env").write_text(GOOD)
    assert read_env_file(str(tmp_path / "a.env")) == {
        "PLAIN": "one",
        "EXPORTED": "two words",
        "AIRFLOW_CONN_A-B": '{"conn_type": "http"}',
        "EMPTY": "",
        "BOTH": "one+",
    }
    assert read_env_file("") == {}


@pytest.mark.parametrize(
    ("text", "line"), [("A=1\nsecret words here\n", 2), ("secret\n", 1), ('A=1\n\nB="secret\n', 3), ("A=secret\0\n", 1)]
)
def test_a_line_that_gives_nothing_is_refused_by_its_number_alone(text, line, tmp_path):
    (tmp_path / "a.env").write_text(text)
    with pytest.raises(UsageError) as refused:
        read_env_file(str(tmp_path / "a.env"))
    assert str(refused.value) == f"--env-file {tmp_path / 'a.env'}: line {line}: expected NAME=value"


def test_a_file_that_cannot_be_read_is_refused(tmp_path):
    (tmp_path / "latin.env").write_bytes(b"A=\xe9\n")
    for name, reason in {"nowhere": "No such file", "": "Is a directory", "latin.env": "not UTF-8"}.items():
        with pytest.raises(UsageError, match=reason):
            read_env_file(str(tmp_path / name))


def test_the_environment_wins_over_the_file_and_airflows_settings_stay_out(monkeypatch):
    monkeypatch.setitem(os.environ, "BOTH", "real")
    environment = child_environment({"BOTH": "file", "ONLY": "file", "AIRFLOW__CORE__EXECUTOR": "x"})
    assert (environment["BOTH"], environment["ONLY"]) == ("real", "file")
    assert "AIRFLOW__CORE__EXECUTOR" not in environment
