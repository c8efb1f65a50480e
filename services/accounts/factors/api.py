"""JSON routes for second factors.

POST /accounts/api/v1/tokens/step-up          {"code": "287082"}  →  200, a token that is fresh
POST /accounts/api/v1/staff/<id>/factors/reset  somebody else's, when the device is lost
"""

from __future__ import annotations

from typing import Any

from flask import Response, current_app

from services.accounts.factors import acts
from services.accounts.factors.schemas import StepUpSchema
from services.accounts.personas import is_persona
from services.accounts.sessions.schemas import TokenSchema
from services.accounts.sessions.signing_in import EXTENSION, SignInDesk
from services.accounts.staff.credentials import with_secrets
from services.accounts.staff.listing import visible_account
from services.accounts.throttling.tries import forgive, throttle
from shared.access.roles import EVERY_PROGRAMME, SIGNED_IN
from shared.errors import Forbidden, Invalid, Missing
from shared.language.marking import N_
from shared.service import INSTALLATION_WIDE
from shared.web.access import ensure, requires, signed_in
from shared.web.api import ApiBlueprint
from shared.web.client_address import client_address
from shared.web.commands import actor, context, service

blueprint = ApiBlueprint("factors_api", __name__, url_prefix="/accounts/api/v1")


@blueprint.route("/tokens/step-up", methods=["POST"])
@requires(SIGNED_IN)
@blueprint.arguments(StepUpSchema)
@blueprint.response(200, TokenSchema)
def step_up(arguments: dict[str, Any]) -> dict[str, Any]:
    """Prove the session's second factor: a token that counts as fresh for ten minutes."""
    reader = signed_in()
    if reader.scopes is not None:
        raise key_never_fresh()
    desk: SignInDesk = current_app.extensions[EXTENSION]
    session_id, account_id, here = reader.session_id, reader.account_id, context(INSTALLATION_WIDE)
    if arguments["demonstration"]:
        ensure_persona(account_id)
        return desk.token_answer(desk.stepped_up(session_id, account_id, "demonstration", here))
    if not arguments["code"].strip():
        raise code_missing()
    throttle(service(), "code/address", client_address())
    proved = desk.step_up(session_id, account_id, arguments["code"], here)
    forgive(service(), "code/address", client_address())
    return desk.token_answer(proved)


@blueprint.route("/staff/<account_id>/factors/reset", methods=["POST"])
@requires("accounts.staff.write", fresh=True)
@blueprint.response(204)
def reset_factors(account_id: str) -> Response:
    """Take the second factors of somebody else away, who lost the device; their sessions end."""
    ensure("accounts.staff.write", EVERY_PROGRAMME)
    with service().database.reading() as connection:
        visible_account(connection, account_id)
    by = actor()
    with_secrets(
        service(),
        context(INSTALLATION_WIDE),
        lambda work: acts.reset_factors(work, by=by, account_id=account_id),
    )
    return Response(status=204)


def ensure_persona(account_id: str) -> None:
    """Raise Missing unless this is an invented person of a demonstration."""
    if not is_persona(service(), account_id):
        raise Missing("no-persona", N_("There is no such sign-in in this installation."))


def code_missing() -> Invalid:
    """What is said of an empty field."""
    return Invalid("code-missing", N_("Type the code."))


def key_never_fresh() -> Forbidden:
    """What a program is told that comes by a key."""
    return Forbidden("key-never-fresh", N_("A program's key proves no second factor."))
