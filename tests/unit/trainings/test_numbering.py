"""Certificate numbers have no gap and no double, whoever asks how often."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.trainings.certificates.numbering import (
    NUMBERING,
    Numbering,
    NumberTaken,
    TakeNumber,
    next_numbers,
    numbering_id,
)
from shared.errors import Refused

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def take(certificate_id: str, *, year: int = 2026, held: str = "") -> TakeNumber:
    """Ask for a number. ``held``: what the certificate's own stream says."""
    return TakeNumber(
        by="t", now=NOW, certificate_id=certificate_id, country="RS", year=year, held=held
    )


@given(st.lists(st.sampled_from([f"x{n}" for n in range(12)])))
def test_numbers_are_gap_free_and_unique(asked: list[str]) -> None:
    state: Numbering = NUMBERING.initial
    numbers: list[str] = []
    own: dict[str, str] = {}
    for certificate_id in asked:
        events = NUMBERING.decide(state, take(certificate_id, held=own.get(certificate_id, "")))
        taken = [event for event in events if isinstance(event, NumberTaken)]
        numbers += [event.number for event in taken]
        own |= {event.certificate_id: event.number for event in taken}
        state = NUMBERING.fold(events, state)
    expected = [f"RS-2026-{n + 1:06d}" for n in range(len(set(asked)))]
    assert numbers == expected
    assert sorted(own.values()) == expected
    assert state.count == len(expected)


def test_series_do_not_mix() -> None:
    state = NUMBERING.fold(NUMBERING.decide(NUMBERING.initial, take("x1")))
    with pytest.raises(Refused, match="other-series"):
        NUMBERING.decide(state, take("x2", year=2027))
    with pytest.raises(Refused, match="other-series"):
        NUMBERING.decide(state, take("x1", year=2027, held="RS-2026-000001"))
    assert numbering_id(programme="roma-2009", country="RS", year=2026) == "roma-2009-RS-2026"
    assert NUMBERING.hot


def test_the_numbers_to_come_follow_the_last_one() -> None:
    state = NUMBERING.fold([NumberTaken(number="RS-2026-000009", certificate_id="x1")])
    assert state.count == 1
    assert next_numbers(state, country="RS", year=2026, count=2) == [
        "RS-2026-000002",
        "RS-2026-000003",
    ]


def test_a_state_stays_small_however_many_numbers_are_taken() -> None:
    kept = NUMBERING.snapshots
    assert kept is not None
    state = Numbering(count=999_998, series="RS-2026")
    assert len(kept.encode(state)) < 100
    last = NUMBERING.decide(state, take("x1"))
    assert [event.number for event in last if isinstance(event, NumberTaken)] == ["RS-2026-999999"]
    with pytest.raises(Refused, match="numbers-used-up"):
        NUMBERING.decide(NUMBERING.fold(last, state), take("x2"))
