"""However a pool comes to its end, nothing of it is left: no process, no descriptor, no folder."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import psutil
import pytest

from windtunnel.facts import End
from windtunnel.pool import Job, Pool

OpenPool = Callable[..., AbstractContextManager[Pool]]
Processes = Callable[[], list[psutil.Process]]
Eventually = Callable[[Callable[[], bool]], bool]

ANSWER = Job("answer", "hostile:answer", (), 20.0)
ENDLESS = Job("endless", "hostile:leave_a_daemon_and_loop", (), 600.0)


def test_a_pool_that_was_given_nothing_to_do_is_gone_at_once(open_pool: OpenPool) -> None:
    with open_pool("hostile:warm_up_slowly"):
        started = time.monotonic()
    assert time.monotonic() - started < 2


def test_what_is_abandoned_half_way_is_ended(open_pool: OpenPool) -> None:
    with open_pool() as pool:
        outcomes = pool.map([ANSWER, ENDLESS])
        assert next(outcomes)[0] is ANSWER


def test_an_iterator_that_is_closed_ends_its_jobs_and_no_others(
    open_pool: OpenPool, processes: Processes, eventually: Eventually
) -> None:
    with open_pool() as pool:
        first = pool.map([ANSWER, ENDLESS])
        second = pool.map([ANSWER, Job("slow", "hostile:answer", ("slow", 1.0), 20.0)])
        assert next(first)[0] is ANSWER
        assert next(second)[0] is ANSWER
        descriptors = psutil.Process().num_fds()
        first.close()  # type: ignore[attr-defined]
        assert psutil.Process().num_fds() == descriptors - 1
        assert next(second)[1].value == "slow"
        assert eventually(lambda: len(processes()) == 1)


def test_a_pool_can_be_closed_twice(open_pool: OpenPool) -> None:
    with open_pool() as pool:
        assert [outcome.value for _, outcome in pool.map([ANSWER])] == ["fact"]
        pool.close()


def test_a_template_that_was_stopped_does_not_delay_the_end(open_pool: OpenPool) -> None:
    with open_pool() as pool:
        assert len(list(pool.map([Job("stop", "hostile:stop_the_template", (), 20.0)]))) == 1
        started = time.monotonic()
    assert time.monotonic() - started < 5


def test_what_killed_its_supervisor_and_the_template_is_ended_too(open_pool: OpenPool) -> None:
    with open_pool() as pool:
        killer = Job("killer", "hostile:kill_supervisor_and_template", (), 20.0)
        outcomes = {job.key: outcome for job, outcome in pool.map([killer, ANSWER, ANSWER])}
        assert outcomes["killer"].process.end is End.DIED
        assert outcomes["killer"].process.detail == "its supervisor was killed"
        assert outcomes["answer"].value == "fact"


def interruptible() -> None:
    """Let a process be interrupted even where the tests themselves run in the background, which ignores SIGINT."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.parametrize(("number", "status"), [(signal.SIGKILL, -signal.SIGKILL), (signal.SIGINT, -signal.SIGINT)])
def test_a_caller_that_is_killed_or_interrupted_leaves_nothing(
    environment: dict[str, str], processes: Processes, eventually: Eventually, number: int, status: int
) -> None:
    caller = subprocess.Popen(
        [sys.executable, Path(__file__).with_name("caller.py")],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        preexec_fn=interruptible,  # noqa: PLW1509  no other thread is alive here
    )
    with caller:
        assert caller.stdout is not None
        assert caller.stdout.readline() == "mapping\n"
        # The caller, the template, two supervisors, two workers, and what one of these has left: two more.
        assert eventually(lambda: len(processes()) == 8)
        caller.send_signal(number)
    assert caller.returncode == status
    assert eventually(lambda: not processes())
    assert eventually(lambda: not list(Path(environment["TMPDIR"]).iterdir()))
