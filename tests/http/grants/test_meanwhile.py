"""What rests on a call is decided again when the call closes at the same moment."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from services.grants.applications.handling import Content, draft, submit
from services.grants.calls.call import CALL
from services.grants.calls.closing import DUE, KIND
from services.grants.calls.handling import close_call
from shared.errors import Refused
from shared.events.tables import DUE as DUE_TABLE
from shared.events.work import Work
from shared.money import Money

from . import applications_home as applications
from . import home

CONTENT = Content(
    kind="start",
    business="Carpentry workshop",
    requested=Money(12_000_000, "RSD"),
    own_contribution=Money(1_500_000, "RSD"),
    account=None,
)


def disturbed(
    house: home.House, handler: Callable[[Work], Any], meanwhile: Callable[[], None]
) -> None:
    """Run the handler; between its decision and its commit something else is done, once."""
    turns: list[int] = []

    def run(work: Work) -> None:
        turns.append(1)
        handler(work)
        if len(turns) == 1:
            thread = threading.Thread(target=meanwhile)
            thread.start()
            thread.join(10)

    house.run(run)


def begin(work: Work, call_id: str, registration_id: str) -> None:
    draft(
        work,
        by="o1",
        call_id=call_id,
        registration_id=registration_id,
        channel="self_service",
        content=CONTENT,
    )


def test_nobody_begins_an_application_in_a_call_that_closes_meanwhile(house: home.House) -> None:
    call_id, mira = applications.ready(house)
    with pytest.raises(Refused):
        disturbed(
            house, lambda work: begin(work, call_id, mira), lambda: home.close_call(house, call_id)
        )
    assert house.recorded("application") == []


def test_nobody_hands_in_to_a_call_that_closes_meanwhile(house: home.House) -> None:
    call_id, mira = applications.ready(house)
    application_id = applications.draft(house, call_id, mira)
    seen: list[int] = []

    def handler(work: Work) -> None:
        seen.append(work.version(CALL, call_id))
        submit(work, application_id, by="o1", version=None)

    with pytest.raises(Refused) as refusal:
        disturbed(house, handler, lambda: home.close_call(house, call_id))
    assert refusal.value.code == "late" and seen == [3, 4]


def test_a_draft_that_was_begun_at_the_moment_of_closing_lapses_too(house: home.House) -> None:
    """Whoever closed did not see it; the work that is scheduled then does."""
    call_id, mira = applications.ready(house)
    made: list[str] = []
    begun_at = house.clock.moment

    def close(work: Work) -> None:
        close_call(work, call_id, by="ana", version=3)

    def draft_late() -> None:
        after = house.clock.moment
        house.clock.moment = begun_at
        made.append(applications.draft(house, call_id, mira))
        house.clock.moment = after

    house.clock.moment = home.TERMS.deadline.replace(day=25)
    disturbed(house, close, draft_late)
    assert applications.state_of(house, made[0]) == "draft"
    due = house.ask(lambda connection: connection.execute(DUE_TABLE.select()).all())
    (rest,) = [row for row in due if row.due_id == f"call-lapse/{call_id}"]
    for _ in range(2):
        DUE[KIND](house.service, rest.payload)
    assert applications.state_of(house, made[0]) == "lapsed"
