"""The way out of an import that failed: which distribution brings the module, or where in the repository it lies."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from windtunnel.collectors.failures import is_users, relative
from windtunnel.collectors.own_files import own_folders, own_python_files
from windtunnel.facts import FailureFacts

_MODULE = re.compile(r"No module named '(?P<name>[^']+)'")
_NAME = re.compile(r"cannot import name '(?P<name>\w+)' from '(?P<module>[\w.]+)' \(unknown location\)")
_STRATEGY = "Unknown priority strategy"  # 3.1 says so at the task, later releases when the DAG is stored
_RELATIVE = "attempted relative import"

# Module -> distribution, where a person would not guess it.
_DISTRIBUTIONS = {
    "Crypto": "pycryptodome",
    "MySQLdb": "mysqlclient",
    "OpenSSL": "pyOpenSSL",
    "PIL": "Pillow",
    "attr": "attrs",
    "bs4": "beautifulsoup4",
    "cv2": "opencv-python",
    "dateutil": "python-dateutil",
    "distutils": "setuptools",
    "docx": "python-docx",
    "dotenv": "python-dotenv",
    "faiss": "faiss-cpu",
    "fitz": "PyMuPDF",
    "git": "GitPython",
    "github": "PyGithub",
    "google.oauth2": "google-auth",
    "googleapiclient": "google-api-python-client",
    "grpc": "grpcio",
    "hamilton": "apache-hamilton",
    "jose": "python-jose",
    "jwt": "PyJWT",
    "ldap": "python-ldap",
    "magic": "python-magic",
    "nacl": "PyNaCl",
    "pkg_resources": "setuptools",
    "pptx": "python-pptx",
    "psycopg2": "psycopg2-binary",
    "serial": "pyserial",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "slack_sdk": "slack-sdk",
    "slugify": "python-slugify",
    "snowflake.connector": "snowflake-connector-python",
    "snowflake.snowpark": "snowflake-snowpark-python",
    "telegram": "python-telegram-bot",
    "yaml": "PyYAML",
    "zmq": "pyzmq",
}
_PROVIDER_FAMILIES = ("apache", "cncf", "common", "dbt", "microsoft", "atlassian")
_NAMESPACES = ("azure", "google", "snowflake")
_PARTED = ("google.cloud", "azure.mgmt", "azure.storage")  # each module below has a distribution of its own


def with_hint(failure: FailureFacts, root: Path) -> FailureFacts:
    """The failure with the way out of it, where it is an import and the way is known."""
    return replace(failure, hint=_hint(failure, root))


def missing_module(failure: FailureFacts) -> str:
    """The module that was not there, as Python names it; "" where the failure is something else."""
    if failure.type == "ImportError" and (found := _NAME.search(failure.message)):
        return f"{found['module']}.{found['name']}"  # a folder that several distributions fill has no location
    missing = _MODULE.search(failure.message) if failure.type == "ModuleNotFoundError" else None
    return missing["name"] if missing else ""


def _hint(failure: FailureFacts, root: Path) -> str:
    if failure.type == "ImportError" and _RELATIVE in failure.message:
        return "import by the full name: Airflow loads a DAG file by its path, as a module that has no package"
    if failure.message.startswith(_STRATEGY):
        return "register the class in a plugin, in plugins/ beside the DAG folder"
    if not (name := missing_module(failure)):
        return ""
    return _in_repository(name, root) or _to_install(_as_written(name, failure.traceback), root)


def _as_written(name: str, traceback: str) -> str:
    """The whole of what the line wanted: Python names only the first part that is not there."""
    statements = re.finditer(rf"\b(?:from|import) +({re.escape(name)}[\w.]*)(?: +import +\(? *(\w+))?", traceback)
    last = next(iter(reversed(list(statements))), None)
    if last is None:
        return name
    return f"{last[1]}.{last[2]}" if last[2] and last[1] in _PARTED else last[1]


def _to_install(name: str, root: Path) -> str:
    top = name.partition(".")[0]
    if top == "airflow" and not name.startswith("airflow.providers."):
        return f"Airflow has no {name}: `ruff check --select AIR3` tells what it has moved, and where to"
    if (own := _users_folder(top, root)) is not None:
        return f"mend the name: {relative(own, root)} has no {name.partition('.')[2]}"
    distribution = distribution_of(name)
    if top in sys.stdlib_module_names or _is_there(name):
        return f"mend the name, or upgrade {distribution}: what is installed has no {name}"
    brings = "" if distribution == name else f", which brings {name}"
    return f"install {distribution}{brings}: it must be installed where the DAG processor and workers run"


def distribution_of(name: str) -> str:
    """The distribution that most likely brings the module `name`."""
    parts = name.split(".")
    if parts[:2] == ["airflow", "providers"]:
        kept = parts[2:4] if parts[2:3] and parts[2] in _PROVIDER_FAMILIES else parts[2:3]
        return "-".join(["apache-airflow-providers", *kept])
    if ".".join(parts[:2]) in _PARTED and len(parts) > 2:
        return "-".join(parts[:3])
    for length in range(len(parts), 0, -1):
        if known := _DISTRIBUTIONS.get(".".join(parts[:length])):
            return known
    return "-".join(parts[:2]) if parts[0] in _NAMESPACES else parts[0].replace("_", "-")


def _is_there(name: str) -> bool:
    """Whether what should bring the module is installed, and lacks it."""
    parts = name.split(".")
    if parts[:2] == ["airflow", "providers"]:
        base = ".".join(parts[: 4 if parts[2] in _PROVIDER_FAMILIES else 3])
    else:
        base = "" if parts[0] in _NAMESPACES else parts[0]
    return base != name and base in sys.modules


# In the repository


def _users_folder(top: str, root: Path) -> Path | None:
    """The package or folder of the user's that was imported as `top`, if it was one."""
    places = [str(place) for place in getattr(sys.modules.get(top), "__path__", ())]
    return Path(places[0]) if places and is_users(places[0], root) else None


