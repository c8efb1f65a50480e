"""What is asked of imports: a list, one of them, what was said about columns, the desk.

imports(connection, programmes, own="officer-1", after=None, limit=51)
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, func, or_, select, true

from services.trainings.imports.tables import CERTIFICATE_DAYS, DESKS, HOLDS, IMPORTS, MAPPINGS
from services.trainings.tables import COHORTS, MEMBERS, REGISTRATIONS
from shared.access.roles import EVERY_PROGRAMME


def imports(
    connection: Connection,
    *,
    whole: Collection[str],
    own: Collection[str],
    account_id: str,
    after: tuple[Any, ...] | None,
    limit: int,
) -> Sequence[Row[Any]]:
    """The newest first: of programmes that are seen wholly, and one's own in others."""
    asked = select(IMPORTS).where(_within(whole, own, account_id))
    if after is not None:
        at, identifier = after
        asked = asked.where(
            or_(
                IMPORTS.c.kept_at < at,
                and_(IMPORTS.c.kept_at == at, IMPORTS.c.import_id < identifier),
            )
        )
    order = (IMPORTS.c.kept_at.desc(), IMPORTS.c.import_id.desc())
    return connection.execute(asked.order_by(*order).limit(limit)).all()


def _within(whole: Collection[str], own: Collection[str], account_id: str) -> ColumnElement[bool]:
    if EVERY_PROGRAMME in whole:
        return true()
    mine = IMPORTS.c.kept_by == account_id
    if EVERY_PROGRAMME not in own:
        mine = and_(IMPORTS.c.programme.in_(sorted(own)), mine)
    return or_(IMPORTS.c.programme.in_(sorted(whole)), mine)


def one(connection: Connection, import_id: str) -> Row[Any] | None:
    """One import."""
    return connection.execute(select(IMPORTS).where(IMPORTS.c.import_id == import_id)).first()


def remembered(
    connection: Connection, programme: str, kind: str, headers_mark: str
) -> Row[Any] | None:
    """What somebody said last about the columns of such a file."""
    return connection.execute(
        select(MAPPINGS).where(
            MAPPINGS.c.programme == programme,
            MAPPINGS.c.kind == kind,
            MAPPINGS.c.headers_mark == headers_mark,
        )
    ).first()


def kind_remembered(connection: Connection, programme: str, headers_mark: str) -> str | None:
    """Which kind of sheet such a file was last."""
    return connection.execute(
        select(MAPPINGS.c.kind)
        .where(MAPPINGS.c.programme == programme, MAPPINGS.c.headers_mark == headers_mark)
        .order_by(MAPPINGS.c.mapped_at.desc())
        .limit(1)
    ).scalar()


def waiting(connection: Connection, programme: str) -> Sequence[Row[Any]]:
    """Imports of a programme whose file is kept and that are not over."""
    asked = select(IMPORTS).where(
        IMPORTS.c.programme == programme,
        IMPORTS.c.sha256 != "",
        IMPORTS.c.stage.in_(("sent", "chosen", "judging", "ready", "entering")),
    )
    return connection.execute(asked.order_by(IMPORTS.c.kept_at, IMPORTS.c.import_id)).all()


def held(connection: Connection, import_id: str) -> list[str]:
    """The cohorts that an import holds now."""
    asked = select(HOLDS.c.cohort_id).where(HOLDS.c.import_id == import_id)
    return sorted(connection.execute(asked).scalars())


def desk(connection: Connection, programme: str) -> Row[Any] | None:
    """The desk of a programme; None while nothing was ever imported."""
    return connection.execute(select(DESKS).where(DESKS.c.programme == programme)).first()


def history_open(connection: Connection, programme: str) -> bool:
    """Whether the past may still be brought in."""
    row = desk(connection, programme)
    return row is None or row.closed_at is None


def to_certify(connection: Connection, programme: str) -> Sequence[Row[Any]]:
    """Cohorts from before whose certificates are not entered, in the order of their days."""
    tested = (
        select(func.count())
        .select_from(MEMBERS)
        .where(MEMBERS.c.cohort_id == COHORTS.c.cohort_id, MEMBERS.c.post_test.is_not(None))
        .scalar_subquery()
    )
    return connection.execute(
        select(COHORTS, CERTIFICATE_DAYS.c.issued_on, tested.label("tested"))
        .join(CERTIFICATE_DAYS, CERTIFICATE_DAYS.c.cohort_id == COHORTS.c.cohort_id)
        .where(CERTIFICATE_DAYS.c.programme == programme, CERTIFICATE_DAYS.c.certified.is_(False))
        .order_by(CERTIFICATE_DAYS.c.issued_on, COHORTS.c.reference)
    ).all()


def dated(connection: Connection, programme: str) -> list[str]:
    """Every cohort from before whose day of issue is known."""
    asked = select(CERTIFICATE_DAYS.c.cohort_id).where(CERTIFICATE_DAYS.c.programme == programme)
    return sorted(connection.execute(asked).scalars())


def holders(connection: Connection, cohort_id: str) -> Sequence[Any]:
    """Who was tested in a cohort: registration, reference, name, person."""
    return connection.execute(
        select(
            REGISTRATIONS.c.registration_id,
            REGISTRATIONS.c.reference,
            REGISTRATIONS.c.full_name,
            REGISTRATIONS.c.person_id,
        )
        .join(MEMBERS, MEMBERS.c.registration_id == REGISTRATIONS.c.registration_id)
        .where(MEMBERS.c.cohort_id == cohort_id)
        .order_by(REGISTRATIONS.c.reference)
    ).all()


def key_of(row: Row[Any]) -> tuple[str, str]:
    """Where a row stands in the list."""
    kept_at: datetime = row.kept_at
    return kept_at.isoformat(), row.import_id
