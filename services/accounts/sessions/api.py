"""JSON routes for tokens and for one's own account.

POST /accounts/api/v1/tokens   {"account": …, "password": …}  →  201, a token for ten minutes
GET  /accounts/api/v1/me       who that is, and with which roles
"""

from __future__ import annotations

from typing import Any

from flask import current_app

from services.accounts.factors.proving import CodeNeeded
from services.accounts.sessions.schemas import MeSchema, SignInSchema, TokenSchema
from services.accounts.sessions.signing_in import EXTENSION, SignInDesk
from services.accounts.sessions.uses import PROGRAM, note_use
from services.accounts.throttling.tries import tried
from shared.access.roles import PUBLIC, SIGNED_IN
from shared.service import INSTALLATION_WIDE
from shared.web.access import for_keys, requires, signed_in
from shared.web.api import ApiBlueprint
from shared.web.client_address import client_address
from shared.web.commands import context, service

blueprint = ApiBlueprint("sessions_api", __name__, url_prefix="/accounts/api/v1")


@blueprint.route("/tokens", methods=["POST"])
@requires(PUBLIC)
@blueprint.arguments(SignInSchema)
@blueprint.response(201, TokenSchema)
@blueprint.alt_response(401, "Problem401")  # type: ignore[untyped-decorator]
def sign_in(arguments: dict[str, Any]) -> dict[str, Any]:
    """Sign in: a token that lives minutes. Ask again before it ends."""
    desk: SignInDesk = current_app.extensions[EXTENSION]
    with tried(service(), "sign-in/address", client_address(), right=(CodeNeeded,)):
        reader = desk.sign_in(
            arguments["account"],
            arguments["password"],
            context(INSTALLATION_WIDE),
            code=arguments["code"],
        )
    note_use(service(), reader.session_id, PROGRAM)
    return desk.token_answer(reader)


@blueprint.route("/tokens/end", methods=["POST"])
@requires(SIGNED_IN)
@for_keys
@blueprint.response(204)
def sign_out() -> None:
    """End this token's session in every service."""
    desk: SignInDesk = current_app.extensions[EXTENSION]
    reader = signed_in()
    desk.end(
        reader.session_id,
        account_id=reader.account_id,
        by=reader.account_id,
        context=context(INSTALLATION_WIDE),
    )


@blueprint.route("/me", methods=["GET"])
@requires(SIGNED_IN)
@for_keys
@blueprint.response(200, MeSchema)
def me() -> dict[str, Any]:
    """Tell who asks."""
    reader = signed_in()
    return {
        "id": reader.account_id,
        "display_name": reader.name,
        "session_id": reader.session_id,
        "roles": reader.roles,
    }
