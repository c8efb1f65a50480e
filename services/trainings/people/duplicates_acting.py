"""What routes of likely duplicates do, for the JSON interface and the pages alike.

comparison = compared("0192…", "0193…")     # of two that the one who asks may put together
comparison.together, comparison.follows.certificates
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import Row

from services.trainings.asking import not_found
from services.trainings.households import views as households
from services.trainings.people import merging, merging_views, views
from services.trainings.people.acting import RESOLVE, found
from services.trainings.people.comparing import catch_up
from services.trainings.people.merging_views import Follows, Pair
from shared.web.commands import service

SECONDS: Final = 0.3
"""How long whoever looks at pairs waits at most for registrations that nobody compared yet."""


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Two registrations side by side. together: whether they are one person now.

    follows: what moves when they are put together, or apart. leaves: the registration that goes.
    decided: whether it was a decision that put them together, which can be taken back.
    homes: id and reference of the households in which they live, where these are two.
    """

    pair: Pair
    together: bool
    decided: bool
    follows: Follows
    leaves: Row[Any]
    homes: tuple[tuple[str, str], ...] = ()


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
            homes = households.households_of(connection, (*mine, *there))
            return Comparison(
                pair=pair,
                together=False,
                decided=False,
                follows=follows,
                leaves=pair.one,
                homes=homes if len(homes) > 1 else (),
            )
        decided = any(
            merging.together_by_decision(store, connection, *two)
            for two in ((registration_id, other_id), (other_id, registration_id))
        )
        leaves, stays = merging.leaver(store, connection, registration_id, other_id)
        back = merging.came_with(store, connection, leaves, stays)
        moving = [leaves, *back.registration_ids]
        follows = merging_views.follows(connection, moving=moving, there=())
        if stays in moving:
            follows = replace(follows, conflicts=("same_number",))
    return Comparison(
        pair=pair,
        together=True,
        decided=decided,
        follows=follows,
        leaves=pair.one if leaves == registration_id else pair.other,
    )
