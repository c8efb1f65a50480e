"""Closing an account and ending one of its sessions, as handlers of a work.

close(work, by=actor(), account_id=account_id, version=7)
end_session(work, by=actor(), account_id=account_id, session_id=session_id)
"""

from __future__ import annotations

from services.accounts.factors.acts import forget_all
from services.accounts.resetting.links import LINKS
from services.accounts.staff.account import ACCOUNT
from services.accounts.staff.account_commands import CloseAccount, RevokeSession
from services.accounts.staff.account_state import Over
from services.accounts.staff.acts import address_claim
from services.accounts.staff.credentials import CREDENTIALS, INVITATIONS
from services.accounts.staff.views import find_account
from shared.events.work import Work


def close(work: Work, *, by: str, account_id: str, version: int | None) -> None:
    """End the account for good; address and links may be another account's then.

    version: which of it was seen; whoever closes it a second time changes nothing and may.

    Its secrets go with it. Needs ``with_secrets``, since they stand beside the events.
    """
    if not isinstance(work.load(ACCOUNT, account_id), Over):
        work.expect(ACCOUNT, account_id, version)
    before = find_account(work.connection, account_id)
    command = CloseAccount(by=by, now=work.now, account_id=account_id)
    if not work.decide(ACCOUNT, account_id, command):
        return
    if before is not None and before.email:
        work.release(address_claim(work, account_id, before.email))
    forget_all(work, by=by, account_id=account_id)
    for secrets in (CREDENTIALS, INVITATIONS, LINKS):
        work.connection.execute(secrets.delete().where(secrets.c.account_id == account_id))


def end_session(work: Work, *, by: str, account_id: str, session_id: str) -> None:
    """End one session; nothing happens when it is over, or is another account's."""
    command = RevokeSession(by=by, now=work.now, account_id=account_id, session_id=session_id)
    work.decide(ACCOUNT, account_id, command)
