"""Writes one constraints file for every pair of Airflow and Python, each with the one command its header states.

Run it by `tox run -e constraints`; name files to write only those. To take newer packages, change TODAY.
"""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

# No package uploaded after this day is considered, so that the same command gives the same file tomorrow.
TODAY = "2026-11-20"

# An older Airflow gets the packages of its own time, as Airflow's own constraints give them, and for a reason: with
# those of 2026-11 every task of 3.2.2 fails (fastapi 0.165, svcs 26).
AIRFLOWS = {
    "3.1": ("3.1.8", "2026-03-25"),
    "3.2": ("3.2.2", "2026-06-10"),
    "3.3": ("3.3.2", TODAY),
}

# 3.10 names a patch release because apache-hamilton asks for Python >= 3.10.1, and "3.10" would mean 3.10.0.
PYTHONS = {"3.10": "3.10.13", "3.11": "3.11", "3.12": "3.12", "3.13": "3.13"}

HERE = Path(__file__).parent
REQUIREMENTS = "ci/constraints/requirements.in"

# Names and versions alone: no index, no path, no host may reach the files.
UV = (
    "uv pip compile --quiet --no-config --no-header --no-annotate --no-emit-index-url --no-emit-find-links"
    " --python-platform linux"
)


def main() -> None:
    pairs = {f"airflow-{airflow}-py{python}.txt": (airflow, python) for airflow in AIRFLOWS for python in PYTHONS}
    wanted = [Path(name).name for name in sys.argv[1:]] or list(pairs)
    with ThreadPoolExecutor(max_workers=4) as threads:
        for name in threads.map(lambda name: _write(name, *pairs[name]), wanted):
            print(name)


def _write(name: str, airflow: str, python: str) -> str:
    version, day = AIRFLOWS[airflow]
    requirement = f"apache-airflow=={version}"
    # Hamilton is bound to no Airflow: the newest serves everywhere.
    command = (
        f"{UV} --exclude-newer {day} --exclude-newer-package apache-hamilton={TODAY}"
        f" --python-version {PYTHONS[python]} {REQUIREMENTS} -"
    )
    compiled = subprocess.run(
        command.split(), input=requirement, cwd=HERE.parent.parent, stdout=subprocess.PIPE, text=True, check=True
    ).stdout
    (HERE / name).write_text(f"# echo {requirement} | {command}\n{compiled}")
    return name


if __name__ == "__main__":
    main()
