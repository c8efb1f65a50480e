"""What is done about retention: a programme's months and holds by people, the rest once a day.

    review(service, b"2026-03-01")   # announces what comes due, erases what was announced

An erasure at the end of retention is like any other, on record and with a certificate; only the
second person is not needed, since it was announced a month before.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final, NamedTuple

from services.trainings.erasure import handling as erasing
from services.trainings.retention import views
from services.trainings.retention.retention import (
    RETENTION,
    Announce,
    EndHold,
    HoldBack,
    SetMonths,
    said_of,
)
from services.trainings.retention.rules import ANNOUNCED_DAYS
from shared.access.own import check_not_own
from shared.clock import day_in
from shared.events.work import Work
from shared.language.formats import DEFAULT_ZONE
from shared.service import Service

REVIEW_KIND: Final = "trainings.retention.review"
AT_ONCE: Final = 200
"""Registrations of one erasure, and so of one certificate."""
SAID_AT_ONCE: Final = 500
"""Registrations of one announcement."""


class Part(NamedTuple):
    """Registrations of which the same classes are erased, announced on a day."""

    classes: tuple[str, ...]
    announced_on: date
    ids: tuple[str, ...]


def review(service: Service, payload: bytes) -> None:
    """The day's look at every programme. Doing it twice has one effect."""
    today = day_in(service.clock.now(), DEFAULT_ZONE)
    with service.database.reading() as connection:
        found = views.programmes(connection)
    for programme, ended_on in found:
        context = service.system_context(programme, cause=f"retention/{payload.decode()}")

        def announce(work: Work, ended_on: date | None = ended_on) -> None:
            _announce(work, today=today, ended_on=ended_on)

        service.transact(context, announce)
        for part in _to_erase(service, programme, ended_on, today):

            def erase(work: Work, part: Part = part) -> None:
                _erase(work, part)

            service.transact(context, erase)


def _announce(work: Work, *, today: date, ended_on: date | None) -> None:
    programme = work.context.programme
    state = work.load(RETENTION, programme)
    ahead = today + timedelta(days=ANNOUNCED_DAYS)
    falling = views.falling(work.connection, programme, state, ended_on=ended_on, by=ahead)
    waiting = views.in_the_way(work.connection, {one.registration_id for one in falling})
    alike: dict[tuple[str, date], list[str]] = {}
    for one in falling:
        if one.registration_id not in waiting:
            alike.setdefault((one.what, one.due_on), []).append(one.registration_id)
    for (what, due_on), ids in sorted(alike.items()):
        for start in range(0, len(ids), SAID_AT_ONCE):
            command = Announce(
                by=work.context.actor,
                now=work.now,
                today=today,
                what=what,
                due_on=due_on,
                registration_ids=tuple(ids[start : start + SAID_AT_ONCE]),
            )
            work.decide(RETENTION, programme, command)


def _to_erase(service: Service, programme: str, ended_on: date | None, today: date) -> list[Part]:
    """What was announced, for each registration, and is due today."""
    with service.database.reading() as connection:
        events, _ = service.store.stream(connection, RETENTION.stream(programme))
        state = RETENTION.fold(events)
        ready: dict[str, list[tuple[str, date]]] = {}
        for one in views.falling(connection, programme, state, ended_on=ended_on, by=today):
            said = said_of(state, one.what, one.registration_id, due_on=one.due_on, today=today)
            if said is not None and said.erase_on <= today:
                these = ready.setdefault(one.registration_id, [])
                these.append((one.what, said.announced_on))
        waiting = views.in_the_way(connection, ready)
    alike: dict[tuple[tuple[str, ...], date], list[str]] = {}
    for registration_id, these in sorted(ready.items()):
        if registration_id not in waiting:
            classes = tuple(sorted({what for what, _ in these}))
            day = max(announced_on for _, announced_on in these)
            alike.setdefault((classes, day), []).append(registration_id)
    return [
        Part(classes, day, tuple(ids[start : start + AT_ONCE]))
        for (classes, day), ids in sorted(alike.items())
        for start in range(0, len(ids), AT_ONCE)
    ]


def _erase(work: Work, part: Part) -> None:
    # Somebody may have asked for the same meanwhile; the next day takes up what is left.
    free = sorted(set(part.ids) - views.in_the_way(work.connection, part.ids))
    if free:
        erasing.request(
            work,
            by=work.context.actor,
            registration_ids=tuple(free),
            classes=part.classes,
            ground="retention_ended",
            announced_on=part.announced_on,
        )


def set_months(work: Work, *, by: str, programme: str, what: str, months: int) -> None:
    """Keep a class of data longer or shorter in a programme."""
    today = day_in(work.now, DEFAULT_ZONE)
    command = SetMonths(by=by, now=work.now, today=today, what=what, months=months)
    work.decide(RETENTION, programme, command)


def hold_back(
    work: Work, *, by: str, programme: str, registration_id: str, until: date, reason: str
) -> None:
    """Keep a registration out of what is erased by itself until a day."""
    check_not_own(registration_id, work.context.own)
    command = HoldBack(
        by=by,
        now=work.now,
        today=day_in(work.now, DEFAULT_ZONE),
        registration_id=registration_id,
        until=until,
        reason=reason,
    )
    work.decide(RETENTION, programme, command)


def end_hold(work: Work, *, by: str, programme: str, registration_id: str) -> None:
    """Hold it back no more."""
    check_not_own(registration_id, work.context.own)
    today = day_in(work.now, DEFAULT_ZONE)
    command = EndHold(by=by, now=work.now, today=today, registration_id=registration_id)
    work.decide(RETENTION, programme, command)
