"""What may be written in an account's stream; ``account.py`` decides when.

    Invited(account_id="a1", kind="staff", display_name="Ana …", email="ana@…", …)
    RoleGranted(account_id="a1", role="trainer", programme="roma-2009", region=None)

The account owns the keys of its own name and address. No secret is ever in an event.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal, TypeAlias

from shared.events.event import Event, Personal, event_type

FactorMethod: TypeAlias = Literal[
    "totp", "recovery_code", "passkey", "provider", "demonstration", "sign_in_code"
]
"""How a session proved that it is its owner's.

demonstration: an invented person's button. sign_in_code: an applicant's, by which they come in.
"""

AccountKind: TypeAlias = Literal["staff", "program", "applicant"]
HoldGround: TypeAlias = Literal["address", "factors", "link"]
"""What somebody else did to an account, so that it may not be its owner who has it now."""

Role: TypeAlias = Literal[
    "trainer",
    "programme_officer",
    "committee_member",
    "committee_chair",
    "finance_officer",
    "finance_controller",
    "field_officer",
    "auditor",
    "administrator",
    "donor",
    "applicant",
]


@event_type("accounts.account.invited.v1", seals_for="account_id")
class Invited(Event, frozen=True, kw_only=True):
    """Somebody, or a program, may activate the account until ``expires_at``.

    ``link`` is what opens it, for the mail that carries it; None when it goes another way.
    """

    account_id: str
    kind: AccountKind
    display_name: Personal.identity
    email: Personal.contact | None
    expires_at: datetime
    link: Personal.contact | None = None


@event_type("accounts.account.admitted.v1")
class Admitted(Event, frozen=True, kw_only=True):
    """A registered person signed in for the first time; who that is stands in trainings."""

    account_id: str
    person_id: str


@event_type("accounts.account.invitation_renewed.v1", seals_for="account_id")
class InvitationRenewed(Event, frozen=True, kw_only=True):
    """The invitation holds until ``expires_at``; the link before it does not any more.

    ``link`` is the new one, for the mail that carries it; None when it goes another way.
    """

    account_id: str
    expires_at: datetime
    link: Personal.contact | None = None


@event_type("accounts.account.activated.v1")
class Activated(Event, frozen=True, kw_only=True):
    """The invitation was used."""

    account_id: str


@event_type("accounts.account.details_changed.v1", seals_for="account_id")
class DetailsChanged(Event, frozen=True, kw_only=True):
    """Name and address from now on. ``email_before``: the one before, if it is another."""

    account_id: str
    display_name: Personal.identity
    email: Personal.contact | None
    email_before: Personal.contact | None = None


@event_type("accounts.account.password_changed.v1")
class PasswordChanged(Event, frozen=True, kw_only=True):
    """The secret was replaced; what it is stays outside the log. ``reset``: by a link."""

    account_id: str
    reset: bool = False


@event_type("accounts.account.reset_requested.v1", seals_for="account_id")
class ResetRequested(Event, frozen=True, kw_only=True):
    """A new password may be chosen by a link until ``expires_at``.

    ``link`` is its path, for the mail that carries it; None when an administrator was shown it.
    """

    account_id: str
    link: Personal.contact | None
    expires_at: datetime


@event_type("accounts.account.role_granted.v1")
class RoleGranted(Event, frozen=True, kw_only=True):
    """A role in a programme and, where it matters, a region. Programme None: everywhere."""

    account_id: str
    role: Role
    programme: str | None
    region: str | None


@event_type("accounts.account.role_revoked.v1")
class RoleRevoked(Event, frozen=True, kw_only=True):
    """The role is gone."""

    account_id: str
    role: Role
    programme: str | None
    region: str | None


@event_type("accounts.account.hold_placed.v1")
class HoldPlaced(Event, frozen=True, kw_only=True):
    """The account's business roles do not count before ``until``, or somebody else knows better.

    ``by``: the account, or whoever has the machine, that did what ``ground`` says.
    """

    account_id: str
    ground: HoldGround
    by: str
    placed_at: datetime
    until: datetime


@event_type("accounts.account.hold_lifted.v1")
class HoldLifted(Event, frozen=True, kw_only=True):
    """Somebody who had no part in it knows that the account is its owner's: its roles count."""

    account_id: str


@event_type("accounts.account.suspended.v1")
class Suspended(Event, frozen=True, kw_only=True):
    """Nobody gets in by this account, open sessions included. ``reason`` names nobody."""

    account_id: str
    reason: str


@event_type("accounts.account.reinstated.v1")
class Reinstated(Event, frozen=True, kw_only=True):
    """The account works again."""

    account_id: str


@event_type("accounts.account.signed_in.v1")
class SignedIn(Event, frozen=True, kw_only=True):
    """A session was opened."""

    account_id: str
    session_id: str


@event_type("accounts.account.stepped_up.v1")
class SteppedUp(Event, frozen=True, kw_only=True):
    """The session proved a second factor; for some minutes it may do what needs that.

    ``proved_at``: when, if it was before: a provider says that of somebody who came from there.
    """

    account_id: str
    session_id: str
    method: FactorMethod
    proved_at: datetime | None = None


@event_type("accounts.account.sign_in_failed.v1")
class SignInFailed(Event, frozen=True, kw_only=True):
    """``failures`` in a row; no sign-in is tried before ``locked_until``."""

    account_id: str
    failures: int
    locked_until: datetime | None


@event_type("accounts.account.session_revoked.v1")
class SessionRevoked(Event, frozen=True, kw_only=True):
    """The session is over."""

    account_id: str
    session_id: str


@event_type("accounts.account.closed.v1")
class Closed(Event, frozen=True, kw_only=True):
    """The account is over for good, with its sessions and roles."""

    account_id: str


AccountEvent: TypeAlias = (
    Invited
    | Admitted
    | InvitationRenewed
    | Activated
    | DetailsChanged
    | PasswordChanged
    | ResetRequested
    | RoleGranted
    | RoleRevoked
    | HoldPlaced
    | HoldLifted
    | Suspended
    | Reinstated
    | SignedIn
    | SteppedUp
    | SignInFailed
    | SessionRevoked
    | Closed
)
