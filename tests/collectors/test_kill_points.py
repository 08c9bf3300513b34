"""Where a save is struck, and that it is struck there."""

from __future__ import annotations

import errno
import os
import resource
import signal

import pytest

from windtunnel.collectors.forks import ended, fork, in_fork
from windtunnel.collectors.kill_points import KillPoint, Strike, Where, kill_points
from windtunnel.facts import Fault


def test_the_telling_points_come_first_and_no_more_than_are_wanted():
    points = kill_points(["write a", "rename a"], [100, 10], 8)
    assert [(point.where, point.number, point.fault) for point in points] == [
        (Where.BYTE, 0, Fault.KILLED),
        (Where.BYTE, 50, Fault.KILLED),
        (Where.DEED, 2, Fault.KILLED),
        (Where.AFTER, 0, Fault.KILLED),
        (Where.BYTE, 50, Fault.FULL),
        (Where.NOWHERE, 0, Fault.DENIED),
        (Where.BEFORE, 0, Fault.KILLED),
        (Where.BYTE, 5, Fault.KILLED),
    ]


def test_with_room_the_largest_file_is_cut_ever_finer():
    cuts = [point.number for point in kill_points([], [1600], 80) if point.fault is Fault.KILLED]
    assert {400, 1200, 200, 600, 1000, 1400} <= set(cuts)
    assert len(cuts) == len(set(cuts)) + 2  # before and after it, which have no number


def test_a_database_is_struck_where_its_journal_is_larger_too():
    assert {112, 150, 200} <= {point.number for point in kill_points([], [100], 30, beyond=True)}


def test_a_save_of_nothing_has_a_beginning_and_an_end():
    assert {point.where for point in kill_points([], [0], 30)} == {Where.BEFORE, Where.AFTER, Where.NOWHERE}


@pytest.mark.parametrize("size", [0, 1, 4097])
def test_the_kernel_stops_the_process_at_the_byte(tmp_path, size):
    file = tmp_path / "a"
    reader, writer = os.pipe()
    pid = fork()
    if not pid:
        Strike(KillPoint(Where.BYTE, size)).begin()
        file.write_bytes(b"x" * 10_000)
        os._exit(0)
    os.close(writer)
    status, _ = ended(pid, reader, 10.0)
    assert os.waitstatus_to_exitcode(status) == -signal.SIGXFSZ
    assert file.stat().st_size == size


def test_a_full_disk_is_told_to_the_saver_and_over_when_it_has_ended(tmp_path):
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    strike = Strike(KillPoint(Where.BYTE, 5, Fault.FULL))
    strike.begin()
    try:
        with pytest.raises(OSError, match="too large") as told:
            (tmp_path / "a").write_bytes(b"x" * 10)
    finally:
        strike.end()
    assert told.value.errno == errno.EFBIG
    assert resource.getrlimit(resource.RLIMIT_FSIZE) == limit
    (tmp_path / "a").write_bytes(b"x" * 10)


def test_a_folder_may_not_be_written_to_and_may_again(tmp_path):
    file = tmp_path / "a"
    strike = Strike(KillPoint(Where.NOWHERE, fault=Fault.DENIED), [str(file)], str(tmp_path))
    strike.begin()
    try:
        with pytest.raises(PermissionError):
            file.write_text("x")
    finally:
        strike.end()
    file.write_text("x")


def test_a_folder_of_somebody_else_is_left_as_it_is_and_refused_all_the_same(tmp_path):
    file, mode = tmp_path / "a", tmp_path.stat().st_mode
    strike = Strike(KillPoint(Where.NOWHERE, fault=Fault.DENIED), [str(file)])
    strike.begin()
    try:
        assert tmp_path.stat().st_mode == mode
        with pytest.raises(PermissionError):
            file.write_text("x")
    finally:
        strike.end()
    file.write_text("x")


def test_what_a_fork_says_comes_back_and_what_dies_says_nothing():
    assert in_fork(lambda: "said") == "said"
    assert in_fork(lambda: os.kill(os.getpid(), signal.SIGKILL)) is None  # type: ignore[func-returns-value,arg-type]
