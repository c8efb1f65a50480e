"""JSON routes that close, reset or change an account and end its sessions.

POST /accounts/api/v1/staff/<id>/close                  for good
POST /accounts/api/v1/staff/<id>/hold/lift              it is its owner who has it
POST /accounts/api/v1/staff/<id>/details                name and address, whole
POST /accounts/api/v1/staff/<id>/reset                  a link for a new password
GET  /accounts/api/v1/staff/<id>/sessions               …/<session>/end ends one of them
GET  /accounts/api/v1/me/sessions                       one's own; …/<session>/end
"""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify

from services.accounts.resetting.asking import make_link
from services.accounts.staff import acts
from services.accounts.staff.account import ACCOUNT
from services.accounts.staff.credentials import with_secrets
from services.accounts.staff.listing import visible_account
from services.accounts.staff.performing import on_account
from services.accounts.standing import acts as standing
from services.accounts.standing.schemas import (
    DetailsSchema,
    ResetLinkSchema,
    ResetSchema,
    SessionSchema,
)
from services.accounts.standing.views import sessions_of
from shared.access.roles import EVERY_PROGRAMME, SIGNED_IN
from shared.events.work import Work
from shared.service import INSTALLATION_WIDE
from shared.web.access import ensure, requires, signed_in
from shared.web.api import ApiBlueprint, command
from shared.web.commands import Answer, ReceiptSchema, actor, context, perform, receipt, service
from shared.web.etag import required_version, set_version

blueprint = ApiBlueprint("standing_api", __name__, url_prefix="/accounts/api/v1")


@blueprint.route("/staff/<account_id>/close", methods=["POST"])
@requires("accounts.staff.write", fresh=True)
@command(versioned=True)
@blueprint.response(200, ReceiptSchema)
def close(account_id: str) -> Response:
    """Close an account for good: its sessions end, its roles are gone, its address is free."""
    by = ensure("accounts.staff.write", EVERY_PROGRAMME).account_id
    version = required_version()
    with service().database.reading() as connection:
        visible_account(connection, account_id)

    def handler(work: Work) -> Answer:
        standing.close(work, by=by, account_id=account_id, version=version)
        return receipt(work, ACCOUNT, account_id)

    answer = with_secrets(service(), context(INSTALLATION_WIDE), handler)
    return set_version(jsonify(answer.body), answer.version or 0)


@blueprint.route("/staff/<account_id>/hold/lift", methods=["POST"])
@requires("accounts.holds.lift", fresh=True)
@command(versioned=True)
@blueprint.response(200, ReceiptSchema)
def lift_hold(account_id: str) -> Response:
    """Say that you know whose account it is: its roles count. Not for who had a part in it."""
    by = ensure("accounts.holds.lift", None).account_id
    return on_account(account_id, lambda work: acts.lift_hold(work, by=by, account_id=account_id))


@blueprint.route("/staff/<account_id>/details", methods=["POST"])
@requires("accounts.staff.write", fresh=True)
@command(versioned=True)
@blueprint.arguments(DetailsSchema)
@blueprint.response(200, ReceiptSchema)
def change_details(arguments: dict[str, Any], account_id: str) -> Response:
    """Change name and address. Links for a new password that were made before stop working."""
    by = ensure("accounts.staff.write", EVERY_PROGRAMME).account_id
    return on_account(
        account_id,
        lambda work: acts.change_details(work, by=by, account_id=account_id, **arguments),
    )


@blueprint.route("/staff/<account_id>/reset", methods=["POST"])
@requires("accounts.staff.write", fresh=True)
@blueprint.arguments(ResetSchema)
@blueprint.response(200, ResetLinkSchema)
def reset(arguments: dict[str, Any], account_id: str) -> dict[str, Any]:
    """Mail a link for a new password, or show it this once; either stands on record."""
    by = ensure("accounts.staff.write", EVERY_PROGRAMME).account_id
    with service().database.reading() as connection:
        visible_account(connection, account_id)
    shown: bool = arguments["shown"]
    asker = context(INSTALLATION_WIDE)
    made = make_link(service(), asker, by=by, account_id=account_id, shown=shown)
    return {
        "mailed": made.address is None,
        "address": made.address,
        "expires_at": made.expires_at,
    }


@blueprint.route("/staff/<account_id>/sessions", methods=["GET"])
@requires("accounts.sessions.read")
@blueprint.response(200, SessionSchema(many=True))
def list_sessions(account_id: str) -> list[dict[str, Any]]:
    """List an account's open sessions; twenty at most."""
    with service().database.reading() as connection:
        visible_account(connection, account_id)
        return sessions_of(connection, account_id, service().clock.now())


@blueprint.route("/staff/<account_id>/sessions/<session_id>/end", methods=["POST"])
@requires("accounts.sessions.end")
@command()
@blueprint.response(200, ReceiptSchema)
def end_session(account_id: str, session_id: str) -> Response:
    """End a session of an account, in every service."""
    by = ensure("accounts.sessions.end", EVERY_PROGRAMME).account_id
    with service().database.reading() as connection:
        visible_account(connection, account_id)
    return _end(by, account_id, session_id)


@blueprint.route("/me/sessions", methods=["GET"])
@requires(SIGNED_IN)
@blueprint.response(200, SessionSchema(many=True))
def list_own_sessions() -> list[dict[str, Any]]:
    """List one's own open sessions; twenty at most."""
    with service().database.reading() as connection:
        return sessions_of(connection, signed_in().account_id, service().clock.now())


@blueprint.route("/me/sessions/<session_id>/end", methods=["POST"])
@requires(SIGNED_IN)
@command()
@blueprint.response(200, ReceiptSchema)
def end_own_session(session_id: str) -> Response:
    """End one of one's own sessions, in every service."""
    return _end(actor(), actor(), session_id)


def _end(by: str, account_id: str, session_id: str) -> Response:
    def handler(work: Work) -> Answer:
        standing.end_session(work, by=by, account_id=account_id, session_id=session_id)
        return receipt(work, ACCOUNT, account_id)

    return perform(INSTALLATION_WIDE, handler)
