"""The figures as the one who asks may see them, for the API and the page alike.

asked = choose("", "business", "2026")
asked.found.persons  ->  (412, 409, 400)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from services.trainings.asking import reach
from services.trainings.dashboards import counting
from services.trainings.dashboards.counting import Choice, Dashboard
from shared.access.roles import PERMISSIONS, Role
from shared.errors import Missing
from shared.language.marking import N_
from shared.web.access import ensure, signed_in
from shared.web.commands import service

READ: Final = "trainings.figures.read"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What was asked for, what could be, and the answer; None while nothing was run."""

    choice: Choice
    programmes: list[str]
    kinds: list[str]
    years: list[int]
    found: Dashboard | None


def choose(programme: str, kind: str, year: str) -> Asked:
    """The figures of a programme, or of the first in reach; words of no meaning choose nothing.

    A donor chooses no part: parts that are suppressed each by itself reveal each other.
    Raises Forbidden where the reader has no role, Missing where there is nothing of it.
    """
    seen = reach(READ)
    with service().database.reading() as connection:
        offered = counting.programmes(connection, seen)
        if programme and programme not in offered:
            ensure(READ, programme)
            raise Missing("programme-missing", N_("There is no such programme."))
        code = programme or (offered[0] if offered else "")
        donor = _as_donor(code)
        kinds = [] if donor else counting.kinds(connection, seen, code)
        years = [] if donor else counting.years(connection, seen, code)
        choice = Choice(
            programme=code,
            kind=kind if kind in kinds else "",
            year=next((one for one in years if str(one) == year), None),
        )
        found = counting.dashboard(connection, seen, choice) if code else None
    if found is not None and donor:
        found = counting.for_donor(found)
    return Asked(choice=choice, programmes=offered, kinds=kinds, years=years, found=found)


def _as_donor(programme: str) -> bool:
    held = signed_in().roles_in(programme) & PERMISSIONS[READ]
    return not held - {Role.donor}
