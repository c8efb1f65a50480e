"""How an installation gets its first people, for the command line.

link = first_administrator_link(service)      # "/accounts/activate/…", or None
seed_personas(service, "RS-2011")             # a demonstration's invented people
"""

from __future__ import annotations

from services.accounts.personas import Persona, seed_personas
from services.accounts.staff import acts
from services.accounts.staff.account import ACCOUNT
from services.accounts.staff.account_state import NoAccount, Waiting
from services.accounts.staff.credentials import with_secrets
from services.accounts.staff.views import any_account
from shared.events.work import Work
from shared.identifiers import derived
from shared.service import INSTALLATION_WIDE, Service

__all__ = ["Persona", "first_administrator_link", "seed_personas"]

FIRST_NAME = "Administrator"
"""What the first account is called until its owner types a name."""


def first_administrator_link(service: Service) -> str | None:
    """The path of the single-use link that makes the first administrator; None once it was used.

    Each call gives a new link while none was used, and the one before stops working. None too when
    accounts exist that came about in another way.
    """
    account_id = derived("first administrator", service.settings.installation)
    context = service.system_context(
        INSTALLATION_WIDE, cause=derived("first administrator's link", account_id)
    )

    def link(work: Work) -> str | None:
        state = work.load(ACCOUNT, account_id)
        by = work.context.actor
        if isinstance(state, Waiting):
            path, _ = acts.renew_invitation(
                work, by=by, account_id=account_id, length=acts.FIRST_INVITATION_LENGTH
            )
            return path
        if not isinstance(state, NoAccount) or any_account(work.connection):
            return None
        return acts.bootstrap(work, by=by, account_id=account_id, display_name=FIRST_NAME)

    return with_secrets(service, context, link)
