"""Other people's text: harmless, whole, and unchanged where it was harmless before."""

from __future__ import annotations

import subprocess
import sys

import pytest

from windtunnel.reporters import safe


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("plain [bold]text[/bold] é 漢 🚀", "plain [bold]text[/bold] é 漢 🚀"),
        ("\x1b[31mred\x1b[0m", r"\x1b[31mred\x1b[0m"),
        ("a\nb\tc\rd", r"a\nb\tc\rd"),
        ("\x00\x07\x7f\x9b", r"\x00\x07\x7f\x9b"),
        ("\u202eabc\u2066\u200b\u2028", r"\u202eabc\u2066\u200b\u2028"),
        ("\U000e0041", r"\U000e0041"),
        ("\udc80", r"\udc80"),
        ("no-break\u00a0space", "no-break\u00a0space"),
    ],
)
def test_what_a_terminal_would_obey_is_escaped_and_nothing_else(raw: str, shown: str) -> None:
    assert safe.line(raw) == shown


def test_lines_are_split_as_a_terminal_would_and_blank_ends_dropped() -> None:
    assert safe.lines("\n\n  a\tb  \r\n50%\r100%\n\n\x1b[2K\n\n") == ("  a b", "50%", "100%", "", r"\x1b[2K")


def test_a_text_that_is_cut_says_how_much_is_missing() -> None:
    assert safe.shortened("abcdef", 4) == "abcd… (2 more characters, -v shows them)"
    assert safe.shortened("abcd", 4) == "abcd"


def test_importing_the_reporters_costs_nothing() -> None:
    script = "import sys, windtunnel.reporters, windtunnel.reporters.json; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()

    assert "windtunnel.reporters" in loaded
    assert {"rich", "airflow", "hamilton", "hypothesis", "pandas", "pytest"}.isdisjoint(loaded)
