"""Who is who today: registrations in a cohort that are of one person.

    others_of(connection, ["r1"])       -> {"r1": frozenset({"r7"})}    r7 is the same person's
    check_certified_once(connection, cohort_id, ["r1", "r7"])           -> Refused

Registrations are put together and taken apart while a cohort runs, so whoever takes part under
two of them is asked for when it matters; what was written at enrolment is of that day.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection, select

from services.trainings.tables import CERTIFICATES, REGISTRATIONS
from shared.errors import Refused
from shared.language.marking import N_


def others_of(connection: Connection, registrations: Iterable[str]) -> Mapping[str, frozenset[str]]:
    """Registration → the other registrations of its person, of those that have others."""
    own = REGISTRATIONS.alias("own")
    query = (
        select(own.c.registration_id, REGISTRATIONS.c.registration_id.label("other"))
        .join(REGISTRATIONS, REGISTRATIONS.c.person_id == own.c.person_id)
        .where(
            own.c.registration_id.in_(list(registrations)),
            REGISTRATIONS.c.registration_id != own.c.registration_id,
        )
    )
    found: dict[str, set[str]] = defaultdict(set)
    for row in connection.execute(query):
        found[row.registration_id].add(row.other)
    return {one: frozenset(others) for one, others in found.items()}


def check_certified_once(
    connection: Connection, cohort_id: str, registrations: Sequence[str]
) -> None:
    """Raise Refused where somebody would have two certificates of a cohort that stand."""
    others = others_of(connection, registrations)
    if not others:
        return
    query = select(CERTIFICATES.c.registration_id).where(
        CERTIFICATES.c.cohort_id == cohort_id,
        CERTIFICATES.c.state != "revoked",
        CERTIFICATES.c.registration_id.in_(set().union(*others.values())),
    )
    holding = set(registrations) | set(connection.execute(query).scalars())
    for one, same in others.items():
        if again := same & holding:
            pair = (one, min(again))
            query = select(REGISTRATIONS.c.registration_id, REGISTRATIONS.c.reference).where(
                REGISTRATIONS.c.registration_id.in_(pair)
            )
            named = {row.registration_id: row.reference for row in connection.execute(query)}
            first, second = sorted(named[registration] or registration for registration in pair)
            raise Refused(
                "person-certified",
                N_(
                    "{first} and {second} are registrations of one person, who gets one"
                    " certificate of a cohort."
                ),
                first=first,
                second=second,
            )
