"""A line of the bank's statement has one identity and one effect."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.grants.payments import statement_line as s
from shared.errors import Problem
from shared.identifiers import derived
from shared.money import Money

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
LINE: dict[str, Any] = {
    "booked_on": date(2026, 3, 2),
    "end_to_end_id": "A0001-T1",
    "kind": "debit",
    "amount": Money(12661200, "RSD"),
}
RECEIVE = s.ReceiveLine(by="officer", now=NOW, line_id="l1", **LINE)
MATCH = s.MatchLine(by="officer", now=NOW, payment_id="p1")
OPEN = s.LeaveLineOpen(by="officer", now=NOW, ground="end_to_end_id_unknown")
UNDO = s.UndoMatch(by="officer", now=NOW, payment_id="p1")


def after(*commands: Any) -> Any:
    state: Any = s.STATEMENT_LINE.initial
    for command in commands:
        state = s.STATEMENT_LINE.fold(s.STATEMENT_LINE.decide(state, command), state)
    return state


def refusal(state: Any, command: Any) -> str:
    with pytest.raises(Problem) as caught:
        s.STATEMENT_LINE.decide(state, command)
    str(caught.value)
    return caught.value.code


def test_the_same_line_has_the_same_identity_and_another_has_not() -> None:
    identity = s.line_identity(**LINE)
    assert derived(*identity) == derived(*s.line_identity(**LINE))
    for change in (
        {"booked_on": date(2026, 3, 3)},
        {"end_to_end_id": "A0001-T2"},
        {"kind": "return"},
        {"amount": Money(12661201, "RSD")},
        {"amount": Money(12661200, "BAM")},
        {"bank_reference": "77"},
    ):
        assert s.line_identity(**LINE | change) != identity


def test_receiving_and_matching_again_change_nothing() -> None:
    decide = s.STATEMENT_LINE.decide
    for state in (after(RECEIVE), after(RECEIVE, MATCH), after(RECEIVE, OPEN)):
        assert decide(state, RECEIVE) == ()
    assert decide(after(RECEIVE, MATCH), MATCH) == ()
    assert decide(after(RECEIVE, OPEN), OPEN) == ()


def test_a_line_is_about_one_payment_until_the_match_is_undone() -> None:
    matched = after(RECEIVE, MATCH)
    assert refusal(matched, replace(MATCH, payment_id="p2")) == "line-matched"
    assert refusal(matched, OPEN) == "line-matched"
    assert refusal(matched, replace(UNDO, payment_id="p2")) == "line-not-matched"
    assert after(RECEIVE, MATCH, UNDO, replace(MATCH, payment_id="p2")).payment_id == "p2"
    assert refusal(s.STATEMENT_LINE.initial, MATCH) == "statement-line-missing"


def test_an_amount_is_positive_and_texts_are_short() -> None:
    start = s.STATEMENT_LINE.initial
    assert refusal(start, replace(RECEIVE, amount=Money(-1, "RSD"))) == "amount-not-positive"
    assert refusal(start, replace(RECEIVE, end_to_end_id="A" * 65)) == "line-text-too-long"


def test_imported_lines_say_so() -> None:
    command = s.ImportLine(by="import", now=NOW, line_id="l1", **LINE)
    (received,) = s.STATEMENT_LINE.decide(s.STATEMENT_LINE.initial, command)
    assert isinstance(received, s.StatementLineReceived)
    assert received.imported
