"""Who falls due when: of each programme by its rules, without those held back or erased already.

falling(connection, "RS-2011", state, today=date(2026, 3, 1))
->  [Falling(what="special", registration_id="0192…", due_on=date(2026, 3, 20)), …]
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import UTC, date
from typing import Any, Final, NamedTuple, get_args

from sqlalchemy import (
    Column,
    Connection,
    Date,
    Integer,
    PrimaryKeyConstraint,
    Row,
    String,
    Table,
    select,
)

from services.trainings.erasure.money import AWARDS, PROGRAMMES, months_after, standing
from services.trainings.erasure.views import CONCERNED, ERASURES
from services.trainings.retention.retention import (
    Announced,
    HeldBack,
    HoldEnded,
    MonthsSet,
    Retention,
    RetentionEvent,
    held_on,
    months_of,
)
from services.trainings.retention.rules import RULES
from services.trainings.tables import CERTIFICATES, METADATA, REGISTRATIONS
from shared.clock import day_in
from shared.events.projection import Projecting, Projection, Recorded
from shared.language.formats import DEFAULT_ZONE

ANNOUNCED: Final = Table(
    "retention_announced",
    METADATA,
    Column("programme", String(40), nullable=False),
    Column("version", Integer, nullable=False),
    Column("what", String(20), nullable=False),
    Column("due_on", Date, nullable=False),
    Column("erase_on", Date, nullable=False),
    Column("registrations", Integer, nullable=False),
    Column("announced_on", Date, nullable=False),
    PrimaryKeyConstraint("programme", "version"),
)
"""``version``: of the programme's retention; each announcement has its own."""

HOLDS: Final = Table(
    "retention_holds",
    METADATA,
    Column("programme", String(40), nullable=False),
    Column("registration_id", String(36), nullable=False),
    Column("until", Date, nullable=False),
    Column("reason", String(30), nullable=False),
    Column("held_by", String(80), nullable=False),
    PrimaryKeyConstraint("programme", "registration_id"),
)


class Falling(NamedTuple):
    """Data of a registration that come due."""

    what: str
    registration_id: str
    due_on: date


def project(at: Projecting, recorded: Recorded) -> None:
    """One event of a programme's retention."""
    programme = recorded.identifier
    match recorded.event:
        case Announced() as event:
            at.put(
                ANNOUNCED,
                {"programme": programme, "version": recorded.version},
                what=event.what,
                due_on=event.due_on,
                erase_on=event.erase_on,
                registrations=event.registrations,
                announced_on=event.announced_on or recorded.at.astimezone(UTC).date(),
            )
        case HeldBack() as event:
            at.put(
                HOLDS,
                {"programme": programme, "registration_id": event.registration_id},
                until=event.until,
                reason=event.reason,
                held_by=event.held_by,
            )
        case HoldEnded() as event:
            at.remove(HOLDS, {"programme": programme, "registration_id": event.registration_id})
        case MonthsSet():
            pass


RETENTION_LIST: Final = Projection(
    "retention", 2, (ANNOUNCED, HOLDS), project, get_args(RetentionEvent)
)


# Queries


def programmes(connection: Connection) -> list[tuple[str, date | None]]:
    """Every programme that has registrations, with the day on which it ended."""
    query = select(PROGRAMMES.c.programme, PROGRAMMES.c.ended_at)
    ended = {row.programme: row.ended_at for row in connection.execute(query)}
    codes = connection.execute(select(REGISTRATIONS.c.programme).distinct()).scalars()
    return [
        (code, day_in(ended[code], DEFAULT_ZONE) if ended.get(code) else None)
        for code in sorted(codes)
    ]


def falling(
    connection: Connection, programme: str, state: Retention, *, ended_on: date | None, by: date
) -> list[Falling]:
    """What comes due by a day, without what is held back or was erased or is being erased."""
    found = [one for one in _due(connection, programme, state, ended_on) if one.due_on <= by]
    erased = _erased(connection, programme)
    return sorted(
        one
        for one in found
        if (one.what, one.registration_id) not in erased
        and not held_on(state, one.registration_id, by)
    )


def _due(
    connection: Connection, programme: str, state: Retention, ended_on: date | None
) -> Iterator[Falling]:
    of = REGISTRATIONS.c.programme == programme
    ids = list(connection.execute(select(REGISTRATIONS.c.registration_id).where(of)).scalars())
    if ended_on is not None:
        certified = set(
            connection.execute(
                select(CERTIFICATES.c.registration_id).where(
                    CERTIFICATES.c.programme == programme, CERTIFICATES.c.state != "revoked"
                )
            ).scalars()
        )
        for rule in RULES.values():
            if rule.since != "programme_ended":
                continue
            due_on = months_after(ended_on, months_of(state, rule.what))
            for one in ids:
                if not (rule.uncertified and one in certified):
                    yield Falling(rule.what, one, due_on)
    signed = select(AWARDS.c.registration_id).where(
        AWARDS.c.programme == programme, AWARDS.c.signed
    )
    months = months_of(state, "agreement")
    for one in sorted(set(connection.execute(signed).scalars())):
        until = standing(connection, [one], months_kept=months).agreement_until
        if until is not None:
            yield Falling("agreement", one, until)


def _erased(connection: Connection, programme: str) -> set[tuple[str, str]]:
    query = (
        select(ERASURES.c.classes, CONCERNED.c.registration_id)
        .join(CONCERNED, CONCERNED.c.erasure_id == ERASURES.c.erasure_id)
        .where(ERASURES.c.programme == programme, ERASURES.c.state != "cancelled")
    )
    return {
        (what, row.registration_id)
        for row in connection.execute(query)
        for what in row.classes.split("\n")
    }


def in_the_way(connection: Connection, registration_ids: Collection[str]) -> set[str]:
    """Who has an application or an offer under way, or an erasure that is not finished."""
    found = {one for one in registration_ids if standing(connection, [one], months_kept=0).blocks}
    query = (
        select(CONCERNED.c.registration_id)
        .join(ERASURES, ERASURES.c.erasure_id == CONCERNED.c.erasure_id)
        .where(ERASURES.c.state.in_(("asked", "confirmed", "purging")))
    )
    return found | set(connection.execute(query).scalars()).intersection(registration_ids)


def announced(connection: Connection, codes: Collection[str]) -> list[Row[Any]]:
    """What was announced in these programmes (``*``: in all), the next day first."""
    query = select(ANNOUNCED).order_by(ANNOUNCED.c.erase_on.desc(), ANNOUNCED.c.what)
    if "*" not in codes:
        query = query.where(ANNOUNCED.c.programme.in_(sorted(codes)))
    return list(connection.execute(query.limit(200)))


def holds(connection: Connection, codes: Collection[str]) -> list[Row[Any]]:
    """What is held back in these programmes."""
    query = select(HOLDS, REGISTRATIONS.c.full_name, REGISTRATIONS.c.reference).join(
        REGISTRATIONS, REGISTRATIONS.c.registration_id == HOLDS.c.registration_id
    )
    if "*" not in codes:
        query = query.where(HOLDS.c.programme.in_(sorted(codes)))
    return list(connection.execute(query.order_by(HOLDS.c.until).limit(200)))
