"""What happened since a reader was here last: for the first page of an auditor.

    moment = last_visit(connection, reader)
    since(connection, Scope.of(reader), moment)  ->  [Group(type="org.zanat.…", count=12), …]

Here last is when the reader signed in before this session: a fact of the log, so nothing is kept
beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, func, select

from services.audit.entries.facts import read
from services.audit.entries.views import Scope, contents
from services.audit.tables import ENTRIES
from shared.access.reader import Reader
from shared.events.event import PREFIX

SIGN_INS_READ: Final = 20

NOTABLE: Final = (
    "accounts.account.role_granted",
    "accounts.account.role_revoked",
    "grants.application.reinstated",
    "grants.award.account_changed",
    "grants.award.requirement_waived",
    "grants.award.terminated",
    "grants.budget.revised",
    "grants.budget_line.revised",
    "grants.meeting.reopened",
    "grants.payment.held",
    "grants.payment.returned",
    "grants.payment.reversed",
    "grants.review.scoring_reopened",
    "trainings.certificate.revoked",
    "trainings.certificate.superseded",
)
"""What an auditor looks at first. Source: domain, "Abuse that the software stops or exposes"."""

_ACCESSES: Final = (".access.exported", ".access.denied")


@dataclass(frozen=True)
class Group:
    """Entries of one type. ``notable``: they are shown before the rest."""

    type: str
    count: int
    notable: bool


def last_visit(connection: Connection, reader: Reader) -> datetime | None:
    """When the reader signed in before this session; None for who is here for the first time."""
    rows = connection.execute(
        select(ENTRIES.c.source, ENTRIES.c.position, ENTRIES.c.at)
        .where(
            ENTRIES.c.stream == f"account/{reader.account_id}",
            ENTRIES.c.type == f"{PREFIX}accounts.account.signed_in.v1",
        )
        .order_by(ENTRIES.c.at.desc())
        .limit(SIGN_INS_READ)
    ).all()
    raw = contents(connection, [(row.source, row.position) for row in rows])
    for row in rows:
        content = raw.get((row.source, row.position), b"")
        if read(content).get("session_id") not in (None, reader.session_id):
            moment: datetime = row.at
            return moment
    return None


def since(connection: Connection, scope: Scope, moment: datetime) -> Sequence[Group]:
    """How many entries of each type came after a moment, what is notable first."""
    rows = connection.execute(
        select(ENTRIES.c.type, func.count())
        .where(scope.clause(), ENTRIES.c.at > moment)
        .group_by(ENTRIES.c.type)
    )
    groups = [Group(row[0], row[1], _notable(row[0])) for row in rows]
    return sorted(groups, key=lambda group: (not group.notable, -group.count, group.type))


def _notable(type_name: str) -> bool:
    name = type_name.removeprefix(PREFIX).rpartition(".v")[0]
    return name in NOTABLE or name.endswith(_ACCESSES)
