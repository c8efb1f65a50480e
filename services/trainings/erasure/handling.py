"""What is done with erasures, for JSON, pages, due work and other services' answers alike.

    erasure_id = request(work, by=actor(), registration_ids=(…), classes=("special",), ground=…)
    confirm(work, by=actor(), erasure_id=erasure_id)

After the commit of a confirmation due work destroys the keys in the keyring, a database of its own:
it is repeated until their destruction is on record, and only then does anybody purge.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from services.trainings.erasure import money
from services.trainings.erasure.erasure import ERASURE, Agreed, Asked, ErasureState
from services.trainings.erasure.erasure_commands import (
    CancelErasure,
    ConfirmErasure,
    NoteCount,
    NoteKeysDestroyed,
    NotePurged,
    RequestErasure,
    Standing,
)
from services.trainings.erasure.erasure_events import ServiceRows
from services.trainings.imports.naming import CLASSES, discard_naming
from services.trainings.people.projecting import NUMBER_PURPOSE
from services.trainings.people.views import record, registrations_of
from services.trainings.retention.retention import RETENTION, held_on
from services.trainings.retention.rules import AGREEMENT_MONTHS
from shared.access.own import check_not_own
from shared.clock import day_in
from shared.errors import Missing, Refused
from shared.events.append import Claim, DueWork
from shared.events.work import Work
from shared.language.formats import DEFAULT_ZONE
from shared.language.marking import N_
from shared.privacy.erasing import Kind
from shared.privacy.erasure_events import erasure_events
from shared.privacy.erasures import Erasing
from shared.service import Service
from shared.settings import SERVICES

DESTROY_KIND: Final = "trainings.erasure.destroy_keys"
MAKES: Final = ("identity", "contact", "special")
"""Data classes of which trainings makes the keys; those of accounts of money are grants'."""

OPEN_CLAIM: Final = "erasure-of"
NUMBER_DIGITS: Final = 8


def registrations_of_person(work: Work, registration_id: str) -> tuple[str, ...]:
    """Every registration, in this programme, of the person that has this one."""
    row = record(work.connection, registration_id)
    if row is None:
        raise Missing("no-registration", N_("There is no such registration."))
    rows = registrations_of(work.connection, row.person_id)
    return tuple(one.registration_id for one in rows if one.programme == row.programme)


def standing_of(work: Work, registration_ids: Sequence[str]) -> Standing:
    """How the person stands with money."""
    return money.standing(work.connection, registration_ids, months_kept=AGREEMENT_MONTHS)


def request(
    work: Work,
    *,
    by: str,
    registration_ids: tuple[str, ...],
    classes: tuple[str, ...],
    ground: str,
    by_the_person: bool = False,
    announced_on: Any = None,
) -> str:
    """Ask for data to be erased; every service is asked to count. Returns the erasure's id."""
    if not by_the_person:
        _check_not_own(work, registration_ids)
    erasure_id = work.new_id()
    command = RequestErasure(
        by=by,
        now=work.now,
        erasure_id=erasure_id,
        registration_ids=registration_ids,
        classes=classes,
        ground=ground,
        standing=standing_of(work, registration_ids),
        services=SERVICES,
        today=day_in(work.now, DEFAULT_ZONE),
        by_the_person=by_the_person,
        announced_on=announced_on,
    )
    work.decide(ERASURE, erasure_id, command)
    for one in registration_ids:
        work.claim(_open(one, erasure_id))
    ERASING.schedule_count(work, erasure_id, registration_ids)
    return erasure_id


def confirm(work: Work, *, by: str, erasure_id: str) -> None:
    """A second person agrees: the keys are destroyed once this is committed."""
    state = work.load(ERASURE, erasure_id)
    ids: tuple[str, ...] = ()
    if isinstance(state, Asked):
        ids = state.registration_ids
        if not state.announced:
            ids = registrations_of_person(work, state.registration_ids[0])
    _check_not_own(work, ids)
    command = ConfirmErasure(
        by=by,
        now=work.now,
        registration_ids=ids,
        standing=standing_of(work, ids),
        today=day_in(work.now, DEFAULT_ZONE),
    )
    if work.decide(ERASURE, erasure_id, command):
        payload = f"{work.context.programme}\n{erasure_id}".encode()
        work.schedule(DueWork(f"{DESTROY_KIND}/{erasure_id}", DESTROY_KIND, work.now, payload))


def cancel(work: Work, *, by: str, erasure_id: str) -> None:
    """Call it off before it is confirmed."""
    state = work.load(ERASURE, erasure_id)
    if work.decide(ERASURE, erasure_id, CancelErasure(by=by, now=work.now)):
        _close(work, erasure_id, state)


