"""Tells who should know that somebody's account may be another's now, or may do more.

    DetailsChanged(account_id="a1", email_before=…)  -> address_changed: a1 and its old address
    HoldPlaced(account_id="a1", ground="link", …)    -> link_shown: a1; account_changed: others
    RoleGranted(account_id="a1", role="trainer", …)  -> role_given: others
    ProviderLinked(account_id="a1", …)               -> provider_linked: a1

Others are the administrators and auditors, but for whoever did it and whom it is about. Each is
told in the inbox and by mail, so that nobody acts alone without somebody hearing of it. What the
system itself grants follows from a file that the operator wrote, or from a demonstration.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from services.notifications import foreign
from services.notifications.contacts import views as contacts
from services.notifications.messages.facts import Fact
from services.notifications.messages.message import Channel, Kind
from services.notifications.queueing import Draft, queue
from shared.access.revocations import HoldPlaced
from shared.access.roles import BUSINESS_ROLES, Role
from shared.events.projection import Recorded
from shared.events.work import Work
from shared.privacy.sealing import open_text
from shared.service import Reaction

_CHANNELS: Final[tuple[Channel, ...]] = ("inbox", "mail")
_TOLD_OF: Final = frozenset(role.value for role in (*BUSINESS_ROLES, Role.administrator))
SYSTEM: Final = "system/"


def react(work: Work, recorded: Recorded) -> None:
    """Queue what the owner and others should know."""
    for draft in _drafts(work, recorded):
        queue(work, recorded, draft)


def _drafts(work: Work, recorded: Recorded) -> Iterator[Draft]:
    event, by = recorded.event, recorded.actor
    match event:
        case foreign.DetailsChanged():
            before = open_text(work.store.keyring, event.email_before)
            if before is None:
                return
            yield from _to(event.account_id, "address_changed", event.account_id)
            old = _draft(event.account_id, "address_changed", event.account_id, "mail")
            # Whoever reads the old mailbox knows best whether it was the owner who moved.
            yield replace(old, facts={"address": before}, once=f"{recorded.envelope.id}/old")
            if by != event.account_id:
                yield from _others(work, event.account_id, by, "account_changed", what="address")
        case HoldPlaced(ground="link" | "factors" as ground):
            if ground == "link":
                yield from _to(event.account_id, "link_shown", event.account_id)
            yield from _others(work, event.account_id, by, "account_changed", what=ground)
        case foreign.RoleGranted():
            if event.role in _TOLD_OF and not by.startswith(SYSTEM):
                facts: dict[str, Fact] = {"role": event.role, "programme": event.programme or ""}
                yield from _others(work, event.account_id, by, "role_given", **facts)
        case foreign.ProviderLinked():
            yield from _to(
                event.account_id, "provider_linked", event.account_id, provider=event.provider
            )


def _others(work: Work, account_id: str, by: str, kind: Kind, **facts: Fact) -> Iterator[Draft]:
    """To each administrator and auditor who neither did it nor is spoken of."""
    who, _ = contacts.address(work.connection, account_id)
    whose, _ = contacts.address(work.connection, by)
    names: dict[str, Fact] = {"who": who or account_id, "by": whose or by}
    for watcher in contacts.watchers(work.connection):
        if watcher not in (account_id, by):
            yield from _to(watcher, kind, account_id, **names, **facts)


def _to(recipient: str, kind: Kind, account_id: str, **facts: Fact) -> Iterator[Draft]:
    for channel in _CHANNELS:
        yield _draft(recipient, kind, account_id, channel, **facts)


def _draft(recipient: str, kind: Kind, account_id: str, channel: Channel, **facts: Fact) -> Draft:
    return Draft(
        kind=kind,
        to=("account", recipient),
        channel=channel,
        owner_id=account_id,
        about=f"account/{account_id}",
        facts=facts,
    )


CHANGES_REACTION: Final = Reaction(
    events=(
        foreign.DetailsChanged,
        HoldPlaced,
        foreign.RoleGranted,
        foreign.ProviderLinked,
    ),
    react=react,
)
