"""The passkeys of an account: which there are. What they are stands outside the log.

    AddPasskey(by="a1", account_id="a1", passkey_id="k1", …)    -> PasskeyAdded
    RemovePasskey(by="a1", account_id="a1", passkey_id="k1", …) -> PasskeyRemoved

Everybody adds their own; an administrator may remove somebody else's, who lost the device.
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

PASSKEYS_MAX: Final = 10


@event_type("accounts.passkeys.added.v1")
class PasskeyAdded(Event, frozen=True, kw_only=True):
    """A device's key opens the account. ``synced``: the device's maker keeps copies of it."""

    account_id: str
    passkey_id: str
    synced: bool


@event_type("accounts.passkeys.removed.v1")
class PasskeyRemoved(Event, frozen=True, kw_only=True):
    """The key opens nothing any more."""

    account_id: str
    passkey_id: str


PasskeysEvent: TypeAlias = PasskeyAdded | PasskeyRemoved


@dataclass(frozen=True)
class Passkeys:
    """The ids of the passkeys that open the account."""

    ids: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class AddPasskey:
    """Let a key open one's own account. ``applicant``: whether it is one's, who has no keys."""

    by: str
    now: datetime
    account_id: str
    passkey_id: str
    synced: bool
    applicant: bool = False


@dataclass(frozen=True, kw_only=True)
class RemovePasskey:
    """Let a key open nothing any more."""

    by: str
    now: datetime
    account_id: str
    passkey_id: str


PasskeysCommand: TypeAlias = AddPasskey | RemovePasskey


def evolve(state: Passkeys, event: PasskeysEvent) -> Passkeys:
    """State after one more event."""
    match event:
        case PasskeyAdded():
            return replace(state, ids=state.ids | {event.passkey_id})
        case PasskeyRemoved():
            return replace(state, ids=state.ids - {event.passkey_id})


def decide(state: Passkeys, command: PasskeysCommand) -> tuple[Event, ...]:
    """The events of a command; none when nothing changes. Raises Forbidden, Refused."""
    match command:
        case AddPasskey():
            if command.by != command.account_id:
                raise Forbidden("not-your-account", N_("A passkey is added by its owner only."))
            if command.applicant:
                raise only_codes()
            if command.passkey_id in state.ids:
                return ()
            if len(state.ids) >= PASSKEYS_MAX:
                raise Refused(
                    "too-many-passkeys",
                    N_("An account has {passkeys_max} passkeys at most. Remove one first."),
                    passkeys_max=PASSKEYS_MAX,
                )
            return (
                PasskeyAdded(
                    account_id=command.account_id,
                    passkey_id=command.passkey_id,
                    synced=command.synced,
                ),
            )
        case RemovePasskey():
            if command.passkey_id not in state.ids:
                return ()
            return (PasskeyRemoved(account_id=command.account_id, passkey_id=command.passkey_id),)


PASSKEYS: Final[Decider[Passkeys]] = Decider(
    kind="passkeys",
    initial=Passkeys(),
    evolve=evolve,
    decide=decide,
    events=get_args(PasskeysEvent),
)
