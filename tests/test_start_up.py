"""Starting costs nothing: what is heavy is imported in the children, when they need it."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("airflow", "hamilton", "hypothesis", "networkx", "numpy", "pandas", "rich", "sqlalchemy", "grandalf", "jinja2")
STARTS = {
    "the package": "import windtunnel",
    "the pytest plugin": "import windtunnel.plugin",
    "the help": "from windtunnel.cli import cli; cli.main(['check', '--help'], standalone_mode=False)",
    "the list of checks": "from windtunnel.cli import cli; cli.main(['checks'], standalone_mode=False)",
    "the engine": "import windtunnel.engine",
}


@pytest.mark.parametrize("start", STARTS)
def test_starting_imports_nothing_heavy(start):
    script = f"import sys\n{STARTS[start]}\nprint(sorted(set(sys.modules) & set({HEAVY})), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stderr == "[]\n"
