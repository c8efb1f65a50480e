"""What will follow when two are put together or taken apart, and which pairs wait for a decision.

    follows(connection, moving=["r1"], there=["r2"]).certificates    ->  2
    open_pairs(connection, ["RS-2011"], least=90, most=100, limit=51)

Counted from what this service knows; of grants it knows which applications and awards there are.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    Connection,
    Row,
    Table,
    and_,
    exists,
    func,
    literal,
    or_,
    select,
    tuple_,
)

from services.trainings.erasure.money import AWARDS, CASES, OPEN_AWARDS
from services.trainings.households.views import households_of
from services.trainings.people.comparing import ALIKE_PAIRS
from services.trainings.people.duplicates import traits_of
from services.trainings.people.finding import PEOPLE_REACHED
from services.trainings.people.likeness import Compared, compare
from services.trainings.tables import (
    CERTIFICATES,
    DUPLICATE_DECISIONS,
    MEMBERS,
    OUTCOMES,
    REGISTRATIONS,
)
from shared.language.marking import N_

CONFLICTS: Final = {
    "numbers": N_("They have two different national numbers."),
    "applications": N_(
        "Both have an application in one call. Only one of them can be decided on: the other one"
        " will be found to be a second application."
    ),
    "awards": N_("Both have a grant that is offered or under way."),
    "cohorts": N_("Both are enrolled in one cohort, where they stay apart."),
    "households": N_(
        "They live in two households, and nobody lives in two. Note first in which of them the"
        " person lives no more; until then they cannot be put together."
    ),
    "same_number": N_(
        "Both have one national number, so they stay together. Correct the number of one of them"
        " first."
    ),
    "certificates": N_("Both have a certificate of one cohort; the person counts once."),
}
"""What stands against putting two together, or apart → its words. Only two households forbid the
former, one number the latter."""


class Pair(NamedTuple):
    """Two registrations that may be of one person, and how alike they are."""

    one: Row[Any]
    other: Row[Any]
    compared: Compared


@dataclass(frozen=True, kw_only=True)
class Follows:
    """How many records move with a person's registrations. conflicts: keys of ``CONFLICTS``."""

    registrations: int
    enrolments: int
    certificates: int
    outcomes: int
    applications: int
    awards: int
    conflicts: tuple[str, ...] = ()


def follows(connection: Connection, *, moving: Collection[str], there: Collection[str]) -> Follows:
    """What moves with some registrations, to where some others are."""
    return Follows(
        registrations=len(moving),
        enrolments=_count(connection, MEMBERS, moving),
        certificates=_count(connection, CERTIFICATES, moving),
        outcomes=_count(connection, OUTCOMES, moving),
        applications=_count(connection, CASES, moving),
        awards=_count(connection, AWARDS, moving),
        conflicts=tuple(_conflicts(connection, moving, there)),
    )


def _count(connection: Connection, table: Table, ids: Collection[str]) -> int:
    query = select(func.count()).where(table.c.registration_id.in_(ids))
    return connection.execute(query).scalar_one()


def _conflicts(
    connection: Connection, moving: Collection[str], there: Collection[str]
) -> list[str]:
    if not there:
        return []
    both = (moving, there)

    def values(table: Table, name: str, *conditions: Any) -> list[set[Any]]:
        column = table.c[name]
        return [
            set(
                connection.execute(
                    select(column)
                    .distinct()
                    .where(table.c.registration_id.in_(ids), column.is_not(None), *conditions)
                ).scalars()
            )
            for ids in both
        ]

    numbers = values(REGISTRATIONS, "number_index")
    open_calls = values(CASES, "call_id", CASES.c.open, CASES.c.call_id != "")
    standing = CERTIFICATES.c.state != "revoked"
    under_way = values(AWARDS, "award_id", AWARDS.c.status.in_(("offered", *OPEN_AWARDS)))
    cohorts = values(MEMBERS, "cohort_id")
    certificates = values(CERTIFICATES, "cohort_id", standing, CERTIFICATES.c.cohort_id != "")
    found = {
        "numbers": all(numbers) and numbers[0] != numbers[1],
        "applications": bool(open_calls[0] & open_calls[1]),
        "awards": all(under_way),
        "cohorts": bool(cohorts[0] & cohorts[1]),
        "households": len(households_of(connection, (*moving, *there))) > 1,
        "certificates": bool(certificates[0] & certificates[1]),
    }
    return [name for name, there_is in found.items() if there_is]


