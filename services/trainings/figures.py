"""A programme's figures about people and training, counted per unique person.

    programme_figures(connection, "RS-BA-2009")["persons_certified"]  ->  400

``likely_duplicates`` counts groups: registrations that agree in folded name, birth date and
municipality, of which at least one has no national number. Nothing is merged by counting.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Final, TypeAlias

from sqlalchemy import Connection, case, func, select

from services.trainings.tables import CERTIFICATES, DUPLICATE_DECISIONS, OUTCOMES, REGISTRATIONS

PRIMARY_OR_CLASSES: Final = ("class_completed", "primary_completed")
VOCATIONAL_OR_SECONDARY: Final = ("vocational_certificate", "secondary_diploma")

Group: TypeAlias = tuple[tuple[str, str], ...]
"""(registration id, person id) of registrations that may be of one person."""


def programme_figures(connection: Connection, programme: str) -> dict[str, int]:
    """The figures by name; see the rules of the register."""
    in_programme = CERTIFICATES.c.programme == programme
    standing = in_programme & (CERTIFICATES.c.state != "revoked")
    persons = set(
        connection.execute(
            select(REGISTRATIONS.c.person_id)
            .where(REGISTRATIONS.c.programme == programme)
            .distinct()
        ).scalars()
    )
    groups = likely_duplicates(connection, programme)
    certified = (
        select(func.count(REGISTRATIONS.c.person_id.distinct()))
        .join(CERTIFICATES, CERTIFICATES.c.registration_id == REGISTRATIONS.c.registration_id)
        .where(standing)
    )
    count = select(func.count()).select_from(CERTIFICATES).where(standing)
    return {
        "persons": len(persons),
        "likely_duplicates": len(groups),
        "persons_if_likely_duplicates_are_merged": _merged(persons, groups),
        "certificates": connection.execute(count).scalar_one(),
        "persons_certified": connection.execute(certified).scalar_one(),
        "persons_primary_or_classes": _with_outcome(connection, programme, PRIMARY_OR_CLASSES),
        "persons_vocational_or_secondary": _with_outcome(
            connection, programme, VOCATIONAL_OR_SECONDARY
        ),
    }


def likely_duplicates(connection: Connection, programme: str) -> list[Group]:
    """The groups on which nobody has decided yet, in the order of the name."""
    r = REGISTRATIONS.c
    named = (r.programme == programme) & r.name_folded.is_not(None)
    # The database finds the few that agree, so that nobody reads a whole programme.
    same = (
        select(r.name_folded, r.birth_date, r.municipality)
        .where(named)
        .group_by(r.name_folded, r.birth_date, r.municipality)
        .having(func.count() > 1, func.sum(case((r.has_number, 0), else_=1)) > 0)
        .subquery()
    )
    rows = connection.execute(
        select(
            r.registration_id,
            r.person_id,
            r.name_folded,
            r.birth_date,
            r.municipality,
            r.has_number,
        )
        .join(
            same,
            (r.name_folded == same.c.name_folded)
            & r.birth_date.is_not_distinct_from(same.c.birth_date)
            & (r.municipality == same.c.municipality),
        )
        .where(named)
        .order_by(r.name_folded, r.registration_id)
    ).all()
    agreeing: dict[tuple[str, str, str], list[tuple[str, str, bool]]] = defaultdict(list)
    for row in rows:
        key = (row.name_folded, row.birth_date, row.municipality)
        agreeing[key].append((row.registration_id, row.person_id, row.has_number))
    apart = held_apart(connection)
    found = []
    for members in agreeing.values():
        group = tuple((registration, person) for registration, person, _ in members)
        if not all(has_number for *_, has_number in members) and _open(group, apart):
            found.append(group)
    return found


def _open(group: Group, apart: set[frozenset[str]]) -> bool:
    return any(
        person != other_person and frozenset((one, other)) not in apart
        for place, (one, person) in enumerate(group)
        for other, other_person in group[place + 1 :]
    )


def held_apart(connection: Connection) -> set[frozenset[str]]:
    """Pairs of registrations of which somebody decided that they are two persons."""
    rows = connection.execute(
        select(
            DUPLICATE_DECISIONS.c.registration_id, DUPLICATE_DECISIONS.c.other_registration_id
        ).where(DUPLICATE_DECISIONS.c.same.is_(False))
    )
    return {frozenset((one, other)) for one, other in rows}


def _merged(persons: Iterable[str], groups: list[Group]) -> int:
    # Groups that share a person are one person altogether.
    root = {person: person for person in persons}

    def find(person: str) -> str:
        while root[person] != person:
            person = root[person]
        return person

    for group in groups:
        first = find(group[0][1])
        for _, person in group[1:]:
            root[find(person)] = first
    return sum(person == of for person, of in root.items())


def _with_outcome(connection: Connection, programme: str, outcomes: tuple[str, ...]) -> int:
    count = (
        select(func.count(REGISTRATIONS.c.person_id.distinct()))
        .join(OUTCOMES, OUTCOMES.c.registration_id == REGISTRATIONS.c.registration_id)
        .where(
            OUTCOMES.c.programme == programme,
            OUTCOMES.c.withdrawn.is_(False),
            OUTCOMES.c.outcome.in_(outcomes),
        )
    )
    return connection.execute(count).scalar_one()
