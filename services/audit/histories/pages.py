"""Pages of histories: everything that happened to a record and what belongs to it, in order.

GET /audit/histories/<kind>/<id>   oldest first; ``?order=newest`` for the other way
"""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from services.addresses import kind_words
from services.audit.entries.telling import page_of, record_of
from services.audit.histories.reading import history_of
from shared.access.reader import may
from shared.language.marking import N_
from shared.web.access import requires, signed_in
from shared.web.language import say
from shared.web.pagination import CURSOR_LENGTH_MAX, PageRequest

PAGE_ROWS: Final = 100
RECORDS_SHOWN: Final = 60

ABOUT: Final = {
    "account": N_("What this account did, and what was done to it, in every service."),
    "application": N_(
        "The application with its review, meeting, award, payments, visits, messages, the "
        "certificates of its person, and who looked at it."
    ),
    "award": N_("The award with its payments, visits and messages, and who looked at it."),
    "payment": N_(
        "The payment with its batch, the bank's statement, the account that it goes to, and who "
        "looked at it."
    ),
    "person": N_(
        "Every registration of the person with certificates, applications, awards and visits, "
        "and who looked at their data."
    ),
}
_SAME: Final = {"registration": "person", "review": "application"}

blueprint = Blueprint("histories", __name__, url_prefix="/audit")


@blueprint.get("/histories/<kind>/<identifier>")
@requires("audit.log.read")
def show_history(kind: str, identifier: str) -> ResponseReturnValue:
    """Everything that happened to the record and to what belongs to it."""
    newest_first = request.args.get("order", "") == "newest"
    cursor = (request.args.get("cursor") or "")[:CURSOR_LENGTH_MAX] or None
    page = PageRequest(limit=PAGE_ROWS, cursor=cursor)
    found = history_of(kind, identifier, page, newest_first=newest_first)
    stream = f"{kind}/{identifier}"
    parts = [(say(kind_words(one)), count) for one, count in found.counts.items()]
    others = [one for one in found.records if one != stream]
    return render_template(
        "audit/histories/history.html",
        kind=kind,
        identifier=identifier,
        stream=stream,
        record=record_of(stream),
        page=page_of(stream),
        number_of=found.number,
        about=say(ABOUT.get(_SAME.get(kind, kind), N_("The record, and who looked at it."))),
        newest_first=newest_first,
        entries=found.entries,
        parts=parts,
        total=sum(found.counts.values()),
        records=[_history(one) for one in others[:RECORDS_SHOWN]],
        ledger=may(signed_in(), "grants.ledger.read"),
        exports=may(signed_in(), "audit.evidence.export"),
        following=_following(kind, identifier, newest_first, found.next),
    )


def _history(stream: str) -> dict[str, str]:
    """A record of the chain with the page of its own history."""
    kind, _, identifier = stream.partition("/")
    href = url_for(".show_history", kind=kind, identifier=identifier)
    return {"words": say(kind_words(kind)), "stream": stream, "href": href}


def _following(kind: str, identifier: str, newest_first: bool, cursor: str | None) -> str:
    if cursor is None:
        return ""
    values: dict[str, Any] = {"order": "newest"} if newest_first else {}
    return url_for(".show_history", kind=kind, identifier=identifier, cursor=cursor, **values)
