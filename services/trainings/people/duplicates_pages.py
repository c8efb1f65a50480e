"""Pages of likely duplicates, under ``/trainings``.

GET  /people/duplicates              who may be one person, the likely ones apart from others
GET  /people/duplicates/recognised   who was registered twice under one national number
GET  /people/<id>/beside/<other>     two side by side, what will follow, and what was decided
POST /people/<id>/duplicates         settles it
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from flask import Blueprint, flash, render_template, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from services.trainings.asking import (
    LIST_SIZE_MAX,
    Errors,
    attempt,
    new_key,
    programmes,
    record_reading,
    typed,
    validated,
)
from services.trainings.people import acting, duplicates_acting, merging_views
from services.trainings.people.acting import RESOLVE, found
from services.trainings.people.comparing import with_more
from services.trainings.people.duplicates_schemas import DecideDuplicateSchema
from services.trainings.people.likeness import LIKELY, REASONS, WORTH_A_LOOK
from services.trainings.people.merging_views import CONFLICTS, Pair
from services.trainings.people.showing import told
from shared.language.marking import N_
from shared.web.access import requires
from shared.web.commands import actor, perform_page, service
from shared.web.etag import required_version
from shared.web.language import say

blueprint = Blueprint("duplicates", __name__, url_prefix="/trainings")


@blueprint.get("/people/duplicates")
@requires(RESOLVE)
def list_duplicates() -> ResponseReturnValue:
    """Pairs of registrations that may be of one person."""
    behind = duplicates_acting.up_to_date()
    within = programmes(RESOLVE)
    ranges = ((LIKELY, 100), (WORTH_A_LOOK, LIKELY - 1))
    with service().database.reading() as connection:
        likely, possible = (
            merging_views.open_pairs(
                connection, within, least=least, most=most, limit=LIST_SIZE_MAX
            )
            for least, most in ranges
        )
        counts = [
            merging_views.count_pairs(connection, within, least=least, most=most)
            for least, most in ranges
        ]
        shown = {
            row.registration_id for pair in (*likely, *possible) for row in (pair.one, pair.other)
        }
        more = with_more(connection, shown)
    _record({pair.one.programme for pair in (*likely, *possible)})
    return render_template(
        "trainings/people/duplicates.html",
        likely=[_told(pair, more) for pair in likely],
        possible=[_told(pair, more) for pair in possible],
        count=counts[0],
        count_possible=counts[1],
        behind=behind,
    )


@blueprint.get("/people/duplicates/recognised")
@requires(RESOLVE)
def list_recognised() -> ResponseReturnValue:
    """Who was registered more than once under one national number."""
    within = programmes(RESOLVE)
    with service().database.reading() as connection:
        groups = merging_views.recognised(connection, within, limit=LIST_SIZE_MAX)
    _record({row.programme for group in groups for row in group})
    return render_template(
        "trainings/people/recognised.html",
        groups=[[told(row) for row in group] for group in groups],
        limit=LIST_SIZE_MAX,
    )


@blueprint.get("/people/<registration_id>/beside/<other_id>")
@requires(RESOLVE)
def beside(registration_id: str, other_id: str) -> ResponseReturnValue:
    """Two registrations side by side, and what will follow when they are put together or apart."""
    return _beside_page(registration_id, other_id)


@blueprint.post("/people/<registration_id>/duplicates")
@requires(RESOLVE)
def decide_duplicate(registration_id: str) -> ResponseReturnValue:
    """Say whether two registrations are of one person."""
    row = found(registration_id, RESOLVE)
    other_id = typed("other_registration_id")
    same = {"yes": True, "no": False}.get(typed("same"))

    def run() -> Response:
        values = {"other_registration_id": other_id, "same": same, "reason": typed("reason")}
        given = validated(DecideDuplicateSchema(), values)
        handler = acting.decide_duplicate(
            row,
            by=actor(),
            version=required_version(),
            given=given,
            location=url_for(".beside", registration_id=registration_id, other_id=other_id),
        )
        response = perform_page(row.programme, handler)
        done = N_("They are one person from now on.") if same else N_("They are held apart.")
        flash(say(done), "info")
        return response

    def again(errors: Errors) -> str:
        return _beside_page(registration_id, other_id, errors, {"reason": typed("reason")})

    return attempt(run, again, labels={"reason": N_("Why")})


def _beside_page(
    registration_id: str,
    other_id: str,
    errors: Errors = (),
    kept: Mapping[str, str] | None = None,
) -> str:
    comparison = duplicates_acting.compared(registration_id, other_id)
    _record({comparison.pair.one.programme})
    return render_template(
        "trainings/people/beside.html",
        **_told(comparison.pair),
        together=comparison.together,
        decided=comparison.decided,
        follows=comparison.follows,
        leaves=told(comparison.leaves),
        homes=comparison.homes,
        stuck=bool(comparison.homes) or "same_number" in comparison.follows.conflicts,
        conflicts=[say(CONFLICTS[name]) for name in comparison.follows.conflicts],
        errors=errors,
        kept=kept or {},
        key=new_key(),
    )


def _told(pair: Pair, more: Collection[str] = ()) -> dict[str, Any]:
    """more: those who are like so many others that only some of their pairs are there."""
    return {
        "more": pair.one.registration_id in more or pair.other.registration_id in more,
        "one": told(pair.one),
        "other": told(pair.other),
        "score": pair.compared.score,
        "reasons": [say(REASONS[name][1]) for name in pair.compared.reasons],
    }


def _record(within: set[str]) -> None:
    record_reading(within, what="likely_duplicates", subject="/trainings/people/duplicates")