def has_module(name: str, root: Path) -> bool:
    """Whether a module of that name lies anywhere in the repository."""
    return any(True for _ in modules_at(name, root))


def _in_repository(name: str, root: Path) -> str:
    """Where the repository has the module; "" where it has none, or where it is what hides the real one."""
    home = next(modules_at(name, root), None)
    if home is None:
        return ""
    module, base = home
    shown = relative(module, root)
    if str(base) in sys.path:  # it would have been found: something of the same name came first
        return f"{shown} is hidden by another module {name.partition('.')[0]!r} that comes first on sys.path; rename it"
    inner = relative(base, root).replace("/", ".")
    importable = all(part.isidentifier() for part in inner.split("."))
    way = f"import it as {inner}.{name}" if importable else f"put {relative(base, root)} on PYTHONPATH"
    helper = _who_adds(base, root)
    first = f" unless {helper}, which puts it there, was imported before" if helper else ""
    return f"{shown} has it, but {relative(base, root)}/ is not on sys.path{first}; {way}"


def modules_at(name: str, root: Path) -> Iterator[tuple[Path, Path]]:
    """(file or package, the folder that would have to be on sys.path) for each place below `root` that has `name`."""
    parts = name.split(".")
    for folder in own_folders(root):
        place = folder.joinpath(*parts)
        file = place.with_name(place.name + ".py")
        if file.is_file():
            yield file, folder
        elif place.is_dir() and any(place.glob("*.py")):
            yield place, folder


def _who_adds(base: Path, root: Path) -> str:
    """A Python file that speaks of sys.path and of the folder, as one does that puts it there; "" where none does."""
    for file in own_python_files(root):
        text = file.read_bytes()
        if b"sys.path" in text and base.name.encode() in text:
            return relative(file, root)
    return ""
