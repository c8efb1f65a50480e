"""What the routes of certificates from elsewhere do, for the JSON interface and the pages alike.

row = found("0192…", READ)
response = recognise(person_of("0192…"), paper, cleaned, by=actor(), location=…)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from flask import Response
from sqlalchemy import Row
from werkzeug.wrappers import Response as PageResponse

from services.trainings.asking import identifier, not_found, reach, record_reading
from services.trainings.people.views import registration
from services.trainings.recognition import handling, views
from services.trainings.recognition.handling import Paper
from services.trainings.recognition.recognition import RECOGNITION
from shared.errors import Missing, Problem, Refused
from shared.events.work import Work
from shared.files.attachments import Attachments
from shared.files.cleaning import Cleaned
from shared.language.marking import N_
from shared.web.access import ensure, signed_in
from shared.web.commands import Answer, perform_page, receipt, service
from shared.web.uploads import handed_out

READ: Final = "trainings.recognitions.read"
WRITE: Final = "trainings.recognitions.write"
WITHDRAW: Final = "trainings.recognitions.withdraw"
DATA_CLASS: Final = "identity"


def found(recognition_id: str, permission: str) -> Row[Any]:
    """One that the one who asks may see, and do this with. Raises Missing, Forbidden."""
    with service().database.reading() as connection:
        row = views.recognition(connection, reach(READ), identifier(recognition_id))
    if row is None:
        raise not_found()
    ensure(permission, row.programme, missing=not_found())
    return row


def person_of(registration_id: str) -> Row[Any]:
    """Somebody whose certificate the one who asks may recognise. Raises Missing."""
    with service().database.reading() as connection:
        row = registration(connection, reach(WRITE), identifier(registration_id))
    if row is None:
        raise not_found()
    return row


def recognise(
    person: Row[Any], paper: Paper, copy: Cleaned, *, by: str, location: Callable[[str], str]
) -> PageResponse:
    """Keep the copy, then write down that it is recognised; refused, the copy goes again.

    location: from its id to where the answer goes.
    """
    files, own = Attachments.open(service()), signed_in().registrations
    try:
        kept = files.put(person.registration_id, DATA_CLASS, copy.content, copy.media_type)
    except ValueError:
        raise Refused(
            "person-erased", N_("The data of this person are erased. Nothing is kept any more.")
        ) from None

    def handler(work: Work) -> Answer:
        recognition_id = handling.recognise(
            work,
            by=by,
            registration_id=person.registration_id,
            country=person.country,
            paper=paper,
            copy=kept,
            own_registrations=own,
        )
        place = location(recognition_id)
        return receipt(work, RECOGNITION, recognition_id, status=201, location=place)

    try:
        response = perform_page(person.programme, handler)
    except Problem:
        # Only what was refused is surely not written: an answer may get lost after a commit.
        files.shelf.remove(kept.sha256)
        raise
    with service().database.reading() as connection:
        if not views.keeps(connection, kept.sha256):
            # The same form came a second time: what the first one kept is the copy.
            files.shelf.remove(kept.sha256)
    return response


def copy_of(row: Row[Any]) -> Response:
    """The copy of the paper, to be saved; that it was read is recorded before it leaves."""
    content = Attachments.open(service()).get(row.sha256) if row.number is not None else None
    if content is None:
        raise Missing("document-erased", N_("This document was erased."))
    record_reading([row.programme], what="document", subject=RECOGNITION.stream(row.recognition_id))
    return handed_out(content, row.media_type, name="document-1")


def on(
    recognition_id: str, version: int, act: Callable[[Work], object], *, location: str
) -> Callable[[Work], Answer]:
    """A handler that acts on the version that was seen, then says which version it is now."""

    def handler(work: Work) -> Answer:
        work.expect(RECOGNITION, recognition_id, version)
        act(work)
        return receipt(work, RECOGNITION, recognition_id, location=location)

    return handler


def read(rows: list[Row[Any]], subject: str) -> None:
    """Names and numbers of certificates from elsewhere are about to be read: on record."""
    record_reading({row.programme for row in rows}, what="outcomes", subject=subject)
