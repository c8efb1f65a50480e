"""Pages of evidence.

GET /audit/evidence        which entries to take along; what the address says is filled in
GET /audit/evidence.zip    the bundle
"""

from __future__ import annotations

from typing import Final

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from services.addresses import KINDS
from services.audit.entries.filtering import filter_of
from services.audit.entries.following import FOLLOWED
from services.audit.evidence.leaving import download
from services.audit.evidence.selection import (
    ENTRIES_MAX,
    Selection,
    history_of,
    positions_of,
)
from services.event_words import SOURCES
from shared.errors import Problem
from shared.web.access import requires
from shared.web.language import say

_OWN: Final = ("history", "positions")
POSITIONS_LENGTH_MAX: Final = 4_000

blueprint = Blueprint("evidence", __name__, url_prefix="/audit")


@blueprint.get("/evidence")
@requires("audit.evidence.export")
def choose() -> ResponseReturnValue:
    """Choose what to take along."""
    return _form({})


@blueprint.get("/evidence.zip")
@requires("audit.evidence.export", fresh=True)
def give() -> ResponseReturnValue:
    """The bundle, or the form again with what is wrong."""
    chosen = filter_of(request.args)
    typed, errors = _typed(), dict(chosen.errors)
    selection = None
    if not errors:
        try:
            selection = Selection(
                search=chosen.search,
                history=history_of(typed["history"]),
                positions=positions_of(typed["positions"]),
            )
            return download(selection)
        except Problem as error:
            field = str(error.facts.get("field", "source"))
            errors[field] = say(error.sentence, error.facts)
    return _form(errors), 422


def _typed() -> dict[str, str]:
    return {name: request.args.get(name, "")[:POSITIONS_LENGTH_MAX].strip() for name in _OWN}


def _form(errors: dict[str, str]) -> str:
    return render_template(
        "audit/evidence/choose.html",
        typed={**filter_of(request.args).typed, **_typed()},
        errors=errors,
        sources=[(code, say(SOURCES[code])) for code in FOLLOWED],
        kinds=[(code, say(words)) for code, words in KINDS.items()],
        entries_max=ENTRIES_MAX,
    )
