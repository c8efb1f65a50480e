"""Pages of alarms, under ``/audit``.

GET  /audit/alarms             what was found wrong with the logs; what is open comes first
GET  /audit/alarms/<id>        one: what differs, what to do, why it was settled
POST /audit/alarms/<id>        settles it with a reason; accounts' own go to /accounts/alarms/<id>
"""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any, Final

from flask import Blueprint, flash, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Row

from services.audit.alarms import views
from services.audit.alarms.api import READ, SETTLE
from services.audit.alarms.wording import words_of
from services.event_words import SOURCES
from shared.access.reader import may
from shared.access.roles import EVERY_PROGRAMME
from shared.errors import Forbidden, Invalid, Missing, Problem
from shared.language.marking import N_
from shared.log.watching.alarms import REASON_LENGTH_MAX
from shared.web.access import requires, signed_in
from shared.web.alarms import no_alarm, settling
from shared.web.commands import service
from shared.web.etag import required_version
from shared.web.language import say
from shared.web.pagination import CURSOR_LENGTH_MAX, PageRequest

ENTRY_KINDS: Final = ("rewritten", "reordered")

blueprint = Blueprint("alarms", __name__, url_prefix="/audit")


@blueprint.get("/alarms")
@requires(READ)
def list_alarms() -> ResponseReturnValue:
    """What was found wrong with the logs."""
    page = PageRequest(cursor=(request.args.get("cursor") or "")[:CURSOR_LENGTH_MAX] or None)
    with service().database.reading() as connection:
        opened = [] if page.cursor else views.alarms(connection, only_open=True)
        rows = views.alarms(connection, limit=page.limit + 1, after=page.after(datetime, str))
    answer = page.answer(rows, lambda row: (row.raised_at.isoformat(), row.alarm_id))
    following = url_for(".list_alarms", cursor=answer["next"]) if answer["next"] else ""
    return render_template(
        "audit/alarms/list.html",
        opened=[_told(row) for row in opened],
        alarms=[_told(row) for row in answer["items"]],
        following=following,
    )


@blueprint.get("/alarms/<alarm_id>")
@requires(READ)
def show_alarm(alarm_id: str) -> ResponseReturnValue:
    """One alarm with what differs."""
    return _page(alarm_id, "", "")


@blueprint.post("/alarms/<alarm_id>")
@requires(SETTLE)
def settle_alarm(alarm_id: str) -> ResponseReturnValue:
    """Settle it, with the reason that was typed."""
    reason = request.form.get("reason", "").replace("\r\n", "\n").strip()
    try:
        if not 0 < len(reason) <= REASON_LENGTH_MAX:
            raise Invalid("no-reason", N_("Say in a few words why this is settled."))
        response = settling(
            alarm_id,
            reason=reason,
            version=required_version(),
            location=url_for(".show_alarm", alarm_id=alarm_id),
            page=True,
        )
    except (Forbidden, Missing):
        raise
    except Problem as error:
        shown = _page(alarm_id, reason, say(error.sentence, error.facts))
        return make_response(shown, error.status)
    flash(say(N_("The alarm is settled. The reason is in the log.")), "info")
    return response


def _page(alarm_id: str, typed: str, error: str) -> str:
    with service().database.reading() as connection:
        row = views.alarm(connection, alarm_id)
        if row is None:
            raise no_alarm()
        related = views.alarms(connection, source=row.source, limit=views.RELATED_MAX)
    told = _told(row)
    return render_template(
        "audit/alarms/alarm.html",
        alarm=told,
        row=row,
        entry=_entry(row),
        related=[_told(one) for one in related if one.alarm_id != alarm_id],
        settles=row.settled_at is None and may(signed_in(), SETTLE, EVERY_PROGRAMME),
        action=_action(row),
        typed=typed,
        error=error,
        reason_length_max=REASON_LENGTH_MAX,
        key=secrets.token_urlsafe(16),
    )


def _action(row: Row[Any]) -> str:
    """Where it is settled: in the log of the service that raised it."""
    if row.watcher == service().name:
        return url_for(".settle_alarm", alarm_id=row.alarm_id)
    return f"/{row.watcher}/alarms/{row.alarm_id}"


def _entry(row: Row[Any]) -> str:
    """The page of the entry in our copy; audit has no copy of its own log."""
    if row.position is None or row.source == service().name or row.kind not in ENTRY_KINDS:
        return ""
    return url_for("entries.show_entry", source=row.source, position=row.position)


def _told(row: Row[Any]) -> dict[str, Any]:
    words = words_of(row.kind)
    return {
        "title": say(words.title),
        "meaning": say(words.meaning),
        "to_do": say(words.to_do) if words.to_do else "",
        "source": say(SOURCES.get(row.source, row.source)),
        "watcher": say(SOURCES.get(row.watcher, row.watcher)),
        "open": row.settled_at is None,
        "by_itself": bool(row.by_itself),
        "who": row.settled_name or row.settled_by or "",
        "raised_at": row.raised_at,
        "settled_at": row.settled_at,
        "reason": row.reason or "",
        "position": row.position,
        "href": url_for(".show_alarm", alarm_id=row.alarm_id),
    }
