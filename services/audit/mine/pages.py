"""The page on which a person sees who looked at their data.

GET /audit/mine     every access to their registrations and applications, the newest first
"""

from __future__ import annotations

from datetime import datetime
from itertools import groupby
from typing import Any, Final

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from services.audit.entries.codes import code_words
from services.audit.mine.views import Access, accesses
from shared.access.wording import ROLE_WORDS
from shared.clock import day_in
from shared.language.formats import DEFAULT_ZONE
from shared.language.marking import N_
from shared.web.access import requires, signed_in
from shared.web.commands import service
from shared.web.language import say
from shared.web.pagination import CURSOR_LENGTH_MAX, PageRequest

READ: Final = "audit.accesses.read_own"

blueprint = Blueprint("mine", __name__, url_prefix="/audit")


@blueprint.get("/mine")
@requires(READ)
def mine() -> ResponseReturnValue:
    """Who looked at the reader's own data."""
    reader = signed_in()
    page = PageRequest(cursor=(request.args.get("cursor") or "")[:CURSOR_LENGTH_MAX] or None)
    with service().database.reading() as connection:
        found = accesses(
            connection,
            reader.registrations,
            but=reader.account_id,
            limit=page.limit + 1,
            after=page.after(datetime, str),
        )
    answer = page.answer(found, lambda one: one.key)
    days = groupby(answer["items"], key=lambda one: day_in(one.at, DEFAULT_ZONE))
    return render_template(
        "audit/mine/mine.html",
        days=[(day, [_told(one) for one in of_day]) for day, of_day in days],
        following=url_for(".mine", cursor=answer["next"]) if answer["next"] else "",
    )


def _told(access: Access) -> dict[str, Any]:
    """An access in words: who, in which role, what, whether it left as a file."""
    roles = ", ".join(say(ROLE_WORDS[role]) for role in access.roles if role in ROLE_WORDS)
    return {
        "who": access.who or say(N_("Somebody of us")),
        "role": roles,
        "what": say(code_words("what", access.what)),
        "exported": access.exported,
        "at": access.at,
    }
