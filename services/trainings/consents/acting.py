"""What the consents' routes do, for the JSON interface and the pages alike.

row = found("0192…", READ)
told(row)          ->  [{"purpose": "photos", "given": True, "on": date(2026, 3, 1), …}, …]
change(work, row, by=actor(), given={"purpose": "photos", "given": False, "form": "paper"})

When the consent to holding what somebody says of their origin is withdrawn, the erasure of their
special data is asked for at once; a second person confirms it, as every erasure.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection, Row

from services.trainings.consents import following
from services.trainings.people import acting as people
from services.trainings.people import handling, views
from services.trainings.people.purposes import PURPOSES, consented
from services.trainings.people.registration import REGISTRATION
from services.trainings.people.registration_events import ConsentGiven, ConsentWithdrawn, Registered
from shared.events.work import Work
from shared.web.access import ensure
from shared.web.commands import Answer, actor, context, receipt, service

READ: Final = "trainings.people.read"
WRITE: Final = "trainings.people.write"
SPECIAL_WRITE: Final = "trainings.vulnerability.write"

found = people.found


def told(row: Row[Any]) -> list[dict[str, Any]]:
    """How it stands with each purpose; that about origin for who may know of origins only."""
    special = people.sees_declared(row)
    with service().database.reading() as connection:
        every = standing(connection, row)
    return [one for one in every if special or not PURPOSES[one["purpose"]].special]


def standing(connection: Connection, row: Row[Any]) -> list[dict[str, Any]]:
    """How it stands with each purpose, as the person themself may know it."""
    rows = views.consents_of(connection, row.registration_id)
    found = []
    for purpose in PURPOSES:
        one = rows.get(purpose)
        if one is None and consented({code: bool(r.given_on) for code, r in rows.items()}, purpose):
            # It stands on the consent to the programme, from when there was one consent only.
            one = rows["programme"]
        found.append(
            {
                "purpose": purpose,
                "asked": one is not None,
                "given": bool(one and one.given_on),
                "on": (one.given_on or one.withdrawn_on) if one else None,
                "form": one.form if one else None,
            }
        )
    return found


def history(row: Row[Any]) -> list[dict[str, Any]]:
    """Every consent given and withdrawn, newest first, of the purposes that are told."""
    shown = {one["purpose"] for one in told(row)}
    with service().database.reading() as connection:
        stream = REGISTRATION.stream(row.registration_id)
        events = service().store.history(connection, stream)
    found: list[dict[str, Any]] = []
    for recorded in events:
        event = recorded.event
        entry = {"by": recorded.actor, "at": recorded.at, "form": None, "purpose": "programme"}
        match event:
            case Registered() if event.consent_on:
                found.append({**entry, "given": True, "on": event.consent_on})
            case ConsentGiven():
                more = {"purpose": event.purpose, "form": event.form, "on": event.consent_on}
                found.append({**entry, **more, "given": True})
            case ConsentWithdrawn():
                more = {"purpose": event.purpose, "form": event.form, "on": event.withdrawn_on}
                found.append({**entry, **more, "given": False})
    return [one for one in reversed(found) if one["purpose"] in shown]


def change(
    work: Work, row: Row[Any], *, by: str, given: dict[str, Any], location: str | None = None
) -> Answer:
    """Note that a consent is given or withdrawn."""
    purpose = given["purpose"]
    if PURPOSES[purpose].special:
        ensure(SPECIAL_WRITE, row.programme)
    act = handling.consent if given["given"] else handling.withdraw
    act(
        work,
        by=by,
        registration_id=row.registration_id,
        country=row.country,
        purpose=purpose,
        form=given["form"],
    )
    return receipt(work, REGISTRATION, row.registration_id, location=location)


def follow(row: Row[Any], given: dict[str, Any]) -> bool:
    """Once a withdrawal is committed: ask for the erasure of special data, where it calls for that.

    ``row``: as it was before. Whether it was asked for now; not again while one is under way, nor
    when there was no consent or nothing is left.
    """
    if given["given"] or row.consent_on is None:
        return False
    with service().database.reading() as connection:
        now = views.record(connection, row.registration_id)
    if now is None or now.consent_on is not None:
        return False
    return following.ask(service(), context(row.programme), row.registration_id, by=actor())
