"""Tries are counted per key in the database, give way with time, and are forgotten each day."""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import func, select

from services.accounts.throttling.tries import RATES, TRIES, forgive, purge, take, throttle
from shared.errors import TooMany

KIND = "sign-in/address"
ADDRESS = "203.0.113.77"


def rows(house):
    with house.service.database.reading() as connection:
        return connection.execute(select(func.count()).select_from(TRIES)).scalar_one()


def spend(house, key=ADDRESS):
    for _ in range(RATES[KIND].at_once):
        throttle(house.service, KIND, key)


def test_after_the_allowed_number_the_answer_says_how_long_to_wait(empty_house):
    spend(empty_house)
    with pytest.raises(TooMany) as refused:
        throttle(empty_house.service, KIND, ADDRESS)
    assert refused.value.status == 429
    assert refused.value.facts["retry_after_seconds"] == RATES[KIND].refill.total_seconds()
    throttle(empty_house.service, KIND, "203.0.113.78")
    throttle(empty_house.service, "code/address", ADDRESS)


def test_tries_come_back_one_by_one_and_refused_ones_prolong_nothing(empty_house):
    spend(empty_house)
    for _ in range(50):
        assert take(empty_house.service, KIND, ADDRESS) is not None
    empty_house.clock.advance(RATES[KIND].refill)
    assert take(empty_house.service, KIND, ADDRESS) is None
    assert take(empty_house.service, KIND, ADDRESS) is not None
    empty_house.clock.advance(RATES[KIND].span)
    spend(empty_house)


def test_what_was_right_is_given_back(empty_house):
    for _ in range(3 * RATES[KIND].at_once):
        throttle(empty_house.service, KIND, ADDRESS)
        forgive(empty_house.service, KIND, ADDRESS)
    assert rows(empty_house) == 0


def test_tries_at_the_same_moment_are_all_counted(empty_house):
    allowed: list[bool] = []
    together = Barrier(8)

    def run():
        together.wait()
        allowed.extend(take(empty_house.service, KIND, ADDRESS) is None for _ in range(6))

    threads = [Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert allowed.count(True) == RATES[KIND].at_once


def test_no_address_is_kept_and_each_day_forgets_what_is_over(empty_house):
    throttle(empty_house.service, KIND, ADDRESS)
    with empty_house.service.database.reading() as connection:
        kept = connection.execute(select(TRIES)).one()
    assert ADDRESS not in str(kept) and len(kept.key_index) == 64
    purge(empty_house.service, b"2026-03-01")
    assert rows(empty_house) == 1
    empty_house.clock.advance(RATES[KIND].span + timedelta(seconds=1))
    purge(empty_house.service, b"2026-03-02")
    assert rows(empty_house) == 0


def test_a_misspelt_kind_is_no_free_pass(empty_house):
    with pytest.raises(KeyError):
        throttle(empty_house.service, "sign-in/adress", ADDRESS)
