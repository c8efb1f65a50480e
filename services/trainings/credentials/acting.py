"""Making the credential of a certificate: the same bytes as long as its key and version are.

    body = credential(service, row, named=False)      # Missing, Refused

Nothing of it is kept (docs/decisions/0028): a document, a moment and a key make it anew, and
without the name, once it is erased, nobody can.
"""

from __future__ import annotations

import json
from typing import Any, Final

from sqlalchemy import Connection, Row, select

from services.trainings.asking import not_found
from services.trainings.certificates.handling import days_of
from services.trainings.certificates.tables import VERSIONS
from services.trainings.credentials.credential import Facts, unsigned
from services.trainings.credentials.issuers import did, method
from services.trainings.credentials.keys import signing_key
from services.trainings.credentials.places import place_of
from services.trainings.credentials.proving import Unsignable, with_proof
from services.trainings.credentials.statuses import places_key
from services.trainings.people.fields import one_line
from services.trainings.tables import COHORTS
from services.trainings.zones import zone_of
from shared.errors import Refused
from shared.language.marking import N_
from shared.service import Service

SALT_PURPOSE: Final = "credential-salt"
SALT_LETTERS: Final = 32
CONTENT_TYPE: Final = "application/vc"
"""Source: W3C Verifiable Credentials Data Model v2.0, section 6.2."""


def credential(service: Service, row: Row[Any], *, named: bool) -> bytes:
    """The signed credential of a certificate as it stands. named: with the name in it.

    Raises Missing once the name is erased, Refused for a revoked certificate and for one that says
    what cannot be signed.
    """
    if row.full_name is None:
        raise not_found()
    if row.state == "revoked":
        raise Refused(
            "certificate-revoked", N_("The certificate is revoked; it has no digital credential.")
        )
    with service.database.reading() as connection:
        facts = _facts(service, connection, row)
    settings, key = service.settings, signing_key(service.settings)
    place = place_of(
        places_key(service.keyring, row.programme), row.number, row.certificate_version
    )
    document = unsigned(facts, status=place, public_url=settings.public_url, named=named)
    try:
        signed = with_proof(
            document,
            key.seed,
            method=method(did(settings.public_url, row.programme), key.public),
            created=facts.recorded_at,
        )
    except Unsignable:
        raise Refused(
            "credential-unsignable",
            N_("It has characters that no digital credential can have. Correct the certificate."),
        ) from None
    return json.dumps(signed, ensure_ascii=False, indent=2).encode() + b"\n"


def file_name(row: Row[Any]) -> str:
    """What the file is called: by the number, which names nobody."""
    return f"{row.number}.json"


def _facts(service: Service, connection: Connection, row: Row[Any]) -> Facts:
    cohort = connection.execute(select(COHORTS).where(COHORTS.c.cohort_id == row.cohort_id)).first()
    version = connection.execute(
        select(VERSIONS.c.language, VERSIONS.c.recorded_at).where(
            VERSIONS.c.certificate_id == row.certificate_id,
            VERSIONS.c.certificate_version == row.certificate_version,
        )
    ).one()
    # What was written down before texts were one line, is read as one line.
    ruled = cohort is not None and not row.imported
    salted = f"{row.certificate_id}/{row.certificate_version}"
    return Facts(
        certificate_id=row.certificate_id,
        version=row.certificate_version,
        programme=row.programme,
        number=row.number,
        full_name=one_line(row.full_name),
        course_id=cohort.course_id if cohort is not None else "",
        course_version=row.course_version,
        course_title=one_line(row.course_title),
        minutes=row.minutes,
        session_dates=tuple(days_of(row)),
        issued_on=row.issued_on,
        recorded_at=version.recorded_at,
        zone=zone_of(row.country),
        place=one_line(row.place),
        issuer=one_line(row.issuer),
        language=version.language,
        attendance_percent_min=cohort.attendance_percent_min if cohort and ruled else None,
        post_test_min=cohort.post_test_min if cohort and ruled else None,
        salt=service.keyring.blind_index(SALT_PURPOSE, salted)[:SALT_LETTERS],
    )
