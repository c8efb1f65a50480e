"""Applications as a reader's list shows them, and the people and calls to choose from.

    list_applications(connection, Scope.of(reader), limit=51, call_id=call_id, state="submitted")
    find_certified(connection, "RS-2011", "business", "Djordjevic")

What waits for the reader comes first. Names that the reader may not see are None already here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    and_,
    case,
    false,
    func,
    literal,
    or_,
    select,
    true,
    tuple_,
)

from services.grants.applications.sight import COMMITTEE, FIELD, FINANCE, WHOLE, programmes_of
from services.grants.applications.views import APPLICATIONS, with_names
from services.grants.awards.views import AWARDS
from services.grants.calls.views import CALLS
from services.grants.committee.views import REVIEWERS
from services.grants.foreign import CERTIFICATES, REGISTRATIONS
from services.grants.tables import MOMENT
from services.grants.visits.views import VISITS
from shared.access.reader import Reader
from shared.access.roles import EVERY_PROGRAMME
from shared.language.folding import fold

FOUND_MAX: Final = 20
CERTIFIED_MAX: Final = 20_000
CALLS_MAX: Final = 200
NEVER: Final = literal(datetime(1970, 1, 1, tzinfo=UTC), MOMENT)
SORTED: Final[dict[str, tuple[ColumnElement[Any], ...]]] = {
    "number": (APPLICATIONS.c.application_no,),
    "requested": (
        func.coalesce(APPLICATIONS.c.currency, ""),
        func.coalesce(APPLICATIONS.c.requested_minor, 0),
    ),
    "submitted": (func.coalesce(APPLICATIONS.c.submitted_at, NEVER),),
}
"""Columns of a list that it can be sorted by → the keys of that order."""


@dataclass(frozen=True, kw_only=True)
class Scope:
    """Which applications a reader's list has.

    whole: programmes seen wholly. committee: where assigned ones are. finance: where approved ones
    are. field: where approved ones whom the reader visits are. checks: where the reader checks.
    """

    account_id: str
    whole: frozenset[str]
    committee: frozenset[str]
    finance: frozenset[str]
    field: frozenset[str]
    checks: frozenset[str]

    @classmethod
    def of(cls, reader: Reader) -> Scope:
        """The reader's."""
        return cls(
            account_id=reader.account_id,
            whole=programmes_of(reader, WHOLE),
            committee=programmes_of(reader, COMMITTEE),
            finance=programmes_of(reader, FINANCE),
            field=programmes_of(reader, FIELD),
            checks=reader.programmes("grants.applications.check"),
        )

    def rows(self) -> ColumnElement[bool]:
        """Which rows of applications joined with the reader's own reviewer rows."""
        approved = APPLICATIONS.c.state == "approved"
        assigned = REVIEWERS.c.member_id.is_not(None)
        return or_(
            _in(self.whole),
            and_(_in(self.committee), assigned),
            and_(_in(self.finance), approved),
            and_(_in(self.field), approved, _visited_by(self.account_id)),
        )

    def urgency(self) -> ColumnElement[int]:
        """0: waits for the reader now. 1: is still being written. 2: the rest."""
        state, proposed = APPLICATIONS.c.state, APPLICATIONS.c.proposed_by
        second = and_(state == "ineligible", proposed.is_not(None), proposed != self.account_id)
        to_check = and_(_in(self.checks), or_(state.in_(("submitted", "received")), second))
        to_score = and_(
            _in(self.committee),
            state == "under_review",
            or_(
                REVIEWERS.c.declared == "no",
                and_(REVIEWERS.c.declared == "clear", REVIEWERS.c.points_total.is_(None)),
            ),
        )
        to_write = and_(_in(self.checks), state.in_(("draft", "changes_requested")))
        return case((or_(to_check, to_score), 0), (to_write, 1), else_=2)


def list_applications(
    connection: Connection,
    scope: Scope,
    *,
    limit: int,
    call_id: str = "",
    state: str = "",
    after: tuple[int, str, str] | None = None,
) -> list[dict[str, Any]]:
    """Rows as ``views.application`` gives, with declared, sheet_in and urgency.

    after: (urgency, application number, id) of the last one seen.
    """
    urgency = scope.urgency()
    number, one = APPLICATIONS.c.application_no, APPLICATIONS.c.application_id
    query = _joined(scope, urgency).order_by(urgency, number, one).limit(limit)
    if call_id:
        query = query.where(APPLICATIONS.c.call_id == call_id)
    if state:
        query = query.where(APPLICATIONS.c.state == state)
    if after is not None:
        least, last_number, last = after
        later = or_(number > last_number, and_(number == last_number, one > last))
        query = query.where(or_(urgency > least, and_(urgency == least, later)))
    return [_seen(scope, row) for row in connection.execute(query).mappings()]


def sorted_applications(
    connection: Connection,
    scope: Scope,
    *,
    limit: int,
    column: str,
    descending: bool,
    call_id: str = "",
    state: str = "",
    after: str = "",
) -> list[dict[str, Any]]:
    """The same rows by a column of ``SORTED``. after: id of the last one seen.

    What has no amount or was not handed in comes first; amounts are compared within a currency.
    """
    keys = (*SORTED[column], APPLICATIONS.c.application_id)
    query = _joined(scope, scope.urgency()).limit(limit)
    query = query.order_by(*(key.desc() if descending else key for key in keys))
    if call_id:
        query = query.where(APPLICATIONS.c.call_id == call_id)
    if state:
        query = query.where(APPLICATIONS.c.state == state)
    if after:
        own = select(*keys).where(APPLICATIONS.c.application_id == after)
        last = connection.execute(own).first()
        if last is None:
            return []
        reached = tuple_(*(literal(one, key.type) for one, key in zip(last, keys, strict=True)))
        query = query.where(tuple_(*keys) < reached if descending else tuple_(*keys) > reached)
    return [_seen(scope, row) for row in connection.execute(query).mappings()]


