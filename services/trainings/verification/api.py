"""JSON route of checking, for anybody: ``POST /trainings/api/v1/check``.

The code is a secret, so it travels in the body: an address is written into logs on its way.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Response, jsonify

from services.trainings.verification.acting import checked, unknown
from services.trainings.verification.asking import asked
from services.trainings.verification.schemas import CheckedSchema, CheckSchema
from shared.access.roles import PUBLIC
from shared.web.access import requires
from shared.web.api import ApiBlueprint

blueprint = ApiBlueprint("verification_api", __name__, url_prefix="/trainings/api/v1")


@blueprint.route("/check", methods=["POST"])
@requires(PUBLIC)
@blueprint.arguments(CheckSchema)
@blueprint.response(200, CheckedSchema)
def check(arguments: dict[str, Any]) -> Response:
    """Check a certificate by its number and code, and a name if one is sent.

    404 for a number that nobody has as for a wrong code; 429 with Retry-After for too many tries.
    """
    wanted = asked(arguments["number"], arguments["code"])
    if not wanted.number or not wanted.code:
        raise unknown()
    found, name = checked(wanted, arguments["name"])
    if name.refused is not None:
        raise name.refused
    return jsonify(CheckedSchema().dump({**asdict(found), "name": name.answer}))
