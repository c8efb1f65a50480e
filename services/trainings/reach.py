"""What a reader may see of a programme: the whole of it, or as a trainer their own cohorts.

    found = reach(reader, "trainings.people.read")
    select(REGISTRATIONS).where(found.registrations())

A condition on the rows, so that what is out of reach is not there rather than forbidden.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Column, ColumnElement, and_, literal, or_, select, true
from sqlalchemy.sql import Select

from services.trainings.tables import CERTIFICATES, COHORTS, MEMBERS, OUTCOMES, REGISTRATIONS
from shared.access.reader import Reader
from shared.access.roles import EVERY_PROGRAMME, PERMISSIONS, Role

_EVERY: Final = frozenset({EVERY_PROGRAMME})


@dataclass(frozen=True)
class Reach:
    """``whole``: programmes seen wholly; ``own``: those where only own cohorts are.

    Either may be ``*`` for all of them.
    """

    account_id: str
    whole: frozenset[str]
    own: frozenset[str]

    def cohorts(self) -> ColumnElement[bool]:
        """Which cohorts."""
        if not self.own:
            return self._whole(COHORTS.c.programme)
        return or_(self._whole(COHORTS.c.programme), self._trained())

    def registrations(self) -> ColumnElement[bool]:
        """Which registrations: a trainer's are those enrolled with them."""
        if not self.own:
            return self._whole(REGISTRATIONS.c.programme)
        own = REGISTRATIONS.c.registration_id.in_(self.enrolled())
        return or_(self._whole(REGISTRATIONS.c.programme), own)

    def enrolled(self) -> Select[tuple[str]]:
        """The registrations enrolled in a trainer's own cohorts."""
        return (
            select(MEMBERS.c.registration_id)
            .join(COHORTS, COHORTS.c.cohort_id == MEMBERS.c.cohort_id)
            .where(self._trained())
        )

    @property
    def is_everywhere(self) -> bool:
        """Whether every programme is seen wholly."""
        return self.whole == _EVERY

    def certificates(self) -> ColumnElement[bool]:
        """Which certificates."""
        if not self.own:
            return self._whole(CERTIFICATES.c.programme)
        own = CERTIFICATES.c.cohort_id.in_(self._own_cohorts())
        return or_(self._whole(CERTIFICATES.c.programme), own)

    def outcomes(self) -> ColumnElement[bool]:
        """Which education outcomes: those of registrations in reach."""
        seen = select(REGISTRATIONS.c.registration_id).where(self.registrations())
        return OUTCOMES.c.registration_id.in_(seen)

    def programmes(self, column: Column[str]) -> ColumnElement[bool]:
        """What belongs to a programme as such, whoever trains in it: courses."""
        return or_(self._whole(column), self._own(column))

    def _whole(self, column: Column[str]) -> ColumnElement[bool]:
        return true() if self.whole == _EVERY else column.in_(self.whole)

    def _own(self, column: Column[str]) -> ColumnElement[bool]:
        return true() if EVERY_PROGRAMME in self.own else column.in_(self.own)

    def _own_cohorts(self) -> Select[tuple[str]]:
        return select(COHORTS.c.cohort_id).where(self._trained())

    def _trained(self) -> ColumnElement[bool]:
        return and_(self._own(COHORTS.c.programme), run_by(self.account_id))


def run_by(account_id: str) -> ColumnElement[bool]:
    """Cohorts of which an account is a trainer."""
    names = literal("\n") + COHORTS.c.trainers + literal("\n")
    return names.contains(f"\n{account_id}\n", autoescape=True)


def reach(reader: Reader, permission: str) -> Reach:
    """What the reader reaches by a permission; a trainer alone reaches their own cohorts."""
    if not reader.in_scope(permission):
        return Reach(reader.account_id, frozenset(), frozenset())
    others = PERMISSIONS[permission] - {Role.trainer}
    whole = frozenset(grant.programme for grant in reader.roles if grant.role in others)
    if EVERY_PROGRAMME in whole:
        return Reach(reader.account_id, _EVERY, frozenset())
    return Reach(reader.account_id, whole, reader.programmes(permission) - whole)
