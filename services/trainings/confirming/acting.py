"""What the routes of confirming do, for the JSON interface and the pages alike.

    done = confirm_many([("0192…", 1)], means="passport")
    done[0].confirmed, done[0].detail      # True, "" or False, "You registered …"

Each person is confirmed by itself: one who was corrected meanwhile keeps no other one back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import Row

from services.trainings.asking import reach, record_reading
from services.trainings.confirming import views
from services.trainings.people import handling, papers_views
from services.trainings.people.acting import READ, found
from services.trainings.people.handling import Papers
from services.trainings.people.registration import REGISTRATION
from shared.errors import Problem
from shared.events.work import Work
from shared.web.commands import Answer, actor, context, receipt, service
from shared.web.language import say

CONFIRM: Final = "trainings.people.confirm"
WRITE: Final = "trainings.people.write"
LIST_MAX: Final = 200


@dataclass(frozen=True)
class Result:
    """What became of one person. ``detail``: why not, in words."""

    registration_id: str
    confirmed: bool
    detail: str = ""


def to_confirm() -> tuple[Sequence[Row[Any]], int, int]:
    """Who waits for the one who asks; how many that is; how many of their own wait for others."""
    with service().database.reading() as connection:
        rows = views.waiting(connection, reach(CONFIRM), account=actor(), limit=LIST_MAX)
        mine, others = views.counted(connection, reach(CONFIRM), account=actor())
    _record(rows, "/trainings/people/to-confirm")
    return rows, mine, others


def chosen(registration_ids: Sequence[str]) -> Sequence[Row[Any]]:
    """These people, as far as one may confirm in their programmes."""
    with service().database.reading() as connection:
        rows = views.chosen(connection, reach(CONFIRM), registration_ids)
    _record(rows, "/trainings/people/to-confirm")
    return rows


def confirm_many(seen: Sequence[tuple[str, int]], *, means: str) -> list[Result]:
    """Confirm people one after the other; ``seen``: (registration id, version that was read)."""
    return [_confirm(registration_id, version, means) for registration_id, version in seen]


def _confirm(registration_id: str, version: int, means: str) -> Result:
    def handler(work: Work) -> None:
        work.expect(REGISTRATION, registration_id, version)
        handling.confirm(work, by=actor(), registration_id=registration_id, means=means)

    try:
        row = found(registration_id, CONFIRM)
        if row.state != "confirmed":
            service().transact(context(row.programme), handler)
    except Problem as error:
        return Result(registration_id, False, say(error.sentence, error.facts))
    return Result(registration_id, True)


def without_papers(until: date | None = None) -> Sequence[Row[Any]]:
    """People whose papers are missing; ``until``: only those to be asked again by this day."""
    with service().database.reading() as connection:
        rows = papers_views.asked_again(connection, reach(READ), until, limit=LIST_MAX)
    _record(rows, "/trainings/people/without-papers")
    return rows


def papers_of(registration_id: str) -> Row[Any] | None:
    """What is missing of somebody's papers."""
    with service().database.reading() as connection:
        return papers_views.papers_of(connection, registration_id)


def note_papers(
    work: Work, row: Row[Any], version: int, papers: Papers, *, location: str | None = None
) -> Answer:
    """Note what is missing, on the version that was seen."""
    work.expect(REGISTRATION, row.registration_id, version)
    handling.note_papers(work, by=actor(), registration_id=row.registration_id, papers=papers)
    return receipt(work, REGISTRATION, row.registration_id, location=location)


def _record(rows: Sequence[Row[Any]], subject: str) -> None:
    record_reading({row.programme for row in rows}, what="people", subject=subject)
