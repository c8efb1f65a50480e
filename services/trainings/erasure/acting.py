"""What erasures' routes do, for the JSON interface and the pages alike.

row = found("0192…", READ)
told = whole(row)               # with what each service answered, and what stays
certificate(row)["verifies"]    # whether the log still has the heads that it names
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from sqlalchemy import Connection, Row

from services.trainings.asking import identifier, not_found, reach
from services.trainings.erasure import handling, money, views
from services.trainings.erasure.erasure import ERASURE
from services.trainings.erasure.erasure_commands import Standing
from services.trainings.erasure.erasure_events import (
    KeysDestroyed,
    Requested,
    ServiceCounted,
    ServicePurged,
)
from services.trainings.erasure.wording import GROUND_WORDS
from services.trainings.imports.naming import CLASSES
from services.trainings.imports.views import waiting as waiting_imports
from services.trainings.people import views as people
from services.trainings.people.acting import READ as READ_PEOPLE
from services.trainings.retention.rules import AGREEMENT_MONTHS
from shared.access.reader import may
from shared.errors import Refused
from shared.events.event import Event
from shared.events.work import Work
from shared.language.marking import N_
from shared.log import tree
from shared.log.hashes import StoredHashes
from shared.web.access import ensure, signed_in
from shared.web.commands import Answer, receipt, service

READ: Final = "trainings.erasures.read"
REQUEST: Final = "trainings.erasures.request"
CONFIRM: Final = "trainings.erasures.confirm"
REQUEST_OWN: Final = "trainings.erasures.request_own"


def found(erasure_id: str, permission: str) -> Row[Any]:
    """An erasure that the one who asks may see, and do this with; else Missing, Forbidden."""
    identifier(erasure_id)
    with service().database.reading() as connection:
        row = views.one(connection, erasure_id)
    if row is None or not may(signed_in(), READ, row.programme):
        raise not_found()
    ensure(permission, row.programme)
    return row


def person_to_erase(registration_id: str) -> Row[Any]:
    """A registration of which the one who asks may have data erased; else Missing, Forbidden."""
    identifier(registration_id)
    with service().database.reading() as connection:
        row = people.registration(connection, reach(READ_PEOPLE), registration_id)
    if row is None:
        raise not_found()
    ensure(REQUEST, row.programme)
    return row


def own_registration(registration_id: str) -> Row[Any]:
    """A registration of the one who asks; any other is not there."""
    with service().database.reading() as connection:
        row = people.record(connection, identifier(registration_id))
    if row is None or registration_id not in signed_in().registrations:
        raise not_found()
    ensure(REQUEST_OWN, row.programme)
    return row


def own_erasure(erasure_id: str) -> Row[Any]:
    """An erasure that the one who asks has asked for themself; any other is not there."""
    with service().database.reading() as connection:
        row = views.one(connection, identifier(erasure_id))
        ids = views.registrations(connection, erasure_id)
    if row is None or not row.by_the_person or not signed_in().registrations.intersection(ids):
        raise not_found()
    ensure(REQUEST_OWN, row.programme)
    return row


def standing(connection: Connection, registration_ids: list[str]) -> Standing:
    """How the person stands with money."""
    return money.standing(connection, registration_ids, months_kept=AGREEMENT_MONTHS)


def requesting(
    row: Row[Any],
    *,
    by: str,
    classes: list[str],
    ground: str,
    location: Callable[[str], str],
    by_the_person: bool = False,
) -> Callable[[Work], Answer]:
    """A handler that asks for an erasure."""

    def handler(work: Work) -> Answer:
        erasure_id = handling.request(
            work,
            by=by,
            registration_ids=handling.registrations_of_person(work, row.registration_id),
            classes=tuple(dict.fromkeys(classes)),
            ground=ground,
            by_the_person=by_the_person,
        )
        return receipt(work, ERASURE, erasure_id, status=201, location=location(erasure_id))

    return handler


def confirming(
    erasure_id: str, *, by: str, version: int, location: str = ""
) -> Callable[[Work], Answer]:
    """A handler by which a second person agrees."""

    def handler(work: Work) -> Answer:
        work.expect(ERASURE, erasure_id, version)
        handling.confirm(work, by=by, erasure_id=erasure_id)
        return receipt(work, ERASURE, erasure_id, location=location)

    return handler


def cancelling(
    erasure_id: str, *, by: str, version: int, location: str = ""
) -> Callable[[Work], Answer]:
    """A handler that calls it off."""

    def handler(work: Work) -> Answer:
        work.expect(ERASURE, erasure_id, version)
        handling.cancel(work, by=by, erasure_id=erasure_id)
        return receipt(work, ERASURE, erasure_id, location=location)

    return handler


def listed(row: Row[Any]) -> dict[str, Any]:
    """An erasure as a list shows it."""
    return {**row._asdict(), "classes": row.classes.split("\n")}


def whole(row: Row[Any]) -> dict[str, Any]:
    """An erasure with what stays and what each service answered."""
    with service().database.reading() as connection:
        events, _ = service().store.stream(connection, ERASURE.stream(row.erasure_id))
    told = listed(row)
    answers: dict[str, dict[str, Any]] = {}
    for event in events:
        match event:
            case Requested():
                told["registration_ids"] = list(event.registration_ids)
                told["kept"] = [
                    {"what": one.what, "because": one.because, "until": one.until}
                    for one in event.kept
                ]
                answers = {name: _silent(name) for name in event.services}
            case ServiceCounted():
                answers[event.service] |= {
                    "counted": _rows(event),
                    "before": {"size": event.log_size, "root": event.log_root},
                }
            case ServicePurged():
                answers[event.service] |= {
                    "purged": _rows(event),
                    "files": event.files,
                    "after": {"size": event.log_size, "root": event.log_root},
                }
    told["answers"] = list(answers.values())
    told["key_ids"] = _key_ids(events)
    return told


def sheets_that_wait(row: Row[Any]) -> int:
    """How many sheets wait to be entered, of which those that name the person will go."""
    if row.state not in ("asked", "confirmed") or not CLASSES.intersection(row.classes.split("\n")):
        return 0
    with service().database.reading() as connection:
        return len(waiting_imports(connection, row.programme))


def certificate(row: Row[Any]) -> dict[str, Any]:
    """The certificate of a completed erasure. Raises Refused before that."""
    if row.state != "completed":
        raise Refused(
            "erasure-not-completed", N_("There is a certificate once everything is erased.")
        )
    told = whole(row)
    own = next(one for one in told["answers"] if one["service"] == service().name)
    with service().database.reading() as connection:
        verifies = all(_still_there(connection, head) for head in (own["before"], own["after"]))
    return told | {"legal_basis": GROUND_WORDS[row.ground][1], "verifies": verifies}


def _silent(name: str) -> dict[str, Any]:
    nothing = dict.fromkeys(("counted", "before", "purged", "files", "after"))
    return {"service": name, **nothing}


def _rows(event: ServiceCounted | ServicePurged) -> list[dict[str, Any]]:
    return [{"table": one.table, "kind": one.kind, "rows": one.rows} for one in event.rows]


def _key_ids(events: list[Event]) -> list[str]:
    found: set[str] = set()
    for event in events:
        if isinstance(event, KeysDestroyed | ServicePurged):
            found.update(event.key_ids)
    return sorted(found)


def _still_there(connection: Connection, head: dict[str, Any]) -> bool:
    """Whether the log's first entries still have this root."""
    hashes = StoredHashes(connection, service().name, own=True)
    try:
        root: str = tree.root(hashes, head["size"]).hex()
        return bool(head["size"] <= hashes.count(0) and root == head["root"])
    except tree.MissingHashes:
        return False
