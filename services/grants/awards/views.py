"""Read models of awards and their tranches.

    one_award(connection, award_id).status  ->  "active"
    due_tranches(connection, ("demo",))     ->  tranches that could be paid now

Name and account stand here in clear, as the agreement has them, and vanish with their key.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Date,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Row,
    String,
    Table,
    Text,
    and_,
    exists,
    func,
    or_,
    select,
    tuple_,
)

from services.grants.awards import award_events as e
from services.grants.tables import MOMENT, VIEWS
from shared.events.projection import Projecting, Projection, Recorded
from shared.privacy.erasing import AGREEMENT, personal

AWARDS: Final = Table(
    "awards",
    VIEWS,
    Column("award_id", String(36), primary_key=True),
    Column("programme", String(40), nullable=False),
    Column("application_id", String(36), nullable=False),
    Column("application_no", String(64), nullable=False),
    Column("call_id", String(36), nullable=False),
    Column("registration_id", String(36), nullable=False),
    Column("person_id", String(36), nullable=False),
    Column("kind", String(10), nullable=False),
    Column("currency", String(3), nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("zone", String(40), nullable=False),
    Column("status", String(12), nullable=False),
    Column("offered_on", Date, nullable=False),
    Column("lapses_on", Date),
    Column("signed_on", Date),
    Column("handed_over_on", Date),
    Column("agreement_no", Text),
    Column("full_name", Text, info=personal("identity", AGREEMENT)),
    Column("account_number", Text, info=personal("financial", AGREEMENT)),
    Column("account_version", Integer, nullable=False, default=0),
    Column("account_typed_by", String(80)),
    Column("account_changed_by", String(80)),
    Column("account_changed_at", MOMENT),
    Column("account_called_back_by", String(80)),
    Column("imported", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    Index("awards_by_application_no", "programme", "application_no"),
    Index("awards_by_application", "application_id"),
    Index("awards_by_person", "person_id"),
)

TRANCHES: Final = Table(
    "tranches",
    VIEWS,
    Column("award_id", String(36), nullable=False),
    Column("tranche", Integer, nullable=False),
    Column("programme", String(40), nullable=False),
    Column("currency", String(3), nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("payment_id", String(36)),
    Column("paid", Boolean, nullable=False, default=False),
    Column("booked_on", Date),
    Column("receipts", String(8), nullable=False, default="open"),
    Column("visit", String(8), nullable=False, default="open"),
    Column("imported", Boolean, nullable=False, default=False),
    PrimaryKeyConstraint("award_id", "tranche"),
    Index("tranches_by_programme", "programme", "paid"),
)
"""``receipts`` and ``visit``: open, asked (for a waiver), met or waived."""

_STATUS: Final[dict[type[Any], str]] = {
    e.AwardDeclined: "declined",
    e.AwardLapsed: "lapsed",
    e.AgreementSigned: "accepted",
    e.AwardActivated: "active",
    e.AwardSuspended: "suspended",
    e.AwardCompleted: "completed",
    e.AwardClosed: "closed",
    e.AwardCancelled: "cancelled",
    e.AwardTerminated: "terminated",
}


def project(at: Projecting, recorded: Recorded) -> None:
    """One event of an award into both tables."""
    event = recorded.event
    if isinstance(event, e.AwardOffered):
        _offered(at, recorded, event)
        return
    _tranche(at, event)
    key = {"award_id": recorded.identifier}
    values: dict[str, Any] = {"version": recorded.version}
    if status := _STATUS.get(type(event)):
        values["status"] = status
    match event:
        case e.AgreementSigned():
            values |= {
                "full_name": event.full_name,
                "account_number": event.account_number,
                "agreement_no": event.agreement_no,
                "signed_on": event.signed_on,
                "account_version": 1,
                "account_typed_by": event.recorded_by,
            }
        case e.AccountChanged():
            values |= {
                "account_number": event.account_number,
                "account_version": event.version,
                "account_typed_by": event.changed_by,
                "account_changed_by": event.changed_by,
                "account_changed_at": event.changed_at,
                "account_called_back_by": None,
            }
        case e.AccountConfirmed():
            values["account_called_back_by"] = event.called_back_by
        case e.AwardActivated():
            values["handed_over_on"] = event.handed_over_on
        case e.AwardResumed():
            row = at.row(AWARDS, key)
            values["status"] = "active" if row and row["handed_over_on"] else "accepted"
    at.change(AWARDS, key, **values)


def _offered(at: Projecting, recorded: Recorded, event: e.AwardOffered) -> None:
    at.make(
        AWARDS,
        {
            "award_id": event.award_id,
            "programme": recorded.programme,
            "application_id": event.application_id,
            "application_no": event.application_no,
            "call_id": event.call_id,
            "registration_id": event.registration_id,
            "person_id": event.person_id,
            "kind": event.kind,
            "currency": event.amount.currency,
            "amount_minor": event.amount.minor,
            "zone": event.zone,
            "status": "offered",
            "offered_on": event.offered_on,
            "lapses_on": event.lapses_on,
            "imported": event.imported,
            "version": recorded.version,
        },
    )
    at.make(
        TRANCHES,
        *(
            {
                "award_id": event.award_id,
                "tranche": number,
                "programme": recorded.programme,
                "currency": amount.currency,
                "amount_minor": amount.minor,
            }
            for number, amount in enumerate(event.tranche_amounts, start=1)
        ),
    )


def _tranche(at: Projecting, event: Any) -> None:
    values: dict[str, Any]
    match event:
        case e.TrancheScheduled():
            values = {"payment_id": event.payment_id, "imported": event.imported}
        case e.TrancheUnscheduled():
            values = {"payment_id": None, "imported": False}
        case e.TranchePaid():
            values = {"paid": True, "booked_on": event.booked_on}
        case e.TrancheReturned():
            values = {"paid": False, "booked_on": None}
        case e.ReceiptsAccepted():
            values = {"receipts": "met"}
        case e.TrancheVisitDone():
            values = {"visit": "met"}
        case e.WaiverRequested():
            values = {event.requirement: "asked"}
        case e.RequirementWaived():
            values = {event.requirement: "waived"}
        case _:
            return
    key = {"award_id": event.award_id, "tranche": event.tranche}
    at.change(TRANCHES, key, **values)


AWARD_VIEW: Final = Projection("awards", 2, (AWARDS, TRANCHES), project, e.AWARD_EVENTS)


# Queries


def one_award(connection: Connection, award_id: str) -> Row[Any] | None:
    """The award, or None."""
    return connection.execute(select(AWARDS).where(AWARDS.c.award_id == award_id)).first()


def tranches_of(connection: Connection, award_id: str) -> Sequence[Row[Any]]:
    """Its tranches in order."""
    return connection.execute(
        select(TRANCHES).where(TRANCHES.c.award_id == award_id).order_by(TRANCHES.c.tranche)
    ).all()


def award_list(
    connection: Connection,
    programmes: Collection[str] | None,
    *,
    status: str | None = None,
    call_id: str | None = None,
    after: tuple[str, str] | None = None,
    limit: int,
) -> Sequence[Row[Any]]:
    """Awards by application number. ``programmes``: None for all of them."""
    query = select(AWARDS).order_by(AWARDS.c.application_no, AWARDS.c.award_id).limit(limit)
    if programmes is not None:
        query = query.where(AWARDS.c.programme.in_(programmes))
    if status:
        query = query.where(AWARDS.c.status == status)
    if call_id:
        query = query.where(AWARDS.c.call_id == call_id)
    if after:
        query = query.where(tuple_(AWARDS.c.application_no, AWARDS.c.award_id) > after)
    return connection.execute(query).all()


def due_tranches(
    connection: Connection,
    programmes: Collection[str] | None,
    *,
    after: tuple[str, str, int] | None = None,
    limit: int,
) -> Sequence[Row[Any]]:
    """Tranches without a payment whose award is payable and whose predecessors are settled."""
    earlier = TRANCHES.alias("earlier")
    unmet = or_(
        earlier.c.paid.is_(False),
        and_(
            earlier.c.imported.is_(False),
            or_(
                earlier.c.receipts.not_in(("met", "waived")),
                earlier.c.visit.not_in(("met", "waived")),
            ),
        ),
    )
    blocked = exists().where(
        earlier.c.award_id == TRANCHES.c.award_id, earlier.c.tranche < TRANCHES.c.tranche, unmet
    )
    query = (
        select(TRANCHES, AWARDS.c.application_no, AWARDS.c.full_name, AWARDS.c.call_id)
        .join(AWARDS, AWARDS.c.award_id == TRANCHES.c.award_id)
        .where(
            TRANCHES.c.payment_id.is_(None), AWARDS.c.status.in_(("accepted", "active")), ~blocked
        )
        .order_by(AWARDS.c.application_no, TRANCHES.c.award_id, TRANCHES.c.tranche)
        .limit(limit)
    )
    if after:
        place = tuple_(AWARDS.c.application_no, TRANCHES.c.award_id, TRANCHES.c.tranche)
        query = query.where(place > after)
    if programmes is not None:
        query = query.where(TRANCHES.c.programme.in_(programmes))
    return connection.execute(query).all()


def counts_by_status(connection: Connection, programmes: Collection[str] | None) -> dict[str, int]:
    """How many awards there are in each status."""
    query = select(AWARDS.c.status, func.count()).group_by(AWARDS.c.status)
    if programmes is not None:
        query = query.where(AWARDS.c.programme.in_(programmes))
    return {row[0]: row[1] for row in connection.execute(query)}


def programmes_with_awards(connection: Connection) -> list[str]:
    """Codes of the programmes that have awards, in order."""
    query = select(AWARDS.c.programme).distinct().order_by(AWARDS.c.programme)
    return list(connection.execute(query).scalars())
