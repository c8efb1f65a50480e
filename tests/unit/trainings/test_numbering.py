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
    number_of,
    numbering_id,
)
from shared.errors import Refused

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def take(certificate_id: str, *, year: int = 2026) -> TakeNumber:
    """Ask for a number."""
    return TakeNumber(by="t", now=NOW, certificate_id=certificate_id, country="RS", year=year)


@given(st.lists(st.sampled_from([f"x{n}" for n in range(12)])))
def test_numbers_are_gap_free_and_unique(asked: list[str]) -> None:
    state: Numbering = NUMBERING.initial
    numbers: list[str] = []
    for certificate_id in asked:
        events = NUMBERING.decide(state, take(certificate_id))
        numbers += [event.number for event in events if isinstance(event, NumberTaken)]
        state = NUMBERING.fold(events, state)
    expected = [f"RS-2026-{n + 1:06d}" for n in range(len(set(asked)))]
    assert numbers == expected
    assert sorted(filter(None, (number_of(state, one) for one in set(asked)))) == expected


def test_series_do_not_mix() -> None:
    state = NUMBERING.fold(NUMBERING.decide(NUMBERING.initial, take("x1")))
    with pytest.raises(Refused, match="other-series"):
        NUMBERING.decide(state, take("x2", year=2027))
    assert number_of(state, "x2") is None
    assert numbering_id(programme="roma-2009", country="RS", year=2026) == "roma-2009-RS-2026"
    assert NUMBERING.hot
