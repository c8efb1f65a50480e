"""What is read about certificates: lists, one of them, and what anybody may verify.

standing(connection, number="RS-2026-000123", code="a1b2c3d4e5f6")
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, or_, select

from services.trainings.reach import Reach
from services.trainings.tables import CERTIFICATES
from shared.language.folding import fold


def certificates(
    connection: Connection,
    reach: Reach,
    *,
    search: str = "",
    state: str = "",
    cohort_id: str | None = None,
    after: tuple[str, str] | None = None,
    limit: int,
) -> Sequence[Row[Any]]:
    """Certificates by number, the newest of a country and year first."""
    query = select(CERTIFICATES).where(reach.certificates())
    if search:
        name = CERTIFICATES.c.name_folded.contains(fold(search) or search, autoescape=True)
        query = query.where(or_(CERTIFICATES.c.number == search.upper(), name))
    if state:
        query = query.where(CERTIFICATES.c.state == state)
    if cohort_id:
        query = query.where(CERTIFICATES.c.cohort_id == cohort_id)
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


def certificate(connection: Connection, reach: Reach, certificate_id: str) -> Row[Any] | None:
    """One certificate in reach."""
    query = select(CERTIFICATES).where(CERTIFICATES.c.certificate_id == certificate_id)
    return connection.execute(query.where(reach.certificates())).first()


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


def last_issuer(connection: Connection, programme: str) -> str:
    """Who issued the programme's newest certificate; nothing before the first."""
    query = select(CERTIFICATES.c.issuer).where(CERTIFICATES.c.programme == programme)
    query = query.order_by(CERTIFICATES.c.issued_on.desc(), CERTIFICATES.c.number.desc())
    return connection.execute(query.limit(1)).scalar() or ""


def standing(connection: Connection, *, number: str, code: str) -> Row[Any] | None:
    """The certificate with this number *and* code. A number alone tells nobody anything."""
    plain = plain_code(code)
    query = select(CERTIFICATES).where(CERTIFICATES.c.number == number.strip().upper())
    found = None
    for row in connection.execute(query.limit(100)):
        if hmac.compare_digest(row.code.encode(), plain.encode()):
            found = row
    return found


def plain_code(code: str) -> str:
    """A code as it is kept: without the dashes and spaces that help the eye."""
    return code.replace("-", "").replace(" ", "").strip().lower()


def spaced_code(code: str) -> str:
    """A code as it is printed, in fours."""
    return "-".join(code[place : place + 4] for place in range(0, len(code), 4))