def count_waiting(connection: Connection, scope: Scope) -> int:
    """How many applications wait for the reader now."""
    waiting = _joined(scope, scope.urgency()).where(scope.urgency() == 0).subquery()
    return connection.execute(select(func.count()).select_from(waiting)).scalar_one()


def list_key(row: dict[str, Any]) -> Sequence[int | str]:
    """The sort key of a list's row."""
    return row["urgency"], row["application_no"], row["application_id"]


def declared_by(connection: Connection, application_id: str, account_id: str) -> str | None:
    """What a member declared about an application: no, clear, recused; None when not assigned."""
    query = select(REVIEWERS.c.declared).where(
        REVIEWERS.c.application_id == application_id, REVIEWERS.c.member_id == account_id
    )
    return connection.execute(query).scalar()


def visits(connection: Connection, application_id: str, account_id: str) -> bool:
    """Whether an account makes or made a visit to the grantee of an application."""
    query = select(APPLICATIONS.c.application_id).where(
        APPLICATIONS.c.application_id == application_id, _visited_by(account_id)
    )
    return connection.execute(query).first() is not None


def calls_of(connection: Connection, programmes: frozenset[str]) -> Sequence[RowMapping]:
    """Calls of the programmes that have applications or may get some, the newest first."""
    query = (
        select(CALLS)
        .where(_in(programmes, CALLS.c.programme), CALLS.c.state != "draft")
        .order_by(CALLS.c.opens_on.desc(), CALLS.c.code, CALLS.c.call_id)
        .limit(CALLS_MAX)
    )
    return connection.execute(query).mappings().all()


def find_certified(
    connection: Connection, programme: str, kind: str, typed: str
) -> list[RowMapping]:
    """People of the programme with a valid certificate of this kind, by name or its number.

    Names are compared without script, case and diacritics. At most ``FOUND_MAX`` rows; one more
    says that there are others.
    """
    query = (
        select(
            REGISTRATIONS,
            CERTIFICATES.c.number,
            CERTIFICATES.c.issued_on,
            CERTIFICATES.c.recognised_from,
        )
        .join(CERTIFICATES, CERTIFICATES.c.registration_id == REGISTRATIONS.c.registration_id)
        .where(
            REGISTRATIONS.c.programme == programme,
            CERTIFICATES.c.kind == kind,
            CERTIFICATES.c.revoked_on.is_(None),
        )
        .order_by(CERTIFICATES.c.issued_on.desc(), CERTIFICATES.c.certificate_id)
        .limit(CERTIFIED_MAX)
    )
    words, number = fold(typed).split(), typed.strip().upper()
    found: dict[str, RowMapping] = {}
    for row in connection.execute(query).mappings():
        name = fold(row["full_name"] or "").split()
        by_name = bool(words) and all(any(part.startswith(w) for part in name) for w in words)
        if by_name or (number and row["number"].upper() == number):
            found.setdefault(row["registration_id"], row)
        if len(found) > FOUND_MAX:
            break
    return list(found.values())


def _in(programmes: frozenset[str], column: Any = APPLICATIONS.c.programme) -> ColumnElement[bool]:
    if EVERY_PROGRAMME in programmes:
        return true()
    return column.in_(sorted(programmes)) if programmes else false()


def _visited_by(account_id: str) -> ColumnElement[bool]:
    visited = (
        select(AWARDS.c.application_id)
        .join(VISITS, VISITS.c.award_id == AWARDS.c.award_id)
        .where(or_(VISITS.c.visitor == account_id, VISITS.c.visited_by == account_id))
    )
    return APPLICATIONS.c.application_id.in_(visited)


def _joined(scope: Scope, urgency: ColumnElement[int]) -> Any:
    mine = and_(
        REVIEWERS.c.application_id == APPLICATIONS.c.application_id,
        REVIEWERS.c.member_id == scope.account_id,
    )
    return (
        with_names()
        .add_columns(
            REVIEWERS.c.declared,
            REVIEWERS.c.points_total.is_not(None).label("sheet_in"),
            urgency.label("urgency"),
        )
        .join(REVIEWERS, mine, isouter=True)
        .where(scope.rows())
    )


def _seen(scope: Scope, row: RowMapping) -> dict[str, Any]:
    found = dict(row)
    if not _within(scope.committee, found["programme"]):
        found |= {"declared": None, "sheet_in": None}
    if _within(scope.whole, found["programme"]):
        return found
    afterwards = _within(scope.finance, found["programme"]) or _within(
        scope.field, found["programme"]
    )
    if found["declared"] == "recused" and not (afterwards and found["state"] == "approved"):
        found |= {"full_name": None, "municipality": None}
    hidden = ("business", "note", "checks", "reason", "score_hundredths", "rank")
    return found | dict.fromkeys(hidden)


def _within(programmes: frozenset[str], programme: str) -> bool:
    return programme in programmes or EVERY_PROGRAMME in programmes
