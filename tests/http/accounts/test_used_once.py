"""What may be used once is taken the first time and refused the second, on either database."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.accounts.passkeys.keeping import use_challenge
from services.accounts.providers.transactions import begin, use
from shared.errors import Malformed
from shared.service import Service
from tests.http.accounts.conftest import NOON


def test_a_challenge_is_answered_once(either_service: Service) -> None:
    until = NOON + timedelta(minutes=5)
    with either_service.database.writing() as connection:
        assert use_challenge(connection, b"c" * 32, until, NOON)
    with either_service.database.writing() as connection:
        assert not use_challenge(connection, b"c" * 32, until, NOON)


def test_a_sign_in_that_was_begun_is_finished_once(either_service: Service) -> None:
    begun = begin("somewhere", NOON, address="/")
    with either_service.database.writing() as connection:
        use(connection, begun, NOON)
    with (
        pytest.raises(Malformed),
        either_service.database.writing() as connection,
    ):
        use(connection, begun, NOON)