# Pairs

_ONE, _OTHER = REGISTRATIONS.alias("one"), REGISTRATIONS.alias("other")


def open_pairs(
    connection: Connection,
    programmes: Collection[str],
    *,
    least: int,
    most: int,
    after: tuple[int, str, str] | None = None,
    limit: int,
) -> list[Pair]:
    """Pairs with a score in this range on which nobody has decided, the likeliest first."""
    p = ALIKE_PAIRS.c
    query = select(p.registration_id, p.other_registration_id).where(
        *_open(programmes, least=least, most=most)
    )
    if after is not None:
        score, one, other = after
        behind = tuple_(p.registration_id, p.other_registration_id) > (one, other)
        query = query.where(or_(p.score < score, and_(p.score == score, behind)))
    query = query.order_by(p.score.desc(), p.registration_id, p.other_registration_id).limit(limit)
    rows = connection.execute(query.join_from(ALIKE_PAIRS, _ONE, _first()).join(_OTHER, _second()))
    pairs = (pair(connection, row.registration_id, row.other_registration_id) for row in rows.all())
    return [one for one in pairs if one is not None]


def count_pairs(
    connection: Connection, programmes: Collection[str], *, least: int, most: int
) -> int:
    """How many of them there are."""
    query = (
        select(func.count())
        .select_from(ALIKE_PAIRS)
        .join(_ONE, _first())
        .join(_OTHER, _second())
        .where(*_open(programmes, least=least, most=most))
    )
    return connection.execute(query).scalar_one()


def _first() -> Any:
    return _ONE.c.registration_id == ALIKE_PAIRS.c.registration_id


def _second() -> Any:
    return _OTHER.c.registration_id == ALIKE_PAIRS.c.other_registration_id


def _open(programmes: Collection[str], *, least: int, most: int) -> list[Any]:
    p, d = ALIKE_PAIRS.c, DUPLICATE_DECISIONS.c
    apart = exists(
        select(literal(1)).where(
            or_(
                and_(
                    d.registration_id == p.registration_id,
                    d.other_registration_id == p.other_registration_id,
                ),
                and_(
                    d.registration_id == p.other_registration_id,
                    d.other_registration_id == p.registration_id,
                ),
            ),
            d.same.is_(False),
        )
    )
    return [
        p.programme.in_(sorted(programmes)),
        p.score.between(least, most),
        _ONE.c.person_id != _OTHER.c.person_id,
        _ONE.c.name_folded.is_not(None),
        _OTHER.c.name_folded.is_not(None),
        ~apart,
    ]


def pair(connection: Connection, registration_id: str, other_id: str) -> Pair | None:
    """Two registrations and how alike they are; None where one is not there."""
    rows = [_whole(connection, one) for one in (registration_id, other_id)]
    one, other = rows
    if one is None or other is None:
        return None
    return Pair(one, other, compare(traits_of(one, one), traits_of(other, other)))


def _whole(connection: Connection, registration_id: str) -> Row[Any] | None:
    r, reached = REGISTRATIONS.c, PEOPLE_REACHED.c
    query = (
        select(REGISTRATIONS, reached.phone_index, reached.email_index)
        .outerjoin(PEOPLE_REACHED, reached.registration_id == r.registration_id)
        .where(r.registration_id == registration_id)
    )
    return connection.execute(query).first()


def recognised(
    connection: Connection, programmes: Collection[str], *, limit: int
) -> list[list[Row[Any]]]:
    """Registrations of one programme that have one national number, by number."""
    r = REGISTRATIONS.c
    query = (
        select(r.programme, r.number_index)
        .where(r.programme.in_(sorted(programmes)), r.number_index.is_not(None))
        .group_by(r.programme, r.number_index)
        .having(func.count() > 1)
        .order_by(func.min(r.registration_id))
        .limit(limit)
    )
    keys = [tuple(row) for row in connection.execute(query)]
    if not keys:
        return []
    rows: Sequence[Row[Any]] = connection.execute(
        select(REGISTRATIONS)
        .where(tuple_(r.programme, r.number_index).in_(keys))
        .order_by(r.registration_id)
    ).all()
    return [[row for row in rows if (row.programme, row.number_index) == key] for key in keys]
