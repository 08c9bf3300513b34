"""No check finds anything in its own mended example."""

from __future__ import annotations

import pytest

from tests.checks.test_catalogue import EXAMPLES
from windtunnel.examples import try_passing


@pytest.mark.parametrize("check", EXAMPLES, ids=lambda check: check.code)
def test_a_check_finds_nothing_in_its_passing_example(check, pools):
    assert try_passing(check, pools).strange == ()
