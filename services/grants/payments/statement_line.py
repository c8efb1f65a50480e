"""One line of the bank's statement: received once, then matched to a payment or left open.

>>> line_identity(booked_on=date(2011, 5, 4), end_to_end_id=" A0001-T1", kind="debit",
...               amount=Money(12661200, "RSD"))
('statement_line', '2011-05-04', 'A0001-T1', 'debit', '12661200', 'RSD', '')

The stream is ``statement_line/<id>`` with the id derived from that identity, so that the same
line three times is one stream and has one effect. Source: domain, "Money rules".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Literal, TypeAlias

from shared.errors import Invalid, Missing, Refused
from shared.events.decider import Decider
from shared.events.event import Event, event_type
from shared.language.marking import N_
from shared.money import Money

LineKind: TypeAlias = Literal["debit", "return"]
MatchedBy: TypeAlias = Literal["end_to_end_id", "person"]
OpenGround: TypeAlias = Literal[
    "end_to_end_id_unknown", "amount_differs", "payment_state_forbids", "match_undone"
]
DismissGround: TypeAlias = Literal["bank_fee", "other_payment", "duplicate", "other"]
TEXT_CHARACTERS_MAX: Final = 64


def line_identity(
    *,
    booked_on: date,
    end_to_end_id: str,
    kind: LineKind,
    amount: Money,
    bank_reference: str = "",
) -> tuple[str, ...]:
    """What makes a line the same line; feed it to ``shared.identifiers.derived``.

    bank_reference: the bank's own reference of the entry, where it gives one, tells apart two
    entries that agree in everything else.
    """
    return (
        "statement_line",
        booked_on.isoformat(),
        end_to_end_id.strip(),
        kind,
        str(amount.minor),
        amount.currency,
        bank_reference.strip(),
    )


@event_type("grants.statement_line.received.v1")
class StatementLineReceived(Event, frozen=True, kw_only=True):
    """The bank booked it. Names and accounts of payees on the statement are not kept."""

    line_id: str
    booked_on: date
    end_to_end_id: str
    kind: LineKind
    amount: Money
    bank_reference: str = ""
    imported: bool = False


@event_type("grants.statement_line.matched.v1")
class StatementLineMatched(Event, frozen=True, kw_only=True):
    """It is about this payment."""

    line_id: str
    payment_id: str
    matched_by: MatchedBy
    imported: bool = False


@event_type("grants.statement_line.left_open.v1")
class StatementLineLeftOpen(Event, frozen=True, kw_only=True):
    """It is about no payment that could have it; a person looks at it."""

    line_id: str
    ground: OpenGround
    imported: bool = False


@event_type("grants.statement_line.dismissed.v1")
class StatementLineDismissed(Event, frozen=True, kw_only=True):
    """It is about no grant: a fee of the bank, somebody else's payment."""

    line_id: str
    ground: DismissGround
    dismissed_by: str


@dataclass(frozen=True)
class NoLine:
    """Not received yet."""


@dataclass(frozen=True, kw_only=True)
class Received:
    """Neither matched nor left open."""

    line_id: str
    imported: bool


@dataclass(frozen=True, kw_only=True)
class Matched(Received):
    """About this payment."""

    payment_id: str


@dataclass(frozen=True, kw_only=True)
class Unmatched(Received):
    """A person looks at it."""

    ground: OpenGround


@dataclass(frozen=True, kw_only=True)
class Dismissed(Received):
    """About no grant; it may still be matched when that was a mistake."""


State: TypeAlias = NoLine | Received


def evolve(state: State, event: Event) -> State:
    """The line after one more event."""
    match event, state:
        case StatementLineReceived(), _:
            return Received(line_id=event.line_id, imported=event.imported)
        case StatementLineMatched(), Received():
            return Matched(
                line_id=state.line_id, imported=state.imported, payment_id=event.payment_id
            )
        case StatementLineLeftOpen(), Received():
            return Unmatched(line_id=state.line_id, imported=state.imported, ground=event.ground)
        case StatementLineDismissed(), Received():
            return Dismissed(line_id=state.line_id, imported=state.imported)
        case _:
            raise TypeError(f"{type(event).__name__} cannot follow {type(state).__name__}")


