"""Which programmes there are, for who has a role in every one of them.

    known(connection)   ->  ["BA-2011", "RS-2011"]

A role in every programme names none, and yet somebody must be able to choose one. Grants tells of
the programmes that are opened; where there is no grants, people and cohorts tell.
"""

from __future__ import annotations

from sqlalchemy import Connection, select, union

from services.trainings.erasure.money import PROGRAMMES
from services.trainings.tables import COHORTS, COURSES, REGISTRATIONS


def known(connection: Connection) -> list[str]:
    """The codes of all programmes that were opened or in which something is recorded."""
    tables = (PROGRAMMES, REGISTRATIONS, COHORTS, COURSES)
    query = union(*(select(table.c.programme) for table in tables))
    return sorted(connection.execute(query).scalars())
