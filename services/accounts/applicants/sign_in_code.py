"""A one-time code on its way to somebody who wants to sign in; notifications sends it.

    AnnounceCode(by="system/accounts", code_id="c1", registration_id="r1", channel="sms", …)
        -> CodeMade(code_id="c1", registration_id="r1", channel="sms", code="48291357", …)

It is sealed under the registration's key, as the number that it goes to: a log holds neither in
plain, and both are gone once the person's data are erased. It is worth nothing after ten minutes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, TypeAlias

from shared.events.decider import Decider
from shared.events.event import Event, Personal, event_type

Channel: TypeAlias = Literal["sms", "mail"]


@event_type("accounts.sign_in_code.made.v1", seals_for="registration_id")
class CodeMade(Event, frozen=True, kw_only=True):
    """A code is to reach ``address``; after ``expires_at`` it opens nothing.

    channel:  ``sms`` for a phone number (E.164), ``mail`` for an e-mail address.
    language: of the page on which it was asked for.
    """

    code_id: str
    registration_id: str
    channel: Channel
    address: Personal.contact
    code: Personal.contact
    expires_at: datetime
    language: str


@dataclass(frozen=True)
class NoCode:
    """Nothing was made under this id."""


@dataclass(frozen=True)
class Made:
    """It is on its way."""


@dataclass(frozen=True, kw_only=True)
class AnnounceCode:
    """Have a code sent. ``now``: when it is made."""

    by: str
    now: datetime
    code_id: str
    registration_id: str
    channel: Channel
    address: str
    code: str
    expires_at: datetime
    language: str


CodeState = NoCode | Made


def evolve(state: CodeState, event: CodeMade) -> CodeState:  # noqa: ARG001 (as every evolve)
    """Once made, it is made."""
    return Made()


def decide(state: CodeState, command: AnnounceCode) -> tuple[Event, ...]:
    """One event, the first time."""
    if isinstance(state, Made):
        return ()
    return (
        CodeMade(
            code_id=command.code_id,
            registration_id=command.registration_id,
            channel=command.channel,
            address=command.address,
            code=command.code,
            expires_at=command.expires_at,
            language=command.language,
        ),
    )


SIGN_IN_CODE: Final[Decider[CodeState]] = Decider(
    kind="sign_in_code",
    initial=NoCode(),
    evolve=evolve,
    decide=decide,
    events=(CodeMade,),
)
