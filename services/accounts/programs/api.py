"""JSON routes for programs' keys, and where a program exchanges its key for a token.

POST /accounts/api/v1/tokens/exchange           Authorization: Bearer zanat_…  →  201, a token
GET  /accounts/api/v1/programs/<account>/keys   POST makes one, whose key is answered once
POST /accounts/api/v1/programs/<account>/keys/<key>/revoke
"""

from __future__ import annotations

from typing import Any

from flask import current_app, request
from sqlalchemy import Row

from services.accounts.programs import acts
from services.accounts.programs.schemas import (
    ExchangedSchema,
    ExchangeSchema,
    KeyPage,
    KeySchema,
    MadeKeySchema,
    MakeKeySchema,
)
from services.accounts.programs.views import find_key, list_keys, state_of
from services.accounts.sessions.signing_in import EXTENSION, SignInDesk
from services.accounts.staff.credentials import with_secrets
from services.accounts.staff.listing import visible_account
from services.accounts.throttling.tries import forgive, throttle
from shared.access.roles import EVERY_PROGRAMME, PUBLIC
from shared.errors import Missing, Unauthenticated
from shared.language.marking import N_
from shared.service import INSTALLATION_WIDE
from shared.web.access import bears_key, ensure, requires
from shared.web.api import ApiBlueprint
from shared.web.client_address import client_address
from shared.web.commands import context, service
from shared.web.pagination import PageArguments, PageRequest

READ = "accounts.programs.read"
WRITE = "accounts.programs.write"

blueprint = ApiBlueprint("programs_api", __name__, url_prefix="/accounts/api/v1")


@blueprint.route("/tokens/exchange", methods=["POST"])
@requires(PUBLIC)
@bears_key
@blueprint.arguments(ExchangeSchema)
@blueprint.response(201, ExchangedSchema)
@blueprint.alt_response(401, "Problem401")  # type: ignore[untyped-decorator]
def exchange(arguments: dict[str, Any]) -> dict[str, Any]:
    """Exchange a program's key for a token that lives minutes. Ask again before it ends."""
    key = _bearer() or arguments["key"]
    if not key:
        raise Unauthenticated("key-missing", N_("Send the key as: Authorization: Bearer zanat_…"))
    address = client_address()
    throttle(service(), "key/address", address)
    desk: SignInDesk = current_app.extensions[EXTENSION]
    found = acts.exchange(service(), desk, key, context(INSTALLATION_WIDE))
    forgive(service(), "key/address", address)
    return {
        "token": found.token,
        "token_type": "Bearer",
        "expires_in": int(found.lifetime.total_seconds()),
        "account_id": found.reader.account_id,
        "session_id": found.reader.session_id,
        "scopes": sorted(found.reader.scopes or ()),
        "key_expires_at": found.key_expires_at,
    }


@blueprint.route("/programs/<account_id>/keys", methods=["GET"])
@requires(READ)
@blueprint.arguments(PageArguments, location="query")
@blueprint.response(200, KeyPage)
def keys(page: PageRequest, account_id: str) -> dict[str, Any]:
    """List the keys of a program, the newest first."""
    after = page.after(str)
    with service().database.reading() as connection:
        visible_account(connection, account_id)
        rows = list_keys(
            connection,
            limit=page.limit + 1,
            account_id=account_id,
            after=after[0] if after else None,
        )
    return page.answer([_as_json(row) for row in rows], lambda item: (item["id"],))


@blueprint.route("/programs/<account_id>/keys", methods=["POST"])
@requires(WRITE, fresh=True)
@blueprint.arguments(MakeKeySchema)
@blueprint.response(201, MadeKeySchema)
def make(arguments: dict[str, Any], account_id: str) -> dict[str, Any]:
    """Make a key for a program. What makes it one is in this answer and nowhere else."""
    by = ensure(WRITE, EVERY_PROGRAMME).account_id
    with service().database.reading() as connection:
        visible_account(connection, account_id)
    key_id, key = with_secrets(
        service(),
        context(INSTALLATION_WIDE),
        lambda work: acts.make(
            work,
            by=by,
            account_id=account_id,
            name=arguments["name"],
            scopes=tuple(arguments["scopes"]),
            days=arguments["days"],
        ),
    )
    with service().database.reading() as connection:
        row = find_key(connection, account_id, key_id)
    return {"id": key_id, "key": key, "expires_at": row.expires_at if row else None}


@blueprint.route("/programs/<account_id>/keys/<key_id>", methods=["GET"])
@requires(READ)
@blueprint.response(200, KeySchema)
def show(account_id: str, key_id: str) -> dict[str, Any]:
    """Show a key: what it is for, until when, when it was used."""
    return _as_json(_visible_key(account_id, key_id))


@blueprint.route("/programs/<account_id>/keys/<key_id>/revoke", methods=["POST"])
@requires(WRITE)
@blueprint.response(200, KeySchema)
def revoke(account_id: str, key_id: str) -> dict[str, Any]:
    """Revoke a key: it and its tokens open nothing any more. Again changes nothing."""
    by = ensure(WRITE, EVERY_PROGRAMME).account_id
    _visible_key(account_id, key_id)
    with_secrets(
        service(),
        context(INSTALLATION_WIDE),
        lambda work: acts.revoke(work, by=by, account_id=account_id, key_id=key_id),
    )
    return _as_json(_visible_key(account_id, key_id))


def _bearer() -> str:
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    return key.strip() if scheme.lower() == "bearer" else ""


def _visible_key(account_id: str, key_id: str) -> Row[Any]:
    with service().database.reading() as connection:
        visible_account(connection, account_id)
        row = find_key(connection, account_id, key_id)
    if row is None:
        raise Missing("no-key", N_("There is no such key."))
    return row


def _as_json(row: Row[Any]) -> dict[str, Any]:
    return {
        "id": row.key_id,
        "account_id": row.account_id,
        "name": row.name,
        "scopes": row.scopes.split(),
        "state": state_of(row, service().clock.now()),
        "made_at": row.made_at,
        "expires_at": row.expires_at,
        "last_used_at": row.last_used_at,
        "revoked_at": row.revoked_at,
    }
