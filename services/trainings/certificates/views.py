"""What is read about certificates: lists, one of them, and what anybody may verify.

standing(connection, number="RS-2026-000123", code="a1b2c3d4e5f6")
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from sqlalchemy import ColumnElement, Connection, Row, func, or_, select

from services.trainings.certificates.numbering import NUMBERING, Numbering
from services.trainings.certificates.tables import DOCUMENTS, VERSIONS
from services.trainings.reach import Reach
from services.trainings.tables import CERTIFICATES, REGISTRATIONS
from shared.events.snapshots import find
from shared.events.store import Store

STANDING_ROWS_MAX: Final = 1000
"""Versions of one number: programmes of an installation may each have it."""


_SAID: Final = tuple(
    VERSIONS.c[name]
    for name in (
        *("full_name", "language", "number"),
        *("course_title", "place", "trainer", "issuer"),
    )
)
"""What is told of a document's version beside the document."""


@dataclass(frozen=True, kw_only=True)
class Search:
    """Which certificates: of a state, a cohort, a programme; ``number``: a part of it."""

    number: str = ""
    state: str = ""
    cohort_id: str = ""
    programme: str = ""

    def conditions(self, reach: Reach) -> list[ColumnElement[bool]]:
        """On the rows in reach."""
        found = [reach.certificates()]
        if self.number:
            found.append(CERTIFICATES.c.number.contains(self.number.upper(), autoescape=True))
        for column, text in (
            (CERTIFICATES.c.state, self.state),
            (CERTIFICATES.c.cohort_id, self.cohort_id),
            (CERTIFICATES.c.programme, self.programme),
        ):
            if text:
                found.append(column == text)
        return found


def certificates(
    connection: Connection,
    reach: Reach,
    search: Search,
    *,
    after: tuple[str, str] | None = None,
    limit: int,
) -> Sequence[Row[Any]]:
    """Certificates by number, the newest of a country and year first."""
    query = select(CERTIFICATES).where(*search.conditions(reach))
    if after is not None:
        number, last = after
        query = query.where(
            or_(
                CERTIFICATES.c.number < number,
                (CERTIFICATES.c.number == number) & (CERTIFICATES.c.certificate_id < last),
            )
        )
    query = query.order_by(CERTIFICATES.c.number.desc(), CERTIFICATES.c.certificate_id.desc())
    return connection.execute(query.limit(limit)).all()


def count(connection: Connection, reach: Reach, search: Search) -> int:
    """How many a search finds."""
    query = select(func.count()).select_from(CERTIFICATES).where(*search.conditions(reach))
    return int(connection.execute(query).scalar_one())


def given_out(
    connection: Connection, cohort_id: str, *, first: str, last: str
) -> Sequence[Row[Any]]:
    """A cohort's certificates from one number to another, in their order."""
    query = select(CERTIFICATES).where(
        CERTIFICATES.c.cohort_id == cohort_id, CERTIFICATES.c.number.between(first, last)
    )
    return connection.execute(query.order_by(CERTIFICATES.c.number)).all()


def certificate(connection: Connection, reach: Reach, certificate_id: str) -> Row[Any] | None:
    """One certificate in reach."""
    query = select(CERTIFICATES).where(CERTIFICATES.c.certificate_id == certificate_id)
    return connection.execute(query.where(reach.certificates())).first()


def within(connection: Connection, reach: Reach, ids: Sequence[str]) -> frozenset[str]:
    """Which of these certificates are in reach."""
    query = select(CERTIFICATES.c.certificate_id).where(
        CERTIFICATES.c.certificate_id.in_(ids), reach.certificates()
    )
    return frozenset(connection.execute(query).scalars())


def certificates_of(
    connection: Connection, reach: Reach, registrations: Sequence[str]
) -> Sequence[Row[Any]]:
    """The certificates of some registrations."""
    query = select(CERTIFICATES).where(
        CERTIFICATES.c.registration_id.in_(registrations), reach.certificates()
    )
    return connection.execute(query.order_by(CERTIFICATES.c.issued_on)).all()


def issued(connection: Connection, cohort_id: str, registration_id: str) -> Row[Any] | None:
    """The certificate that a registration has from a cohort."""
    query = select(CERTIFICATES).where(
        CERTIFICATES.c.cohort_id == cohort_id, CERTIFICATES.c.registration_id == registration_id
    )
    return connection.execute(query).first()


def issued_among(
    connection: Connection, cohort_id: str, registrations: Sequence[str]
) -> dict[str, str]:
    """The certificates that registrations have from a cohort: registration → certificate."""
    query = select(CERTIFICATES.c.registration_id, CERTIFICATES.c.certificate_id).where(
        CERTIFICATES.c.cohort_id == cohort_id, CERTIFICATES.c.registration_id.in_(registrations)
    )
    return {row.registration_id: row.certificate_id for row in connection.execute(query)}


