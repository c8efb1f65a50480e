"""The providers that an account may be signed in by.

    LinkProvider(by="a1", account_id="a1", provider="ministry", issuer="https://…", subject="…")
        -> ProviderLinked
    UnlinkProvider(by="a1", …, other_way=False)  -> Refused: nobody could sign in any more

An account is known at one provider as one person. Who that is there, is sealed for the account.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias, get_args

from services.accounts.staff.account_state import only_codes
from shared.errors import Refused
from shared.events.decider import Decider
from shared.events.event import Event, Personal, event_type
from shared.language.marking import N_


@event_type("accounts.provider_link.made.v1", seals_for="account_id")
class ProviderLinked(Event, frozen=True, kw_only=True):
    """Whoever ``subject`` is at the issuer has this account. ``provider``: its name then."""

    account_id: str
    provider: str
    issuer: str
    subject: Personal.contact


@event_type("accounts.provider_link.ended.v1")
class ProviderUnlinked(Event, frozen=True, kw_only=True):
    """Nobody signs in to the account by this issuer any more."""

    account_id: str
    provider: str
    issuer: str


ProviderLinkEvent: TypeAlias = ProviderLinked | ProviderUnlinked


@dataclass(frozen=True)
class Links:
    """The issuers at which the account is known."""

    issuers: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class LinkProvider:
    """Let somebody at a provider have the account. That they are the same was proved outside."""

    by: str
    now: datetime
    account_id: str
    provider: str
    issuer: str
    subject: str
    applicant: bool = False


@dataclass(frozen=True, kw_only=True)
class UnlinkProvider:
    """End that. ``other_way``: the account can be signed in by something else."""

    by: str
    now: datetime
    account_id: str
    provider: str
    issuer: str
    other_way: bool


ProviderLinkCommand: TypeAlias = LinkProvider | UnlinkProvider


def evolve(state: Links, event: ProviderLinkEvent) -> Links:
    """State after one more event."""
    match event:
        case ProviderLinked():
            return Links(state.issuers | {event.issuer})
        case ProviderUnlinked():
            return Links(state.issuers - {event.issuer})
        case _:
            raise TypeError(f"{type(event).__name__} is no event of links")


def decide(state: Links, command: ProviderLinkCommand) -> tuple[Event, ...]:
    """Events that follow, or Refused."""
    match command:
        case LinkProvider():
            if command.applicant:
                raise only_codes()
            if command.issuer in state.issuers:
                raise Refused(
                    "provider-linked-already",
                    N_("This account belongs to somebody else there. End that link first."),
                )
            return (
                ProviderLinked(
                    account_id=command.account_id,
                    provider=command.provider,
                    issuer=command.issuer,
                    subject=command.subject,
                ),
            )
        case UnlinkProvider():
            if command.issuer not in state.issuers:
                return ()
            if not command.other_way and len(state.issuers) == 1:
                raise Refused(
                    "provider-only-way",
                    N_("You could not sign in any more. Choose a password first."),
                )
            return (
                ProviderUnlinked(
                    account_id=command.account_id,
                    provider=command.provider,
                    issuer=command.issuer,
                ),
            )
        case _:
            raise TypeError(f"{type(command).__name__} is no command for links")


PROVIDER_LINK: Final[Decider[Links]] = Decider(
    kind="provider_link",
    initial=Links(),
    evolve=evolve,
    decide=decide,
    events=get_args(ProviderLinkEvent),
)
