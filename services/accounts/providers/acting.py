"""What follows when somebody comes from a provider: whose account it is, and with which roles.

    account_id = arrive(work, identity)          # by ``with_secrets``, in the name of the system
    link(work, identity, account_id=…, by=…)     # a signed-in person links their own

Whoever is known there has an account here by a link. The first time, an open invitation to the
same address is used, or an account is made when a role follows from the claims; both only for an
address that the provider has verified, in a domain that the operator's file gives it. An account
that somebody can sign in to already is never given to whoever comes with its address: its owner
signs in and links it.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Row

from services.accounts.applicants.only_codes import is_applicant, refuse_applicant
from services.accounts.indexes import email_index
from services.accounts.providers.provider_link import PROVIDER_LINK, LinkProvider, UnlinkProvider
from services.accounts.providers.speaking import Identity
from services.accounts.providers.views import account_of, links_of, subject_index
from services.accounts.staff import acts
from services.accounts.staff.account import ACCOUNT, EMAIL_LENGTH_MAX, NAME_LENGTH_MAX
from services.accounts.staff.account_commands import Activate, GrantRole, RevokeRole
from services.accounts.staff.account_state import Active, Held, Holding, Waiting
from services.accounts.staff.credentials import INVITATIONS, password_hash
from services.accounts.staff.views import ACCOUNTS, find_account
from shared.errors import Forbidden, Problem, Refused
from shared.events.append import Claim
from shared.events.work import Work
from shared.language.marking import N_

NO_ACCOUNT: Final = N_(
    "{provider} knows you, but you have no account here. Ask an administrator for an invitation "
    "to the address that {provider} has of you."
)
UNVERIFIED: Final = N_(
    "{provider} does not confirm your e-mail address, so that nobody here can know you by it. "
    "Confirm it there, or ask an administrator."
)
NOT_THEIRS: Final = N_(
    "Nobody here can know you by the address that {provider} has of you. If you have an account "
    "here, sign in to it and link {provider} under “Your account”; else ask an administrator."
)
PROVE_FIRST: Final = N_(
    "There is an account with your address here. Sign in to it as you did until now, then link "
    "{provider} under “Your account”. From then on you can sign in by it."
)
SUSPENDED: Final = N_("Your account is suspended. Ask an administrator.")


def arrive(work: Work, identity: Identity) -> str:
    """The account of whoever came, with the roles that follow from their claims.

    Raises Forbidden with the sentence to show, or Refused when roles exclude each other.
    """
    issuer, by = identity.provider.issuer, work.context.actor
    keyring = work.store.keyring
    account_id = account_of(work.connection, keyring, issuer, identity.subject)
    if account_id is None:
        account_id = _first_time(work, identity, by)
    account = find_account(work.connection, account_id)
    refuse_applicant(work.connection, account_id)
    state = work.load(ACCOUNT, account_id)
    if not isinstance(state, Active):
        if account is not None and account.standing == "suspended":
            raise _no(identity, "account-suspended", SUSPENDED)
        raise _no(identity, "provider-no-account", NO_ACCOUNT)
    _keep_roles(work, identity, account_id, by)
    return account_id


def link(work: Work, identity: Identity, *, account_id: str, by: str) -> None:
    """Let whoever came have this account. Raises Refused, also when they have another one."""
    provider = identity.provider
    known = account_of(work.connection, work.store.keyring, provider.issuer, identity.subject)
    if known == account_id:
        return
    command = LinkProvider(
        by=by,
        now=work.now,
        account_id=account_id,
        provider=provider.name,
        issuer=provider.issuer,
        subject=identity.subject,
        applicant=is_applicant(work, account_id),
    )
    work.decide(PROVIDER_LINK, account_id, command)
    work.claim(_claim(work, account_id, provider.issuer, identity.subject))


def unlink(work: Work, row: Row[Any], *, by: str, other_way: bool) -> None:
    """End a link of one's own account. Raises Refused when nothing else opens it."""
    command = UnlinkProvider(
        by=by,
        now=work.now,
        account_id=row.account_id,
        provider=row.provider,
        issuer=row.issuer,
        other_way=other_way,
    )
    if work.decide(PROVIDER_LINK, row.account_id, command) and row.subject_index is not None:
        work.release(_claim_of_index(row.account_id, row.subject_index))


