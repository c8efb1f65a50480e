"""Whose consent to holding their origin was taken back.

without_consent(connection)   ->  [Row(registration_id="0192…", programme="RS-2011"), …]
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, Select, and_, exists, or_, select

from services.trainings.tables import CONSENTS, REGISTRATIONS


def without_consent(connection: Connection) -> list[Row[Any]]:
    """Registrations whose consent to it was withdrawn and not given again.

    Until somebody was asked apart it is the consent to the programme, as in ``purposes``.
    """
    of = CONSENTS.c.registration_id == REGISTRATIONS.c.registration_id
    apart = CONSENTS.alias()
    asked_apart = exists().where(
        apart.c.registration_id == REGISTRATIONS.c.registration_id, apart.c.purpose == "ethnicity"
    )
    stands_on = or_(
        CONSENTS.c.purpose == "ethnicity", and_(CONSENTS.c.purpose == "programme", ~asked_apart)
    )
    query: Select[Any] = (
        select(REGISTRATIONS.c.registration_id, REGISTRATIONS.c.programme)
        .join(CONSENTS, of)
        .where(
            REGISTRATIONS.c.consent_on.is_(None), CONSENTS.c.withdrawn_on.is_not(None), stands_on
        )
        .order_by(REGISTRATIONS.c.registration_id)
    )
    return list(connection.execute(query))
