"""What people do with visits, for the API and the pages alike.

    perform(row.programme, lambda work: accept(work, visit_id, by="a1", version=2, location=...))

Each function decides within the caller's unit of work. Recording needs no version: what a device
brings after somebody else is kept beside it, never lost, until an officer chooses.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Row

from services.grants.awards.award import AWARD
from services.grants.awards.award_commands import RecordTrancheVisit
from services.grants.awards.award_events import TrancheVisitDone
from services.grants.awards.award_state import Accepted as AcceptedAward
from services.grants.awards.views import one_award
from services.grants.staff import VISITORS, all_hold
from services.grants.visits import missing, views
from services.grants.visits.visit import (
    VISIT,
    AcceptVisit,
    Conducted,
    CorrectVisit,
    NoVisit,
    PlanVisit,
    RecordVisit,
    ResolveVisit,
)
from services.grants.visits.visit_events import Findings, VisitVersion
from shared.access.own import check_not_own
from shared.errors import Invalid, Missing, Refused
from shared.events.work import Work
from shared.identifiers import derived, is_identifier
from shared.language.marking import N_
from shared.web.access import ensure, signed_in
from shared.web.commands import Answer, receipt, service

PLAN: Final = "grants.visits.plan"
COUNTED: Final = frozenset({"trading", "not_trading"})
"""Outcomes with which a visit counts for the next tranche: the business was seen. Otherwise the
tranche needs a waiver, which has a reason and a second person."""

_SAME_NUMBER_MAX: Final = 20


def award_of(award_id: str) -> Row[tuple[object, ...]]:
    """The award that a visit is planned for. Raises Missing, Forbidden."""
    found = None
    if is_identifier(award_id):
        with service().database.reading() as connection:
            found = one_award(connection, award_id)
    missing = Missing("award-missing", N_("There is no such award."))
    if found is None:
        raise missing
    ensure(PLAN, found.programme, missing=missing)
    return found


def award_numbered(application_no: str) -> str | None:
    """The id of the award of an application number where the reader plans; None when none."""
    within = signed_in().programmes(PLAN)
    with service().database.reading() as connection:
        rows = views.awards_numbered(connection, application_no, _SAME_NUMBER_MAX)
    own = [row.award_id for row in rows if "*" in within or row.programme in within]
    return own[0] if own else None


def plan(
    work: Work,
    award_id: str,
    *,
    by: str,
    month: int,
    visitor: str | None,
    unannounced: bool,
    address: str,
) -> Answer:
    """Plan a visit; ``address`` has ``{id}`` for the new visit's. Raises Refused when there is one.

    The same award and month are the same visit, so that two officers plan it once.
    """
    row = one_award(work.connection, award_id)
    if row is None:
        raise Missing("award-missing", N_("There is no such award."))
    check_not_own(row.registration_id, work.context.own)
    if row.handed_over_on is None:
        raise Refused(
            "award-not-handed-over",
            N_("Visits follow the handover, and nothing was handed over yet."),
        )
    if visitor is not None and not all_hold(
        work.connection, [visitor], VISITORS, work.context.programme
    ):
        raise Invalid(
            "visitor-without-role",
            N_("Choose somebody who has the role of a field officer in this programme now."),
            field="visitor",
        )
    visit_id = derived("visit", award_id, str(month))
    if not isinstance(work.load(VISIT, visit_id), NoVisit):
        raise Refused(
            "visit-planned-already",
            N_("The visit {month} months after the handover is planned already."),
            month=month,
            visit_id=visit_id,
        )
    command = PlanVisit(
        by=by,
        now=work.now,
        visit_id=visit_id,
        award_id=award_id,
        month=month,
        handed_over_on=row.handed_over_on,
        unannounced=unannounced,
        visitor=visitor,
    )
    missing.schedule(work, work.decide(VISIT, visit_id, command), zone=row.zone)
    return receipt(work, VISIT, visit_id, status=201, location=address.format(id=visit_id))


def record(
    work: Work,
    visit_id: str,
    *,
    by: str,
    device_visit_id: str,
    version: VisitVersion,
    note: str | None,
    location: str,
) -> Answer:
    """Record what was found. The same version twice is one; another is kept beside the first."""
    row = views.one_visit(work.connection, visit_id)
    if row is None:
        raise Missing("visit-missing", N_("There is no such visit."))
    check_not_own(row.registration_id, work.context.own)
    command = RecordVisit(
        by=by,
        now=work.now,
        visit_id=visit_id,
        award_id=row.award_id,
        registration_id=row.registration_id,
        month=row.month,
        device_visit_id=device_visit_id,
        version=version,
        zone=row.zone,
        note=note or None,
    )
    work.decide(VISIT, visit_id, command)
    return receipt(work, VISIT, visit_id, location=location)


def accept(work: Work, visit_id: str, *, by: str, version: int, location: str) -> Answer:
    """Take a visit as it is, by somebody who did not make it; it may count for a tranche."""
    work.expect(VISIT, visit_id, version)
    _check_not_own(work, visit_id)
    work.decide(VISIT, visit_id, AcceptVisit(by=by, now=work.now))
    count_for_tranche(work, visit_id, by=by)
    return receipt(work, VISIT, visit_id, location=location)


def correct(
    work: Work,
    visit_id: str,
    *,
    by: str,
    version: int,
    findings: Findings,
    reason: str,
    location: str,
) -> Answer:
    """Put findings right, which accepts them too."""
    work.expect(VISIT, visit_id, version)
    _check_not_own(work, visit_id)
    command = CorrectVisit(by=by, now=work.now, findings=findings, reason=reason)
    if work.decide(VISIT, visit_id, command):
        count_for_tranche(work, visit_id, by=by)
    return receipt(work, VISIT, visit_id, location=location)


def resolve(
    work: Work,
    visit_id: str,
    *,
    by: str,
    version: int,
    version_no: int,
    reason: str,
    location: str,
) -> Answer:
    """Choose between versions; the visit then waits to be accepted."""
    work.expect(VISIT, visit_id, version)
    _check_not_own(work, visit_id)
    command = ResolveVisit(by=by, now=work.now, version_no=version_no, reason=reason)
    work.decide(VISIT, visit_id, command)
    return receipt(work, VISIT, visit_id, location=location)


def _check_not_own(work: Work, visit_id: str) -> None:
    """Raises Forbidden when whoever acts is the one who is visited."""
    row = views.one_visit(work.connection, visit_id)
    if row is not None:
        check_not_own(row.registration_id, work.context.own)


def count_for_tranche(work: Work, visit_id: str, *, by: str) -> None:
    """An accepted visit is what the first paid tranche without one has waited for. Counts once."""
    state = work.load(VISIT, visit_id)
    if not isinstance(state, Conducted) or state.holds is None:
        return
    if state.holds[1].findings.outcome not in COUNTED:
        return
    award = work.load(AWARD, state.award_id)
    if not isinstance(award, AcceptedAward) or _counted(work, state.award_id, visit_id):
        return
    for tranche in award.tranches:
        if tranche.paid and "visit" in tranche.unmet:
            command = RecordTrancheVisit(
                by=by, now=work.now, tranche=tranche.number, visit_id=visit_id
            )
            work.decide(AWARD, state.award_id, command)
            return


def _counted(work: Work, award_id: str, visit_id: str) -> bool:
    events, _ = work.store.stream(work.connection, AWARD.stream(award_id))
    return any(
        isinstance(event, TrancheVisitDone) and event.visit_id == visit_id for event in events
    )
