"""A command on an account for the API: on the version that was seen, by who may look.

return on_account(account_id, lambda work: acts.grant_role(work, by=actor(), …))
"""

from __future__ import annotations

from collections.abc import Callable

from flask import Response

from services.accounts.staff.account import ACCOUNT
from services.accounts.staff.listing import visible_account
from shared.events.work import Work
from shared.service import INSTALLATION_WIDE
from shared.web.commands import Answer, perform, receipt, service
from shared.web.etag import required_version


def on_account(account_id: str, act: Callable[[Work], None]) -> Response:
    """The receipt of what ``act`` did. Raises Missing, Stale, and what the decider refuses."""
    version = required_version()
    with service().database.reading() as connection:
        visible_account(connection, account_id)

    def handler(work: Work) -> Answer:
        work.expect(ACCOUNT, account_id, version)
        act(work)
        return receipt(work, ACCOUNT, account_id)

    return perform(INSTALLATION_WIDE, handler)
