"""An account's second factors besides passkeys: its app for codes, and its recovery codes.

    AddApp(by="a1", account_id="a1", …)        -> AppAdded
    AddApp(by="a2", account_id="a1", …)        -> Forbidden: not one's own
    ResetFactors(by="a1", account_id="a1", …)  -> Forbidden: one's own

Only the owner adds and removes; only somebody else resets, when the device is lost: whoever could
reset their own would need no factor to be rid of it. What the secrets are stands outside the log.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, TypeAlias, get_args

from services.accounts.staff.account_state import only_codes
from shared.errors import Forbidden, Refused
from shared.events.decider import Decider
from shared.events.event import Event, event_type
from shared.language.marking import N_


@event_type("accounts.factors.app_added.v1")
class AppAdded(Event, frozen=True, kw_only=True):
    """Signing in asks for a code of the owner's app from now on."""

    account_id: str


@event_type("accounts.factors.app_removed.v1")
class AppRemoved(Event, frozen=True, kw_only=True):
    """Its owner took the app away."""

    account_id: str


@event_type("accounts.factors.recovery_codes_made.v1")
class RecoveryCodesMade(Event, frozen=True, kw_only=True):
    """Ten new codes; those before are worth nothing."""

    account_id: str


@event_type("accounts.factors.reset.v1")
class FactorsReset(Event, frozen=True, kw_only=True):
    """Somebody else took app, passkeys, recovery codes and links away: the device is lost."""

    account_id: str


FactorsEvent: TypeAlias = AppAdded | AppRemoved | RecoveryCodesMade | FactorsReset


@dataclass(frozen=True)
class Factors:
    """Whether there is an app that counts."""

    app: bool = False


@dataclass(frozen=True, kw_only=True)
class FactorsAct:
    """What every command carries. ``passkeys``, ``links``: how many the account has of them.

    applicant: whether it is an applicant's account, which has no factors.
    """

    by: str
    now: datetime
    account_id: str
    applicant: bool = False
    passkeys: int = 0
    links: int = 0


@dataclass(frozen=True, kw_only=True)
class AddApp(FactorsAct):
    """The owner typed a code of the new app."""


@dataclass(frozen=True, kw_only=True)
class RemoveApp(FactorsAct):
    """The owner takes the app away."""


@dataclass(frozen=True, kw_only=True)
class MakeRecoveryCodes(FactorsAct):
    """Replace the recovery codes."""


@dataclass(frozen=True, kw_only=True)
class ResetFactors(FactorsAct):
    """Somebody else takes everything away."""


FactorsCommand: TypeAlias = AddApp | RemoveApp | MakeRecoveryCodes | ResetFactors


def evolve(state: Factors, event: FactorsEvent) -> Factors:
    """State after one more event."""
    match event:
        case AppAdded():
            return replace(state, app=True)
        case AppRemoved() | FactorsReset():
            return replace(state, app=False)
        case RecoveryCodesMade():
            return state


def decide(state: Factors, command: FactorsCommand) -> tuple[Event, ...]:
    """The events of a command; none when nothing changes. Raises Forbidden, Refused."""
    account_id = command.account_id
    own = command.by == account_id
    if isinstance(command, ResetFactors):
        if own:
            raise Forbidden("own-account", N_("Somebody else must take your second factors away."))
        there = state.app or command.passkeys > 0 or command.links > 0
        return (FactorsReset(account_id=account_id),) if there else ()
    if not own:
        raise Forbidden("not-your-account", N_("A second factor is changed by its owner only."))
    if command.applicant and not isinstance(command, RemoveApp):
        raise only_codes()
    match command:
        case AddApp():
            if state.app:
                raise app_there()
            return (AppAdded(account_id=account_id),)
        case RemoveApp():
            return (AppRemoved(account_id=account_id),) if state.app else ()
        case MakeRecoveryCodes():
            if not state.app and command.passkeys == 0:
                raise Refused("factor-missing", N_("You have no second factor yet."))
            return (RecoveryCodesMade(account_id=account_id),)


def app_there() -> Refused:
    """An account has one app at most."""
    return Refused("app-there", N_("You have an app for codes already. Remove it first."))


FACTORS: Final[Decider[Factors]] = Decider(
    kind="factors",
    initial=Factors(),
    evolve=evolve,
    decide=decide,
    events=get_args(FactorsEvent),
)
