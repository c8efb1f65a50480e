"""Pages of the audit: what happened, the history of a record across services, the copies.

GET /audit/                          what happened, newest first, with filters in the address
GET /audit/streams/<kind>/<id>       one record, and what the same requests did to others
GET /audit/entries/<source>/<n>      one entry: who, when, its hash and its bytes
GET /audit/copies                    whether the kept copies are whole
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Row

from services.addresses import KINDS, address_of, kind_words
from services.audit.entries import views
from services.audit.entries.api import bounded, missing
from services.audit.entries.following import FOLLOWED
from services.audit.entries.views import HISTORY_MAX, Scope, Search
from services.audit.entries.wording import SOURCES, sentence
from shared.access.reader import may
from shared.access.roles import EVERY_PROGRAMME
from shared.language.marking import N_
from shared.web.access import ensure, requires, signed_in
from shared.web.commands import service
from shared.web.language import say
from shared.web.pagination import CURSOR_LENGTH_MAX, PageRequest

FILTER_LENGTH_MAX: Final = 120
_FILTERS: Final = ("source", "actor", "stream", "kind", "since", "until", "correlation")

blueprint = Blueprint("entries", __name__, url_prefix="/audit")


@blueprint.get("/")
@requires("audit.log.read")
def list_entries() -> ResponseReturnValue:
    """What happened, in words."""
    typed = {name: request.args.get(name, "")[:FILTER_LENGTH_MAX].strip() for name in _FILTERS}
    errors: dict[str, str] = {}
    search = _search(typed, errors)
    page = PageRequest(cursor=(request.args.get("cursor") or "")[:CURSOR_LENGTH_MAX] or None)
    with service().database.reading() as connection:
        rows = views.entries(
            connection,
            Scope.of(signed_in()),
            search,
            limit=page.limit + 1,
            after=page.after(datetime, str),
        )
        kept = views.gaps(connection)
        parked = views.parked(connection)
    answer = page.answer(rows, lambda row: (row.at.isoformat(), row.event_id))
    given = {name: text for name, text in typed.items() if text}
    return render_template(
        "audit/entries/list.html",
        entries=[_told(row) for row in answer["items"]],
        typed=typed,
        errors=errors,
        filtered=bool(given),
        sources=[(code, say(SOURCES[code])) for code in FOLLOWED],
        kinds=[(code, say(words)) for code, words in KINDS.items()],
        missing=sum(expected - have for have, expected in kept.values()),
        parked=parked,
        checks=may(signed_in(), "audit.log.read", EVERY_PROGRAMME),
        following=_following(given, answer["next"]),
    )


@blueprint.get("/streams/<kind>/<identifier>")
@requires("audit.log.read")
def show_stream(kind: str, identifier: str) -> ResponseReturnValue:
    """A record's history, with what the same requests did elsewhere beside it."""
    stream, scope = f"{kind}/{identifier}", Scope.of(signed_in())
    with service().database.reading() as connection:
        rows = views.entries(connection, scope, Search(stream=stream), limit=HISTORY_MAX)
        if not rows:
            raise missing()
        requests = list(dict.fromkeys(row.correlation for row in rows))[:20]
        beside = [
            row
            for correlation in requests
            for row in views.entries(connection, scope, Search(correlation=correlation), limit=20)
            if row.stream != stream
        ]
    return render_template(
        "audit/entries/stream.html",
        title=say(kind_words(kind)),
        stream=stream,
        record=address_of(stream) or "",
        entries=[_told(row) for row in rows],
        beside=[_told(row) for row in beside],
        cut=len(rows) == HISTORY_MAX,
    )


@blueprint.get("/entries/<source>/<int:position>")
@requires("audit.log.read")
def show_entry(source: str, position: int) -> ResponseReturnValue:
    """One entry with its hash; its bytes for those who may export."""
    with service().database.reading() as connection:
        row = views.entry(connection, Scope.of(signed_in()), source, bounded(position))
        if row is None:
            raise missing()
        raw = views.bytes_of(connection, source, position)
    exports = may(signed_in(), "audit.log.export", row.programme)
    return render_template(
        "audit/entries/entry.html",
        entry=_told(row),
        row=row,
        source=say(SOURCES.get(source, source)),
        text=raw.decode() if raw is not None and exports else "",
    )


@blueprint.get("/copies")
@requires("audit.log.read")
def list_copies() -> ResponseReturnValue:
    """Check every copy against the hashes that it had on arrival."""
    ensure("audit.log.read", EVERY_PROGRAMME)
    with service().database.reading() as connection:
        kept = views.gaps(connection)
        changed = views.changed(connection, kept)
        parked = views.parked(connection)
    rows = [
        {
            "words": say(SOURCES[source]),
            "kept": kept.get(source, (0, 0))[0],
            "missing": kept.get(source, (0, 0))[1] - kept.get(source, (0, 0))[0],
            "changed": [position for one, position in changed if one == source],
        }
        for source in FOLLOWED
    ]
    return render_template("audit/entries/copies.html", rows=rows, parked=parked)


def _following(given: dict[str, str], cursor: str | None) -> str:
    values: dict[str, Any] = {**given, "cursor": cursor}
    return url_for(".list_entries", **values) if cursor else ""


def _told(row: Row[Any]) -> dict[str, Any]:
    """An entry as a page tells it."""
    kind, _, identifier = row.stream.partition("/")
    return {
        "what": say(sentence(row.type)),
        "who": _who(row),
        "actor": row.actor,
        "at": row.at,
        "source": say(SOURCES.get(row.source, row.source)),
        "programme": "" if row.programme == "-" else row.programme,
        "record": say(kind_words(kind)),
        "href": url_for(".show_entry", source=row.source, position=row.position),
        "stream_href": url_for(".show_stream", kind=kind, identifier=identifier),
    }


def _who(row: Row[Any]) -> str:
    if row.display_name:
        return str(row.display_name)
    if row.actor.startswith("system/"):
        return say(N_("The software itself"))
    if row.actor == "public":
        return say(N_("Somebody who was not signed in"))
    return str(row.actor)


def _search(typed: dict[str, str], errors: dict[str, str]) -> Search:
    days: dict[str, date | None] = {}
    for name in ("since", "until"):
        days[name] = None
        if typed[name]:
            try:
                days[name] = date.fromisoformat(typed[name])
                if not 1900 <= days[name].year <= 2200:  # type: ignore[union-attr]
                    raise ValueError(name)
            except ValueError:
                days[name] = None
                errors[name] = say(N_("Write the day like 2026-03-31."))
    return Search(
        source=typed["source"],
        actor=typed["actor"],
        stream=typed["stream"],
        kind=typed["kind"],
        correlation=typed["correlation"],
        since=days["since"],
        until=days["until"],
    )