def unlink_all(work: Work, account_id: str, *, by: str) -> None:
    """End every link of an account that is over: whoever had it may come again, as somebody new."""
    for row in links_of(work.connection, account_id):
        unlink(work, row, by=by, other_way=True)


def _first_time(work: Work, identity: Identity, by: str) -> str:
    """Whose account somebody gets who was never here; it is linked to them."""
    if not identity.email or not identity.email_verified:
        raise _no(identity, "provider-address-unverified", UNVERIFIED)
    if not identity.provider.speaks_for(identity.email):
        raise _no(identity, "provider-address-elsewhere", NOT_THEIRS)
    index = email_index(work.store.keyring, identity.email)
    row = work.connection.execute(
        ACCOUNTS.select().where(ACCOUNTS.c.email_index == index).limit(1)
    ).one_or_none()
    if row is not None:
        account_id: str = row.account_id
        state = work.guard(ACCOUNT, account_id)
        if row.standing == "suspended":
            raise _no(identity, "account-suspended", SUSPENDED)
        if row.kind != "staff" or password_hash(work.connection, account_id) is not None:
            raise _no(identity, "provider-prove-first", PROVE_FIRST)
        if not isinstance(state, Waiting):
            # It has been signed in to by something that only its owner has: a passkey, a provider.
            raise _no(identity, "provider-prove-first", PROVE_FIRST)
    elif identity.provider.create and identity.provider.wanted(identity.values):
        account_id = _invite(work, identity, by)
    else:
        raise _no(identity, "provider-no-account", NO_ACCOUNT)
    # The invitation of an administrator is used by whoever the address belongs to.
    work.decide(ACCOUNT, account_id, Activate(by=by, now=work.now, account_id=account_id))
    work.connection.execute(INVITATIONS.delete().where(INVITATIONS.c.account_id == account_id))
    link(work, identity, account_id=account_id, by=by)
    return account_id


def _invite(work: Work, identity: Identity, by: str) -> str:
    name = identity.name[:NAME_LENGTH_MAX] or identity.email.partition("@")[0]
    if len(identity.email) > EMAIL_LENGTH_MAX:
        raise _no(identity, "provider-address-unverified", UNVERIFIED)
    return acts.invite(work, by=by, kind="staff", display_name=name, email=identity.email)


def _keep_roles(work: Work, identity: Identity, account_id: str, by: str) -> None:
    """Grant and take back what the provider decides about; leave every other role alone."""
    state = work.load(ACCOUNT, account_id)
    provider = identity.provider
    if not provider.roles or not isinstance(state, Held):
        return
    wanted = provider.wanted(identity.values)
    for held in sorted((state.roles & provider.governed) - wanted, key=_order):
        work.decide(ACCOUNT, account_id, RevokeRole(**_role(work, held, account_id, by)))
    for missing in sorted(wanted - state.roles, key=_order):
        work.decide(ACCOUNT, account_id, GrantRole(**_role(work, missing, account_id, by)))


def _role(work: Work, held: Holding, account_id: str, by: str) -> dict[str, Any]:
    return {
        "by": by,
        "now": work.now,
        "account_id": account_id,
        "role": held.role,
        "programme": held.programme,
        "region": held.region,
    }


def _order(held: Holding) -> tuple[str, str, str]:
    return held.programme or "", held.role, held.region or ""


def _claim(work: Work, account_id: str, issuer: str, subject: str) -> Claim:
    return _claim_of_index(account_id, subject_index(work.store.keyring, issuer, subject))


def _claim_of_index(account_id: str, index: str) -> Claim:
    return Claim(
        kind="provider-subject",
        value=index,
        stream=PROVIDER_LINK.stream(account_id),
        code="provider-subject-taken",
        sentence=N_("Another account here belongs to you at this organisation already."),
    )


def _no(identity: Identity, code: str, sentence: str) -> Problem:
    kind = Refused if code == "provider-prove-first" else Forbidden
    return kind(code, sentence, provider=identity.provider.title)
