"""The grants half of a register: calls, applications, decisions, payments, visits.

    GrantLoad(rows, register).run()

Calls go in the order of their decisions, since an award in one bears on eligibility in the next;
statement lines by day, debits before returns. The trainings service's events must have arrived.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, select

from services.commands.chunks import CHUNK, Rows
from services.grants import history, history_money
from services.grants.applications.views import APPLICATIONS
from services.grants.foreign import REGISTRATIONS
from services.register.rows import (
    Application,
    Call,
    Conflict,
    Register,
    Row,
    ScoreSheet,
    StatementLine,
    Visit,
    in_zone,
)
from shared.events.work import Work
from shared.identifiers import derived

WHOLE_CALL = 100_000
"""Applications and sheets of a call are judged together, so they are one chunk."""


class GrantLoad:
    """Loads into the grants service. ``rows`` belongs to that service."""

    def __init__(self, rows: Rows, register: Register) -> None:
        self._rows = rows
        self._register = register
        self._names = {one.participant_no: one.full_name for one in register.participants}
        self._calls = {call.call: call for call in register.calls}
        self._applications = {one.application_no: one for one in register.applications}
        self._of_call: dict[str, list[Application]] = defaultdict(list)
        for one in register.applications:
            self._of_call[one.call].append(one)

    def open_programme(self) -> None:
        """Open the programme with the regions and currencies of its calls; once."""
        regions: dict[str, dict[str, None]] = {}
        for call in self._register.calls:
            regions.setdefault(call.country, {}).update(dict.fromkeys(call.municipalities))
        self._rows.once(
            lambda work: history.open_programme(  # type: ignore[arg-type]
                work,
                code=self._rows.programme,
                name=self._rows.programme,
                regions=[(country, tuple(names)) for country, names in regions.items()],
                currencies=sorted({call.currency for call in self._register.calls}),
            )
        )

    def run(self) -> None:
        """Load all of it; what is there already is passed over."""
        in_order = sorted(self._register.calls, key=lambda call: (call.decided_on, call.call))
        self._rows.load("calls", in_order, self._load_calls)
        for call in in_order:
            self._load_call(call)
            self._award(call)
        lines = sorted(
            self._register.bank_statement,
            key=lambda line: (line.booked_on, line.kind != "debit", line.line),
        )
        self._rows.load("bank statement", lines, self._statement)
        visits = sorted(self._register.visits, key=lambda v: (v.occurred_at, v.visit_id))
        self._rows.load("visits", visits, self._visits)

    def _load_calls(self, work: Work, rows: Sequence[Call]) -> None:
        for row in rows:
            history.import_call(
                work,
                code=row.call,
                country=row.country,
                municipalities=row.municipalities,
                opens_on=row.opens,
                deadline=row.deadline,
                timezone=row.timezone,
                currency=row.currency,
                budget=row.budget,
                ceiling=row.ceiling,
                threshold=row.threshold,
                quorum=row.quorum,
                cooldown_days=row.cooldown_days,
                criteria=[(one.name, one.points_max) for one in row.criteria],
                tranche_percents=row.tranches,
                member_ids=row.members,
            )

    def _load_call(self, call: Call) -> None:
        mine = {one.application_no for one in self._of_call[call.call]}
        conflicts = [c for c in self._register.conflicts if c.application_no in mine]
        sheets = [s for s in self._register.score_sheets if s.application_no in mine]
        self._rows.load(
            f"{call.call} applications",
            self._of_call[call.call],
            lambda work, _: self._load_applications(work, call),
            chunk=WHOLE_CALL,
        )
        both: list[Row] = [*conflicts, *sheets]
        self._rows.load(
            f"{call.call} score sheets",
            both,
            lambda work, _: self._reviews(work, call, conflicts, sheets),
            chunk=WHOLE_CALL,
        )
        self._rows.once(lambda work: self._decide(work, call))

    def _load_applications(self, work: Work, call: Call) -> None:
        history.import_applications(
            work,
            call=call.call,
            rows=[
                history.OldApplication(
                    application_no=one.application_no,
                    participant_no=one.participant_no,
                    kind=one.kind,  # type: ignore[arg-type]
                    business=one.business,
                    submitted_at=one.submitted_at,
                    requested=one.requested,
                    own_contribution=one.own_contribution,
                    account=one.account,
                    channel=one.channel,  # type: ignore[arg-type]
                )
                for one in self._of_call[call.call]
            ],
        )

    def _reviews(
        self, work: Work, call: Call, conflicts: Sequence[Conflict], sheets: Sequence[ScoreSheet]
    ) -> None:
        history.import_reviews(
            work,
            call=call.call,
            conflicts=[
                history.OldConflict(
                    application_no=one.application_no, member=one.member, reason=one.reason
                )
                for one in conflicts
            ],
            sheets=[
                history.OldSheet(
                    application_no=one.application_no, member=one.member, points=one.points
                )
                for one in sheets
            ],
        )

    def _decide(self, work: Work, call: Call) -> None:
        history.import_decision(work, call=call.call, decided_on=call.decided_on)

    def _award(self, call: Call) -> None:
        """Awards follow from the decision; those that are there stay as they are."""
        with self._rows.service.database.reading() as connection:
            approved = approved_in(connection, self._call_id(call.call))
        for start in range(0, len(approved), CHUNK):
            part = approved[start : start + CHUNK]
            self._rows.once(lambda work, p=part: self._import_awards(work, call, p))  # type: ignore[misc]

    def _import_awards(self, work: Work, call: Call, approved: Sequence[RowMapping]) -> None:
        for row in approved:
            application = self._applications[row["application_no"]]
            history_money.import_award(
                work,
                award_id=derived("award", self._rows.programme, application.application_no),
                application_id=row["application_id"],
                application_no=application.application_no,
                call_id=row["call_id"],
                registration_id=row["registration_id"],
                person_id=row["person_id"],
                kind=application.kind,  # type: ignore[arg-type]
                amount=application.requested,
                tranche_percents=call.tranches,
                zone=call.timezone,
                offered_on=call.decided_on,
                full_name=self._names[application.participant_no],
                account_number=application.account,
            )

    def _call_id(self, call: str) -> str:
        return derived("call", self._rows.programme, call)

    def _statement(self, work: Work, rows: Sequence[StatementLine]) -> None:
        people = self._people(work, rows)
        for one in rows:
            application_id = self._application_id(one.application_no)
            registration_id, person_id = people[application_id]
            history_money.import_statement_line(
                work,
                application_no=one.application_no,
                application_id=application_id,
                call_id=self._call_id(self._applications[one.application_no].call),
                registration_id=registration_id,
                person_id=person_id,
                tranche=one.tranche,
                reissue=one.reissue,
                booked_on=one.booked_on,
                kind=one.kind,  # type: ignore[arg-type]
                amount=one.amount,
            )

    def _people(self, work: Work, rows: Sequence[StatementLine]) -> dict[str, tuple[str, str]]:
        """Application id to registration and person, as this service knows them."""
        wanted = {self._application_id(one.application_no) for one in rows}
        return people_of(work.connection, wanted)

    def _application_id(self, application_no: str) -> str:
        return derived("application", self._rows.programme, application_no)

    def _visits(self, work: Work, rows: Sequence[Visit]) -> None:
        for one in rows:
            zone = self._calls[self._applications[one.application_no].call].timezone
            history_money.import_visit(
                work,
                visit_id=derived("visit", self._rows.programme, one.visit_id),
                device_visit_id=one.visit_id,
                application_no=one.application_no,
                registration_id=derived(
                    "registration",
                    self._rows.programme,
                    self._applications[one.application_no].participant_no,
                ),
                month=one.month,
                occurred_at=in_zone(one.occurred_at, zone),
                recorded_at=in_zone(one.recorded_at, zone),
                zone=zone,
                outcome=one.outcome,  # type: ignore[arg-type]
                registered=one.registered,
                equipment_present=one.equipment_present,
                jobs=one.jobs,
                income_band=one.income_band,  # type: ignore[arg-type]
            )


def approved_in(connection: Connection, call_id: str) -> Sequence[RowMapping]:
    """The approved applications of a call with their person, by application number."""
    return (
        connection.execute(
            _with_person()
            .where(APPLICATIONS.c.call_id == call_id, APPLICATIONS.c.state == "approved")
            .order_by(APPLICATIONS.c.application_no)
        )
        .mappings()
        .all()
    )


def people_of(connection: Connection, application_ids: set[str]) -> dict[str, tuple[str, str]]:
    """Application id to (registration id, person id)."""
    rows = connection.execute(
        _with_person().where(APPLICATIONS.c.application_id.in_(application_ids))
    ).mappings()
    return {row["application_id"]: (row["registration_id"], row["person_id"]) for row in rows}


def _with_person() -> Select[Any]:
    return select(
        APPLICATIONS.c.application_id,
        APPLICATIONS.c.application_no,
        APPLICATIONS.c.call_id,
        APPLICATIONS.c.registration_id,
        REGISTRATIONS.c.person_id,
    ).join(REGISTRATIONS, REGISTRATIONS.c.registration_id == APPLICATIONS.c.registration_id)
