"""The page of the list of accounts that shows applicants': found by name, number or address.

_list_page(**applicants_shown("suspended"))             what the list's template needs
_list_page(**applicants_shown("", "060 123 4567"))      the applicants with this number
"""

from __future__ import annotations

from typing import Any

from flask import request, url_for

from services.accounts.applicants.contact import typed
from services.accounts.applicants.listing import list_applicants
from services.accounts.staff.listing import LIST, seen
from shared.access.roles import EVERY_PROGRAMME
from shared.language.folding import fold
from shared.web.access import ensure
from shared.web.commands import service
from shared.web.pagination import CURSOR_LENGTH_MAX, PageRequest


def applicants_shown(standing: str, name: str = "") -> dict[str, Any]:
    """A page of them, for whoever sees every account; of those that are looked for the first."""
    ensure("accounts.staff.read", EVERY_PROGRAMME)
    page = PageRequest(cursor=(request.args.get("cursor") or "")[:CURSOR_LENGTH_MAX] or None)
    after = page.after(str)
    keyring = service().keyring
    seen(LIST)
    with service().database.reading() as connection:
        rows = list_applicants(
            connection,
            limit=page.limit + 1,
            after=after[0] if after else None,
            standing=standing,
            name=fold(name),
            contacts=[one.index(keyring) for one in typed(name)],
        )
    answer = page.answer(rows, lambda row: (row.account_id,))
    following = ""
    if answer["next"] and not name:
        following = url_for(
            "staff.list_staff", kind="applicant", standing=standing, cursor=answer["next"]
        )
    return {
        "rows": answer["items"],
        "held": {},
        "following": following,
        "standing": standing,
        "name": name,
        "kind": "applicant",
        "more": bool(name and answer["next"]),
    }