def names(connection: Connection, registrations: Sequence[str]) -> dict[str, str | None]:
    """What registered people are called; None once it was erased."""
    query = select(REGISTRATIONS.c.registration_id, REGISTRATIONS.c.full_name).where(
        REGISTRATIONS.c.registration_id.in_(registrations)
    )
    return {row.registration_id: row.full_name for row in connection.execute(query)}


def last_issuer(connection: Connection, programme: str) -> str:
    """Who issued the programme's newest certificate; nothing before the first."""
    query = select(CERTIFICATES.c.issuer).where(CERTIFICATES.c.programme == programme)
    query = query.order_by(CERTIFICATES.c.issued_on.desc(), CERTIFICATES.c.number.desc())
    return connection.execute(query.limit(1)).scalar() or ""


@dataclass(frozen=True)
class Standing:
    """How it stands with the document that somebody holds.

    certificate: its row in ``certificates``, as it stands now.
    asked:       the row in ``certificate_versions`` whose code was given: what that document says.
    """

    certificate: Row[Any]
    asked: Row[Any]

    @property
    def state(self) -> Literal["valid", "superseded", "revoked"]:
        """Revoked, or replaced by a later version, or valid; a mere proposal changes nothing."""
        if self.certificate.state == "revoked":
            return "revoked"
        if self.asked.certificate_version != self.certificate.certificate_version:
            return "superseded"
        return "valid"


def standing(connection: Connection, *, number: str, code: str) -> Standing | None:
    """How it stands with the document of this number *and* code, whichever version it is.

    A number alone tells nobody anything: None for a wrong code as for a number never given.
    """
    plain = plain_code(code)
    query = select(VERSIONS).where(VERSIONS.c.number == number.strip().upper())
    found = None
    for row in connection.execute(query.limit(STANDING_ROWS_MAX)):
        if hmac.compare_digest(row.code.encode(), plain.encode()):
            found = row
    if found is None:
        return None
    own = CERTIFICATES.c.certificate_id == found.certificate_id
    return Standing(connection.execute(select(CERTIFICATES).where(own)).one(), found)


def taken(connection: Connection, store: Store, stream: str) -> Numbering:
    """How many numbers of a series are taken, from where its state was kept last."""
    state, kept = NUMBERING.initial, 0
    if NUMBERING.snapshots is not None:
        state, kept = find(NUMBERING.snapshots, connection, store.keyring, stream) or (state, kept)
    events, _ = store.stream_after(connection, stream, kept)
    return NUMBERING.fold(events, state)


def plain_code(code: str) -> str:
    """A code as it is kept: without the dashes and spaces that help the eye."""
    return code.replace("-", "").replace(" ", "").strip().lower()


def spaced_code(code: str) -> str:
    """A code as it is printed, in fours."""
    return "-".join(code[place : place + 4] for place in range(0, len(code), 4))


def documents(connection: Connection, certificate_id: str) -> Sequence[Row[Any]]:
    """Every document of a certificate, the newest version and duplicate first.

    Beside its own columns: what its version says (``_SAID``).
    """
    query = (
        select(DOCUMENTS, *_SAID)
        .join(VERSIONS, _same_version())
        .where(DOCUMENTS.c.certificate_id == certificate_id)
        .order_by(DOCUMENTS.c.certificate_version.desc(), DOCUMENTS.c.duplicate.desc())
    )
    return connection.execute(query).all()


def latest_documents(connection: Connection, cohort_id: str) -> Sequence[Row[Any]]:
    """The document of each certificate of a cohort that stands, as it is now, by number."""
    query = (
        select(DOCUMENTS, *_SAID)
        .join(VERSIONS, _same_version())
        .join(
            CERTIFICATES,
            (CERTIFICATES.c.certificate_id == DOCUMENTS.c.certificate_id)
            & (CERTIFICATES.c.certificate_version == DOCUMENTS.c.certificate_version)
            & (CERTIFICATES.c.duplicates == DOCUMENTS.c.duplicate),
        )
        .where(DOCUMENTS.c.cohort_id == cohort_id, CERTIFICATES.c.state != "revoked")
        .order_by(CERTIFICATES.c.number)
    )
    return connection.execute(query).all()


def _same_version() -> ColumnElement[bool]:
    return (VERSIONS.c.certificate_id == DOCUMENTS.c.certificate_id) & (
        VERSIONS.c.certificate_version == DOCUMENTS.c.certificate_version
    )


def language(connection: Connection, certificate_id: str) -> str:
    """In which language the newest version of a certificate is written."""
    query = select(VERSIONS.c.language).where(VERSIONS.c.certificate_id == certificate_id)
    query = query.order_by(VERSIONS.c.certificate_version.desc())
    return str(connection.execute(query.limit(1)).scalar_one())
