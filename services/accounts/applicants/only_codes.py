"""Applicants sign in by a code that comes to them, and by nothing else.

    AddApp(..., applicant=is_applicant(work, account_id))     -> Refused, for an applicant
    refuse_applicant(connection, account_id)                  -> the same, for a page

A phone is lent, sold and lost. Whoever held one must not be able to leave something behind by
which they come back: no second factor, no passkey, no provider, no password.
"""

from __future__ import annotations

from sqlalchemy import Connection

from services.accounts.staff.account import ACCOUNT
from services.accounts.staff.account_state import Held, only_codes
from services.accounts.staff.views import find_account
from shared.events.work import Work


def is_applicant(work: Work, account_id: str) -> bool:
    """Whether the account is an applicant's; if it changes meanwhile, the work is run again."""
    state = work.guard(ACCOUNT, account_id)
    return isinstance(state, Held) and state.kind == "applicant"


def refuse_applicant(connection: Connection, account_id: str) -> None:
    """Raise Refused for an applicant's account."""
    account = find_account(connection, account_id)
    if account is not None and account.kind == "applicant":
        raise only_codes()
