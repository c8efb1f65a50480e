"""A programme whose money has moved: awards, a bank's statement with a return, visits of before.

    past = bring_past(house)
    past.awards["A0001"]      ->  the award's id; 600.00 RSD of it paid on 2011-05-04

A0001: tranche 1 paid. A0002: tranche 1 paid, returned and paid again, both tranches in BAM. All in
call C-1 (RSD) and B-1 (BAM). People are invented.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from services.grants.awards import award_commands as c
from services.grants.awards.award import AWARD
from services.grants.calls.budget import BUDGET
from services.grants.calls.budget_commands import ImportReservation
from services.grants.history_money import import_award, import_statement_line, import_visit
from shared.events.work import Work
from shared.identifiers import derived
from shared.money import Money

from .home import PROGRAMME, House, open_call, register

AMOUNTS = {"A0001": Money(100_000, "RSD"), "A0002": Money(50_001, "BAM")}
LINES: tuple[tuple[str, int, int, str, str, int], ...] = (
    ("A0001", 1, 0, "2011-05-04", "debit", 60_000),
    ("A0002", 1, 0, "2011-05-04", "debit", 30_001),
    ("A0002", 1, 0, "2011-05-06", "return", 30_001),
    ("A0002", 1, 1, "2011-05-20", "debit", 30_001),
)


@dataclass
class Past:
    """Ids by the register's own numbers."""

    awards: dict[str, str]
    calls: dict[str, str]
    registrations: dict[str, str]


def bring_past(house: House, *, programme: str = PROGRAMME) -> Past:
    """The programme's past, by the commands of an import."""
    calls = {
        "C-1": open_call(house, "C-1", programme=programme),
        "B-1": open_call(
            house,
            "B-1",
            programme=programme,
            currency="BAM",
            budget=Money(1_000_000, "BAM"),
            ceiling=Money(400_000, "BAM"),
        ),
    }
    call_of = {"A0001": calls["C-1"], "A0002": calls["B-1"]}
    registrations = {
        "A0001": register(house, "1", "Mira Primer", programme=programme),
        "A0002": register(
            house, "2", "Amir Uzorak", programme=programme, municipality="Knić", country="RS"
        ),
    }
    awards = {no: derived("award", programme, no) for no in AMOUNTS}
    for no in AMOUNTS:
        house.run(
            _award,
            no=no,
            call_id=call_of[no],
            registration_id=registrations[no],
            programme=programme,
        )
    for line in LINES:
        house.run(
            _line,
            line=line,
            call_id=call_of[line[0]],
            registration_id=registrations[line[0]],
            programme=programme,
        )
    return Past(awards, calls, registrations)


def _award(work: Work, *, no: str, call_id: str, registration_id: str) -> None:
    programme = work.context.programme
    application_id = derived("application", programme, no)
    reservation = ImportReservation(
        by="ana",
        now=work.now,
        application_id=application_id,
        amount=AMOUNTS[no],
        history_open=True,
    )
    work.decide(BUDGET, call_id, reservation)
    import_award(
        work,
        award_id=derived("award", programme, no),
        application_id=application_id,
        application_no=no,
        call_id=call_id,
        registration_id=registration_id,
        person_id=registration_id,
        kind="start",
        amount=AMOUNTS[no],
        tranche_percents=(60, 40),
        zone="Europe/Belgrade",
        offered_on=date(2011, 4, 1),
        full_name="Somebody Invented",
        account_number="160376343260162414",
    )


def _line(work: Work, *, line: Any, call_id: str, registration_id: str) -> None:
    no, tranche, reissue, booked_on, kind, minor = line
    import_statement_line(
        work,
        application_no=no,
        application_id=derived("application", work.context.programme, no),
        call_id=call_id,
        registration_id=registration_id,
        person_id=registration_id,
        tranche=tranche,
        reissue=reissue,
        booked_on=date.fromisoformat(booked_on),
        kind=kind,
        amount=Money(minor, AMOUNTS[no].currency),
        bank_reference=f"{no}/{tranche}/{reissue}/{kind}",
    )


def bring_visit(
    house: House, past: Past, no: str, *, month: int = 6, outcome: Any = "trading"
) -> str:
    """A visit from before; its id."""
    visit_id = derived("visit", PROGRAMME, no, str(month))

    def handler(work: Work) -> None:
        import_visit(
            work,
            visit_id=visit_id,
            device_visit_id=f"{no}-{month}",
            application_no=no,
            registration_id=past.registrations[no],
            month=month,
            occurred_at=datetime(2011, 11, 4, 9, tzinfo=UTC),
            recorded_at=datetime(2011, 11, 4, 10, tzinfo=UTC),
            zone="Europe/Belgrade",
            outcome=outcome,
            registered=True,
            equipment_present=True,
            jobs=2,
            income_band="middle",
        )

    house.run(handler)
    return visit_id


def active_award(house: House, past: Past, no: str = "A0009") -> str:
    """An award of today, in Topola, whose first tranche is paid and handed over; its id."""
    award_id = derived("award", PROGRAMME, no)
    who: dict[str, Any] = {"by": "ana", "now": house.clock.now()}
    payment_id = derived("payment", PROGRAMME, no, "1")
    for command in (
        c.OfferAward(
            **who,
            award_id=award_id,
            application_id=derived("application", PROGRAMME, no),
            application_no=no,
            call_id=past.calls["C-1"],
            registration_id=past.registrations["A0001"],
            person_id=past.registrations["A0001"],
            kind="start",
            amount=Money(100_000, "RSD"),
            tranche_percents=(60, 40),
            zone="Europe/Belgrade",
        ),
        c.SignAgreement(
            **who, full_name="Mira Primer", account_number="160376343260162414", agreement_no="1"
        ),
        c.ScheduleTranche(**who, tranche=1, payment_id=payment_id),
        c.RecordTranchePaid(**who, tranche=1, payment_id=payment_id, booked_on=date(2026, 2, 2)),
    ):
        house.decide(AWARD, award_id, command)
    return award_id
