"""What people do with their second factors, as handlers of a work: pages and the API share them.

    secret = begin_app(work, account_id)                  # shown as a QR code
    codes = confirm_app(work, account_id, "287082")       # with ten recovery codes, when none are
    reset_factors(work, by=administrator, account_id=account_id)

Each needs ``with_secrets``, since secrets are written beside the events.
"""

from __future__ import annotations

from services.accounts.applicants.only_codes import is_applicant
from services.accounts.factors.codes import new_recovery_codes, new_secret
from services.accounts.factors.factors import (
    FACTORS,
    AddApp,
    MakeRecoveryCodes,
    RemoveApp,
    ResetFactors,
    app_there,
)
from services.accounts.factors.keeping import (
    confirm_secret,
    forget_app,
    forget_recovery_codes,
    has_factor,
    keep_recovery_codes,
    keep_secret,
    recovery_codes_left,
)
from services.accounts.passkeys.acting import remove, remove_all
from services.accounts.passkeys.keeping import count_of
from services.accounts.providers.acting import unlink_all
from services.accounts.providers.views import links_of
from services.accounts.staff.account import ACCOUNT
from services.accounts.staff.account_commands import PlaceHold, RevokeSession
from services.accounts.staff.account_state import only_codes
from services.accounts.staff.views import open_sessions
from shared.errors import Invalid
from shared.events.work import Work
from shared.language.marking import N_


def begin_app(work: Work, account_id: str) -> str:
    """A new secret for an app; it counts once a code of it was typed. Raises Refused."""
    if is_applicant(work, account_id):
        raise only_codes()
    if work.load(FACTORS, account_id).app:
        raise app_there()
    secret = new_secret()
    keep_secret(work, account_id, secret)
    return secret


def confirm_app(work: Work, account_id: str, code: str) -> list[str]:
    """Let the app count; recovery codes to show once, when there were none. Raises Invalid.

    The code that confirmed it is used: it signs nobody in any more.
    """
    if not confirm_secret(work, account_id, code):
        raise Invalid(
            "code-wrong", N_("This is not the code that the app shows now. Type the next one.")
        )
    add = AddApp(
        by=account_id,
        now=work.now,
        account_id=account_id,
        applicant=is_applicant(work, account_id),
    )
    work.decide(FACTORS, account_id, add)
    return ensure_recovery_codes(work, account_id)


def remove_app(work: Work, account_id: str) -> None:
    """Take the app away, and with the last factor the recovery codes: nothing asks for them."""
    work.decide(FACTORS, account_id, RemoveApp(by=account_id, now=work.now, account_id=account_id))
    forget_app(work.connection, account_id)
    if count_of(work.connection, account_id) == 0:
        forget_recovery_codes(work.connection, account_id)


def ensure_recovery_codes(work: Work, account_id: str) -> list[str]:
    """Recovery codes to show once, when the account has none left; else an empty list."""
    if recovery_codes_left(work.connection, account_id):
        return []
    return make_recovery_codes(work, account_id)


def make_recovery_codes(work: Work, account_id: str) -> list[str]:
    """Ten new recovery codes, to show once; those before are worth nothing. Raises Refused."""
    command = MakeRecoveryCodes(
        by=account_id,
        now=work.now,
        account_id=account_id,
        passkeys=count_of(work.connection, account_id),
        applicant=is_applicant(work, account_id),
    )
    work.decide(FACTORS, account_id, command)
    codes = new_recovery_codes()
    keep_recovery_codes(work, account_id, codes)
    return codes


def reset_factors(work: Work, *, by: str, account_id: str) -> None:
    """Take all factors of somebody else away, and who they are elsewhere.

    Their sessions end: one may be on the lost device. Their business roles wait until somebody
    who had no part in it confirms that it is them.
    """
    command = ResetFactors(
        by=by,
        now=work.now,
        account_id=account_id,
        passkeys=count_of(work.connection, account_id),
        links=len(links_of(work.connection, account_id)),
    )
    if not work.decide(FACTORS, account_id, command):
        return
    forget_all(work, by=by, account_id=account_id)
    place = PlaceHold(by=by, now=work.now, account_id=account_id, ground="factors")
    work.decide(ACCOUNT, account_id, place)
    for session in open_sessions(work.connection, account_id, work.now):
        ended = RevokeSession(
            by=by, now=work.now, account_id=account_id, session_id=session.session_id
        )
        work.decide(ACCOUNT, account_id, ended)


def forget_all(work: Work, *, by: str, account_id: str) -> None:
    """Delete app, passkeys, recovery codes and links to providers of an account."""
    remove_all(work, by=by, account_id=account_id)
    unlink_all(work, account_id, by=by)
    forget_app(work.connection, account_id)
    forget_recovery_codes(work.connection, account_id)


def remove_passkey(
    work: Work, *, account_id: str, passkey_id: str, kept_session_id: str | None
) -> None:
    """Take a passkey of one's own away. Raises Missing when the account has no such one.

    Every other session ends: whoever had the device may be in one. With the last factor the
    recovery codes go, so that nobody who found them comes back by them later.
    """
    remove(work, by=account_id, account_id=account_id, passkey_id=passkey_id)
    if not has_factor(work.connection, account_id):
        forget_recovery_codes(work.connection, account_id)
    for session in open_sessions(work.connection, account_id, work.now):
        if session.session_id != kept_session_id:
            ended = RevokeSession(
                by=account_id, now=work.now, account_id=account_id, session_id=session.session_id
            )
            work.decide(ACCOUNT, account_id, ended)
