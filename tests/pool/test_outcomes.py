"""Whatever a job does is one outcome of that job alone: the others, and those after it, end as they would have."""

from __future__ import annotations

import re
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from windtunnel.facts import DriverFacts, End, Property, SaveFacts, SaveState
from windtunnel.findings import Location, Severity
from windtunnel.pool import Job, Outcome, Pool

Tried = Callable[..., Outcome]

PLACE = Location("dags/a.py", 3)


@pytest.fixture(scope="module")
def pool(open_pool: Callable[..., AbstractContextManager[Pool]]) -> Iterator[Pool]:
    with open_pool() as pool:
        yield pool


@pytest.fixture
def tried(
    pool: Pool,
    environment: dict[str, str],
    processes: Callable[[], list[object]],
    eventually: Callable[[Callable[[], bool]], bool],
) -> Tried:
    """The outcome of one hostile job, run between others that must not notice it, and of which nothing is left."""

    def nothing_is_left() -> bool:
        folders = [each.name for each in Path(environment["TMPDIR"]).glob("windtunnel-*/*")]
        return len(processes()) == 1 and set(folders) == {"stderr", "template"}

    def run(target: str, *arguments: object, timeout: float = 20.0) -> Outcome:
        jobs = [
            Job("beside", "hostile:answer", ("beside", 0.2), 20.0),
            Job("hostile", f"hostile:{target}", arguments, timeout),
            *(Job(f"after {number}", "hostile:answer", (f"after {number}",), 20.0) for number in range(3)),
        ]
        outcomes = {job.key: outcome for job, outcome in pool.map(jobs)}
        hostile = outcomes.pop("hostile")
        assert {key: outcome.value for key, outcome in outcomes.items()} == {key: key for key in outcomes}
        assert {outcome.process.end for outcome in outcomes.values()} == {End.COMPLETED}
        assert len(outcomes) == 4
        assert eventually(nothing_is_left)
        return hostile

    return run


@pytest.mark.parametrize(
    "target",
    [
        "loop_in_python",
        "loop_in_c",
        "swallow_exceptions",
        "ignore_signals",
        "block_signals",
        "stop_itself",
        "print_forever",
    ],
)
def test_a_job_that_does_not_end_is_out_of_time(tried: Tried, target: str) -> None:
    outcome = tried(target, timeout=0.5)
    assert (outcome.process.end, outcome.process.detail) == (End.TIMED_OUT, "did not end within 0.5 s")
    assert 0.5 <= outcome.process.seconds < 2
    assert len(outcome.process.output) <= 64 * 1024


def test_a_job_that_is_out_of_time_tells_where_it_stands(tried: Tried) -> None:
    outcome = tried("loop_in_c", timeout=0.5)
    file, _, function = outcome.stack[0]
    assert (Path(file).name, function) == ("hostile.py", "loop_in_c")


def test_what_a_job_put_aside_is_handed_over_when_it_is_out_of_time(tried: Tried) -> None:
    outcome = tried("keep_and_loop", timeout=0.5)
    assert (outcome.process.end, outcome.value) == (End.TIMED_OUT, ("kept",))


@pytest.mark.parametrize(
    ("target", "arguments", "detail"),
    [
        ("exit_with", (0,), "ended with exit status 0 before its work was done"),
        ("exit_with", (3,), "ended with exit status 3 before its work was done"),
        ("exit_with", ("a reason",), "ended with exit status 1 before its work was done"),
        ("exit_with", (2**70 + 5,), "ended with exit status 5 before its work was done"),
        ("exit_at_once", (0,), "ended with exit status 0 before its work was done"),
        ("exit_at_once", (3,), "ended with exit status 3 before its work was done"),
        ("interrupt", (), "ended with exit status 70 before its work was done"),
        ("replace_the_excepthook", (), "ended with exit status 70 before its work was done"),
        ("kill_itself", (signal.SIGKILL,), "was killed by SIGKILL"),
        ("kill_itself", (signal.SIGTERM,), "was killed by SIGTERM"),
        ("kill_itself", (signal.SIGABRT,), "was killed by SIGABRT"),
        ("kill_itself", (signal.SIGRTMIN + 3,), f"was killed by signal {signal.SIGRTMIN + 3}"),
        ("segfault", (), "was killed by SIGSEGV"),
        # Python 3.12 and later count the calls in C, and raise in time.
        ("overflow_the_stack", (), "was killed by SIGSEGV|ended with exit status 70 before its work was done"),
    ],
)
def test_a_job_that_ends_its_process_has_died(
    tried: Tried, target: str, arguments: tuple[object, ...], detail: str
) -> None:
    outcome = tried(target, *arguments)
    assert (outcome.process.end, outcome.value) == (End.DIED, None)
    assert re.fullmatch(detail, outcome.process.detail)


