"""Copies of a school's paper: kept sealed for the person, handed out on record, taken away.

added = add(row, cleaned, by=actor(), location="/trainings/outcomes/0192…")   ->  303
content = content_of(row, sha256)                        ->  bytes, or None once it was erased
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row
from werkzeug.wrappers import Response

from services.trainings.asking import not_found
from services.trainings.education import views
from services.trainings.education.outcome import OUTCOME, AddDocument, RemoveDocument
from shared.errors import Refused
from shared.events.work import Work
from shared.files.attachments import Attachments
from shared.files.cleaning import Cleaned
from shared.language.marking import N_
from shared.web.commands import Answer, perform_page, receipt, service

DATA_CLASS = "identity"


@dataclass(frozen=True)
class Document:
    """A document as it is listed. ``number`` counts from 1 and is its name outside."""

    number: int
    row: Row[Any]


def listed(outcome_id: str) -> Sequence[Document]:
    """The documents of an outcome, in the order in which they came."""
    with service().database.reading() as connection:
        rows = views.documents(connection, outcome_id)
    return [Document(number, row) for number, row in enumerate(rows, 1)]


def found(outcome_id: str, sha256: str) -> Document:
    """One document of this outcome; another outcome's is none. Raises Missing."""
    for one in listed(outcome_id):
        if one.row.sha256 == sha256:
            return one
    raise not_found()


def content_of(document: Document) -> bytes | None:
    """What is in it; None once the person's key is destroyed."""
    return _files().get(document.row.sha256)


def add(outcome: Row[Any], cleaned: Cleaned, *, by: str, version: int, location: str) -> Response:
    """Keep a file and write it down; the file goes again when that is refused or came before."""
    try:
        reference = _files().put(
            outcome.registration_id, DATA_CLASS, cleaned.content, cleaned.media_type
        )
    except ValueError:
        raise Refused(
            "person-erased", N_("The data of this person are erased. Nothing is kept any more.")
        ) from None
    written = False

    def add_document(work: Work) -> Answer:
        nonlocal written
        work.expect(OUTCOME, outcome.outcome_id, version)
        command = AddDocument(
            by=by,
            now=work.now,
            outcome_id=outcome.outcome_id,
            sha256=reference.sha256,
            size=reference.size,
            media_type=reference.media_type,
        )
        work.decide(OUTCOME, outcome.outcome_id, command)
        written = True
        return receipt(work, OUTCOME, outcome.outcome_id, location=location)

    try:
        response = perform_page(outcome.programme, add_document)
    except BaseException:
        written = False
        raise
    finally:
        if not written:
            _files().shelf.remove(reference.sha256)
    return response


def remove(
    outcome: Row[Any], document: Document, *, by: str, version: int, location: str
) -> Response:
    """Write down that it goes, then take the file itself away: no backup of ours brings it back."""
    sha256 = document.row.sha256

    def remove_document(work: Work) -> Answer:
        work.expect(OUTCOME, outcome.outcome_id, version)
        command = RemoveDocument(by=by, now=work.now, outcome_id=outcome.outcome_id, sha256=sha256)
        work.decide(OUTCOME, outcome.outcome_id, command)
        return receipt(work, OUTCOME, outcome.outcome_id, location=location)

    response = perform_page(outcome.programme, remove_document)
    _files().shelf.remove(sha256)
    return response


def _files() -> Attachments:
    return Attachments.open(service())
