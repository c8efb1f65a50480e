"""What the routes of the officer's view do, for the JSON interface and the pages alike.

waiting()["to_confirm"]                    # how many wait for me
rows = chosen_people(Chosen(sex="F"), page)
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import Row

from services.trainings.asking import identifier, programmes, reach
from services.trainings.confirming import views as confirming
from services.trainings.officer import views
from services.trainings.officer.views import Chosen
from services.trainings.people import papers_views
from services.trainings.people.likeness import LIKELY
from services.trainings.people.merging_views import count_pairs
from services.trainings.registering.acting import own_drafts
from shared.clock import day_in
from shared.language.formats import DEFAULT_ZONE
from shared.web.commands import actor, service
from shared.web.pagination import PageRequest

READ: Final = "trainings.people.read"
WRITE: Final = "trainings.people.write"
CONFIRM: Final = "trainings.people.confirm"
RESOLVE: Final = "trainings.people.resolve"
ASKED_MAX: Final = 1_000
SCORE_MAX: Final = 100


def today() -> date:
    """The day by which ages and reminders are counted."""
    return day_in(service().clock.now(), DEFAULT_ZONE)


def waiting() -> dict[str, int]:
    """How much of each kind waits for the one who asks. No names are read."""
    resolved = programmes(RESOLVE)
    with service().database.reading() as connection:
        to_confirm, of_own = confirming.counted(connection, reach(CONFIRM), account=actor())
        likely = count_pairs(connection, resolved, least=LIKELY, most=SCORE_MAX)
        without = papers_views.count_without(connection, reach(WRITE))
        again = papers_views.asked_again(connection, reach(WRITE), today(), limit=ASKED_MAX)
    return {
        "to_confirm": to_confirm,
        "of_own": of_own,
        "likely_duplicates": likely,
        "unfinished": len(own_drafts()),
        "without_papers": without,
        "to_ask_again": len(again),
    }


def chosen_people(chosen: Chosen, page: PageRequest) -> Sequence[Row[Any]]:
    """A page of the people who have this in common, and one more when there are more."""
    after = page.after(str)
    last = identifier(after[0]) if after else None
    with service().database.reading() as connection:
        return views.people(
            connection, reach(READ), chosen, today=today(), after=last, limit=page.limit + 1
        )
