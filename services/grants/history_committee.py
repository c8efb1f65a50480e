"""The committee's half of a programme's past: reviews, and how each call was decided.

    import_reviews(work, call="RS-2011", conflicts=[...], sheets=[...])
    import_decision(work, call="RS-2011", decided_on=date(2011, 4, 14))

``services.grants.history`` offers these together with the other half.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from services.grants.applications.application import APPLICATION
from services.grants.applications.application_commands import (
    ImportDecision,
)
from services.grants.applications.application_state import (
    UnderReviewCase,
)
from services.grants.applications.views import APPLICATIONS
from services.grants.calls.budget import BUDGET
from services.grants.calls.budget_commands import ImportReservation
from services.grants.calls.call import CALL, ImportCallDecision, NoCall, OpenCase
from services.grants.calls.terms import Terms
from services.grants.committee.meeting import MEETING
from services.grants.committee.meeting_commands import ImportDecision as ImportMeeting
from services.grants.committee.meeting_events import Item
from services.grants.committee.ranking import Case, Points, decide_outcomes, rank
from services.grants.committee.review import (
    REVIEW,
    ImportReview,
    MemberConflict,
    MemberSheet,
    NoReview,
    Scored,
)
from services.grants.programmes.programme import (
    PROGRAMME,
    NoProgramme,
    Running,
)
from shared.errors import Invalid, Missing
from shared.events.work import Work
from shared.identifiers import derived
from shared.language.marking import N_

NOT_STATED = "not stated"
"""The reason of a conflict that the register gives without one."""


@dataclass(frozen=True, kw_only=True)
class OldConflict:
    """One member's conflict with one application."""

    application_no: str
    member: str
    reason: str | None


@dataclass(frozen=True, kw_only=True)
class OldSheet:
    """One member's sheet: (criterion, points)."""

    application_no: str
    member: str
    points: tuple[tuple[str, int], ...]


def history_open(work: Work) -> bool:
    """Whether the programme's past may still be brought in."""
    state = work.load(PROGRAMME, derived("programme", work.context.programme))
    if isinstance(state, NoProgramme):
        raise Missing("programme-missing", N_("There is no such programme."))
    return isinstance(state, Running) and state.history_open


def call_terms(work: Work, call_id: str) -> Terms:
    state = work.load(CALL, call_id)
    if isinstance(state, NoCall):
        raise Missing("call-missing", N_("There is no such call."))
    return state.terms


def import_reviews(
    work: Work, *, call: str, conflicts: Iterable[OldConflict], sheets: Iterable[OldSheet]
) -> int:
    """How many reviews were new. Applications that were not eligible have none."""
    programme = work.context.programme
    call_id = derived("call", programme, call)
    terms = call_terms(work, call_id)
    by_application: defaultdict[str, tuple[list[OldConflict], list[OldSheet]]]
    by_application = defaultdict(lambda: ([], []))
    for conflict in conflicts:
        by_application[conflict.application_no][0].append(conflict)
    for sheet in sheets:
        by_application[sheet.application_no][1].append(sheet)
    new = 0
    for application_no, (declared, handed_in) in sorted(by_application.items()):
        application_id = derived("application", programme, application_no)
        state = work.load(APPLICATION, application_id)
        if not isinstance(state, UnderReviewCase) or state.whose.call_id != call_id:
            continue
        if not isinstance(work.load(REVIEW, application_id), NoReview):
            continue
        work.decide(
            REVIEW,
            application_id,
            ImportReview(
                by=work.context.actor,
                now=work.now,
                history_open=history_open(work),
                application_id=application_id,
                call_id=call_id,
                registration_id=state.whose.registration_id,
                meeting_id=derived("meeting", programme, call),
                terms=terms,
                conflicts=tuple(
                    MemberConflict(member_id=one.member, reason=one.reason or NOT_STATED)
                    for one in declared
                ),
                sheets=tuple(
                    MemberSheet(
                        member_id=one.member,
                        points=tuple(
                            Points(criterion=name, points=given) for name, given in one.points
                        ),
                    )
                    for one in handed_in
                ),
            ),
        )
        new += 1
    return new


def import_decision(work: Work, *, call: str, decided_on: date) -> bool:
    """Rank, decide, reserve the money and close the call; False when that was done before."""
    programme = work.context.programme
    call_id = derived("call", programme, call)
    meeting_id = derived("meeting", programme, call)
    state = work.load(CALL, call_id)
    if not isinstance(state, OpenCase):
        return False
    terms, by, now, is_open = state.terms, work.context.actor, work.now, history_open(work)
    cases, recused = _cases(work, call_id)
    ranked = rank(cases, terms)
    outcomes = decide_outcomes(
        ranked, threshold_hundredths=terms.threshold_hundredths, budget=terms.budget
    )
    work.decide(
        MEETING,
        meeting_id,
        ImportMeeting(
            by=by,
            now=now,
            history_open=is_open,
            meeting_id=meeting_id,
            call_id=call_id,
            decided_on=decided_on,
            member_ids=terms.member_ids,
            quorum=terms.quorum,
            items=tuple(
                Item(
                    application_id=one.application_id,
                    version=one.version,
                    score_hundredths=one.score_hundredths,
                    rank=one.rank,
                    recused_ids=recused[one.application_id],
                )
                for one in ranked
            ),
            outcomes=tuple(outcomes),
            currency=terms.currency,
            zone=terms.timezone,
        ),
    )
    for one in outcomes:
        decision = ImportDecision(
            by=by,
            now=now,
            history_open=is_open,
            meeting_id=meeting_id,
            version=one.version,
            score_hundredths=one.score_hundredths,
            rank=one.rank,
            outcome=one.outcome,
            decided_on=decided_on,
        )
        work.decide(APPLICATION, one.application_id, decision)
        if one.outcome == "approved":
            reservation = ImportReservation(
                by=by,
                now=now,
                history_open=is_open,
                application_id=one.application_id,
                amount=one.amount,
            )
            work.decide(BUDGET, call_id, reservation)
    ended = ImportCallDecision(
        by=by, now=now, history_open=is_open, meeting_id=meeting_id, decided_on=decided_on
    )
    work.decide(CALL, call_id, ended)
    return True


def _cases(work: Work, call_id: str) -> tuple[list[Case], dict[str, tuple[str, ...]]]:
    """What there is to rank, and who takes no part in which application."""
    cases: list[Case] = []
    recused: dict[str, tuple[str, ...]] = {}
    rows = work.connection.execute(
        select(APPLICATIONS).where(
            APPLICATIONS.c.call_id == call_id, APPLICATIONS.c.state == "under_review"
        )
    ).mappings()
    for row in rows:
        application_id = row["application_id"]
        state = work.load(APPLICATION, application_id)
        review = work.load(REVIEW, application_id)
        if not isinstance(state, UnderReviewCase):
            raise Invalid("not-under-review", N_("An application is not under review any more."))
        sheets = review.sheets if isinstance(review, Scored) else {}
        recused[application_id] = (
            tuple(sorted(review.recused)) if isinstance(review, Scored) else ()
        )
        cases.append(
            Case(
                application_id=application_id,
                application_no=row["application_no"],
                version=state.version,
                submitted_at=row["submitted_at"],
                requested=state.content.requested,
                sheets=tuple(sheets.values()),
            )
        )
    return cases, recused
