"""Which message follows from which event of another service, to whom, by which channel.

    CertificateIssued(registration_id="r1", number="RS-2026-000001", …)
        -> certificate_issued for registration r1, by an officer who tells the person

Imported events are history and send nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from services.notifications import foreign
from services.notifications.contacts import views as contacts
from services.notifications.messages.facts import Fact
from services.notifications.messages.message import Channel, Kind, RecipientKind
from services.notifications.queueing import Draft, queue
from shared.clock import day_in
from shared.events.event import Event
from shared.events.projection import Recorded
from shared.events.work import Work
from shared.language.formats import DEFAULT_ZONE
from shared.privacy.sealing import open_text
from shared.service import Reaction


def react(work: Work, recorded: Recorded) -> None:
    """Queue what the event calls for."""
    event = recorded.event
    if getattr(event, "imported", False):
        return
    for draft in _drafts(work, event):
        queue(work, recorded, draft)


def _drafts(work: Work, event: Event) -> Iterator[Draft]:
    name = type(event).event_type.split(".")[2]
    if name == "trainings":
        yield from _of_trainings(work, event)
    elif name == "accounts":
        yield from _of_accounts(work, event)
    else:
        yield from _of_applications(work, event)
        yield from _of_committee(work, event)
        yield from _of_money(work, event)
        yield from _of_visits(work, event)


def _person(kind: Kind, registration_id: str, about: str, **facts: Fact) -> Draft:
    return Draft(
        kind=kind,
        to=("registration", registration_id),
        channel="person",
        owner_id=registration_id,
        about=about,
        facts=facts,
    )


def _role(kind: Kind, role: str, owner_id: str, about: str, **facts: Fact) -> Draft:
    return Draft(
        kind=kind, to=("role", role), channel="inbox", owner_id=owner_id, about=about, facts=facts
    )


def _account(kind: Kind, account_id: str, channel: Channel, about: str, **facts: Fact) -> Draft:
    return Draft(
        kind=kind,
        to=("account", account_id),
        channel=channel,
        owner_id=account_id,
        about=about,
        facts=facts,
    )


def _of_trainings(work: Work, event: Event) -> Iterator[Draft]:
    match event:
        case foreign.CertificateIssued():
            yield _person(
                "certificate_issued",
                event.registration_id,
                f"certificate/{event.certificate_id}",
                number=event.number,
                course=event.course_title,
                day=event.issued_on,
            )
        case foreign.CertificateRevoked():
            yield _person(
                "certificate_revoked",
                event.registration_id,
                f"certificate/{event.certificate_id}",
                number=event.number,
                day=event.revoked_on,
            )
        case foreign.RetentionAnnounced():
            programme = work.context.programme
            yield _role(
                "retention_announced",
                "programme_officer",
                f"programme/{programme}",
                f"retention/{programme}",
                day=event.erase_on,
                count=event.registrations,
            )


def _of_applications(work: Work, event: Event) -> Iterator[Draft]:
    match event:
        case foreign.Submitted():
            about = f"application/{event.application_id}"
            facts: dict[str, Fact] = {"application_no": event.application_no}
            yield _person(
                "application_received",
                event.registration_id,
                about,
                amount=event.requested,
                day=day_in(event.submitted_at, DEFAULT_ZONE),
                **facts,
            )
            yield _role(
                "application_to_check", "programme_officer", event.registration_id, about, **facts
            )
        case foreign.ChangesRequested():
            yield _person(
                "application_changes_requested",
                event.registration_id,
                f"application/{event.application_id}",
                note=open_text(work.store.keyring, event.note) or "",
            )
        case foreign.FoundIneligible():
            yield _person(
                "application_ineligible",
                event.registration_id,
                f"application/{event.application_id}",
                rule=event.reason,
            )
        case foreign.Approved():
            yield _person(
                "application_approved",
                event.registration_id,
                f"application/{event.application_id}",
                application_no=event.application_no,
                amount=event.amount,
                day=event.decided_on,
            )
        case foreign.Waitlisted() | foreign.Rejected():
            waits = isinstance(event, foreign.Waitlisted)
            yield _person(
                "application_waitlisted" if waits else "application_rejected",
                event.registration_id,
                f"application/{event.application_id}",
                application_no=event.application_no,
                day=event.decided_on,
            )


def _of_committee(work: Work, event: Event) -> Iterator[Draft]:
    match event:
        case foreign.MembersAssigned():
            day = day_in(work.now, DEFAULT_ZONE)
            for member_id in event.member_ids:
                # Thirty applications assigned in one afternoon are one message a member.
                yield Draft(
                    kind="review_assigned",
                    to=("account", member_id),
                    channel="inbox",
                    owner_id=member_id,
                    about=f"call/{event.call_id}",
                    facts={"day": day},
                    once=f"{event.call_id}/{day.isoformat()}",
                )
        case foreign.Convened():
            about = f"meeting/{event.meeting_id}"
            invited = {*event.member_ids, *([event.chair_id] if event.chair_id else [])}
            for member_id in sorted(invited):
                for channel in ("inbox", "mail"):
                    yield _account(
                        "meeting_convened",
                        member_id,
                        "inbox" if channel == "inbox" else "mail",
                        about,
                        day=event.held_on,
                    )


def _of_money(work: Work, event: Event) -> Iterator[Draft]:
    if isinstance(event, foreign.AwardOffered):
        dated: dict[str, Fact] = {"day": event.lapses_on} if event.lapses_on else {}
        yield _person(
            "award_offered",
            event.registration_id,
            f"award/{event.award_id}",
            application_no=event.application_no,
            amount=event.amount,
            **dated,
        )
        return
    if not isinstance(
        event,
        foreign.PaymentReleased
        | foreign.PaymentPaid
        | foreign.PaymentReturned
        | foreign.PaymentFailed
        | foreign.PaymentHeld,
    ):
        return
    award = contacts.award(work.connection, event.award_id)
    if award is None:
        return
    about, owner = f"payment/{event.payment_id}", award.registration_id
    facts: dict[str, Fact] = {"application_no": award.application_no, "tranche": event.tranche}
    match event:
        case foreign.PaymentReleased():
            yield _role("payment_to_export", "finance_officer", owner, about, **facts)
        case foreign.PaymentPaid():
            facts |= {"amount": event.amount, "day": event.booked_on}
            yield _person("payment_paid", owner, about, **facts)
        case foreign.PaymentReturned():
            facts |= {"amount": event.amount, "day": event.booked_on}
            yield _role("payment_returned", "finance_officer", owner, about, **facts)
            yield _role("payment_returned", "programme_officer", owner, about, **facts)
        case foreign.PaymentFailed():
            yield _role("payment_failed", "finance_officer", owner, about, **facts)
        case foreign.PaymentHeld():
            yield _role("payment_held", "finance_officer", owner, about, **facts)


def _of_visits(work: Work, event: Event) -> Iterator[Draft]:
    if not isinstance(event, foreign.VisitPlanned | foreign.VisitMissed):
        return
    award = contacts.award(work.connection, event.award_id)
    if award is None:
        return
    about, owner = f"visit/{event.visit_id}", award.registration_id
    facts: dict[str, Fact] = {"application_no": award.application_no}
    match event:
        case foreign.VisitPlanned():
            facts["day"] = event.due_on
            recipient: tuple[RecipientKind, str] = ("role", "field_officer")
            if event.visitor is not None:
                recipient = ("account", event.visitor)
            yield Draft(
                kind="visit_to_make",
                to=recipient,
                channel="inbox",
                owner_id=owner,
                about=about,
                facts=facts,
            )
            if not event.unannounced:
                yield _person("visit_planned", owner, about, day=event.due_on)
        case foreign.VisitMissed():
            facts["day"] = event.missed_on
            yield _role("visit_missed", "programme_officer", owner, about, **facts)


def _of_accounts(work: Work, event: Event) -> Iterator[Draft]:
    match event:
        case foreign.Invited() | foreign.InvitationRenewed():
            link = open_text(work.store.keyring, event.link)
            if link or (isinstance(event, foreign.Invited) and event.kind == "staff"):
                about = f"account/{event.account_id}"
                facts: dict[str, Fact] = {"until": event.expires_at, "link": link or ""}
                yield _account("account_invited", event.account_id, "mail", about, **facts)
        case foreign.RoleGranted():
            yield _account(
                "role_granted",
                event.account_id,
                "inbox",
                f"account/{event.account_id}",
                role=event.role,
                programme=event.programme or "",
            )
        case foreign.PasswordChanged():
            about = f"account/{event.account_id}"
            yield _account("password_changed", event.account_id, "inbox", about)
            yield _account("password_changed", event.account_id, "mail", about)
        case foreign.ResetRequested():
            link = open_text(work.store.keyring, event.link)
            if link:
                about, until = f"account/{event.account_id}", event.expires_at
                # By mail alone: whoever is signed in has no need of it, and it is a way in.
                yield _account(
                    "password_reset", event.account_id, "mail", about, link=link, until=until
                )
        case foreign.SignInFailed():
            if event.locked_until is not None:
                yield from _of_lock(work, event.account_id, event.locked_until)


def _of_lock(work: Work, account_id: str, until: datetime) -> Iterator[Draft]:
    """Once a day: whoever keeps a lock up must not be able to fill somebody's mailbox."""
    day = day_in(work.now, DEFAULT_ZONE)
    channels: tuple[Channel, ...] = ("inbox", "mail")
    for channel in channels:
        yield Draft(
            kind="sign_in_locked",
            to=("account", account_id),
            channel=channel,
            owner_id=account_id,
            about=f"account/{account_id}",
            facts={"until": until},
            once=f"{account_id}/{day.isoformat()}",
        )


REACTION: Final = Reaction(
    events=(
        foreign.CertificateIssued,
        foreign.CertificateRevoked,
        foreign.RetentionAnnounced,
        foreign.Submitted,
        foreign.ChangesRequested,
        foreign.FoundIneligible,
        foreign.Approved,
        foreign.Waitlisted,
        foreign.Rejected,
        foreign.MembersAssigned,
        foreign.Convened,
        foreign.AwardOffered,
        foreign.PaymentReleased,
        foreign.PaymentPaid,
        foreign.PaymentReturned,
        foreign.PaymentFailed,
        foreign.PaymentHeld,
        foreign.VisitPlanned,
        foreign.VisitMissed,
        foreign.Invited,
        foreign.InvitationRenewed,
        foreign.RoleGranted,
        foreign.PasswordChanged,
        foreign.ResetRequested,
        foreign.SignInFailed,
    ),
    react=react,
)
