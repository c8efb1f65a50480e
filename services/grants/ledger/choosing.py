"""Which programme a page or list of money, visits or reports is about.

    chosen = choose("grants.ledger.read", "RS-2011")
    chosen.code, chosen.codes    ->  ("RS-2011", ("BA-2011", "RS-2011"))

A reader with one programme need not say which. Figures of two programmes are never added up.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from services.grants.programmes.views import programmes
from shared.errors import Invalid, Missing
from shared.language.marking import N_
from shared.web.access import ensure, signed_in
from shared.web.commands import service

PROGRAMMES_MAX: Final = 200


@dataclass(frozen=True)
class Chosen:
    """The programme, empty where there is none yet, and all that the reader may choose from."""

    code: str
    codes: tuple[str, ...]


def choose(permission: str, given: str) -> Chosen:
    """The programme named, or the reader's first.

    Raises Forbidden where the reader has no role, Missing where there is no such programme.
    """
    within = signed_in().programmes(permission)
    with service().database.reading() as connection:
        rows = programmes(connection, within=within, limit=PROGRAMMES_MAX)
    codes = tuple(row["programme"] for row in rows)
    if given and given not in codes:
        ensure(permission, given)
        raise Missing("programme-missing", N_("There is no such programme."))
    return Chosen(given or (codes[0] if codes else ""), codes)


def named(permission: str, given: str) -> str:
    """The same for programs, which must say it where the reader has several. Raises Invalid."""
    chosen = choose(permission, given)
    if not given and len(chosen.codes) > 1:
        raise Invalid(
            "programme-needed",
            N_("Say which programme; you have: {programmes}."),
            programmes=", ".join(chosen.codes),
        )
    return chosen.code
