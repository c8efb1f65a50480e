"""Registrations that are not finished: what was answered so far, sealed, for whoever began it.

    draft_id = begin(service(), account="officer-1", programme="RS-2011", kind=GUIDED)
    save(service(), draft_id, account="officer-1", answers={"full_name": "Mira …"})
    found = find(service(), draft_id, account="officer-1")    # Draft(answers={"full_name": …}, …)

Nothing of it is an event before it is finished: what was typed by mistake is in no log. The table
is beside the read models. A draft is sealed under the key of the month in which it was saved last;
after KEPT it is deleted, and once a month is wholly past that, its key is destroyed. A draft's id
becomes that of the registration, so that finishing twice registers once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec
from sqlalchemy import Column, Connection, Index, Row, String, Table, Text, func, select

from services.trainings.asking import not_found
from services.trainings.tables import METADATA
from shared.errors import Refused
from shared.events.columns import MOMENT
from shared.events.event import Sealed
from shared.language.marking import N_
from shared.privacy.keyring import KeyName
from shared.privacy.sealing import open_text, seal_text
from shared.service import Service

GUIDED: Final = "guided"
TABLE: Final = "table"
KEPT: Final = timedelta(days=30)
OWN_MAX: Final = 100
PURGE_KIND: Final = "trainings.drafts.purge"
_OWNERS: Final = "drafts/"
_GROUP: Final = "drafts"

Answers = dict[str, Any]
"""What was answered: texts by the name of the question, lists where several may be chosen."""

DRAFTS: Final = Table(
    "registration_drafts",
    METADATA,
    Column("draft_id", String(36), primary_key=True),
    Column("account_id", String(80), nullable=False),
    Column("programme", String(40), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("answers", Text, nullable=False),
    Column("began_at", MOMENT, nullable=False),
    Column("saved_at", MOMENT, nullable=False),
    Index("registration_drafts_account", "account_id", "saved_at"),
    Index("registration_drafts_saved", "saved_at"),
)
"""One row a draft; ``answers``: a sealed text. It cannot be made again from the log."""


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A draft, opened. ``kind``: GUIDED or TABLE."""

    draft_id: str
    programme: str
    kind: str
    answers: Answers
    began_at: datetime
    saved_at: datetime


def key_of_drafts(service: str, at: datetime) -> KeyName:
    """The key that seals what was saved in a month (UTC): destroying it closes them all.

    >>> key_of_drafts("trainings", datetime(2026, 3, 31, 12, tzinfo=UTC)).owner
    'drafts/2026-03'
    """
    return KeyName(f"{_OWNERS}{at.astimezone(UTC):%Y-%m}", service, _GROUP)


def begin(service: Service, *, account: str, programme: str, kind: str) -> str:
    """A new draft without answers; its id. Refused when somebody has left too many."""
    draft_id, now = service.store.identifiers.new(), service.clock.now()
    with service.database.writing() as connection:
        own = select(func.count()).select_from(DRAFTS).where(DRAFTS.c.account_id == account)
        if connection.execute(own).scalar_one() >= OWN_MAX:
            raise Refused(
                "too-many-drafts",
                N_("You have {count} unfinished registrations. Finish or discard some first."),
                count=OWN_MAX,
            )
        connection.execute(
            DRAFTS.insert().values(
                draft_id=draft_id,
                account_id=account,
                programme=programme,
                kind=kind,
                answers=_sealed(service, {}, now),
                began_at=now,
                saved_at=now,
            )
        )
    return draft_id


def save(service: Service, draft_id: str, *, account: str, answers: Mapping[str, Any]) -> Draft:
    """Add answers to a draft of one's own, or change them; None takes one away.

    Answers to other questions stay as they are, so that two windows never undo each other's.
    """
    now = service.clock.now()
    with service.database.writing() as connection:
        row = _row(connection, draft_id, account, hold=True)
        before = _opened(service, row).answers
        merged = {**before, **answers}
        kept = {name: value for name, value in merged.items() if value is not None}
        connection.execute(
            DRAFTS.update()
            .where(DRAFTS.c.draft_id == draft_id)
            .values(answers=_sealed(service, kept, now), saved_at=now)
        )
    return _opened(service, row, answers=kept, saved_at=now)


def find(service: Service, draft_id: str, *, account: str) -> Draft:
    """A draft of one's own. Missing for one that is another's, or gone."""
    with service.database.reading() as connection:
        return _opened(service, _row(connection, draft_id, account))


def drafts_of(
    service: Service, account: str, programmes: Sequence[str], *, kind: str | None = None
) -> list[Draft]:
    """All drafts of an account in these programmes, the one saved last first."""
    query = select(DRAFTS).where(DRAFTS.c.account_id == account, DRAFTS.c.programme.in_(programmes))
    if kind is not None:
        query = query.where(DRAFTS.c.kind == kind)
    with service.database.reading() as connection:
        rows = connection.execute(query.order_by(DRAFTS.c.saved_at.desc()).limit(OWN_MAX)).all()
    return [_opened(service, row) for row in rows]


def discard(service: Service, draft_id: str, *, account: str) -> None:
    """Delete a draft of one's own: once it is finished, or because it is wanted no more."""
    with service.database.writing() as connection:
        connection.execute(
            DRAFTS.delete().where(DRAFTS.c.draft_id == draft_id, DRAFTS.c.account_id == account)
        )


def purge(service: Service, _payload: bytes) -> None:
    """Delete drafts that nobody saved for KEPT, and destroy the keys of months past that."""
    end = service.clock.now().astimezone(UTC) - KEPT
    with service.database.writing() as connection:
        connection.execute(DRAFTS.delete().where(DRAFTS.c.saved_at < end))
    first_kept = key_of_drafts(service.name, end)
    past = [
        name
        for name in service.keyring.names(owners=_OWNERS, data_class=service.name)
        if name.group == _GROUP and name < first_kept
    ]
    if past:
        service.keyring.destroy(past)


def _row(connection: Connection, draft_id: str, account: str, *, hold: bool = False) -> Row[Any]:
    query = select(DRAFTS).where(DRAFTS.c.draft_id == draft_id, DRAFTS.c.account_id == account)
    row = connection.execute(query.with_for_update() if hold else query).first()
    if row is None:
        raise not_found()
    return row


def _sealed(service: Service, answers: Answers, now: datetime) -> str:
    text = msgspec.json.encode(answers).decode()
    sealed = seal_text(service.keyring, key_of_drafts(service.name, now), text)
    return msgspec.json.encode(sealed).decode()


def _opened(service: Service, row: Row[Any], **changed: Any) -> Draft:
    text = open_text(service.keyring, msgspec.json.decode(row.answers, type=Sealed))
    # What has no key any more is absent: the questions are asked anew.
    answers: Answers = {} if text is None else msgspec.json.decode(text, type=dict)
    fields: dict[str, Any] = {
        "draft_id": row.draft_id,
        "programme": row.programme,
        "kind": row.kind,
        "answers": answers,
        "began_at": row.began_at,
        "saved_at": row.saved_at,
    }
    return Draft(**{**fields, **changed})
