"""Whatever a DAG file does when it is loaded is one finding on that file, and nobody else is the worse for it."""

from __future__ import annotations

import os
import stat
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from windtunnel.engine import run
from windtunnel.pools import Pools
from windtunnel.report import Report
from windtunnel.settings import Settings
from windtunnel.worker import FOLDER

HEAD = "from airflow.sdk import DAG  # line 1 of each\n"
DAG = "with DAG('{name}', schedule=None):\n    pass\n"
TIMEOUT = 4.0


@dataclass(frozen=True)
class Hostile:
    """What a file does, and what must be said of it: at the line that ends with `# here`, or else of the whole file."""

    code: str
    message: str
    text: str

    @property
    def line(self) -> int:
        lines = (HEAD + self.text).splitlines()
        return next((number for number, line in enumerate(lines, 1) if line.endswith("# here")), 1)


def hangs(text: str) -> Hostile:
    return Hostile("WT102", f"did not end within {TIMEOUT:g} s, at ", text)


def dies(message: str, text: str) -> Hostile:
    return Hostile("WT102", message, text)


def fails(message: str, text: str) -> Hostile:
    return Hostile("WT101", message, text)


def starts(message: str, text: str) -> Hostile:
    return Hostile("WT108", f"starts a process: {message}", text)


def writes(message: str, text: str) -> Hostile:
    return Hostile("WT109", f"wants to {message}, which windtunnel refuses; without it the file does not load", text)


def changes(message: str, text: str) -> Hostile:
    return Hostile("WT111", f"changes {message}", text)