@dataclass(frozen=True, kw_only=True)
class LineCommand:
    """``by``: account id of who acts. ``now``: aware UTC."""

    by: str
    now: datetime


@dataclass(frozen=True, kw_only=True)
class ReceiveLine(LineCommand):
    """A statement was read. ``line_id``: derived from ``line_identity``."""

    line_id: str
    booked_on: date
    end_to_end_id: str
    kind: LineKind
    amount: Money
    bank_reference: str = ""


@dataclass(frozen=True, kw_only=True)
class ImportLine(ReceiveLine):
    """A line of a statement from before."""


@dataclass(frozen=True, kw_only=True)
class MatchLine(LineCommand):
    """It is about this payment; appended with RecordDebit or RecordReturn of the payment."""

    payment_id: str
    matched_by: MatchedBy = "end_to_end_id"


@dataclass(frozen=True, kw_only=True)
class LeaveLineOpen(LineCommand):
    """No payment can have it."""

    ground: OpenGround


@dataclass(frozen=True, kw_only=True)
class DismissLine(LineCommand):
    """It is about no grant."""

    ground: DismissGround


@dataclass(frozen=True, kw_only=True)
class UndoMatch(LineCommand):
    """The match was a mistake; appended with ConfirmReversal of the payment."""

    payment_id: str


def decide(state: State, command: Any) -> tuple[Event, ...]:
    """Events that follow, none when nothing changes. Raises Refused, Invalid, Missing."""
    match command, state:
        case ReceiveLine(), NoLine():
            return (_received(command),)
        case ReceiveLine(), _:
            return ()
        case LineCommand(), NoLine():
            raise Missing("statement-line-missing", N_("There is no such line."))
        case MatchLine(), Matched():
            if state.payment_id == command.payment_id:
                return ()
            raise Refused("line-matched", N_("The line is matched to another payment."))
        case MatchLine(), Received():
            matched = StatementLineMatched(
                line_id=state.line_id,
                payment_id=command.payment_id,
                matched_by=command.matched_by,
                imported=state.imported,
            )
            return (matched,)
        case DismissLine(), Dismissed():
            return ()
        case DismissLine(), Received() if not isinstance(state, Matched):
            dismissed = StatementLineDismissed(
                line_id=state.line_id, ground=command.ground, dismissed_by=command.by
            )
            return (dismissed,)
        case LeaveLineOpen() | DismissLine(), Matched():
            raise Refused("line-matched", N_("The line is matched to a payment."))
        case LeaveLineOpen(), Unmatched() if state.ground == command.ground:
            return ()
        case LeaveLineOpen(), Received():
            left = StatementLineLeftOpen(
                line_id=state.line_id, ground=command.ground, imported=state.imported
            )
            return (left,)
        case UndoMatch(), Matched() if state.payment_id == command.payment_id:
            return (StatementLineLeftOpen(line_id=state.line_id, ground="match_undone"),)
        case UndoMatch(), Unmatched():
            return ()
        case UndoMatch(), Received():
            raise Refused("line-not-matched", N_("The line is not matched to this payment."))
        case _:
            raise TypeError(f"{type(command).__name__} is no command of a statement line")


def _received(command: ReceiveLine) -> StatementLineReceived:
    if command.amount.minor <= 0:
        raise Invalid("amount-not-positive", N_("The amount must be more than zero."))
    texts = (command.end_to_end_id.strip(), command.bank_reference.strip())
    if max(map(len, texts)) > TEXT_CHARACTERS_MAX:
        raise Invalid(
            "line-text-too-long",
            N_("End-to-end id and reference have at most {characters_max} characters."),
            characters_max=TEXT_CHARACTERS_MAX,
        )
    return StatementLineReceived(
        line_id=command.line_id,
        booked_on=command.booked_on,
        end_to_end_id=texts[0],
        kind=command.kind,
        amount=command.amount,
        bank_reference=texts[1],
        imported=isinstance(command, ImportLine),
    )


STATEMENT_LINE: Final[Decider[State]] = Decider(
    kind="statement_line",
    initial=NoLine(),
    evolve=evolve,
    decide=decide,
    events=(
        StatementLineReceived,
        StatementLineMatched,
        StatementLineLeftOpen,
        StatementLineDismissed,
    ),
)
