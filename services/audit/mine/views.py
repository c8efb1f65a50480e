"""Accesses to one person's records: who read or took out what, when, and in which role.

    accesses(connection, reader.registrations, but=reader.account_id, limit=51)
        ->  [Access(at=…, who="Jelena Primer", roles=("programme_officer",), what="identity", …)]

Found by what the entries name: the registration itself, the records that name it (applications,
awards, payments, certificates, outcomes, visits, the cohort's lists), and what such records are
part of without naming the person: visits of an award, the batch with the bank's file in which a
payment is sent, the lines of the bank's statement that tell of it, the meeting. A page that shows a
whole programme names nobody, so that it is not among them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, and_, or_, select

from services.audit.entries.facts import read
from services.audit.entries.views import contents, names_of
from services.audit.histories.chains import around, naming
from services.audit.tables import ENTRIES, RELATIONS
from services.event_words import SOURCES
from shared.events.event import PREFIX
from shared.service import INSTALLATION_WIDE

RECORDS: Final = (
    *("application", "award", "certificate", "cohort", "outcome", "payment", "review", "visit"),
    *("erasure", "message", "vulnerability"),
)
"""Kinds of records that name a person's registration as theirs."""

TENSES: Final = ("read", "exported")
RECORDS_MAX: Final = 2_000
GRANTED: Final = f"{PREFIX}accounts.account.role_granted.v1"
REVOKED: Final = f"{PREFIX}accounts.account.role_revoked.v1"


@dataclass(frozen=True, kw_only=True)
class Access:
    """Somebody looked. ``who``: a name, empty for the system; ``roles``: those held then.

    exported: whether it left as a file.  key: moment and event id, where the next page begins.
    """

    at: datetime
    who: str
    roles: tuple[str, ...]
    what: str
    exported: bool
    programme: str
    event_id: str

    @property
    def key(self) -> tuple[str, str]:
        return self.at.isoformat(), self.event_id


def accesses(
    connection: Connection,
    registrations: Collection[str],
    *,
    but: str,
    limit: int,
    after: tuple[datetime, str] | None = None,
) -> list[Access]:
    """The newest first, without those of the account ``but``, who is the person themself."""
    query = _found(connection, registrations).where(ENTRIES.c.actor != but)
    if after is not None:
        moment, last = after
        earlier = and_(ENTRIES.c.at == moment, ENTRIES.c.event_id < last)
        query = query.where(or_(ENTRIES.c.at < moment, earlier))
    query = query.order_by(ENTRIES.c.at.desc(), ENTRIES.c.event_id.desc()).limit(limit)
    rows = connection.execute(query).all()
    bytes_of = contents(connection, [(row.source, row.position) for row in rows])
    names = names_of(connection, {row.actor for row in rows})
    roles = _roles(connection, {row.actor for row in rows})
    return [
        Access(
            at=row.at,
            who=names.get(row.actor, ""),
            roles=_held(roles.get(row.actor, ()), row),
            what=str(read(bytes_of.get((row.source, row.position), b"")).get("what", "")),
            exported=row.type.endswith(".access.exported.v1"),
            programme=row.programme,
            event_id=row.event_id,
        )
        for row in rows
    ]


def _found(connection: Connection, registrations: Collection[str]) -> Select[Any]:
    own = [f"registration/{one}" for one in sorted(registrations)]
    theirs = sorted({*own, *_records(connection, own)})
    looked_at = select(RELATIONS.c.from_stream).where(
        RELATIONS.c.kind == "subject", RELATIONS.c.to_stream.in_(theirs)
    )
    types = [f"{PREFIX}{source}.access.{tense}.v1" for source in SOURCES for tense in TENSES]
    return select(ENTRIES).where(
        ENTRIES.c.kind == "access", ENTRIES.c.type.in_(types), ENTRIES.c.stream.in_(looked_at)
    )


def _records(connection: Connection, own: Collection[str]) -> set[str]:
    """The records that name the person, and those that name or hold one of these."""
    found = set(
        connection.execute(
            select(RELATIONS.c.from_stream)
            .where(
                RELATIONS.c.to_stream.in_(own),
                or_(*(RELATIONS.c.from_stream.startswith(f"{kind}/") for kind in RECORDS)),
            )
            .distinct()
            .order_by(RELATIONS.c.from_stream)
            .limit(RECORDS_MAX)
        ).scalars()
    )
    applications, awards = _of_kind(found, "application"), _of_kind(found, "award")
    awards |= naming(connection, applications, "award")
    payments = _of_kind(found, "payment") | naming(connection, awards, "payment")
    visits = naming(connection, awards, "visit")
    meetings = naming(connection, applications, "meeting")
    return found | awards | payments | visits | meetings | around(connection, payments)


def _of_kind(streams: Collection[str], kind: str) -> set[str]:
    return {one for one in streams if one.startswith(f"{kind}/")}


def _roles(
    connection: Connection, accounts: Collection[str]
) -> dict[str, list[tuple[datetime, bool, str, str]]]:
    """Account → (moment, granted or taken back, role, programme), in order."""
    rows: Sequence[Row[Any]] = connection.execute(
        select(ENTRIES)
        .where(
            ENTRIES.c.stream.in_([f"account/{one}" for one in sorted(accounts)]),
            ENTRIES.c.type.in_((GRANTED, REVOKED)),
        )
        .order_by(ENTRIES.c.stream, ENTRIES.c.stream_version)
    ).all()
    bytes_of = contents(connection, [(row.source, row.position) for row in rows])
    found: dict[str, list[tuple[datetime, bool, str, str]]] = {}
    for row in rows:
        data = read(bytes_of.get((row.source, row.position), b""))
        turn = (row.at, row.type == GRANTED, str(data.get("role")), data.get("programme") or "*")
        found.setdefault(row.stream.partition("/")[2], []).append(turn)
    return found


def _held(turns: Sequence[tuple[datetime, bool, str, str]], row: Row[Any]) -> tuple[str, ...]:
    """The roles held at the moment of an entry, in its programme."""
    return tuple(dict.fromkeys(role for role, _ in _standing(turns, row)))


def _standing(
    turns: Sequence[tuple[datetime, bool, str, str]], row: Row[Any]
) -> Iterator[tuple[str, str]]:
    held: dict[tuple[str, str], None] = {}
    for at, granted, role, programme in turns:
        if at > row.at:
            break
        if granted:
            held[role, programme] = None
        else:
            held.pop((role, programme), None)
    for role, programme in held:
        if row.programme == INSTALLATION_WIDE or programme in (row.programme, "*"):
            yield role, programme