def test_a_job_that_crashes_the_interpreter_tells_where_it_stood(tried: Tried) -> None:
    _, (file, _, function), *_ = tried("segfault").stack
    assert (Path(file).name, function) == ("hostile.py", "segfault")


@pytest.mark.parametrize("target", ["take_memory", "take_memory_in_children"])
def test_a_job_that_takes_too_much_memory_is_killed_where_it_stands(tried: Tried, target: str) -> None:
    outcome = tried(target)
    detail = "was killed: it used more than 512 MiB of memory"
    assert (outcome.process.end, outcome.process.detail) == (End.DIED, detail)
    assert outcome.stack[0][2] == target


def test_memory_that_a_job_shares_with_its_children_counts_once(tried: Tried) -> None:
    assert tried("share_memory_with_children").value == f"fact {200 << 20}"


@pytest.mark.parametrize("target", ["exit_with", "exit_at_once"])
def test_what_a_job_printed_before_it_ended_its_process_is_kept(tried: Tried, target: str) -> None:
    assert tried(target, 3).process.output == "so long"


@pytest.mark.parametrize(
    "target",
    [
        "close_all_descriptors",
        "write_to_all_descriptors",
        "let_a_child_return",
        "start_threads",
        "read_stdin",
        "change_directory",
        "clear_the_environment",
        "replace_signal_handlers",
        "fill_the_folder_with_read_only_trees",
        "fill_the_folder_with_a_deep_tree",
        "hop",
    ],
)
def test_a_job_that_does_odd_things_and_ends_well_has_completed(tried: Tried, target: str) -> None:
    outcome = tried(target)
    assert (outcome.process.end, outcome.process.detail, outcome.value) == (End.COMPLETED, "", "fact")


def test_of_a_flood_the_last_64_kib_are_kept(tried: Tried) -> None:
    outcome = tried("print_50_mb")
    assert outcome.value == "fact"
    assert outcome.process.output == "x" * (64 * 1024 - 7) + "the end"


def test_children_and_daemons_that_keep_printing_hold_nobody_up(tried: Tried, tmp_path: Path) -> None:
    outcome = tried("fork_and_leave", str(tmp_path / "left"))
    assert (outcome.process.end, outcome.value) == (End.COMPLETED, "fact")
    assert outcome.process.seconds < 2


@pytest.mark.parametrize("target", ["close_its_folder", "remove_its_folder"])
def test_a_job_that_makes_its_folder_unusable_harms_itself_at_most(tried: Tried, target: str) -> None:
    outcome = tried(target)
    assert outcome.value == "fact" or outcome.process.detail == "ended with exit status 70 before its work was done"


def test_a_link_in_the_place_of_the_folder_is_not_followed_when_that_is_removed(tried: Tried, tmp_path: Path) -> None:
    precious = tmp_path / "precious" / "file"
    precious.parent.mkdir()
    precious.touch(mode=0o400)
    tried("put_a_link_in_the_place_of_its_folder", str(precious.parent))
    assert precious.stat().st_mode & 0o777 == 0o400


def test_facts_of_100_mb_are_handed_over_whole(tried: Tried) -> None:
    assert tried("hand_back_100_mb").value == "x" * 100_000_000


