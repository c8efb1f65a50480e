"""What trainings reads of grants: who has an application, an award, a payment, when it ends.

    standing(connection, ["0192…"], months_kept=120)  ->  Standing(agreement=True, …)

A name and an account are needed while money is under way; accounting law keeps a signed agreement
after its last payment. Amounts are none of trainings' business, days are.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any, Final

from sqlalchemy import Boolean, Column, Connection, Date, Index, Row, String, Table, func, select

from services.trainings.erasure.erasure_commands import Block, Standing
from services.trainings.tables import METADATA
from shared.events.columns import MOMENT
from shared.events.projection import Projecting, Projection, Recorded
from shared.events.types import Foreign, reads

CASES: Final = Table(
    "grant_cases",
    METADATA,
    Column("application_id", String(36), primary_key=True),
    Column("programme", String(40), nullable=False),
    Column("registration_id", String(36), nullable=False),
    Column("call_id", String(36), nullable=False),
    Column("open", Boolean, nullable=False),
    Index("grant_cases_registration", "registration_id"),
)
"""Applications. ``open``: no decision yet."""

AWARDS: Final = Table(
    "grant_awards",
    METADATA,
    Column("award_id", String(36), primary_key=True),
    Column("programme", String(40), nullable=False),
    Column("registration_id", String(36), nullable=False),
    Column("status", String(12), nullable=False),
    Column("signed", Boolean, nullable=False),
    Column("last_on", Date),
    Index("grant_awards_registration", "registration_id"),
)
"""``last_on``: the last day on which money moved, or on which the award ended."""

PROGRAMMES: Final = Table(
    "programmes_ended",
    METADATA,
    Column("programme_id", String(36), primary_key=True),
    Column("programme", String(40), nullable=False),
    Column("ended_at", MOMENT),
)
"""Each programme, and when it was closed."""

OPEN_AWARDS: Final = ("accepted", "active", "suspended")


@reads("grants.programme.opened.v1")
class ProgrammeOpened(Foreign, frozen=True, kw_only=True):
    """A programme exists."""

    programme_id: str
    code: str


@reads("grants.programme.closed.v1")
class ProgrammeClosed(Foreign, frozen=True, kw_only=True):
    """It has ended."""

    programme_id: str


@reads("grants.application.paper_received.v1")
class PaperReceived(Foreign, frozen=True, kw_only=True):
    """An application on paper came in."""

    application_id: str
    registration_id: str
    call_id: str = ""


@reads("grants.application.drafted.v1")
class Drafted(Foreign, frozen=True, kw_only=True):
    """An application was begun."""

    application_id: str
    registration_id: str
    call_id: str = ""


@reads("grants.application.found_ineligible.v1")
class FoundIneligible(Foreign, frozen=True, kw_only=True):
    """A check failed; it may be let through all the same."""

    application_id: str


@reads("grants.application.reinstated.v1")
class Reinstated(Foreign, frozen=True, kw_only=True):
    """It was let through."""

    application_id: str


@reads("grants.application.approved.v1")
class Approved(Foreign, frozen=True, kw_only=True):
    """The committee awards an amount; an offer follows."""

    application_id: str


@reads("grants.application.rejected.v1")
class Rejected(Foreign, frozen=True, kw_only=True):
    """The committee does not."""

    application_id: str


@reads("grants.application.waitlisted.v1")
class Waitlisted(Foreign, frozen=True, kw_only=True):
    """Good enough, but the money was gone.

    It blocks no erasure, since it may wait for years: who was erased waits for nothing more, and
    grants promotes the next one.
    """

    application_id: str


@reads("grants.application.withdrawn.v1")
class Withdrawn(Foreign, frozen=True, kw_only=True):
    """The applicant took it back."""

    application_id: str


@reads("grants.application.lapsed.v1")
class Lapsed(Foreign, frozen=True, kw_only=True):
    """Still a draft when the call closed."""

    application_id: str


@reads("grants.award.offered.v1")
class AwardOffered(Foreign, frozen=True, kw_only=True):
    """A grant was offered."""

    award_id: str
    registration_id: str


@reads("grants.award.agreement_signed.v1")
class AgreementSigned(Foreign, frozen=True, kw_only=True):
    """The agreement has copies of name and account of its own."""

    award_id: str
    signed_on: date | None


@reads("grants.award.activated.v1")
class AwardActivated(Foreign, frozen=True, kw_only=True):
    """The money or the goods were handed over."""

    award_id: str


@reads("grants.award.declined.v1")
class AwardDeclined(Foreign, frozen=True, kw_only=True):
    """The applicant did not want it."""

    award_id: str
    declined_on: date


@reads("grants.award.lapsed.v1")
class AwardLapsed(Foreign, frozen=True, kw_only=True):
    """Nobody signed in time."""

    award_id: str
    lapsed_on: date


@reads("grants.award.completed.v1")
class AwardCompleted(Foreign, frozen=True, kw_only=True):
    """Everything is paid and accounted for."""

    award_id: str
    completed_on: date


@reads("grants.award.closed.v1")
class AwardClosed(Foreign, frozen=True, kw_only=True):
    """The file is closed."""

    award_id: str
    closed_on: date


@reads("grants.award.cancelled.v1")
class AwardCancelled(Foreign, frozen=True, kw_only=True):
    """Ended with nothing paid."""

    award_id: str
    cancelled_on: date


@reads("grants.award.terminated.v1")
class AwardTerminated(Foreign, frozen=True, kw_only=True):
    """Ended with something paid."""

    award_id: str
    terminated_on: date


@reads("grants.payment.paid.v1")
class PaymentPaid(Foreign, frozen=True, kw_only=True):
    """The bank debited it."""

    award_id: str
    booked_on: date


@reads("grants.payment.returned.v1")
class PaymentReturned(Foreign, frozen=True, kw_only=True):
    """The bank sent it back."""

    award_id: str
    booked_on: date


_ENDS: Final[dict[type[Foreign], tuple[str, str]]] = {
    AwardDeclined: ("declined", "declined_on"),
    AwardLapsed: ("lapsed", "lapsed_on"),
    AwardCompleted: ("completed", "completed_on"),
    AwardClosed: ("closed", "closed_on"),
    AwardCancelled: ("cancelled", "cancelled_on"),
    AwardTerminated: ("terminated", "terminated_on"),
}


def project(at: Projecting, recorded: Recorded) -> None:
    """One event of grants."""
    match recorded.event:
        case ProgrammeOpened() as event:
            at.put(PROGRAMMES, {"programme_id": event.programme_id}, programme=event.code)
        case ProgrammeClosed() as event:
            at.change(PROGRAMMES, {"programme_id": event.programme_id}, ended_at=recorded.at)
        case PaperReceived() | Drafted() as event:
            at.put(
                CASES,
                {"application_id": event.application_id},
                programme=recorded.programme,
                registration_id=event.registration_id,
                call_id=event.call_id,
                open=True,
            )
        case Reinstated() as event:
            at.change(CASES, {"application_id": event.application_id}, open=True)
        case (
            FoundIneligible() | Approved() | Rejected() | Waitlisted() | Withdrawn() | Lapsed()
        ) as event:
            at.change(CASES, {"application_id": event.application_id}, open=False)
        case _:
            _award(at, recorded)


def _award(at: Projecting, recorded: Recorded) -> None:
    event: Any = recorded.event
    key = {"award_id": event.award_id}
    match event:
        case AwardOffered():
            at.put(
                AWARDS,
                key,
                programme=recorded.programme,
                registration_id=event.registration_id,
                status="offered",
                signed=False,
            )
        case AgreementSigned():
            day = _later(at, key, event.signed_on)
            at.change(AWARDS, key, status="accepted", signed=True, last_on=day)
        case AwardActivated():
            at.change(AWARDS, key, status="active")
        case PaymentPaid() | PaymentReturned():
            at.change(AWARDS, key, last_on=_later(at, key, event.booked_on))
        case _:
            status, name = _ENDS[type(event)]
            values: dict[str, Any] = {"status": status}
            row = at.row(AWARDS, key)
            ended = getattr(event, name)
            if row is None or row["last_on"] is None or status in ("cancelled", "terminated"):
                values["last_on"] = _later(at, key, ended)
            at.change(AWARDS, key, **values)


def _later(at: Projecting, key: dict[str, str], day: date | None) -> date | None:
    """The latest of these days and the one that stands there: statements come in any order."""
    row = at.row(AWARDS, key)
    known = row["last_on"] if row is not None else None
    return max((one for one in (known, day) if one is not None), default=None)


MONEY_OF_GRANTS: Final = Projection(
    "money_of_grants",
    3,
    (CASES, AWARDS, PROGRAMMES),
    project,
    (
        ProgrammeOpened,
        ProgrammeClosed,
        PaperReceived,
        Drafted,
        FoundIneligible,
        Reinstated,
        Approved,
        Rejected,
        Waitlisted,
        Withdrawn,
        Lapsed,
        AwardOffered,
        AgreementSigned,
        AwardActivated,
        PaymentPaid,
        PaymentReturned,
        *_ENDS,
    ),
)


def standing(
    connection: Connection, registration_ids: Collection[str], *, months_kept: int
) -> Standing:
    """How these registrations of one person stand with money."""
    ids = sorted(registration_ids)
    open_cases = select(func.count()).where(CASES.c.registration_id.in_(ids), CASES.c.open)
    awards = connection.execute(select(AWARDS).where(AWARDS.c.registration_id.in_(ids))).all()
    blocks: list[Block] = []
    if connection.execute(open_cases).scalar_one():
        blocks.append("application_open")
    if any(one.status == "offered" for one in awards):
        blocks.append("award_offered")
    signed = [one for one in awards if one.signed]
    return Standing(
        blocks=tuple(blocks),
        agreement=bool(signed),
        agreement_until=_until(signed, months_kept),
    )


def _until(signed: list[Row[Any]], months_kept: int) -> date | None:
    if any(one.status in OPEN_AWARDS for one in signed):
        return None
    days = [one.last_on for one in signed if one.last_on is not None]
    return months_after(max(days), months_kept) if days else None


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or the last one of that month.

    >>> months_after(date(2026, 1, 31), 1)
    datetime.date(2026, 2, 28)
    """
    count = day.year * 12 + day.month - 1 + months
    year, month = divmod(count, 12)
    for last in range(day.day, 27, -1):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    return date(year, month + 1, min(day.day, 28))
