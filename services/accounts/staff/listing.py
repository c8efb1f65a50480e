"""Which accounts a reader may see, and an account with all that its page or its JSON shows.

    visible_account(connection, account_id)  ->  row, or Missing for those outside of the reader's

An administrator sees every account; an auditor of one programme those who hold a role in it.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection, Row

from services.accounts.staff.acts import known
from services.accounts.staff.views import find_account, roles_of
from shared.access.accesses import record_read
from shared.access.reader import RoleGrant
from shared.access.roles import EVERY_PROGRAMME
from shared.errors import Missing
from shared.language.marking import N_
from shared.service import INSTALLATION_WIDE
from shared.web.access import signed_in
from shared.web.app import correlation_id
from shared.web.commands import service

LIST: Final = "/accounts/staff"
"""What the list of accounts is called on record."""


def seen(subject: str) -> None:
    """Put on record that the reader is shown names and addresses of this list or account."""
    record_read(
        service(),
        signed_in(),
        what="names_and_addresses",
        subject=subject,
        programme=INSTALLATION_WIDE,
        correlation=correlation_id(),
    )


def visible_programmes() -> frozenset[str] | None:
    """The programmes whose staff the reader may see; None for every one."""
    programmes = signed_in().programmes("accounts.staff.read")
    return None if EVERY_PROGRAMME in programmes else programmes


def visible_account(connection: Connection, account_id: str) -> tuple[Row[Any], list[RoleGrant]]:
    """The account's row and roles. Raises Missing, also where the reader may not look."""
    row = find_account(connection, known(account_id))
    if row is not None:
        roles = roles_of(connection, [account_id])[account_id]
        programmes = visible_programmes()
        if programmes is None or any(role.programme in programmes for role in roles):
            return row, roles
    raise Missing("no-account", N_("There is no such account."))


def as_json(row: Row[Any], roles: list[RoleGrant], name: str | None = None) -> dict[str, Any]:
    """An account in the form of AccountSchema. ``name``: of an applicant, whose row has none."""
    return {
        "account_id": row.account_id,
        "kind": row.kind,
        "standing": row.standing,
        "display_name": name or row.display_name,
        "email": row.email,
        "roles": roles,
        "version": row.version,
    }
