"""Documents as they were handed out: made once, sealed for the person, served again for ever.

    content(service, Named("x1", 1, 0))   ->  the bytes, made now if nobody made them before
    make_due(service, b"x1/1/0")          ->  the same as due work, right after the certificate

The file is durable before the event that names it. Whoever comes second with the same document
finds the first one's and throws the own one away, so that there are never two of them. What was cut
off between file and event leaves a sealed file that nothing names, and is made once more.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import Row, select

from services.trainings.certificates.certificate import CERTIFICATE
from services.trainings.certificates.certificate_commands import KeepDocument
from services.trainings.certificates.rendering import TEMPLATE, UNMAKEABLE, rendered, renderer
from services.trainings.certificates.sheet import sheet
from services.trainings.certificates.tables import DOCUMENTS, VERSIONS
from shared.errors import Missing, Problem, Refused
from shared.events.work import Work
from shared.files.attachments import Attachments
from shared.files.kinds import PDF
from shared.language.marking import N_
from shared.privacy.sealing import DataErased
from shared.service import Service

DATA_CLASS: Final = "identity"


class Named(NamedTuple):
    """One document. ``duplicate`` 0: of the version itself."""

    certificate_id: str
    version: int
    duplicate: int

    @classmethod
    def of(cls, text: str) -> Named:
        """From the payload of due work."""
        certificate_id, version, duplicate = text.split("/")
        return cls(certificate_id, int(version), int(duplicate))


def content(service: Service, named: Named) -> bytes:
    """The document as it was handed out; made and kept now where that was not done yet.

    Raises Missing in words for one that was erased, never was, or cannot be made any more; Refused
    for one that says what no document can show.
    """
    document, version = _rows(service, named)
    if document is None or version is None:
        raise Missing("no-document", N_("There is no such version or duplicate."))
    if version.full_name is None:
        raise erased()
    sha256 = document.sha256 or _made(service, named, document, version)
    kept = Attachments.open(service).get(sha256)
    if kept is None:
        raise erased()
    return kept


def make_due(service: Service, payload: bytes) -> None:
    """Make a document that is due. What was erased or replaced meanwhile needs none.

    One that cannot be made stays unmade: to try again helps nobody, and its page says so.
    """
    try:
        content(service, Named.of(payload.decode()))
    except (Missing, Refused) as gone:
        if gone.code not in ("document-erased", "no-document", UNMAKEABLE):
            raise


def erased() -> Missing:
    """The person's data were erased, and the document with them."""
    return Missing(
        "document-erased",
        N_("This document was erased with the data of the person. The certificate's number stays."),
    )


def _made(service: Service, named: Named, document: Row[Any], version: Row[Any]) -> str:
    said = sheet(version, document, public_url=service.settings.public_url)
    made = rendered(said, at=in_utc(document.recorded_at))
    files = Attachments.open(service)
    try:
        reference = files.put(version.registration_id, DATA_CLASS, made, PDF)
    except DataErased:
        raise erased() from None

    def keep(work: Work) -> None:
        command = KeepDocument(
            by=work.context.actor,
            now=work.now,
            certificate_id=named.certificate_id,
            version=named.version,
            duplicate=named.duplicate,
            sha256=reference.sha256,
            size=reference.size,
            renderer=renderer(),
            template=TEMPLATE,
        )
        work.decide(CERTIFICATE, named.certificate_id, command)

    context = service.system_context(version.programme, cause=service.store.identifiers.new())
    try:
        service.transact(context, keep)
    except Problem as refused:
        # Only what was refused is surely not written: an answer may get lost after a commit.
        files.shelf.remove(reference.sha256)
        if refused.code != "document-kept":
            raise
        return _kept_by_another(service, named)
    return reference.sha256


def _kept_by_another(service: Service, named: Named) -> str:
    document, _ = _rows(service, named)
    if document is None or document.sha256 is None:
        raise TypeError("a document that was kept is not there")
    return str(document.sha256)


def _rows(service: Service, named: Named) -> tuple[Row[Any] | None, Row[Any] | None]:
    with service.database.reading() as connection:
        version = connection.execute(
            select(VERSIONS).where(
                VERSIONS.c.certificate_id == named.certificate_id,
                VERSIONS.c.certificate_version == named.version,
            )
        ).first()
        document = connection.execute(
            select(DOCUMENTS).where(
                DOCUMENTS.c.certificate_id == named.certificate_id,
                DOCUMENTS.c.certificate_version == named.version,
                DOCUMENTS.c.duplicate == named.duplicate,
            )
        ).first()
    return document, version


def in_utc(at: datetime) -> datetime:
    """A moment as it was recorded; SQLite forgets the zone, which is UTC."""
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at
