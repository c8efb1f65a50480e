"""Pages of the officer's view, under ``/trainings/people``.

GET  /waiting    what waits for me: people to confirm, likely duplicates, unfinished, papers
GET  /chosen     people by what they have in common; filters and order stand in the address
"""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from services.trainings.asking import page_request, reach, record_reading
from services.trainings.dashboards.counting import AGE_BANDS
from services.trainings.dashboards.wording import band_words
from services.trainings.officer import acting, views
from services.trainings.officer.acting import READ, WRITE
from services.trainings.officer.schemas import PeopleChosenArguments
from services.trainings.officer.views import COUNTED_MAX, SORTS, Chosen
from services.trainings.people.showing import told
from services.trainings.people.wording import SEX_WORDS, STATE_WORDS
from shared.language.marking import N_
from shared.web.access import requires
from shared.web.commands import service
from shared.web.language import say

WITHOUT_WORDS: Final = {
    "number": N_("A national number"),
    "papers": N_("All papers"),
    "phone": N_("A phone"),
}
FILTERS: Final = ("state", "municipality", "sex", "age", "cohort", "without", "sort")
TEXT_LENGTH_MAX: Final = 120

blueprint = Blueprint("officer", __name__, url_prefix="/trainings/people")


@blueprint.get("/waiting")
@requires(WRITE)
def waiting() -> ResponseReturnValue:
    """What waits for me."""
    return render_template("trainings/officer/waiting.html", **acting.waiting())


@blueprint.get("/chosen")
@requires(READ)
def chosen_people() -> ResponseReturnValue:
    """People by what they have in common."""
    chosen, page = _chosen(), page_request()
    rows = acting.chosen_people(chosen, page)
    with service().database.reading() as connection:
        count = views.count(connection, reach(READ), chosen, today=acting.today())
        places = views.municipalities(connection, reach(READ))
        cohorts = views.cohorts(connection, reach("trainings.cohorts.read"))
    answer = page.answer(rows, lambda row: (row.registration_id,))
    record_reading(
        {row.programme for row in answer["items"]}, what="people", subject="/trainings/people"
    )
    kept = {name: getattr(chosen, name) for name in FILTERS}
    address = {name: value for name, value in kept.items() if value and (name, value) != _USUAL}
    return render_template(
        "trainings/officer/chosen.html",
        people=[told(row) for row in answer["items"]],
        count=count,
        at_least=count == COUNTED_MAX,
        chosen=kept,
        filtered=any(kept[name] for name in FILTERS if name != "sort"),
        sorts={name: url_for(".chosen_people", **{**address, "sort": name}) for name in SORTS},
        next=url_for(".chosen_people", **address, cursor=answer["next"]) if answer["next"] else "",
        states=[(code, say(words[0])) for code, words in STATE_WORDS.items()],
        places=[(name, name) for name in places],
        sexes=[(code, say(words)) for code, words in SEX_WORDS.items()],
        ages=[(str(first), band_words(str(first))) for first, _ in AGE_BANDS],
        cohorts=[(row.cohort_id, f"{row.reference}, {row.course_title}") for row in cohorts],
        without=[(code, say(words)) for code, words in WITHOUT_WORDS.items()],
    )


_USUAL: Final = ("sort", "name")


def _chosen() -> Chosen:
    """The filters in the address; what makes no sense counts as left out."""
    given: dict[str, Any] = {name: request.args.get(name, "")[:TEXT_LENGTH_MAX] for name in FILTERS}
    wrong = PeopleChosenArguments().validate({k: v for k, v in given.items() if v})
    kept = {name: value for name, value in given.items() if value and name not in wrong}
    return Chosen(**kept)
