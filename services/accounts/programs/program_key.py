"""A key of a program: what it is for, until when, and whether it still opens anything.

    MakeKey(by="admin", account_id="p1", scopes=("grants.ledger.read",), …)   -> Made
    UseKey(by="p1", …)        -> FirstUsed, once
    RevokeKey(by="admin", …)  -> Revoked, once
    MakeKey(…, scopes=("grants.visits.read",), allowed=…)       -> Invalid: no role of its has that
    MakeKey(…, scopes=("grants.batches.release",), …)           -> Invalid: only a person does that

What the key is stands nowhere: its SHA-256 lies in a table beside (``keeping.py``).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, TypeAlias, get_args

from shared.access.permissions import PEOPLE_ONLY
from shared.errors import Forbidden, Invalid, Missing, Refused
from shared.events.decider import Decider
from shared.events.event import Event, event_type
from shared.language.marking import N_

NAME_LENGTH_MAX: Final = 80
SCOPES_MAX: Final = 40
"""A token names every scope, and must fit into a header."""

DAYS_DEFAULT: Final = 90
DAYS_MAX: Final = 365
KEYS_MAX: Final = 10
"""Keys of one program that work at the same time."""


@event_type("accounts.program_key.made.v1")
class Made(Event, frozen=True, kw_only=True):
    """A program may work by this key until ``expires_at``. ``name`` names nobody."""

    key_id: str
    account_id: str
    name: str
    scopes: tuple[str, ...]
    expires_at: datetime


@event_type("accounts.program_key.first_used.v1")
class FirstUsed(Event, frozen=True, kw_only=True):
    """The key was exchanged for a token for the first time."""

    key_id: str
    account_id: str


@event_type("accounts.program_key.revoked.v1")
class Revoked(Event, frozen=True, kw_only=True):
    """The key opens nothing any more, and what it had opened is over."""

    key_id: str
    account_id: str


ProgramKeyEvent: TypeAlias = Made | FirstUsed | Revoked


@dataclass(frozen=True)
class NoKey:
    """No key has this id."""


@dataclass(frozen=True, kw_only=True)
class Key:
    """A key that was made. It is over when it was revoked or ``expires_at`` has come."""

    key_id: str
    account_id: str
    scopes: tuple[str, ...]
    expires_at: datetime
    used: bool = False
    revoked: bool = False


ProgramKeyState: TypeAlias = NoKey | Key


@dataclass(frozen=True, kw_only=True)
class MakeKey:
    """Let a program work by a new key.

    kind:    of the account; only a program has keys.
    allowed: the permissions that the account's roles have now.
    working: how many keys of the account work already.
    """

    by: str
    now: datetime
    key_id: str
    account_id: str
    kind: str
    name: str
    scopes: tuple[str, ...]
    days: int
    allowed: frozenset[str]
    working: int


@dataclass(frozen=True, kw_only=True)
class UseKey:
    """The program showed the key."""

    by: str
    now: datetime


@dataclass(frozen=True, kw_only=True)
class RevokeKey:
    """Let the key open nothing any more."""

    by: str
    now: datetime


ProgramKeyCommand: TypeAlias = MakeKey | UseKey | RevokeKey


def evolve(state: ProgramKeyState, event: ProgramKeyEvent) -> ProgramKeyState:
    """State after one more event."""
    match state, event:
        case NoKey(), Made():
            return Key(
                key_id=event.key_id,
                account_id=event.account_id,
                scopes=event.scopes,
                expires_at=event.expires_at,
            )
        case Key(), FirstUsed():
            return replace(state, used=True)
        case Key(), Revoked():
            return replace(state, revoked=True)
        case _:
            raise TypeError(f"{type(event).__name__} cannot follow {type(state).__name__}")


def decide(state: ProgramKeyState, command: ProgramKeyCommand) -> tuple[Event, ...]:
    """Events that follow, or Refused, Invalid, Forbidden, Missing."""
    if isinstance(command, MakeKey):
        return _make(state, command)
    if isinstance(state, NoKey):
        raise Missing("no-key", N_("There is no such key."))
    match command:
        case RevokeKey():
            if command.by == state.account_id:
                raise Forbidden("own-key", N_("A program does not manage its own keys."))
            if state.revoked:
                return ()
            return (Revoked(key_id=state.key_id, account_id=state.account_id),)
        case UseKey():
            if state.revoked:
                raise Refused("key-revoked", N_("This key was revoked. Ask for a new one."))
            if command.now >= state.expires_at:
                raise Refused("key-expired", N_("This key is too old. Ask for a new one."))
            if state.used:
                return ()
            return (FirstUsed(key_id=state.key_id, account_id=state.account_id),)
        case _:
            raise TypeError(f"{type(command).__name__} is no command for a key")


def _make(state: ProgramKeyState, command: MakeKey) -> tuple[Event, ...]:
    if not isinstance(state, NoKey):
        raise Refused("key-exists", N_("This key exists."))
    if command.kind != "program":
        raise Refused("not-a-program", N_("Only a program has keys. People sign in themselves."))
    if command.by == command.account_id:
        raise Forbidden("own-key", N_("A program does not manage its own keys."))
    name = command.name.strip()
    if not 1 <= len(name) <= NAME_LENGTH_MAX or not name.isprintable():
        raise Invalid(
            "key-name",
            N_("Name the key, in 1 to {length_max} printable characters."),
            length_max=NAME_LENGTH_MAX,
        )
    if not 1 <= command.days <= DAYS_MAX:
        raise Invalid("key-days", N_("A key works for 1 to {days_max} days."), days_max=DAYS_MAX)
    scopes = tuple(sorted(set(command.scopes)))
    if not 1 <= len(scopes) <= SCOPES_MAX:
        raise Invalid(
            "key-scopes",
            N_("Choose what the key is for: 1 to {scopes_max} things."),
            scopes_max=SCOPES_MAX,
        )
    for_people = [one for one in scopes if one in PEOPLE_ONLY]
    if for_people:
        raise Invalid(
            "key-scope-for-people",
            N_("A person must stand for this, and no program can: {permission}."),
            permission=for_people[0],
        )
    beyond = [one for one in scopes if one not in command.allowed]
    if beyond:
        raise Invalid(
            "key-scope-beyond-roles",
            N_("The roles of the program do not include this: {permission}."),
            permission=beyond[0],
        )
    if command.working >= KEYS_MAX:
        raise Refused(
            "too-many-keys",
            N_("A program has {keys_max} keys at most. Revoke one first."),
            keys_max=KEYS_MAX,
        )
    return (
        Made(
            key_id=command.key_id,
            account_id=command.account_id,
            name=name,
            scopes=scopes,
            expires_at=command.now + timedelta(days=command.days),
        ),
    )


PROGRAM_KEY: Final[Decider[ProgramKeyState]] = Decider(
    kind="program_key",
    initial=NoKey(),
    evolve=evolve,
    decide=decide,
    events=get_args(ProgramKeyEvent),
)
