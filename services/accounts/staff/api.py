"""JSON routes for staff and roles, under ``/accounts/api/v1/staff``.

POST /accounts/api/v1/staff                      invite                → 201, receipt
POST /accounts/api/v1/staff/<id>/invitation      a fresh single-use link
POST /accounts/api/v1/staff/<id>/roles           grant; …/roles/revoke takes back
POST /accounts/api/v1/staff/<id>/suspend         …/reinstate
"""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify

from services.accounts.applicants.listing import list_applicants, name_of
from services.accounts.staff import acts
from services.accounts.staff.account import ACCOUNT
from services.accounts.staff.account_commands import Reinstate, Suspend
from services.accounts.staff.credentials import with_secrets
from services.accounts.staff.listing import LIST, as_json, seen, visible_account, visible_programmes
from services.accounts.staff.performing import on_account
from services.accounts.staff.schemas import (
    AccountSchema,
    InvitationSchema,
    InviteSchema,
    RoleSchema,
    StaffArguments,
    StaffPage,
    SuspendSchema,
)
from services.accounts.staff.searching import list_accounts
from services.accounts.staff.views import roles_of
from shared.access.roles import EVERY_PROGRAMME
from shared.events.work import Work
from shared.service import INSTALLATION_WIDE
from shared.web.access import ensure, requires
from shared.web.api import ApiBlueprint, command
from shared.web.commands import Answer, ReceiptSchema, actor, context, perform, receipt, service
from shared.web.etag import not_modified, set_version
from shared.web.pagination import PageRequest

blueprint = ApiBlueprint("staff_api", __name__, url_prefix="/accounts/api/v1/staff")


@blueprint.route("", methods=["GET"])
@requires("accounts.staff.read")
@blueprint.arguments(StaffArguments, location="query")
@blueprint.response(200, StaffPage)
def list_staff(arguments: dict[str, Any]) -> dict[str, Any]:
    """List accounts by name."""
    page: PageRequest = arguments["page"]
    after = page.after(str)
    seen(LIST)
    if arguments["kind"] == "applicant":
        return page.answer(_applicants(page, arguments["standing"]), lambda it: (it["account_id"],))
    with service().database.reading() as connection:
        rows = list_accounts(
            connection,
            limit=page.limit + 1,
            after=after[0] if after else None,
            standing=arguments["standing"],
            role=arguments["role"],
            programmes=visible_programmes(),
        )
        roles = roles_of(connection, [row.account_id for row in rows])
    items = [as_json(row, roles[row.account_id]) for row in rows]
    return page.answer(items, lambda item: (item["account_id"],))


def _applicants(page: PageRequest, standing: str) -> list[dict[str, Any]]:
    """Applicants' accounts, by name and standing alone."""
    ensure("accounts.staff.read", EVERY_PROGRAMME)
    after = page.after(str)
    with service().database.reading() as connection:
        rows = list_applicants(
            connection, limit=page.limit + 1, after=after[0] if after else None, standing=standing
        )
    return [as_json(row, []) for row in rows]


@blueprint.route("", methods=["POST"])
@requires("accounts.staff.write", fresh=True)
@command()
@blueprint.arguments(InviteSchema)
@blueprint.response(201, ReceiptSchema)
def invite(arguments: dict[str, Any]) -> Response:
    """Invite a member of staff, or set up a program. The link is made by a request of its own."""
    ensure("accounts.staff.write", EVERY_PROGRAMME)

    def handler(work: Work) -> Answer:
        account_id = acts.invite(work, by=actor(), **arguments)
        location = f"/accounts/api/v1/staff/{account_id}"
        return receipt(work, ACCOUNT, account_id, status=201, location=location)

    return perform(INSTALLATION_WIDE, handler)