HOSTILE = {
    "loops_in_python": hangs("while True: pass  # here\n"),
    "loops_in_c": hangs("sum(iter(int, 1))  # here\n"),
    "swallows_timeouts": hangs(
        "import time\nwhile True:\n    try:\n        time.sleep(60)  # here\n    except BaseException:\n        pass\n"
    ),
    "prints": Hostile("WT122", "prints 50.", "for _ in range(50_000):\n    print('x' * 1000)\n"),
    "leaves_with_0": fails("SystemExit: 0", "import sys\nsys.exit(0)  # here\n"),
    "leaves_with_3": fails("SystemExit: 3", "import sys\nsys.exit(3)  # here\n"),
    "exits_with_0": dies("ended with exit status 0 before its work was done", "import os\nos._exit(0)\n"),
    "exits_with_3": dies("ended with exit status 3 before its work was done", "import os\nos._exit(3)\n"),
    "kills_itself": dies("was killed by SIGKILL", "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n"),
    "crashes": dies("was killed by SIGSEGV, at ", "import ctypes\nctypes.string_at(0)  # here\n"),
    "recurses": fails("RecursionError: ", "def f():\n    f()  # here\nf()\n"),
    "takes_memory": dies(
        "was killed: it used more than 1536 MiB of memory, at ",
        "hoard = []\nwhile True:\n    hoard.append(bytearray(b'x') * (8 << 20))  # here\n",
    ),
    "interrupts": fails("KeyboardInterrupt", "raise KeyboardInterrupt  # here\n"),
    "raises_what_nobody_catches": fails("Out: x", "class Out(BaseException): pass\nraise Out('x')  # here\n"),
    "asks": fails("EOFError: ", "input()  # here\n"),
    "nests": fails("too many nested parentheses", f"x = {'(' * 500}{')' * 500}  # here\n"),
    "chains": fails("RecursionError: ", f"import hamilton\nx = {'+'.join('1' * 20_000)}\n"),
    "forks": starts("fork", "import os\nif os.fork() == 0:  # here\n    while True: pass\n"),
    "forks_and_goes_on": starts("fork", "import os\nos.fork()  # here\n"),
    "leaves_a_child": starts("sleep", "import subprocess\nsubprocess.Popen(['sleep', '600'])  # here\n"),
    "leaves_a_daemon": starts(
        "fork",
        "import os, time\nif os.fork() == 0:  # here\n    os.setsid()\n    if os.fork() == 0:\n"
        "        os.environ.clear()\n        time.sleep(600)\n    os._exit(0)\n",
    ),
    "starts_a_shell": starts("true", "import os\nos.system('true')  # here\n"),
    "leaves_a_thread": Hostile(
        "WT110",
        "starts the thread 'forever'",
        "import threading, time\nthreading.Thread(target=time.sleep, args=(600,), name='forever').start()  # here\n",
    ),
    "connects": Hostile(
        "WT107",
        "reaches for the network: 127.0.0.1:9",
        "import socket\ntry:\n    socket.create_connection(('127.0.0.1', 9))  # here\nexcept OSError:\n    pass\n",
    ),
    "listens": Hostile(
        "WT107",
        "reaches for the network: 127.0.0.1:0",
        "import socket\nserver = socket.socket()\nserver.bind(('127.0.0.1', 0))  # here\nserver.listen()\n",
    ),
    "writes_beside_itself": writes(
        "write dags/written.txt", "from pathlib import Path\nPath(__file__).with_name('written.txt').touch()  # here\n"
    ),
    "writes_to_itself": writes("write dags/writes_to_itself.py", "open(__file__, 'a').write('#')  # here\n"),
    "writes_outside": writes("write {outside}/new.txt", "open('{outside}/new.txt', 'w').write('x')  # here\n"),
    "writes_behind_a_link": writes(
        "write {outside}/kept.txt",
        "import os\nos.symlink('{outside}', 'link')\nopen('link/kept.txt', 'w').write('x')  # here\n",
    ),
    "makes_folders": writes("make {outside}/a", "import os\nos.makedirs('{outside}/a/b')  # here\n"),
    "removes": writes("remove {outside}/kept.txt", "import os\nos.remove('{outside}/kept.txt')  # here\n"),
    "removes_trees": writes("remove {outside}/kept.txt", "import shutil\nshutil.rmtree('{outside}')  # here\n"),
    "renames": writes("rename {outside}/kept.txt", "import os\nos.rename('{outside}/kept.txt', 'mine')  # here\n"),
    "truncates": writes("write {outside}/kept.txt", "import os\nos.truncate('{outside}/kept.txt', 0)  # here\n"),
    "locks": writes("change {outside}/kept.txt", "import os\nos.chmod('{outside}/kept.txt', 0)  # here\n"),
    "links": writes("write {outside}/link", "import os\nos.symlink('/', '{outside}/link')  # here\n"),
    "writes_through_a_library": writes(
        "write {outside}/t.csv", "import pandas\npandas.DataFrame().to_csv('{outside}/t.csv')  # here\n"
    ),
    "connects_to_sqlite": writes(
        "write {outside}/new.db", "import sqlite3\nsqlite3.connect('{outside}/new.db')  # here\n"
    ),
    "writes_and_does_not_mind": Hostile(
        "WT109",
        "wants to write {outside}/0.txt (and 2 more), which windtunnel refuses",
        "for number in range(3):\n    try:\n        open('{outside}/%d.txt' % number, 'w')  # here\n"
        "    except OSError:\n        pass\n",
    ),
    "changes_the_folder": changes("the working directory", "import os\nos.chdir('/')  # here\n"),
    "changes_the_environment": changes("os.environ (HOSTILE)", "import os\nos.environ['HOSTILE'] = '1'  # here\n"),
    "empties_the_environment": changes("os.environ (", "import os\nos.environ.clear()  # here\n"),
    "changes_the_path": changes("sys.path", "import sys\nsys.path.insert(0, '/nowhere')  # here\n"),
    "changes_warnings": changes("the warnings filters", "import warnings\nwarnings.simplefilter('ignore')  # here\n"),
    "changes_the_log_level": changes(
        "the level of the root logger", "import logging\nlogging.getLogger().setLevel(1)  # here\n"
    ),
    "adds_a_log_handler": changes(
        "the handlers of the root logger",
        "import logging\nlogging.getLogger().addHandler(logging.NullHandler())  # here\n",
    ),
    "disables_logging": changes("the level that all logging", "import logging\nlogging.disable()  # here\n"),
    "handles_signals": changes(
        "the handler of SIGALRM", "import signal\nsignal.signal(signal.SIGALRM, signal.SIG_IGN)  # here\n"
    ),
    "changes_the_umask": changes("the umask", "import os\nos.umask(0)  # here\n"),
    "changes_the_recursion_limit": changes(
        "the recursion limit", "import sys\nsys.setrecursionlimit(12_345)  # here\n"
    ),
    "seeds": changes("the random state", "import random\nrandom.seed(1)  # here\n"),
    "patches_a_function": changes("time.sleep", "import time\ntime.sleep = lambda seconds: None  # here\n"),
    "patches_a_method": changes("socket.socket.connect", "import socket\nsocket.socket.connect = print  # here\n"),
    "patches_a_builtin": changes("builtins.open", "import builtins\nsetattr(builtins, 'open', None)  # here\n"),
    "patches_in_a_helper": changes(
        "json.dumps", "import sys\nsys.path.insert(0, '/nowhere')\nsys.path.remove('/nowhere')\nimport patching\n"
    ),
}

