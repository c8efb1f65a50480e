"""Messages as they are listed: an account's inbox, people to tell, mail that did not arrive.

    inbox(connection, Recipient("a1", (("programme_officer", "RS-2011"),)), limit=50)

Unread ones come first, then the newest. What a message says is None once it was erased.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    case,
    func,
    or_,
    select,
)

from services.notifications.messages.facts import NOTHING, joined
from services.notifications.messages.message import Failed, Queued, Read, Requeued, Sent
from services.notifications.messages.secrets import SECRET_KINDS
from services.notifications.tables import MESSAGES, PEOPLE, READS
from shared.access.reader import Reader
from shared.access.roles import EVERY_PROGRAMME, Role
from shared.events.projection import Projecting, Projection, Recorded
from shared.privacy.keyring import KeyName


@dataclass(frozen=True)
class Recipient:
    """Whose inbox: an account and the roles (role, programme) by which it gets messages too.

    registrations: an applicant's own; what is for them is read here instead of being told.
    """

    account_id: str
    roles: tuple[tuple[str, str], ...]
    registrations: frozenset[str] = frozenset()

    @classmethod
    def of(cls, reader: Reader) -> Recipient:
        """The reader's own inbox."""
        roles = tuple((grant.role.value, grant.programme) for grant in reader.roles)
        own = reader.registrations if Role.applicant in reader.roles_in(None) else frozenset()
        return cls(reader.account_id, roles, own)


@dataclass(frozen=True)
class Shown:
    """A message as its pages need it. ``read``: by whose inbox it is."""

    message_id: str
    programme: str
    kind: str
    recipient_kind: str
    recipient_id: str
    channel: str
    about: str
    facts: str | None
    language: str
    state: str
    means: str | None
    ground: str | None
    queued_at: datetime
    settled_at: datetime | None
    version: int
    read: bool = False
    full_name: str | None = None
    phone: str | None = None
    municipality: str | None = None


def _project(at: Projecting, recorded: Recorded) -> None:
    event = recorded.event
    key = {"message_id": recorded.identifier}
    if isinstance(event, Queued):
        facts, told = _words(at, event)
        at.make(
            MESSAGES,
            {
                "message_id": event.message_id,
                "programme": recorded.programme,
                "kind": event.kind,
                "recipient_kind": event.recipient_kind,
                "recipient_id": event.recipient_id,
                "channel": event.channel,
                "about": event.about,
                "owner_id": event.owner_id,
                "facts": facts,
                "told": told,
                "language": event.language,
                "state": "waiting",
                "queued_at": recorded.at,
                "version": recorded.version,
            },
        )
        return
    values: dict[str, Any] = {"version": recorded.version}
    match event:
        case Sent():
            values |= {"state": "sent", "means": event.means, **_settled(recorded)}
        case Failed():
            values |= {"state": "failed", "ground": event.ground, **_settled(recorded)}
        case Requeued():
            values |= {"state": "waiting", "ground": None, "settled_at": None, "settled_by": None}
        case Read():
            at.make(
                READS,
                {
                    "message_id": event.message_id,
                    "account_id": event.account_id,
                    "read_at": recorded.at,
                },
            )
    at.change(MESSAGES, key, **values)


def _words(at: Projecting, event: Queued) -> tuple[str | None, str | None]:
    """Facts, and those of them that are identity; neither when a key of one is gone."""
    if event.kind in SECRET_KINDS:
        return None, None
    facts, told = at.text(event.facts), at.text(event.told)
    if event.told is None:
        # Of before it was kept apart: then facts told that too.
        name = KeyName(event.owner_id, "identity")
        alive = at.keyring.ensure({name})[name].cipher is not None
        told = NOTHING if alive else None
    return (None, None) if facts is None or told is None else (facts, told)


def _settled(recorded: Recorded) -> dict[str, Any]:
    return {"settled_at": recorded.at, "settled_by": recorded.actor}


MESSAGE_LIST = Projection(
    "messages", 3, (MESSAGES, READS), _project, (Queued, Sent, Failed, Requeued, Read)
)


def inbox(
    connection: Connection,
    mine: Recipient,
    *,
    limit: int,
    after: tuple[int, datetime, str] | None = None,
    unread_only: bool = False,
) -> list[Shown]:
    """Messages of an inbox. ``after``: (read as 0 or 1, moment, id) of the last."""
    read = case((READS.c.account_id.is_(None), 0), else_=1)
    query = _inbox(mine, read).order_by(
        read, MESSAGES.c.queued_at.desc(), MESSAGES.c.message_id.desc()
    )
    if unread_only:
        query = query.where(READS.c.account_id.is_(None))
    if after is not None:
        was_read, moment, last = after
        query = query.where(or_(read > was_read, and_(read == was_read, _older(moment, last))))
    return [_shown(row) for row in connection.execute(query.limit(limit))]