def test_facts_come_back_as_they_were_made(tried: Tried) -> None:
    save = SaveFacts("d", "t", "n", "m", "csv", PLACE, SaveState.MISSING)
    driver = DriverFacts("t", -1, ("m",), (), (), (), (), (), 0.5)
    value = tried("hand_back_everything").value
    assert value == (save, driver, Property.RETURN_TYPE, Severity.ERROR, None, True)
    assert [type(each) for each in value[2:4]] == [Property, Severity]


def test_kinds_of_strings_and_numbers_come_back_as_plain_ones(tried: Tried) -> None:
    value = tried("hand_back_kinds_of_strings").value
    assert value == ("word", 3)
    assert [type(each) for each in value] == [str, int]


def test_what_cannot_be_handed_back_kills_the_job(tried: Tried) -> None:
    outcome = tried("hand_back_a_function")
    assert (outcome.process.end, outcome.value) == (End.DIED, None)
    assert "<lambda>" in outcome.process.output


@pytest.mark.parametrize(
    ("target", "argument"),
    [
        ("hand_back_no_fact", None),
        ("hand_back_malice", "{evil}"),
        # A path of attributes from what the room of facts imports to `exec`.
        ("forge", b"\x80\x04cwindtunnel.facts\ndataclass.__builtins__.get\n(Vexec\ntR(Vopen('{evil}', 'w')\ntR."),
        ("forge", b"\x80\x04cwindtunnel.facts\ndataclass\n(NtR."),
        ("forge", b"\x80\x04cbuiltins\neval\n(Vopen('{evil}', 'w')\ntR."),
        ("forge", b"\x80\x04\x8e" + b"\xff" * 8),
        ("forge", b"no pickle"),
    ],
)
def test_what_is_no_fact_is_not_loaded(tried: Tried, tmp_path: Path, target: str, argument: str | bytes | None) -> None:
    evil = tmp_path / "evil"
    arguments: tuple[object, ...] = ()
    if isinstance(argument, str):
        arguments = (argument.replace("{evil}", str(evil)),)
    elif argument is not None:
        arguments = (argument.replace(b"{evil}", bytes(evil)),)
    outcome = tried(target, *arguments)
    assert (outcome.process.end, outcome.process.detail) == (End.DIED, "handed back something other than facts")
    assert outcome.value is None
    assert not evil.exists()


@pytest.mark.parametrize(
    ("target", "arguments"),
    [("put_a_pipe_in_the_place_of_the_result", ()), ("link_the_result_to", ("/dev/zero",))],
)
def test_a_result_that_is_no_file_is_not_read(tried: Tried, target: str, arguments: tuple[object, ...]) -> None:
    outcome = tried(target, *arguments)
    assert outcome.process.detail == "ended with exit status 0 before its work was done"


@pytest.mark.parametrize(
    ("target", "arguments"),
    [
        ("kill_the_supervisor", (signal.SIGKILL,)),
        ("kill_the_supervisor", (signal.SIGTERM,)),
        ("kill_the_group_of_the_supervisor", ()),
    ],
)
def test_a_job_that_kills_its_supervisor_has_died(tried: Tried, target: str, arguments: tuple[object, ...]) -> None:
    outcome = tried(target, *arguments)
    assert (outcome.process.end, outcome.process.detail) == (End.DIED, "its supervisor was killed")


@pytest.mark.parametrize("target", ["stop_the_supervisor", "stop_the_template", "kill_the_template"])
def test_a_job_that_stops_others_or_kills_the_template_changes_no_outcome(tried: Tried, target: str) -> None:
    assert tried(target).value == "fact"


def test_who_asks_is_told_what_is_at_work_and_nothing_is_when_all_has_ended(pool: Pool) -> None:
    jobs = [Job(number, "hostile:answer", (number, float(number)), 20.0) for number in range(pool.size + 1)]
    seen = {}
    for job, _ in pool.map(jobs):
        seen[job.key] = {other.key for other in pool.at_work}

    assert all(key not in others for key, others in seen.items())
    assert any(seen.values())
    assert pool.at_work == ()
