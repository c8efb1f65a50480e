"""A certificate from elsewhere counts with its paper, and two people take it back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any, Final

import pytest

from services.trainings.recognition.recognition import (
    RECOGNITION,
    Counting,
    DeclineWithdrawal,
    Gone,
    NoRecognition,
    ProposeWithdrawal,
    Recognise,
    Recognised,
    RecognitionState,
    Withdraw,
    WithdrawalDeclined,
    WithdrawalProposed,
    Withdrawn,
)
from shared.errors import Forbidden, Invalid, Missing, Refused

NOW: Final = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
RECOGNISE: Final = Recognise(
    by="officer-1",
    now=NOW,
    zone="Europe/Belgrade",
    recognition_id="a1",
    registration_id="r1",
    person_id="p1",
    issuer="Regionalna škola",
    number="12/2024",
    title="Vođenje poslova",
    kind="business",
    minutes=2_400,
    issued_on=date(2024, 5, 6),
    sha256="ab" * 32,
    size=4_096,
    media_type="application/pdf",
    identity_confirmed=True,
    own_registrations=frozenset(),
)
COUNTS: Final = Counting(registration_id="r1", person_id="p1", kind="business", sha256="ab" * 32)
PENDING: Final = replace(COUNTS, proposed_by="officer-1")
GONE: Final = Gone("r1")


def act(kind: Any, by: str = "officer-2", **more: Any) -> Any:
    return kind(by=by, now=NOW, recognition_id="a1", **more)


def test_a_paper_is_recognised_on_the_day_that_it_is_there() -> None:
    (event,) = RECOGNITION.decide(NoRecognition(), RECOGNISE)
    assert isinstance(event, Recognised)
    assert (event.issued_on, event.recognised_on) == (date(2024, 5, 6), date(2026, 3, 2))
    assert RECOGNITION.fold([event]) == COUNTS
    without = replace(RECOGNISE, number="  ")
    (bare,) = RECOGNITION.decide(NoRecognition(), without)
    assert isinstance(bare, Recognised) and bare.number == ""


@pytest.mark.parametrize(
    ("changes", "error", "code"),
    [
        ({"identity_confirmed": False}, Refused, "identity-not-confirmed"),
        ({"own_registrations": frozenset({"r1"})}, Forbidden, "own-certificate"),
        ({"issued_on": date(2026, 3, 3)}, Invalid, "not-issued-yet"),
        ({"minutes": 0}, Invalid, "hours"),
        ({"kind": "magic"}, Invalid, "unknown-term"),
        ({"issuer": " "}, Invalid, "issuer"),
        ({"number": "x" * 81}, Invalid, "number"),
        ({"sha256": "diploma.pdf"}, ValueError, "hash"),
    ],
)
def test_what_is_not_recognised(changes: dict[str, Any], error: Any, code: str) -> None:
    with pytest.raises(error, match=code):
        RECOGNITION.decide(NoRecognition(), replace(RECOGNISE, **changes))


def test_it_is_recognised_once() -> None:
    for state in (COUNTS, PENDING, GONE):
        with pytest.raises(Refused, match="already-recognised"):
            RECOGNITION.decide(state, RECOGNISE)


def test_two_people_withdraw_it() -> None:
    propose = act(ProposeWithdrawal, by="officer-1", reason="The school does not know it")
    (proposed,) = RECOGNITION.decide(COUNTS, propose)
    assert isinstance(proposed, WithdrawalProposed)
    assert RECOGNITION.fold([proposed], COUNTS) == PENDING
    with pytest.raises(Forbidden, match="second-person"):
        RECOGNITION.decide(PENDING, act(Withdraw, by="officer-1", zone="Europe/Belgrade"))
    (withdrawn,) = RECOGNITION.decide(PENDING, act(Withdraw, zone="Europe/Belgrade"))
    assert isinstance(withdrawn, Withdrawn) and withdrawn.withdrawn_on == date(2026, 3, 2)
    assert RECOGNITION.fold([withdrawn], PENDING) == GONE
    assert RECOGNITION.decide(GONE, act(Withdraw, zone="Europe/Belgrade")) == ()


@pytest.mark.parametrize("by", ["officer-1", "officer-2"])
def test_a_proposal_is_declined_or_taken_back(by: str) -> None:
    (declined,) = RECOGNITION.decide(PENDING, act(DeclineWithdrawal, by=by))
    assert isinstance(declined, WithdrawalDeclined)
    assert RECOGNITION.fold([declined], PENDING) == COUNTS


@pytest.mark.parametrize(
    ("state", "command", "error", "code"),
    [
        (NoRecognition(), act(Withdraw, zone="UTC"), Missing, "no-recognition"),
        (COUNTS, act(Withdraw, zone="UTC"), Refused, "nothing-proposed"),
        (COUNTS, act(DeclineWithdrawal), Refused, "nothing-proposed"),
        (PENDING, act(ProposeWithdrawal, reason="Again"), Refused, "already-proposed"),
        (COUNTS, act(ProposeWithdrawal, reason=" "), Invalid, "reason"),
        (GONE, act(ProposeWithdrawal, reason="x"), Refused, "recognition-withdrawn"),
        (GONE, act(DeclineWithdrawal), Refused, "recognition-withdrawn"),
    ],
)
def test_what_cannot_follow(state: RecognitionState, command: Any, error: Any, code: str) -> None:
    with pytest.raises(error, match=code):
        RECOGNITION.decide(state, command)
