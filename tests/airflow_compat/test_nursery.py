"""Processes forked by a process of their own: what they are told, how they end, and who ends them."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import closing

import pytest

pytest.importorskip("airflow")

from windtunnel.airflow_compat.nursery import Nursery, NurseryLost


def begin(order, descriptors):
    os.write(descriptors[0], f"{order} of {os.getpid()}".encode())
    if order == "is killed":
        os.kill(os.getpid(), signal.SIGKILL)
    if order == "waits":
        time.sleep(60)
    if order == "raises":
        raise ValueError(order)
    os._exit(7)


@pytest.fixture
def nursery() -> Iterator[Nursery]:
    with closing(Nursery(begin)) as started:
        yield started


def forked(nursery: Nursery, order: str) -> tuple[int, str]:
    there, here = os.pipe()
    pid = nursery.fork(order, [here])
    os.close(here)
    said = os.read(there, 100).decode()
    os.close(there)
    return pid, said


def ended(nursery: Nursery, pid: int) -> int:
    give_up = time.monotonic() + 30
    while (code := nursery.exit_code(pid)) is None:
        assert time.monotonic() < give_up
        time.sleep(0.01)
    return code


@pytest.mark.parametrize(("order", "code"), [("exits", 7), ("is killed", -9), ("raises", 124)])
def test_a_process_gets_its_order_and_its_descriptors_and_its_end_is_known(nursery, order, code):
    pid, said = forked(nursery, order)
    assert said == f"{order} of {pid}"
    assert ended(nursery, pid) == code


def test_the_end_of_one_is_not_that_of_another(nursery):
    (first, _), (second, _) = forked(nursery, "exits"), forked(nursery, "is killed")
    assert (ended(nursery, second), ended(nursery, first)) == (-9, 7)


def test_what_lives_has_no_exit_code(nursery):
    there, here = os.pipe()
    pid = nursery.fork("waits", [here])
    os.read(there, 100)
    assert nursery.exit_code(pid) is None
    os.kill(pid, signal.SIGTERM)
    assert ended(nursery, pid) == -signal.SIGTERM
    os.close(there)
    os.close(here)


def test_a_nursery_that_somebody_has_ended_is_told_of(nursery):
    os.kill(nursery._pid, signal.SIGKILL)
    with pytest.raises(NurseryLost):
        forked(nursery, "exits")
