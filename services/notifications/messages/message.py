"""A message to one recipient by one channel: queued, then sent or failed, then read.

    QueueMessage(by="system/notifications", message_id="m1", kind="application_approved",
                 recipient_kind="registration", recipient_id="r1", channel="person", …)
        -> Queued
    DeliverMessage(by="officer", means="phone", …)   -> Sent
    ReadMessage(by="a1", …)                          -> Read, once an account

Channels: ``inbox`` is a page of ours, so that a message is sent as it is queued; ``mail`` waits for
the mail server, ``sms`` for the gateway of texts; ``person`` waits for an officer who tells
somebody by phone or face to face, unless they sign in and read it themself. What a message says
is sealed under the keys of whom it is about.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final, Literal, TypeAlias, cast, get_args

from services.notifications.messages.message_commands import (
    DeliverMessage,
    FailMessage,
    MessageCommand,
    QueueMessage,
    ReadMessage,
    RequeueMessage,
)
from shared.errors import Forbidden, Invalid, Missing, Refused
from shared.events.decider import Decider
from shared.events.event import Event, Personal, event_type
from shared.language.marking import N_

Channel: TypeAlias = Literal["inbox", "mail", "person", "sms"]
RecipientKind: TypeAlias = Literal["account", "registration", "role"]
Means: TypeAlias = Literal["inbox", "mail", "phone", "in_person", "letter", "sms"]
FailureGround: TypeAlias = Literal["no_address", "refused", "given_up", "not_reached"]
Kind: TypeAlias = Literal[
    "account_changed",
    "account_invited",
    "address_changed",
    "application_approved",
    "application_changes_requested",
    "application_ineligible",
    "application_received",
    "application_rejected",
    "application_to_check",
    "application_waitlisted",
    "award_offered",
    "certificate_issued",
    "certificate_revoked",
    "contact_changed",
    "erasure_to_confirm",
    "factor_added",
    "factor_removed",
    "factors_reset",
    "link_shown",
    "meeting_convened",
    "outreach_follow_up_due",
    "password_changed",
    "password_reset",
    "payment_failed",
    "payment_held",
    "payment_paid",
    "payment_returned",
    "payment_to_export",
    "provider_linked",
    "referral_news_due",
    "retention_announced",
    "review_assigned",
    "role_given",
    "role_granted",
    "sign_in_code",
    "sign_in_locked",
    "visit_missed",
    "visit_planned",
    "visit_to_make",
]

AT_ONCE: Final = ("sign_in_code", "contact_changed")
"""What needs no consent to texts: a code that was asked for, a warning of another number."""
MEANS_OF_PERSON: Final = ("phone", "in_person", "letter")
GROUNDS_OF_PERSON: Final = ("not_reached",)
FACTS_LENGTH_MAX: Final = 8_000
READERS_MAX: Final = 500


# Events


@event_type("notifications.message.queued.v1", seals_for="owner_id")
class Queued(Event, frozen=True, kw_only=True):
    """A message is to reach somebody.

    owner_id: whose keys seal the facts, a registration or an account.
    about:    the stream that it speaks of, such as ``application/…``.
    facts:    JSON of what its words are filled with.
    told:     the same, of what says who somebody is or was written about them; absent in old ones.
    language: of words that leave the house; pages speak the reader's.
    """

    message_id: str
    kind: Kind
    recipient_kind: RecipientKind
    recipient_id: str
    channel: Channel
    owner_id: str
    about: str
    facts: Personal.contact
    language: str
    told: Personal.identity | None = None


@event_type("notifications.message.sent.v1")
class Sent(Event, frozen=True, kw_only=True):
    """It reached them, or the mail server took it."""

    message_id: str
    means: Means


@event_type("notifications.message.failed.v1")
class Failed(Event, frozen=True, kw_only=True):
    """It did not reach them, and nobody tries any more unless somebody asks again."""

    message_id: str
    ground: FailureGround


@event_type("notifications.message.requeued.v1")
class Requeued(Event, frozen=True, kw_only=True):
    """Somebody wants it to be tried again; ``attempt`` counts from 2."""

    message_id: str
    attempt: int


@event_type("notifications.message.read.v1")
class Read(Event, frozen=True, kw_only=True):
    """An account opened it."""

    message_id: str
    account_id: str


MessageEvent: TypeAlias = Queued | Sent | Failed | Requeued | Read


# State


@dataclass(frozen=True, kw_only=True)
class NoMessage:
    """Nothing was queued under this id."""


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """On its way."""

    channel: Channel
    recipient_kind: RecipientKind
    recipient_id: str
    attempt: int = 1


@dataclass(frozen=True, kw_only=True)
class Delivered:
    """It arrived; these accounts opened it."""

    was: Waiting
    read_by: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, kw_only=True)
class GivenUp:
    """It did not arrive."""

    was: Waiting


MessageState: TypeAlias = NoMessage | Waiting | Delivered | GivenUp


def evolve(state: MessageState, event: MessageEvent) -> MessageState:
    """The state after an event."""
    match event, state:
        case Queued(), _:
            return Waiting(
                channel=event.channel,
                recipient_kind=event.recipient_kind,
                recipient_id=event.recipient_id,
            )
        case Sent(), Waiting():
            return Delivered(was=state)
        case Failed(), Waiting():
            return GivenUp(was=state)
        case Requeued(), GivenUp():
            return replace(state.was, attempt=event.attempt)
        case Read(), Delivered():
            return replace(state, read_by=state.read_by | {event.account_id})
    return state


# Decide


def decide(state: MessageState, command: MessageCommand) -> tuple[Event, ...]:
    """What follows from a command."""
    match command:
        case QueueMessage():
            return _queue(state, command)
        case DeliverMessage():
            return _deliver(state, command)
        case FailMessage():
            return _fail(state, command)
        case RequeueMessage():
            return _requeue(state, command)
        case ReadMessage():
            return _read(state, command)


def _queue(state: MessageState, command: QueueMessage) -> tuple[Event, ...]:
    if not isinstance(state, NoMessage):
        return ()
    if command.kind not in get_args(Kind):
        raise Invalid("message-kind-unknown", N_("There is no message of this kind."))
    if len(command.facts) + len(command.told) > FACTS_LENGTH_MAX:
        raise Invalid("message-too-long", N_("This is too long for a message."))
    # A person is reached by a person; only what cannot wait goes to them at once, and texts
    # to whom consents to them.
    by_code = ("mail", "sms") if command.kind in AT_ONCE else ()
    by_text = ("sms",) if command.texts_agreed else ()
    fits = {
        "account": ("inbox", "mail"),
        "role": ("inbox",),
        "registration": ("person", *by_code, *by_text),
    }
    if command.channel not in fits[command.recipient_kind]:
        raise Invalid(
            "channel-unfit",
            N_("This recipient cannot be reached by {channel}."),
            channel=command.channel,
        )
    queued = Queued(
        message_id=command.message_id,
        kind=cast(Kind, command.kind),
        recipient_kind=cast(RecipientKind, command.recipient_kind),
        recipient_id=command.recipient_id,
        channel=cast(Channel, command.channel),
        owner_id=command.owner_id,
        about=command.about,
        facts=command.facts,
        told=command.told,
        language=command.language,
    )
    if command.channel == "inbox":
        return queued, Sent(message_id=command.message_id, means="inbox")
    return (queued,)


def _deliver(state: MessageState, command: DeliverMessage) -> tuple[Event, ...]:
    match state:
        case NoMessage():
            raise _missing()
        case Delivered():
            return ()
        case GivenUp():
            raise Refused(
                "message-given-up", N_("This message was given up. Ask for it to be sent again.")
            )
        case Waiting():
            match state.channel, command.means:
                case "mail", "mail":
                    return (Sent(message_id=command.message_id, means="mail"),)
                case "sms", "sms":
                    return (Sent(message_id=command.message_id, means="sms"),)
                case "person", "phone" | "in_person" | "letter" as means:
                    return (Sent(message_id=command.message_id, means=means),)
    raise Invalid(
        "means-unfit", N_("A message by {channel} is not delivered so."), channel=state.channel
    )


def _fail(state: MessageState, command: FailMessage) -> tuple[Event, ...]:
    match state:
        case NoMessage():
            raise _missing()
        case Delivered() | GivenUp():
            return ()
        case Waiting():
            pass
    match command.ground:
        case "no_address" | "refused" | "given_up" | "not_reached" as ground:
            return (Failed(message_id=command.message_id, ground=ground),)
    raise Invalid("ground-unknown", N_("There is no such reason for a failed message."))


def _requeue(state: MessageState, command: RequeueMessage) -> tuple[Event, ...]:
    match state:
        case NoMessage():
            raise _missing()
        case GivenUp():
            attempt = state.was.attempt + 1
            return (Requeued(message_id=command.message_id, attempt=attempt),)
        case Waiting():
            return ()
    raise Refused("message-delivered", N_("This message has arrived already."))


def _read(state: MessageState, command: ReadMessage) -> tuple[Event, ...]:
    if isinstance(state, NoMessage):
        raise _missing()
    was = state if isinstance(state, Waiting) else state.was
    if was.channel == "person" and was.recipient_id in command.registrations:
        return _read_by_person(state, command)
    if not isinstance(state, Delivered):
        raise _missing()
    mine = was.channel == "inbox" and (
        (was.recipient_kind == "account" and was.recipient_id == command.by)
        or (was.recipient_kind == "role" and was.recipient_id in command.roles)
    )
    if not mine:
        raise Forbidden("message-of-another", N_("This message is for somebody else."))
    if command.by in state.read_by or len(state.read_by) >= READERS_MAX:
        return ()
    return (Read(message_id=command.message_id, account_id=command.by),)


def _read_by_person(
    state: Waiting | Delivered | GivenUp, command: ReadMessage
) -> tuple[Event, ...]:
    """Whoever reads it themself needs nobody to call them any more."""
    read = Read(message_id=command.message_id, account_id=command.by)
    match state:
        case Waiting():
            return Sent(message_id=command.message_id, means="inbox"), read
        case Delivered() if command.by not in state.read_by:
            return (read,)
        case _:
            return ()


def _missing() -> Missing:
    return Missing("message-missing", N_("There is no such message."))


MESSAGE: Final[Decider[MessageState]] = Decider(
    kind="message",
    initial=NoMessage(),
    evolve=evolve,
    decide=decide,
    events=get_args(MessageEvent),
)
