"""Pages of sheets that are taken out, under ``/trainings``.

GET  /exports                 which sheets there are
GET  /exports/<kind>          of whom, in which form; filters may stand in the address
POST /exports/people/found    the same, of the people whom a search found
POST /exports/<kind>          the file

The second factor is asked for before the question, so that the answer to it is the file.
"""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from services.trainings.asking import (
    Errors,
    attempt,
    programmes,
    reach,
    typed,
    validated,
)
from services.trainings.cohorts import views as cohorts
from services.trainings.education.wording import OUTCOME_WORDS
from services.trainings.exports.handling import (
    COHORTS,
    EXPORT,
    Wanted,
    download,
    gives_number,
    kind_of,
    programme_wanted,
)
from services.trainings.exports.kind import Kind
from services.trainings.exports.kinds import KINDS, PEOPLE
from services.trainings.exports.making import CSV, XLSX
from services.trainings.exports.schemas import ExportSchema
from services.trainings.people.schemas import SEARCH_LENGTH_MAX
from shared.access.reader import may
from shared.language.marking import N_
from shared.web.access import requires, signed_in
from shared.web.commands import service
from shared.web.language import say

COHORTS_SHOWN_MAX: Final = 500
LABELS: Final = {
    "programme": N_("Programme"),
    "state": N_("State"),
    "cohort": N_("Cohort"),
    "outcome": N_("What was completed"),
    "number": N_("Number, or a part of it"),
    "form": N_("File"),
}
_OUTCOME_WORDS: Final = {"outcomes": N_("What was completed"), "referrals": N_("What for")}
"""What the choice among education outcomes is called, where a sheet has it."""

_FILTERS: Final = ("programme", "state", "cohort", "outcome", "number")

blueprint = Blueprint("exports", __name__, url_prefix="/trainings")


@blueprint.get("/exports")
@requires(EXPORT)
def list_kinds() -> ResponseReturnValue:
    """Which sheets can be taken out."""
    kinds = [one for one in KINDS.values() if may(signed_in(), one.permission)]
    return render_template(
        "trainings/exports/list.html",
        kinds=[(one.name, say(one.label), say(one.hint)) for one in kinds],
    )


@blueprint.get("/exports/<kind>")
@requires(EXPORT, fresh=True)
def choose(kind: str) -> ResponseReturnValue:
    """Ask of whom, and in which form."""
    return _page(kind_of(kind), {name: request.args.get(name, "")[:60] for name in _FILTERS})


@blueprint.post("/exports/people/found")
@requires(EXPORT, fresh=True)
def choose_found() -> ResponseReturnValue:
    """Ask in which form, of the people whom a search found."""
    return _page(kind_of(PEOPLE.name), {"q": typed("q")[:SEARCH_LENGTH_MAX]})


@blueprint.post("/exports/<kind>")
@requires(EXPORT, fresh=True)
def take_out(kind: str) -> ResponseReturnValue:
    """Give the file."""
    found = kind_of(kind)

    def run() -> Response:
        values: dict[str, Any] = {name: typed(name) for name in (*_FILTERS, "q", "form")}
        values["with_number"] = typed("with_number") == "yes"
        given = validated(ExportSchema(), {**values, "kind": kind})
        programme = programme_wanted(given.pop("programme"), given["cohort"])
        return download(Wanted(programme=programme, **given))

    def again(errors: Errors) -> str:
        return _page(found, {name: typed(name) for name in (*_FILTERS, "q", "form")}, errors)

    return attempt(run, again, labels=LABELS)


@blueprint.app_template_global()
def may_take_out(kind: str) -> bool:
    """Whether whoever is signed in may take such a sheet out somewhere."""
    reader = signed_in()
    return may(reader, EXPORT) and may(reader, KINDS[kind].permission)


def _page(kind: Kind, given: dict[str, str], errors: Errors = ()) -> str:
    own, wrong = programmes(EXPORT), dict(errors)
    return render_template(
        "trainings/exports/choose.html",
        kind=kind,
        label=say(kind.label),
        given={name: given.get(name, "") for name in (*_FILTERS, "q", "form")},
        errors=errors,
        wrong={name: wrong.get(name, "") for name in (*_FILTERS, "form")},
        programmes=[(code, code) for code in own] if len(own) > 1 else [],
        states=[(code, say(words)) for code, words in kind.states.items()],
        cohorts=_cohorts(several=len(own) > 1) if kind.by_cohort else [],
        outcomes=[(code, say(words)) for code, words in OUTCOME_WORDS.items()]
        if kind.name in _OUTCOME_WORDS
        else [],
        outcome_label=say(_OUTCOME_WORDS[kind.name]) if kind.name in _OUTCOME_WORDS else "",
        by_number=kind.name == "certificates",
        numbers=gives_number(kind, None),
        forms=[(XLSX, say(N_("Workbook (.xlsx)"))), (CSV, say(N_("Plain table (.csv)")))],
    )


def _cohorts(*, several: bool) -> list[tuple[str, str]]:
    """Cohorts in reach; each with its programme, where the asker has several."""
    with service().database.reading() as connection:
        rows = cohorts.cohorts(connection, reach(COHORTS), limit=COHORTS_SHOWN_MAX)
    return [
        (
            row.cohort_id,
            f"{row.reference} – {row.course_title}" + (f" ({row.programme})" if several else ""),
        )
        for row in rows
    ]
