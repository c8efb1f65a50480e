"""What people do with passkeys: add one, remove one, prove by one who they are.

    asking = Asking(party=party, secret=secret, purpose=TO_MAKE, bound_to=account_id)
    with_secrets(service, context, lambda work: add(work, asking, answer, ...))
    account_id = prove(service, asking, answer, context)

A challenge is answered once: the answer and the note of it are one transaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from services.accounts.applicants.only_codes import is_applicant, refuse_applicant
from services.accounts.passkeys.ceremonies import (
    Given,
    RelyingParty,
    given_to_make,
    given_to_sign,
    refused,
)
from services.accounts.passkeys.challenges import challenge_hash, check_challenge
from services.accounts.passkeys.keeping import (
    LABEL_LENGTH_MAX,
    NewPasskey,
    by_credential,
    forget,
    keep,
    note_use,
    passkeys_of,
    use_challenge,
)
from services.accounts.passkeys.passkeys import PASSKEYS, AddPasskey, RemovePasskey
from services.accounts.staff.credentials import with_secrets
from shared.errors import Invalid, Missing
from shared.events.append import Context
from shared.events.work import Work
from shared.language.marking import N_
from shared.service import Service

TO_MAKE: Final = "make"
TO_SIGN_IN: Final = "sign-in"
TO_STEP_UP: Final = "step-up"


@dataclass(frozen=True, kw_only=True)
class Asking:
    """Who asks devices for what. ``bound_to``: the browser or account that the challenge is for."""

    party: RelyingParty
    secret: bytes
    purpose: str
    bound_to: str

    def end_of(self, given: Given, now: datetime) -> datetime:
        """When the answered challenge ends. Raises Invalid when it is not ours or too old."""
        end = check_challenge(
            self.secret, given.challenge, purpose=self.purpose, bound_to=self.bound_to, now=now
        )
        if end is None:
            raise Invalid(
                "passkey-late", N_("That took too long or came from another page. Try again.")
            )
        return end


def add(work: Work, asking: Asking, answer: str, *, account_id: str, label: str) -> str:
    """Let the key that a device has just made open the account; its id. Raises Invalid."""
    label = _label(label)
    given = given_to_make(answer)
    end = asking.end_of(given, work.now)
    made = asking.party.made(answer, given.challenge)
    _once(work.connection, given, end, work.now)
    passkey = NewPasskey(
        passkey_id=work.new_id(),
        account_id=account_id,
        credential_id=given.credential_id,
        public_key=made.credential_public_key,
        sign_count=made.sign_count,
        transports=given.transports,
        label=label,
        synced=made.credential_backed_up,
    )
    command = AddPasskey(
        by=account_id,
        now=work.now,
        account_id=account_id,
        passkey_id=passkey.passkey_id,
        synced=passkey.synced,
        applicant=is_applicant(work, account_id),
    )
    work.decide(PASSKEYS, account_id, command)
    try:
        with work.connection.begin_nested():
            keep(work.connection, passkey, work.now)
    except IntegrityError:
        raise Invalid("passkey-known", N_("This passkey is in use already.")) from None
    return passkey.passkey_id


def remove(work: Work, *, by: str, account_id: str, passkey_id: str) -> None:
    """Take a passkey away. Raises Missing when the account has no such one."""
    if not forget(work.connection, account_id, passkey_id):
        raise Missing("no-passkey", N_("There is no such passkey."))
    command = RemovePasskey(by=by, now=work.now, account_id=account_id, passkey_id=passkey_id)
    work.decide(PASSKEYS, account_id, command)


def remove_all(work: Work, *, by: str, account_id: str) -> int:
    """Take every passkey of an account away, of somebody who lost their device; how many."""
    found = passkeys_of(work.connection, account_id)
    for row in found:
        remove(work, by=by, account_id=account_id, passkey_id=row.passkey_id)
    return len(found)


def prove(
    service: Service, asking: Asking, answer: str, context: Context, *, account_id: str = ""
) -> str:
    """Whose passkey signed the challenge; the account's id.

    account_id: the only account whose passkeys count; empty for any. Raises Invalid, in the same
    words for an unknown key and a wrong signature.
    """
    now = service.clock.now()
    given = given_to_sign(answer)
    end = asking.end_of(given, now)
    with service.database.reading() as connection:
        row = by_credential(connection, given.credential_id)
        if row is not None:
            refuse_applicant(connection, row.account_id)
    if row is None or row.account_id != (account_id or row.account_id):
        raise refused()
    if given.user_handle and given.user_handle != row.account_id:
        raise refused()
    proof = asking.party.signed(
        answer, given.challenge, public_key=row.public_key, sign_count=row.sign_count
    )

    def note(work: Work) -> None:
        _once(work.connection, given, end, work.now)
        note_use(work.connection, row.passkey_id, proof.new_sign_count, work.now)

    with_secrets(service, context, note)
    return str(row.account_id)


def _once(connection: Connection, given: Given, end: datetime, now: datetime) -> None:
    if not use_challenge(connection, challenge_hash(given.challenge), end, now):
        raise refused()


def _label(given: str) -> str:
    label = " ".join(given.split())
    if len(label) > LABEL_LENGTH_MAX or not label.isprintable():
        raise Invalid(
            "passkey-label",
            N_("Name the passkey in at most {length_max} letters."),
            length_max=LABEL_LENGTH_MAX,
        )
    return label
