"""JSON routes of retention, under ``/trainings/api/v1``.

GET  /retention            rules, what was announced, what is held back; ?programme=
POST /retention/hold       keep a registration out of it until a day
POST /retention/end-hold   no more
POST /retention/months     keep a class of data longer or shorter in a programme
"""

from __future__ import annotations

from typing import Any

from flask import Response

from services.trainings.asking import programme_of
from services.trainings.retention import acting
from services.trainings.retention.acting import HOLD, READ
from services.trainings.retention.schemas import (
    EndHoldSchema,
    HoldSchema,
    MonthsSchema,
    RetentionArguments,
    RetentionSchema,
)
from shared.web.access import requires
from shared.web.api import ApiBlueprint, command
from shared.web.commands import ReceiptSchema, actor, perform

BASE = "/trainings/api/v1"

blueprint = ApiBlueprint("retention_api", __name__, url_prefix=BASE)


@blueprint.route("/retention", methods=["GET"])
@requires(READ)
@blueprint.arguments(RetentionArguments, location="query")
@blueprint.response(200, RetentionSchema)
def show_retention(arguments: dict[str, Any]) -> dict[str, Any]:
    """Show how long data are kept, what is erased when, and what is held back."""
    return acting.told(arguments["programme"])


@blueprint.route("/retention/hold", methods=["POST"])
@requires(HOLD)
@command()
@blueprint.arguments(HoldSchema)
@blueprint.response(200, ReceiptSchema)
def hold(arguments: dict[str, Any]) -> Response:
    """Keep a registration out of what is erased by itself, until a day."""
    row = acting.registration(arguments["registration_id"])
    handler = acting.holding(row, by=actor(), until=arguments["until"], reason=arguments["reason"])
    return perform(row.programme, handler)


@blueprint.route("/retention/end-hold", methods=["POST"])
@requires(HOLD)
@command()
@blueprint.arguments(EndHoldSchema)
@blueprint.response(200, ReceiptSchema)
def end_hold(arguments: dict[str, Any]) -> Response:
    """Hold a registration back no more."""
    row = acting.registration(arguments["registration_id"])
    return perform(row.programme, acting.ending(row, by=actor()))


@blueprint.route("/retention/months", methods=["POST"])
@requires(HOLD)
@command()
@blueprint.arguments(MonthsSchema)
@blueprint.response(200, ReceiptSchema)
def set_months(arguments: dict[str, Any]) -> Response:
    """Keep a class of data longer or shorter; never shorter than accounting law asks."""
    programme = programme_of(HOLD, arguments["programme"])
    handler = acting.setting(
        programme, by=actor(), what=arguments["what"], months=arguments["months"]
    )
    return perform(programme, handler)