def inbox_message(connection: Connection, mine: Recipient, message_id: str) -> Shown | None:
    """One message of an inbox; None when it is not in it."""
    read = case((READS.c.account_id.is_(None), 0), else_=1)
    row = connection.execute(_inbox(mine, read).where(MESSAGES.c.message_id == message_id)).first()
    return _shown(row) if row else None


def unread(connection: Connection, mine: Recipient) -> int:
    """How many messages of an inbox nobody opened from this account."""
    read = case((READS.c.account_id.is_(None), 0), else_=1)
    query = _inbox(mine, read).where(READS.c.account_id.is_(None)).subquery()
    return connection.execute(select(func.count()).select_from(query)).scalar_one()


def message(connection: Connection, message_id: str) -> Shown | None:
    """Any message by its id."""
    row = connection.execute(_with_people().where(MESSAGES.c.message_id == message_id)).first()
    return _shown(row) if row else None


def messages(
    connection: Connection,
    programmes: Collection[str],
    *,
    limit: int,
    channel: str = "",
    state: str = "",
    about: str = "",
    after: tuple[datetime, str] | None = None,
) -> list[Shown]:
    """Messages of programmes (``{"*"}``: of all), newest first."""
    query = _with_people().order_by(MESSAGES.c.queued_at.desc(), MESSAGES.c.message_id.desc())
    if EVERY_PROGRAMME not in programmes:
        query = query.where(MESSAGES.c.programme.in_(sorted(programmes)))
    for column, value in (
        (MESSAGES.c.channel, channel),
        (MESSAGES.c.state, state),
        (MESSAGES.c.about, about),
    ):
        if value:
            query = query.where(column == value)
    if after is not None:
        query = query.where(_older(*after))
    return [_shown(row) for row in connection.execute(query.limit(limit))]


def _with_people() -> Select[Any]:
    people = and_(
        MESSAGES.c.recipient_kind == "registration",
        PEOPLE.c.registration_id == MESSAGES.c.recipient_id,
    )
    return select(MESSAGES, PEOPLE.c.full_name, PEOPLE.c.phone, PEOPLE.c.municipality).select_from(
        MESSAGES.outerjoin(PEOPLE, people)
    )


def _inbox(mine: Recipient, read: ColumnElement[int]) -> Select[Any]:
    own = and_(MESSAGES.c.recipient_kind == "account", MESSAGES.c.recipient_id == mine.account_id)
    by_role = [
        and_(
            MESSAGES.c.recipient_kind == "role",
            MESSAGES.c.recipient_id == role,
            *([] if programme == EVERY_PROGRAMME else [MESSAGES.c.programme == programme]),
        )
        for role, programme in mine.roles
    ]
    to_person = and_(
        MESSAGES.c.channel == "person",
        MESSAGES.c.recipient_kind == "registration",
        MESSAGES.c.recipient_id.in_(sorted(mine.registrations)),
    )
    joined = MESSAGES.outerjoin(
        READS,
        and_(READS.c.message_id == MESSAGES.c.message_id, READS.c.account_id == mine.account_id),
    )
    return (
        select(MESSAGES, read.label("read"))
        .select_from(joined)
        .where(or_(and_(MESSAGES.c.channel == "inbox", or_(own, *by_role)), to_person))
    )


def _older(when: datetime, last: str) -> ColumnElement[bool]:
    return or_(
        MESSAGES.c.queued_at < when,
        and_(MESSAGES.c.queued_at == when, MESSAGES.c.message_id < last),
    )


def _shown(row: Row[Any]) -> Shown:
    found = row._asdict()
    found.pop("settled_by")
    found.pop("owner_id")
    found["facts"] = joined(found["facts"], found.pop("told"))
    return Shown(**{**found, "read": bool(found.get("read", False))})


def inbox_key(shown: Shown) -> Sequence[int | str]:
    """The sort key of an inbox's row."""
    return int(shown.read), shown.queued_at.isoformat(), shown.message_id


def list_key(shown: Shown) -> Sequence[int | str]:
    """The sort key of any other list's row."""
    return shown.queued_at.isoformat(), shown.message_id
