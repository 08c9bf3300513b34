"""What a file may do to the processes around it: the targets of the tests in this folder."""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import sys
import threading
import time
from pathlib import Path

import psutil

from windtunnel.facts import DriverFacts, Property, SaveFacts, SaveState
from windtunnel.findings import Location, Severity
from windtunnel.worker import Shelf


def warm_up() -> None:
    pass


def warm_up_with_warnings() -> None:
    os.write(2, b"a warning\n" * 100_000)


def warm_up_in_vain() -> None:
    raise LookupError("no Airflow to be seen")


def warm_up_dead() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def warm_up_slowly() -> None:
    time.sleep(60)


def answer(value: object = "fact", seconds: float = 0.0) -> object:
    time.sleep(seconds)
    return value


# Those that do not end


def loop_in_python() -> None:
    while True:
        pass


def loop_in_c() -> None:
    sum(iter(int, 1))


def swallow_exceptions() -> None:
    while True:
        try:
            time.sleep(1)
        except BaseException:
            continue


def ignore_signals() -> None:
    for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, signal.SIG_IGN)
    loop_in_python()


def block_signals() -> None:
    signal.pthread_sigmask(signal.SIG_BLOCK, set(signal.Signals))
    loop_in_python()


def stop_itself() -> None:
    os.kill(os.getpid(), signal.SIGSTOP)


def print_forever() -> None:
    while True:
        print("x" * 100_000)


def leave_a_daemon_and_loop() -> None:
    if os.fork() == 0:
        os.setsid()
        os.fork()
    swallow_exceptions()


def keep_and_loop() -> None:
    Shelf().keep(("kept",))
    loop_in_python()


# Those that end badly


def exit_with(status: object) -> None:
    print("so long", end="")
    sys.exit(status)  # type: ignore[arg-type]


def exit_at_once(status: int) -> None:
    print("so long", end="")
    os._exit(status)


def kill_itself(number: int) -> None:
    os.kill(os.getpid(), number)


def segfault() -> None:
    ctypes.string_at(0)


def overflow_the_stack() -> None:
    sys.setrecursionlimit(10**9)

    def deeper(_: object) -> object:
        return sorted([1], key=deeper)  # type: ignore[arg-type]

    deeper(None)


def interrupt() -> None:
    raise KeyboardInterrupt


def hand_back_no_fact() -> object:
    return Path("/")


def hand_back_a_function() -> object:
    return lambda: None


class _Malice:
    def __init__(self, file: str) -> None:
        self.file = file

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (Path(self.file),)


def hand_back_malice(file: str) -> object:
    return _Malice(file)


def forge(payload: bytes) -> None:
    """Put bytes in the place of the result, and end well."""
    (_folder() / "result").write_bytes(payload)
    os._exit(0)


def put_a_pipe_in_the_place_of_the_result() -> None:
    os.mkfifo(_folder() / "result")
    os._exit(0)


def link_the_result_to(file: str) -> None:
    (_folder() / "result").symlink_to(file)
    os._exit(0)


# Those that end well, whatever they did before


def print_50_mb() -> str:
    for _ in range(50):
        sys.stdout.write("x" * 1_000_000)
    sys.stdout.write("the end")
    return "fact"


def close_all_descriptors() -> str:
    os.closerange(0, 4096)
    return "fact"


def write_to_all_descriptors() -> str:
    for fd in range(3, 21):
        try:
            os.write(fd, b"I1\n.")
        except OSError:
            continue
    return "fact"


def fork_and_leave(file: str) -> str:
    """Leave a child, and a daemon as the books have it, at work; `file` gets a line from each."""
    for leave in (_stay, _daemonise):
        if os.fork() == 0:
            leave(file)
            os._exit(0)
    while not Path(file).exists() or len(Path(file).read_bytes()) < 2:
        time.sleep(0.01)
    return "fact"


def _daemonise(file: str) -> None:
    os.setsid()
    if os.fork() == 0:
        _stay(file)


