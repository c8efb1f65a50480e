"""What follows once nobody consents any more to holding what somebody said of their origin.

    ask(service, context, registration_id, by="officer-1")   ->  True: an erasure is asked for
    review(service, b"2026-03-01")                           # the same for all, once a day

The special data of every registration of the person in the programme are to go. While another
erasure of theirs is under way none can be asked for; the day's look asks again until it is done, in
the name of whoever noted the withdrawal, so that somebody else confirms it all the same.
"""

from __future__ import annotations

from typing import Final

from services.trainings.consents import views
from services.trainings.erasure import handling as erasing
from services.trainings.people.registration import REGISTRATION
from services.trainings.people.registration_events import ConsentWithdrawn
from shared.errors import Refused
from shared.events.append import Context
from shared.events.work import Work
from shared.privacy.keyring import KeyName
from shared.service import Service

REVIEW_KIND: Final = "trainings.consents.review"
CLASS: Final = "special"


def ask(service: Service, context: Context, registration_id: str, *, by: str) -> bool:
    """Ask for the erasure; whether it is asked for now.

    Not while one is under way, nor when nothing is left.
    """

    def handler(work: Work) -> bool:
        ids = erasing.registrations_of_person(work, registration_id)
        names = {KeyName(one, CLASS) for one in ids}
        if all(key.cipher is None for key in service.keyring.ensure(names).values()):
            return False
        erasing.request(
            work,
            by=by,
            registration_ids=ids,
            classes=(CLASS,),
            ground="consent_withdrawn",
            by_the_person=True,
        )
        return True

    try:
        return service.transact(context, handler)
    except Refused:
        return False


def review(service: Service, payload: bytes) -> None:
    """The day's look at consents that were taken back. Doing it twice has one effect."""
    with service.database.reading() as connection:
        waiting = views.without_consent(connection)
    for row in waiting:
        if not service.keyring.names(owners=row.registration_id, data_class=CLASS):
            continue
        context = service.system_context(row.programme, cause=f"consents/{payload.decode()}")
        by = _withdrawn_by(service, row.registration_id) or context.actor
        ask(service, context, row.registration_id, by=by)


def _withdrawn_by(service: Service, registration_id: str) -> str | None:
    """Who noted the newest withdrawal."""
    stream = REGISTRATION.stream(registration_id)
    with service.database.reading() as connection:
        events = service.store.history(connection, stream)
    return next(
        (one.actor for one in reversed(events) if isinstance(one.event, ConsentWithdrawn)), None
    )
