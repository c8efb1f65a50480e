"""When roles wait: after what, until when, and who ends it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from services.accounts.staff.account import ACCOUNT
from services.accounts.staff.account_commands import (
    AskReset,
    ChangeDetails,
    LiftHold,
    PlaceHold,
    Reinstate,
    Suspend,
)
from services.accounts.staff.account_events import HoldLifted, HoldPlaced
from services.accounts.staff.account_state import Held
from services.accounts.standing.holding import HOLD_LENGTH
from shared.errors import Forbidden

from .test_account import ACTIVATE, CLOSE, INVITE, NOW, after

OPEN = (INVITE, ACTIVATE)
MOVE = ChangeDetails(
    by="admin",
    now=NOW,
    account_id="a1",
    display_name="Ana Invented",
    email="new@example.org",
    email_before="ana@example.org",
)
SHOWN = AskReset(
    by="admin", now=NOW, account_id="a1", link=None, expires_at=NOW + timedelta(hours=1)
)
PLACE = PlaceHold(by="admin", now=NOW, account_id="a1", ground="factors")
LIFT = LiftHold(
    by="other",
    now=NOW + timedelta(hours=1),
    account_id="a1",
    since=NOW - timedelta(days=9),
    held=False,
)


def holds(*commands) -> list[HoldPlaced]:
    return [one for one in after(*commands) if isinstance(one, HoldPlaced)]


@pytest.mark.parametrize(
    ("command", "ground"), [(MOVE, "address"), (SHOWN, "link"), (PLACE, "factors")]
)
def test_what_may_let_another_in_makes_roles_wait_for_three_days(command, ground) -> None:
    (placed,) = holds(*OPEN, command)
    assert (placed.ground, placed.by, placed.until) == (ground, "admin", NOW + HOLD_LENGTH)


def test_nothing_waits_for_what_lets_nobody_in() -> None:
    assert holds(*OPEN, replace(MOVE, email="ANA@example.org")) == []
    assert holds(*OPEN, replace(SHOWN, link="https://…")) == []
    assert holds(*OPEN, replace(PLACE, by="a1")) == []
    assert holds(*OPEN, replace(MOVE, by="a1")) == []


def test_who_was_only_invited_has_nothing_to_take_over() -> None:
    assert holds(INVITE, MOVE) == []
    assert holds(INVITE, Suspend(by="x", now=NOW, account_id="a1", reason="r"), PLACE) == []
    program = replace(INVITE, kind="program", email=None)
    assert holds(program, ACTIVATE, PLACE) == []
    assert holds(*OPEN, CLOSE, PLACE) == []


def test_another_ends_it_once() -> None:
    events = after(*OPEN, SHOWN, LIFT, LIFT)
    assert [one for one in events if isinstance(one, HoldLifted)] == [HoldLifted(account_id="a1")]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"by": "a1"}, "own-account"),
        ({"by": "admin"}, "hold-of-yours"),
        ({"held": True}, "hold-by-newcomer"),
        ({"since": NOW}, "hold-by-newcomer"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_neither_its_owner_nor_who_did_it_nor_a_newcomer_ends_it(changed, code) -> None:
    with pytest.raises(Forbidden, match=code):
        after(*OPEN, SHOWN, replace(LIFT, **changed))


def test_all_who_had_a_part_in_a_hold_that_goes_on_are_out() -> None:
    later = replace(PLACE, by="other", now=NOW + timedelta(minutes=30))
    for by in ("admin", "other"):
        with pytest.raises(Forbidden, match="hold-of-yours"):
            after(*OPEN, SHOWN, later, replace(LIFT, by=by))
    assert after(*OPEN, SHOWN, later, replace(LIFT, by="third"))[-1] == HoldLifted(account_id="a1")


def test_one_that_was_over_is_forgotten() -> None:
    over = NOW + HOLD_LENGTH
    events = after(*OPEN, SHOWN, replace(LIFT, now=over))
    assert not any(isinstance(one, HoldLifted) for one in events)
    again = replace(PLACE, by="other", now=over)
    state = ACCOUNT.fold(after(*OPEN, SHOWN, again))
    assert isinstance(state, Held) and state.hold is not None
    assert state.hold.by == {"other"}


def test_suspending_meanwhile_ends_nothing() -> None:
    suspended = Suspend(by="admin", now=NOW, account_id="a1", reason="r")
    back = Reinstate(by="admin", now=NOW, account_id="a1")
    state = ACCOUNT.fold(after(*OPEN, SHOWN, suspended, back))
    assert isinstance(state, Held) and state.hold is not None
