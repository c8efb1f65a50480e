"""Proving a second factor by a code, and doing what it is for, in one transaction.

    session_id = prove(service, account_id, "287 082", context, lambda work, method: ...)

A try is counted before the code is looked at, so that a hundred at once are no more than five; and
a wrong code counts like a wrong password on the account.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from services.accounts.factors.keeping import use_code
from services.accounts.staff.account import ACCOUNT
from services.accounts.staff.account_commands import FailSignIn
from services.accounts.staff.account_events import FactorMethod
from services.accounts.staff.account_state import may_try_sign_in
from services.accounts.staff.credentials import with_secrets
from services.accounts.throttling.tries import forgive, throttle
from shared.errors import Invalid, Unauthenticated
from shared.events.append import Context
from shared.events.work import Work
from shared.language.marking import N_
from shared.service import Service

R = TypeVar("R")


class CodeNeeded(Unauthenticated):
    """The password was right, and a second factor is asked for."""

    def __init__(self, account_id: str) -> None:
        super().__init__(
            "code-needed", N_("Send the code of your app, or a recovery code, as well.")
        )
        self.account_id = account_id


def prove(
    service: Service,
    account_id: str,
    code: str,
    context: Context,
    then: Callable[[Work, FactorMethod], R],
) -> R:
    """Use a code of the account's app or a recovery code, and do ``then`` with it.

    Raises Invalid ``code-wrong`` when it is neither, TooMany after too many, and what ``then``
    raises, in which case the code was not used.
    """

    def handler(work: Work) -> tuple[R] | None:
        method = use_code(work, account_id, code)
        if method is not None:
            return (then(work, method),)
        if may_try_sign_in(work.load(ACCOUNT, account_id), work.now):
            failed = FailSignIn(by=account_id, now=work.now, account_id=account_id)
            work.decide(ACCOUNT, account_id, failed)
        return None

    throttle(service, "code/account", account_id)
    done = with_secrets(service, replace(context, actor=account_id), handler)
    if done is None:
        raise code_wrong()
    forgive(service, "code/account", account_id)
    return done[0]


def code_wrong() -> Invalid:
    """What is said of a code that is neither of the app nor of the list."""
    return Invalid(
        "code-wrong",
        N_(
            "This code is not right, or was used already. "
            "Wait for the next one, or type a recovery code."
        ),
    )
