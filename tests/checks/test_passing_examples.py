"""No check finds anything in its own mended example."""

from __future__ import annotations

import pytest

from tests.checks.test_catalogue import EXAMPLES, settings_for


@pytest.mark.parametrize("check", EXAMPLES, ids=lambda check: check.code)
def test_a_check_finds_nothing_in_its_passing_example(check, examine):
    assert examine(check.passing, **settings_for(check)).shown == ()