GOOD = HEAD + DAG
INNOCENT = {
    "plain.py": GOOD,
    "reads_stdin.py": HEAD + "import sys\nassert sys.stdin.read() == ''\n" + DAG,
    "reads_itself.py": HEAD + "assert open(__file__).read()\n" + DAG,
    "has_a_mark.py": "\ufeff" + GOOD,
    "is_large.py": HEAD + f"TABLE = '''{'x' * 5_000_000}'''\n" + DAG,
    "has_its_own_folder.py": HEAD
    + "import os, pathlib, tempfile\nopen('here.txt', 'w').write('x')\ntempfile.mkdtemp()\n"
    + "os.makedirs('{outside}', exist_ok=True)\npathlib.Path('{outside}/nothing').unlink(missing_ok=True)\n"
    + "open(os.devnull, 'w').write('x')\n"
    + DAG,
    "changes_and_restores.py": HEAD
    + "import os, sys, warnings\nos.environ['MINE'] = '1'\ndel os.environ['MINE']\n"
    + "with warnings.catch_warnings():\n    warnings.simplefilter('ignore')\n"
    + DAG,
    "imports_a_noisy_library.py": HEAD
    + "from importlib import util\nspec = util.spec_from_file_location('noisy_library', '{library}')\n"
    + "spec.loader.exec_module(util.module_from_spec(spec))\n"
    + DAG,
}
NO_DAG_FILES = ("empty.py", "wide.py", "folder.py", "pipe.py", "dangling.py", "garbage.zip")

# It lies where nobody's code lies: what it does while it is imported is not the fault of the file that imports it.
NOISY_LIBRARY = """\
import logging, os, random, signal, sys, time, warnings
from pathlib import Path

os.environ["NOISY"] = "1"
sys.path.append("/nowhere")
warnings.simplefilter("once")
logging.getLogger().addHandler(logging.NullHandler())
signal.signal(signal.SIGTERM, signal.SIG_IGN)
random.seed(1)
sys.setrecursionlimit(5000)
time.sleep = print
Path("{cache}/cached").write_text("x")
"""


def filled(text: str, folders: dict[str, Path]) -> str:
    for name, folder in folders.items():
        text = text.replace(f"{{{name}}}", str(folder))
    return text


def write_innocent(dags: Path, folders: dict[str, Path]) -> None:
    for file, text in INNOCENT.items():
        name = file.removesuffix(".py")
        (dags / file).write_text(filled(text, {**folders, "name": Path(name)}), encoding="utf-8")
    (dags / "speaks_latin.py").write_bytes(
        ("# coding: latin-1\n" + GOOD.replace("{name}", "speaks_latin") + "x = 'é'\n").encode("latin-1")
    )
    with zipfile.ZipFile(dags / "packed.zip", "w") as archive:
        archive.writestr("inner.py", GOOD.replace("{name}", "packed"))


def write_hostile(dags: Path, folders: dict[str, Path]) -> None:
    for name, hostile in HOSTILE.items():
        text = HEAD + hostile.text + DAG.replace("{name}", name)
        (dags / f"{name}.py").write_text(filled(text, folders), encoding="utf-8")
    (dags.parent / "patching.py").write_text("import json\n\njson.dumps = repr\n")
    (dags / "latin.py").write_bytes((HEAD + "x = 'é'\n").encode("latin-1"))
    (dags / "zeros.py").write_bytes(f"{HEAD}x = 1\0\n".encode())
    with zipfile.ZipFile(dags / "faulty.zip", "w") as archive:
        archive.writestr("inner.py", HEAD + "\n1 / 0\n")
    archive_with_broken_directory(dags / "broken.zip")


def write_what_is_no_dag_file(dags: Path) -> None:
    (dags / "empty.py").touch()
    (dags / "wide.py").write_bytes(GOOD.encode("utf-16"))
    (dags / "folder.py").mkdir()
    os.mkfifo(dags / "pipe.py")
    (dags / "dangling.py").symlink_to("nowhere.py")
    (dags / "garbage.zip").write_bytes(b"airflow dag")


def archive_with_broken_directory(file: Path) -> None:
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("inner.py", GOOD)
    file.write_bytes(file.read_bytes().replace(b"PK\x01\x02", b"PK\x66\x66"))


def tree(folder: Path) -> dict[str, object]:
    """All that lies there, with what `ls` and `cat` would say of it."""
    found = {}
    for path in folder.rglob("*"):
        status = path.lstat()
        content = path.read_bytes() if stat.S_ISREG(status.st_mode) else b""
        found[str(path)] = (status.st_mode, status.st_mtime_ns, content)
    return found


@dataclass(frozen=True)
class Aftermath:
    """The report, and what was there before the run and after it."""

    report: Report
    alone: Report
    folders: dict[str, Path]
    before: tuple[object, ...]
    after: tuple[object, ...]

    def said_of(self, path: str) -> list[tuple[str, int, str]]:
        found = (finding for finding in self.report.findings if finding.location.path == path)
        return [(finding.code, finding.location.line, finding.message) for finding in found]