@blueprint.route("/<account_id>", methods=["GET"])
@requires("accounts.staff.read")
@blueprint.response(200, AccountSchema)
def show(account_id: str) -> Response:
    """Show an account."""
    with service().database.reading() as connection:
        row, roles = visible_account(connection, account_id)
        name = name_of(connection, account_id) if row.kind == "applicant" else None
    if not_modified(row.version):
        return set_version(Response(status=304), row.version)
    seen(ACCOUNT.stream(account_id))
    return set_version(jsonify(AccountSchema().dump(as_json(row, roles, name))), row.version)


@blueprint.route("/<account_id>/invitation", methods=["POST"])
@requires("accounts.staff.write", fresh=True)
@blueprint.response(200, InvitationSchema)
def renew_invitation(account_id: str) -> dict[str, Any]:
    """Mail a new link for an invitation that was not used; the one before stops working.

    Without an address in the account it is given back, this once.
    """
    ensure("accounts.staff.write", EVERY_PROGRAMME)
    acts.known(account_id)
    by = actor()
    path, expires_at = with_secrets(
        service(),
        context(INSTALLATION_WIDE),
        lambda work: acts.renew_invitation(
            work, by=by, account_id=account_id, mails=acts.mails_from(service().settings)
        ),
    )
    address = service().settings.public_url + path if path else None
    return {"mailed": address is None, "address": address, "expires_at": expires_at}


@blueprint.route("/<account_id>/roles", methods=["GET"])
@requires("accounts.roles.read")
@blueprint.response(200, RoleSchema(many=True))
def list_roles(account_id: str) -> Response:
    """List the roles that an account holds; twenty at most."""
    with service().database.reading() as connection:
        row, roles = visible_account(connection, account_id)
    return set_version(jsonify(RoleSchema(many=True).dump(roles)), row.version)


@blueprint.route("/<account_id>/roles", methods=["POST"])
@requires("accounts.roles.grant", fresh=True)
@command(versioned=True)
@blueprint.arguments(RoleSchema)
@blueprint.response(200, ReceiptSchema)
def grant(arguments: dict[str, Any], account_id: str) -> Response:
    """Grant a role."""
    ensure("accounts.roles.grant", EVERY_PROGRAMME)
    return on_account(
        account_id,
        lambda work: acts.grant_role(work, by=actor(), account_id=account_id, **arguments),
    )


@blueprint.route("/<account_id>/roles/revoke", methods=["POST"])
@requires("accounts.roles.revoke", fresh=True)
@command(versioned=True)
@blueprint.arguments(RoleSchema)
@blueprint.response(200, ReceiptSchema)
def revoke(arguments: dict[str, Any], account_id: str) -> Response:
    """Take a role back; within seconds no service takes a token that names it."""
    ensure("accounts.roles.revoke", EVERY_PROGRAMME)
    return on_account(
        account_id,
        lambda work: acts.revoke_role(work, by=actor(), account_id=account_id, **arguments),
    )


@blueprint.route("/<account_id>/suspend", methods=["POST"])
@requires("accounts.staff.write", fresh=True)
@command(versioned=True)
@blueprint.arguments(SuspendSchema)
@blueprint.response(200, ReceiptSchema)
def suspend(arguments: dict[str, Any], account_id: str) -> Response:
    """Stop an account and its sessions at once, in every service."""
    ensure("accounts.staff.write", EVERY_PROGRAMME)

    def act(work: Work) -> None:
        by = actor()
        one = Suspend(by=by, now=work.now, account_id=account_id, reason=arguments["reason"])
        work.decide(ACCOUNT, account_id, one)

    return on_account(account_id, act)


@blueprint.route("/<account_id>/reinstate", methods=["POST"])
@requires("accounts.staff.write", fresh=True)
@command(versioned=True)
@blueprint.response(200, ReceiptSchema)
def reinstate(account_id: str) -> Response:
    """Let a suspended account work again; its sessions stay ended."""
    ensure("accounts.staff.write", EVERY_PROGRAMME)

    def act(work: Work) -> None:
        one = Reinstate(by=actor(), now=work.now, account_id=account_id)
        work.decide(ACCOUNT, account_id, one)

    return on_account(account_id, act)
