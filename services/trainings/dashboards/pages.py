"""The page of the figures of trainings, under ``/trainings``.

GET /figures   the funnel from enrolled to certified, by municipality, sex, age and year
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from services.trainings.asking import reach
from services.trainings.courses.wording import KIND_WORDS
from services.trainings.dashboards.acting import READ, Asked, choose
from services.trainings.dashboards.counting import CELL_MIN, Dashboard, Group
from services.trainings.dashboards.wording import SEX_WORDS, STAGE_WORDS, band_words
from services.trainings.outreach.views import Search, Sum, sums
from services.trainings.outreach.wording import KIND_WORDS as OUTREACH_WORDS
from shared.access.reader import may
from shared.language.marking import N_
from shared.web.access import requires, signed_in
from shared.web.commands import service
from shared.web.language import say

ARGUMENT_LENGTH_MAX: Final = 40

blueprint = Blueprint("dashboards", __name__, url_prefix="/trainings")


@blueprint.get("/figures")
@requires(READ)
def figures() -> ResponseReturnValue:
    """How many came, stayed and were certified."""
    asked = choose(*(_argument(name) for name in ("programme", "kind", "year")))
    found = asked.found
    return render_template(
        "trainings/dashboards/figures.html",
        asked=asked,
        found=found,
        tables=[] if found is None else _tables(found),
        stage_words=[say(words) for words in STAGE_WORDS.values()],
        kind_words={code: say(KIND_WORDS[code]) for code in asked.kinds},
        cell_min=CELL_MIN,
        reads_certificates=may(signed_in(), "trainings.certificates.read"),
        outreach=_outreach(asked) if asked.choice.programme else [],
        reads_outreach=may(signed_in(), "trainings.outreach.read"),
        reads_cohorts=may(signed_in(), "trainings.cohorts.read"),
        ratio=_ratio,
        as_of=service().clock.now(),
    )


def _outreach(asked: Asked) -> list[tuple[str, Sum]]:
    """What was done with institutions in the same year, by kind of activity."""
    search = Search(programme=asked.choice.programme, year=asked.choice.year)
    with service().database.reading() as connection:
        found = sums(connection, reach(READ), search)
    return [(say(words), found[kind]) for kind, words in OUTREACH_WORDS.items() if kind in found]


def _argument(name: str) -> str:
    return request.args.get(name, "")[:ARGUMENT_LENGTH_MAX].strip()


def _tables(found: Dashboard) -> list[dict[str, Any]]:
    """Each way to split the figures: its words, and its groups with theirs."""
    unknown = say(N_("Not known"))

    def listed(groups: tuple[Group, ...], words: Any) -> list[dict[str, Any]]:
        return [{"words": words(one.key) or unknown, "persons": one.persons} for one in groups]

    return [
        {
            "words": say(N_("By municipality")),
            "head": say(N_("Municipality")),
            "rows": listed(found.by_place, lambda key: ", ".join(filter(None, reversed(key)))),
        },
        {
            "words": say(N_("By sex")),
            "head": say(N_("Sex")),
            "rows": listed(
                found.by_sex, lambda key: say(SEX_WORDS[key[0]]) if key[0] in SEX_WORDS else ""
            ),
        },
        {
            "words": say(N_("By age at the first session")),
            "head": say(N_("Age")),
            "rows": listed(found.by_age, lambda key: band_words(key[0])),
        },
        {
            "words": say(N_("By year of the first session")),
            "head": say(N_("Year")),
            "rows": listed(found.by_year, lambda key: key[0]),
        },
        {
            "words": say(N_("By kind of course")),
            "head": say(N_("Kind of course")),
            "rows": listed(found.by_kind, lambda key: say(KIND_WORDS.get(key[0], key[0]))),
        },
    ]


def _ratio(part: int | None, whole: int | None) -> Decimal:
    """part of whole, 0 of nothing, never more than 1."""
    if not part or not whole:
        return Decimal(0)
    return min(Decimal(part) / Decimal(whole), Decimal(1))