@pytest.fixture(scope="module")
def aftermath(pools: Pools, tmp_path_factory: pytest.TempPathFactory) -> Aftermath:
    """The innocent files loaded alone, and then with all the hostile ones around them."""
    base = tmp_path_factory.mktemp("hostile")
    dags = base / "repository" / "dags"
    folders = {name: base / name for name in ("outside", "cache")} | {"library": base / "noisy_library.py"}
    for folder in (dags, base / "outside", base / "cache"):
        folder.mkdir(parents=True)
    (base / "outside" / "kept.txt").write_text("kept")
    (base / "noisy_library.py").write_text(filled(NOISY_LIBRARY, folders))
    (dags.parent / "pyproject.toml").touch()
    # No time limit on imports: those that loop take all processors from those that print.
    settings = Settings(dags.parent, select=("WT1",), timeout=TIMEOUT, max_import_seconds=60.0)
    write_innocent(dags, folders)
    alone = run(settings, pools=pools)
    write_hostile(dags, folders)
    write_what_is_no_dag_file(dags)
    before = what_there_is(base)
    report = run(settings, pools=pools)
    return Aftermath(report, alone, folders, before, what_there_is(base))


def what_there_is(base: Path) -> tuple[object, ...]:
    """Files and folders, processes below this one (a pool adopts its orphans), and what lies in the pools' folders."""
    here = psutil.Process()
    give_up = time.monotonic() + 5
    while set(here.children(recursive=True)) != set(here.children()) and time.monotonic() < give_up:
        time.sleep(0.05)  # the templates, which are our children, look after theirs twice a second
    workshops = [Path(template.environ()[FOLDER]) for template in here.children()]
    inside = {str(path) for workshop in workshops for path in workshop.iterdir()}
    files = {path: what for path, what in tree(base).items() if not path.startswith(str(base / "cache"))}
    return files, set(here.children(recursive=True)), inside


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_one_finding_on_that_file(name: str, aftermath: Aftermath) -> None:
    hostile = HOSTILE[name]
    (said,) = aftermath.said_of("patching.py" if name == "patches_in_a_helper" else f"dags/{name}.py")
    assert said[:2] == (hostile.code, 3 if name == "patches_in_a_helper" else hostile.line)
    assert filled(hostile.message, aftermath.folders) in said[2]


@pytest.mark.parametrize(
    ("path", "line", "message"),
    [
        ("dags/latin.py", 2, "(unicode error) 'utf-8' codec can't decode byte 0xe9"),
        ("dags/zeros.py", 1, "null bytes"),
        ("dags/faulty.zip/inner.py", 3, "ZeroDivisionError: division by zero"),
        ("dags/broken.zip", 1, "BadZipFile: Bad magic number for central directory"),
    ],
)
def test_what_is_no_python_and_no_archive_is_one_import_error(
    path: str, line: int, message: str, aftermath: Aftermath
) -> None:
    ((code, at, said),) = aftermath.said_of(path)
    assert (code, at) == ("WT101", line)
    assert message in said


def test_nobody_else_has_a_finding(aftermath: Aftermath) -> None:
    hostile = {f"dags/{name}.py" for name in HOSTILE} | {"patching.py"}
    others = {"dags/latin.py", "dags/zeros.py", "dags/faulty.zip/inner.py", "dags/broken.zip"}
    assert {finding.location.path for finding in aftermath.report.findings} <= hostile | others
    assert aftermath.alone.findings == ()


def test_the_innocent_are_what_they_are_without_their_neighbours(aftermath: Aftermath) -> None:
    paths = {*(f"dags/{file}" for file in INNOCENT), "dags/speaks_latin.py", "dags/packed.zip"}
    alone = {file.path: (file.process.end, file.dags, file.failures) for file in aftermath.alone.files}
    among = {file.path: (file.process.end, file.dags, file.failures) for file in aftermath.report.files}
    assert alone == {path: among[path] for path in paths}
    assert {len(dags) for _, dags, _ in alone.values()} == {1}


def test_what_airflow_takes_for_no_dag_file_is_not_loaded(aftermath: Aftermath) -> None:
    loaded = {file.path for file in aftermath.report.files}
    assert loaded.isdisjoint(f"dags/{name}" for name in NO_DAG_FILES)


def test_of_a_flood_the_end_is_kept(aftermath: Aftermath) -> None:
    (flood,) = (file for file in aftermath.report.files if file.path == "dags/prints.py")
    assert 60_000 < len(flood.process.output) <= 64 * 1024


def test_no_file_is_changed_and_nothing_is_left_behind(aftermath: Aftermath) -> None:
    assert aftermath.after == aftermath.before


def test_a_library_may_write_where_it_is_used_to(aftermath: Aftermath) -> None:
    assert (aftermath.folders["cache"] / "cached").read_text() == "x"
