"""Settling what accounts found wrong with the log of audit: a form of audit's is sent here.

POST /accounts/alarms/<id>     settles it with a reason and goes back to the alarm's page
"""

from __future__ import annotations

from typing import Final

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue

from shared.errors import Invalid
from shared.language.marking import N_
from shared.log.watching.alarms import REASON_LENGTH_MAX
from shared.web.access import requires
from shared.web.alarms import settling
from shared.web.etag import required_version
from shared.web.language import say

SHOWN_AT: Final = "/audit/alarms"

blueprint = Blueprint("watching", __name__, url_prefix="/accounts")


@blueprint.post("/alarms/<alarm_id>")
@requires("accounts.alarms.settle")
def settle_alarm(alarm_id: str) -> ResponseReturnValue:
    """Settle it, with the reason that was typed."""
    reason = request.form.get("reason", "").replace("\r\n", "\n").strip()
    if not 0 < len(reason) <= REASON_LENGTH_MAX:
        raise Invalid("no-reason", N_("Say in a few words why this is settled."))
    response = settling(
        alarm_id,
        reason=reason,
        version=required_version(),
        location=f"{SHOWN_AT}/{alarm_id}",
        page=True,
    )
    flash(say(N_("The alarm is settled. The reason is in the log.")), "info")
    return response
