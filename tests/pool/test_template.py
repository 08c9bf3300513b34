"""The template may fail to start, or be killed: the first is said clearly, the second harms no job."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import psutil
import pytest

from windtunnel.facts import End
from windtunnel.pool import Job, Pool

OpenPool = Callable[..., AbstractContextManager[Pool]]


def answers(count: int, seconds: float = 0.0) -> list[Job[int]]:
    return [Job(number, "hostile:answer", (number, seconds), 20.0) for number in range(count)]


@pytest.mark.parametrize("attempts", [1, 2])
def test_a_warm_up_that_raises_is_an_error_with_its_traceback(open_pool: OpenPool, attempts: int) -> None:
    with open_pool("hostile:warm_up_in_vain") as pool:
        for _ in range(attempts):
            with pytest.raises(RuntimeError, match=r"(?s)exit status 1 .*in warm_up_in_vain.*no Airflow to be seen"):
                list(pool.map(answers(3)))


def test_a_template_that_is_killed_before_it_is_warm_is_an_error_that_says_so(open_pool: OpenPool) -> None:
    with open_pool("hostile:warm_up_dead") as pool, pytest.raises(RuntimeError, match="was killed by SIGKILL"):
        list(pool.map(answers(1)))


class NobodyElseHasThis:
    """An argument that the template cannot load."""


def test_a_template_that_fails_is_an_error_with_its_traceback_and_is_not_tried_again(open_pool: OpenPool) -> None:
    with open_pool() as pool:
        assert len(list(pool.map(answers(1)))) == 1
        with pytest.raises(RuntimeError, match=r"(?s)exit status 1 .*ModuleNotFoundError"):
            list(pool.map([Job(0, "hostile:answer", (NobodyElseHasThis(),), 20.0)]))


def test_a_template_that_prints_much_holds_nobody_up(open_pool: OpenPool) -> None:
    with open_pool("hostile:warm_up_with_warnings") as pool:
        assert {job.key: outcome.value for job, outcome in pool.map(answers(3))} == {0: 0, 1: 1, 2: 2}


def test_jobs_that_run_while_the_template_is_killed_end_as_they_would_have(open_pool: OpenPool) -> None:
    killers = [Job(-number, "hostile:kill_the_template", (), 20.0) for number in (1, 2, 3)]
    with open_pool(size=4) as pool:
        outcomes = {job.key: outcome for job, outcome in pool.map([*answers(3, 0.5), *killers, *answers(12)[3:]])}
    assert {key: outcome.value for key, outcome in outcomes.items() if key >= 0} == {key: key for key in range(12)}
    assert {outcome.process.end for outcome in outcomes.values()} == {End.COMPLETED}


def test_a_template_that_is_killed_while_it_has_nothing_to_do_is_replaced(
    open_pool: OpenPool, processes: Callable[[], list[psutil.Process]]
) -> None:
    with open_pool() as pool:
        assert len(list(pool.map(answers(2)))) == 2
        for process in processes():
            process.kill()
        assert len(list(pool.map(answers(2)))) == 2
