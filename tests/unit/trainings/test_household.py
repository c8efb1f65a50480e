"""Who lives together: joining, leaving, who speaks for it, and an address with each of them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.trainings.households.household import (
    HOUSEHOLD,
    MEMBERS_MAX,
    AddressNoted,
    ChooseHead,
    FormHousehold,
    HeadChosen,
    HouseholdFormed,
    JoinHousehold,
    LeaveHousehold,
    MemberJoined,
    MemberLeft,
    NoteAddress,
)
from shared.errors import Invalid, Missing, Refused

# In Belgrade the new day has begun.
LATE = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
ACT: dict[str, Any] = {
    "by": "officer-1",
    "now": LATE,
    "zone": "Europe/Belgrade",
    "household_id": "h1",
}
DAY = date(2026, 3, 2)
FORMED = HouseholdFormed(household_id="h1", reference="H-1", formed_on=DAY)


def joined(one: str) -> MemberJoined:
    return MemberJoined(household_id="h1", registration_id=one, joined_on=DAY, because="formed")


def decided(*events: Any, command: Any) -> tuple[Any, ...]:
    return HOUSEHOLD.decide(HOUSEHOLD.fold(list(events)), command)


def join(one: str, because: Any = "born") -> JoinHousehold:
    return JoinHousehold(**ACT, registration_id=one, because=because, address=" Ulica 1 ")


def test_it_is_written_down_on_the_day_of_its_country() -> None:
    form = FormHousehold(**ACT, reference="H-1")
    assert decided(command=form) == (FORMED,)
    with pytest.raises(Refused):
        decided(FORMED, command=form)
    with pytest.raises(Missing):
        decided(command=join("r1"))


def test_somebody_joins_once_with_their_copy_of_the_address() -> None:
    (event,) = decided(FORMED, command=join("r1"))
    assert (event.joined_on, event.because, event.address) == (DAY, "born", "Ulica 1")
    assert decided(FORMED, joined("r1"), command=join("r1")) == ()
    with pytest.raises(Invalid):
        decided(FORMED, command=join("r1", because="whim"))
    full = [joined(f"r{n}") for n in range(MEMBERS_MAX)]
    with pytest.raises(Refused):
        decided(FORMED, *full, command=join("one more"))


def test_who_leaves_speaks_for_it_no_more() -> None:
    leave = LeaveHousehold(**ACT, registration_id="r1", because="died")
    head = HeadChosen(household_id="h1", registration_id="r1")
    left = MemberLeft(household_id="h1", registration_id="r1", left_on=DAY, because="died")
    assert decided(FORMED, joined("r1"), command=leave) == (left,)
    assert decided(FORMED, joined("r1"), head, command=leave) == (
        left,
        HeadChosen(household_id="h1", registration_id=None),
    )
    with pytest.raises(Refused):
        decided(FORMED, joined("r1"), left, command=leave)
    # Whoever was erased leaves without a word about them.
    erased = LeaveHousehold(**ACT, registration_id="r1", because="died", erased=True)
    assert decided(FORMED, joined("r1"), command=erased)[0].because is None


def test_only_who_lives_there_speaks_for_it() -> None:
    choose = ChooseHead(**ACT, registration_id="r1")
    chosen = HeadChosen(household_id="h1", registration_id="r1")
    assert decided(FORMED, joined("r1"), command=choose) == (chosen,)
    assert decided(FORMED, joined("r1"), chosen, command=choose) == ()
    nobody = ChooseHead(**ACT, registration_id=None)
    assert decided(FORMED, joined("r1"), chosen, command=nobody)[0].registration_id is None
    with pytest.raises(Refused):
        decided(FORMED, command=choose)


def test_an_address_is_noted_with_each_of_whom_something_can_be_written() -> None:
    note = NoteAddress(**ACT, address="Ulica 2", erased=frozenset({"r2"}))
    assert decided(FORMED, joined("r1"), joined("r2"), joined("r3"), command=note) == tuple(
        AddressNoted(household_id="h1", registration_id=one, address="Ulica 2")
        for one in ("r1", "r3")
    )
    with pytest.raises(Invalid):
        decided(FORMED, joined("r2"), command=note)
