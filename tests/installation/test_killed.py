"""Killing the embedded load at random moments ends in the same report."""

from __future__ import annotations

import pytest

from tests.installation.commands import REGISTER, Commands, assert_as_expected
from tests.installation.killing import kill_at_random_moments

pytestmark = [pytest.mark.slow, pytest.mark.chaos]


def test_ten_kills_embedded(tmp_path):
    installation = Commands(tmp_path)
    assert kill_at_random_moments(installation, seed=2026) > 0
    installation.run("load", str(REGISTER), "--programme", "demo")
    assert_as_expected(installation)
    assert b"Everything agrees" in installation.run("verify").stderr
