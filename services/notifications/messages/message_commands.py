"""What may be asked of a message; ``message.py`` decides what follows.

    QueueMessage(by="system/notifications", message_id="m1", kind="application_approved", …)
    DeliverMessage(by="officer", message_id="m1", means="phone", …)

``by`` is the account that acts, ``now`` an aware moment in UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias


@dataclass(frozen=True, kw_only=True)
class QueueMessage:
    """Say this to them. Queueing the same message again changes nothing.

    texts_agreed: whether the person consents to texts that they did not ask for.
    """

    by: str
    now: datetime
    message_id: str
    kind: str
    recipient_kind: str
    recipient_id: str
    channel: str
    owner_id: str
    about: str
    facts: str
    told: str
    language: str
    texts_agreed: bool = False


@dataclass(frozen=True, kw_only=True)
class DeliverMessage:
    """It arrived by these means."""

    by: str
    now: datetime
    message_id: str
    means: str


@dataclass(frozen=True, kw_only=True)
class FailMessage:
    """It cannot be delivered."""

    by: str
    now: datetime
    message_id: str
    ground: str


@dataclass(frozen=True, kw_only=True)
class RequeueMessage:
    """Try again."""

    by: str
    now: datetime
    message_id: str


@dataclass(frozen=True, kw_only=True)
class ReadMessage:
    """An account opens it. ``roles``: those that the account holds in the message's programme.

    registrations: the account's own, for an applicant.
    """

    by: str
    now: datetime
    message_id: str
    roles: frozenset[str]
    registrations: frozenset[str] = frozenset()


MessageCommand: TypeAlias = (
    QueueMessage | DeliverMessage | FailMessage | RequeueMessage | ReadMessage
)
