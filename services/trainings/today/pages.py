"""The page of a trainer's day, under ``/trainings``.

GET /today   today's sessions, who is missing, who will not qualify unless somebody acts
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from services.trainings.asking import reach, record_reading
from services.trainings.cohorts.outlook_words import told
from services.trainings.cohorts.views import Standing
from services.trainings.people.wording import ERASED
from services.trainings.today.views import Day, days
from shared.access.reader import may
from shared.web.access import requires, signed_in
from shared.web.commands import service
from shared.web.language import say

RECORD = "trainings.attendance.write"

blueprint = Blueprint("today", __name__, url_prefix="/trainings")


@blueprint.get("/today")
@requires(RECORD)
def show() -> ResponseReturnValue:
    """What a trainer does today."""
    reader = signed_in()
    with service().database.reading() as connection:
        found = days(
            connection,
            service().store,
            reach("trainings.cohorts.read"),
            account_id=reader.account_id,
            now=service().clock.now(),
        )
    record_reading(
        {one.cohort.programme for one in found},
        what="names_and_results",
        subject="/trainings/today",
    )
    return render_template(
        "trainings/today/today.html",
        today=[_told(one) for one in found if one.is_today],
        later=[_told(one) for one in found if not one.is_today],
        may_plan=may(reader, "trainings.cohorts.write"),
        reads_people=may(reader, "trainings.people.read"),
    )


def _told(day: Day) -> dict[str, Any]:
    """A cohort's day as the page tells it; somebody both missing and at risk stands once."""
    missing = {one.registration_id for one in day.missing}
    return {
        "day": day,
        "people": [_person(one, missing=one.registration_id in missing) for one in _alerting(day)],
    }


def _alerting(day: Day) -> list[Standing]:
    ids = {one.registration_id for one in (*day.missing, *day.at_risk)}
    return [one for one in day.participants if one.registration_id in ids]


def _person(one: Standing, *, missing: bool) -> dict[str, Any]:
    words = told(one)
    return {
        "registration_id": one.registration_id,
        "name": one.full_name or say(ERASED),
        "missing": missing,
        "sign": words.sign,
        "phrases": words.phrases,
    }
