"""JSON routes of alarms, under ``/audit/api/v1``.

GET  /alarms                  what was found wrong with the logs, the newest first
GET  /alarms/<id>             one
POST /alarms/<id>/settle      why it needs no more looking after; accounts settles its own
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Response, jsonify

from services.audit.alarms import views
from services.audit.alarms.schemas import (
    AlarmArguments,
    AlarmPageSchema,
    AlarmSchema,
)
from shared.web.access import requires
from shared.web.alarms import SettleSchema, no_alarm, settling
from shared.web.api import ApiBlueprint, command
from shared.web.commands import ReceiptSchema, service
from shared.web.etag import not_modified, required_version, set_version
from shared.web.pagination import PageRequest

READ = "audit.alarms.read"
SETTLE = "audit.alarms.settle"

blueprint = ApiBlueprint("alarms_api", __name__, url_prefix="/audit/api/v1")


@blueprint.route("/alarms", methods=["GET"])
@requires(READ)
@blueprint.arguments(AlarmArguments, location="query")
@blueprint.response(200, AlarmPageSchema)
def list_alarms(arguments: dict[str, Any]) -> dict[str, Any]:
    """List what was found wrong with the logs, the newest first."""
    page: PageRequest = arguments.pop("page")
    with service().database.reading() as connection:
        rows = views.alarms(
            connection,
            only_open=arguments["open"],
            source=arguments["source"],
            limit=page.limit + 1,
            after=page.after(datetime, str),
        )
    return page.answer(rows, lambda row: (row.raised_at.isoformat(), row.alarm_id))


@blueprint.route("/alarms/<alarm_id>", methods=["GET"])
@requires(READ)
@blueprint.response(200, AlarmSchema)
def show_alarm(alarm_id: str) -> Response:
    """Show one alarm with what differs."""
    with service().database.reading() as connection:
        row = views.alarm(connection, alarm_id)
    if row is None:
        raise no_alarm()
    if not_modified(row.version):
        return set_version(Response(status=304), row.version)
    return set_version(jsonify(AlarmSchema().dump(row)), row.version)


@blueprint.route("/alarms/<alarm_id>/settle", methods=["POST"])
@requires(SETTLE)
@command(versioned=True)
@blueprint.arguments(SettleSchema)
@blueprint.response(200, ReceiptSchema)
def settle_alarm(arguments: dict[str, Any], alarm_id: str) -> Response:
    """Settle an alarm of audit with a reason; nothing is repaired by it."""
    return settling(
        alarm_id,
        reason=arguments["reason"],
        version=required_version(),
        location="",
        page=False,
    )
