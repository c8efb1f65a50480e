"""JSON routes of what accounts found wrong with the log of audit, under ``/accounts/api/v1``.

POST /alarms/<id>/settle      why it needs no more looking after; audit lists it
"""

from __future__ import annotations

from typing import Any

from flask import Response

from shared.web.access import requires
from shared.web.alarms import SettleSchema, settling
from shared.web.api import ApiBlueprint, command
from shared.web.commands import ReceiptSchema
from shared.web.etag import required_version

blueprint = ApiBlueprint("watching_api", __name__, url_prefix="/accounts/api/v1")


@blueprint.route("/alarms/<alarm_id>/settle", methods=["POST"])
@requires("accounts.alarms.settle")
@command(versioned=True)
@blueprint.arguments(SettleSchema)
@blueprint.response(200, ReceiptSchema)
def settle_alarm(arguments: dict[str, Any], alarm_id: str) -> Response:
    """Settle an alarm about the audit's log with a reason; nothing is repaired by it."""
    return settling(
        alarm_id,
        reason=arguments["reason"],
        version=required_version(),
        location="",
        page=False,
    )
