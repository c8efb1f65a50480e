"""Pages of what is witnessed.

GET /audit/witness          the last checkpoint of each log: when, how large, cosigned by whom
GET /audit/witness/print    the same on paper: a checkpoint kept elsewhere is what helps in the end
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from services.audit.alarms.views import count_open
from services.audit.witness import views
from services.audit.witness.views import Standing
from services.event_words import SOURCES
from shared.log import keys
from shared.service import Service
from shared.settings import SERVICES
from shared.web.access import requires
from shared.web.commands import service
from shared.web.language import say

READ = "audit.alarms.read"

blueprint = Blueprint("witness", __name__, url_prefix="/audit")


@blueprint.get("/witness")
@requires(READ)
def show() -> ResponseReturnValue:
    """Each log and its last checkpoint."""
    at_work = service()
    with at_work.database.reading() as connection:
        rows = views.standings(connection, at_work.settings)
        alarms = count_open(connection)
    return render_template(
        "audit/witness/show.html",
        logs=[_told(at_work, row) for row in rows],
        alarms=alarms,
        folder=str(at_work.settings.checkpoint_path),
    )


@blueprint.get("/witness/print")
@requires(READ)
def print_sheet() -> ResponseReturnValue:
    """A sheet with every log's checkpoint and the keys to verify it with."""
    at_work = service()
    with at_work.database.reading() as connection:
        rows = views.standings(connection, at_work.settings)
    return render_template(
        "audit/witness/print.html",
        logs=[_told(at_work, row) for row in rows if row.size is not None],
        installation=at_work.settings.installation,
        now=at_work.clock.now(),
        keys=[
            key
            for name in SERVICES
            for key in (
                *keys.verifier_keys(at_work.settings, name),
                *keys.witness_verifier_keys(at_work.settings, name),
            )
        ],
    )


def _told(at_work: Service, row: Standing) -> dict[str, Any]:
    limit = timedelta(seconds=at_work.settings.log_silent_seconds)
    quiet = row.heard_at is not None and at_work.clock.now() - row.heard_at > limit
    return {
        "words": say(SOURCES.get(row.source, row.source)),
        "size": row.size,
        "root": row.root.hex(),
        "seen_at": row.seen_at,
        "cosigners": row.cosigners,
        "silent_since": row.heard_at if quiet else None,
        "note": row.note,
    }