def _check_not_own(work: Work, registration_ids: Sequence[str]) -> None:
    """Raises Forbidden when it is about whoever acts, who asks for that as any applicant does."""
    for one in registration_ids:
        check_not_own(one, work.context.own)


def destroy_due(service: Service, payload: bytes) -> None:
    """Destroy the keys of a confirmed erasure and put their ids on record.

    Sheets that wait to be entered and name the person go before, while it is known what names them.
    """
    programme, _, erasure_id = payload.decode().partition("\n")
    with service.database.reading() as connection:
        events, _ = service.store.stream(connection, ERASURE.stream(erasure_id))
    state = ERASURE.fold(events)
    if not isinstance(state, Agreed):
        return
    if CLASSES.intersection(state.was.classes):
        discard_naming(service, programme, state.was.registration_ids)
    kinds = [Kind.of(text) for text in state.was.kinds]
    key_ids = tuple(ERASING.destroy_keys(service, state.was.owners, kinds))

    def destroyed(work: Work) -> None:
        command = NoteKeysDestroyed(by=work.context.actor, now=work.now, key_ids=key_ids)
        if work.decide(ERASURE, erasure_id, command):
            ERASING.schedule_purge(work, erasure_id, state.was.owners, state.was.kinds)

    service.transact(service.system_context(programme, cause=erasure_id), destroyed)


def note(work: Work, service: str, answer: Any) -> None:
    """A service answered: what it holds, or that it holds nothing any more."""
    erasure_id = answer.erasure_id
    counted = type(answer).event_type.endswith(".counted.v1")
    by, now = work.context.actor, work.now
    rows = tuple(ServiceRows(table=r.table, kind=r.kind, rows=r.rows) for r in answer.rows)
    if counted:
        count = NoteCount(
            by=by,
            now=now,
            erasure_id=erasure_id,
            service=service,
            rows=rows,
            owners=answer.owners,
            log_size=answer.log_size,
            log_root=answer.log_root,
        )
        work.decide(ERASURE, erasure_id, count)
        _confirm_announced(work, erasure_id)
        return
    purged = NotePurged(
        by=by,
        now=now,
        service=service,
        rows=rows,
        files=answer.files,
        key_ids=answer.key_ids,
        log_size=answer.log_size,
        log_root=answer.log_root,
        number=number_of(erasure_id, work.now.year),
        today=day_in(now, DEFAULT_ZONE),
    )
    state = work.load(ERASURE, erasure_id)
    events = work.decide(ERASURE, erasure_id, purged)
    if len(events) > 1:
        _close(work, erasure_id, state)


def _confirm_announced(work: Work, erasure_id: str) -> None:
    """What was announced a month before needs no second person.

    Somebody in it may have been held back meanwhile, or have money under way: it is called off, and
    the next day's look asks anew for all others.
    """
    state = work.load(ERASURE, erasure_id)
    if not isinstance(state, Asked) or not state.announced or not state.complete:
        return
    by = work.context.actor
    if _held_back(work, state.registration_ids):
        cancel(work, by=by, erasure_id=erasure_id)
        return
    try:
        confirm(work, by=by, erasure_id=erasure_id)
    except Refused:
        cancel(work, by=by, erasure_id=erasure_id)


def _held_back(work: Work, registration_ids: Sequence[str]) -> bool:
    """Whether any of these is held back today."""
    today = day_in(work.now, DEFAULT_ZONE)
    rows = (record(work.connection, one) for one in registration_ids)
    of_programme = {row.programme: work.load(RETENTION, row.programme) for row in rows if row}
    return any(
        held_on(state, one, today) for state in of_programme.values() for one in registration_ids
    )


def number_of(erasure_id: str, year: int) -> str:
    """The number of a certificate, such as E-2026-3F2A9C01."""
    return f"E-{year}-{erasure_id.replace('-', '')[-NUMBER_DIGITS:].upper()}"


def _close(work: Work, erasure_id: str, state: ErasureState) -> None:
    was = state if isinstance(state, Asked) else getattr(state, "was", None)
    if was is not None:
        for one in was.registration_ids:
            work.release(_open(one, erasure_id))


def _open(registration_id: str, erasure_id: str) -> Claim:
    sentence = N_("An erasure of this person's data is under way. Finish or cancel it first.")
    return Claim(OPEN_CLAIM, registration_id, ERASURE.stream(erasure_id), "erasure-open", sentence)


def _own(work: Work, answer: Any) -> None:
    note(work, "trainings", answer)


ERASING: Final = Erasing("trainings", claims=(NUMBER_PURPOSE,), makes=MAKES, also=_own)
EVENTS: Final = erasure_events("trainings")