def _stay(file: str) -> None:
    """Print for ever, deaf to the signals that can be ignored."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    with Path(file).open("ab", 0) as stream:
        stream.write(b".")
    print_forever()


def hop() -> str:
    """Leave a process that is another one each time somebody looks: it forks, and its parent ends."""
    if os.fork() == 0:
        while os.fork() == 0:
            pass
        os._exit(0)
    time.sleep(0.1)
    return "fact"


def let_a_child_return() -> str:
    if pid := os.fork():
        os.waitpid(pid, 0)
        return "fact"
    return "not a fact"


def start_threads() -> str:
    for _ in range(3):
        threading.Thread(target=loop_in_python).start()
    return "fact"


def read_stdin() -> str:
    return sys.stdin.read() + "fact"


def change_directory() -> str:
    os.chdir("/")
    return "fact"


def clear_the_environment() -> str:
    os.environ.clear()
    return "fact"


def replace_signal_handlers() -> str:
    for number in (signal.SIGTERM, signal.SIGCHLD, signal.SIGUSR1):
        signal.signal(number, signal.SIG_IGN)
    return "fact"


def replace_the_excepthook() -> None:
    sys.excepthook = None  # type: ignore[assignment]
    raise LookupError


def fill_the_folder_with_read_only_trees() -> str:
    tree = Path("a") / "b"
    tree.mkdir(parents=True)
    (tree / "file").touch()
    for path in (tree / "file", tree, tree.parent):
        path.chmod(0)
    return "fact"


def fill_the_folder_with_a_deep_tree() -> str:
    for _ in range(1200):
        os.mkdir("d")  # noqa: PTH102
        os.chdir("d")
    return "fact"


def close_its_folder() -> str:
    _folder().chmod(0)
    return "fact"


def remove_its_folder() -> str:
    shutil.rmtree(_folder())
    return "fact"


def put_a_link_in_the_place_of_its_folder(other: str) -> str:
    folder = _folder()
    shutil.rmtree(folder)
    folder.symlink_to(other)
    return "fact"


def hand_back_100_mb() -> str:
    return "x" * 100_000_000


def hand_back_everything() -> object:
    """Facts of every form: enums of both kinds, nested dataclasses, slots, None, numbers."""
    place = Location("dags/a.py", 3)
    save = SaveFacts("d", "t", "n", "m", "csv", place, SaveState.MISSING)
    return (
        save,
        DriverFacts("t", -1, ("m",), (), (), (), (), (), 0.5),
        Property.RETURN_TYPE,
        Severity.ERROR,
        None,
        True,
    )


class _Word(str):
    """What people derive from strings."""


class _Number(int):
    """What people derive from numbers."""


def hand_back_kinds_of_strings() -> object:
    return _Word("word"), _Number(3)


def take_memory() -> None:
    hoard = []
    while True:
        hoard.append(bytearray(b"x") * (8 << 20))


def take_memory_in_children() -> None:
    for _ in range(4):
        if os.fork() == 0:
            hoard = bytearray(b"x") * (200 << 20)
            time.sleep(60 + len(hoard))
    time.sleep(60)


def share_memory_with_children() -> str:
    hoard = bytearray(b"x") * (200 << 20)
    children = [os.fork() for _ in range(4)]
    if not all(children):
        time.sleep(60)
    time.sleep(1.5)
    return f"fact {len(hoard)}"


# Those that turn on the processes which they come from


def kill_the_supervisor(number: int) -> None:
    os.kill(os.getppid(), number)
    loop_in_python()


def kill_the_group_of_the_supervisor() -> None:
    os.killpg(os.getpgid(os.getppid()), signal.SIGKILL)
    loop_in_python()


def kill_the_template() -> str:
    _template().kill()
    return "fact"


def kill_supervisor_and_template() -> None:
    template = _template()
    os.kill(os.getppid(), signal.SIGKILL)
    template.kill()
    os.fork()
    os.environ.clear()
    loop_in_python()


def stop_the_supervisor() -> str:
    os.kill(os.getppid(), signal.SIGSTOP)
    return "fact"


def stop_the_template() -> str:
    _template().suspend()
    return "fact"


def _template() -> psutil.Process:
    template = psutil.Process(os.getppid()).parent()
    assert template is not None
    return template


def _folder() -> Path:
    return Path(os.environ["TMPDIR"]).parent
