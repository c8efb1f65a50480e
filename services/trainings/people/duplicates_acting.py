"""What routes of likely duplicates do, for the JSON interface and the pages alike.

comparison = compared("0192…", "0193…")     # of two that the one who asks may put together
comparison.together, comparison.follows.certificates
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row

from services.trainings.asking import not_found
from services.trainings.people import merging, merging_views, views
from services.trainings.people.acting import RESOLVE, found
from services.trainings.people.comparing import catch_up
from services.trainings.people.merging_views import Follows, Pair
from services.trainings.people.registration import REGISTRATION, Held
from shared.web.commands import service

SECONDS: Final = 1.0
"""How long whoever looks at pairs waits at most for registrations that nobody compared yet."""


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Two registrations side by side. together: whether they are one person now.

    follows: what moves when they are put together, or apart. leaves: the registration that goes.
    decided: whether it was a decision that put them together, which can be taken back.
    """

    pair: Pair
    together: bool
    decided: bool
    follows: Follows
    leaves: Row[Any]


def up_to_date() -> int:
    """Compare who changed lately; how many entries of the log are left for later."""
    return catch_up(service(), seconds=SECONDS)


def compared(registration_id: str, other_id: str) -> Comparison:
    """Two registrations of one programme, and what will follow. Raises Missing."""
    row, other = found(registration_id, RESOLVE), found(other_id, RESOLVE)
    if row.programme != other.programme or registration_id == other_id:
        raise not_found()
    store = service().store
    with service().database.reading() as connection:
        pair = merging_views.pair(connection, registration_id, other_id)
        if pair is None:
            raise not_found()
        mine = [r.registration_id for r in views.registrations_of(connection, row.person_id)]
        if row.person_id != other.person_id:
            theirs = views.registrations_of(connection, other.person_id)
            there = [r.registration_id for r in theirs]
            follows = merging_views.follows(connection, moving=mine, there=there)
            return Comparison(
                pair=pair, together=False, decided=False, follows=follows, leaves=pair.one
            )
        states = [
            REGISTRATION.fold(store.stream(connection, REGISTRATION.stream(one))[0])
            for one in (registration_id, other_id)
        ]
        decided = [
            isinstance(state, Held) and state.decided.get(besides) is True
            for state, besides in zip(states, (other_id, registration_id), strict=True)
        ]
        leaves, stays = (pair.one, pair.other) if decided[0] else (pair.other, pair.one)
        back = merging.came_with(store, connection, leaves.registration_id, stays.registration_id)
        moving = [leaves.registration_id, *back.registration_ids]
        follows = merging_views.follows(connection, moving=moving, there=())
    return Comparison(
        pair=pair, together=True, decided=any(decided), follows=follows, leaves=leaves
    )
