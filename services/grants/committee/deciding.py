"""What the chair and the committee do in a meeting, over every stream that it touches.

    meeting_id = convene(work, by=actor(), call_id=..., held_on=date(2026, 4, 20))
    close_scoring(work, meeting_id, by=chair)          the meeting and each of its reviews
    record_ranking(work, meeting_id, by=chair)         the meeting and each application
    decide(work, meeting_id, by=chair, expected=Expected(approved=7, amount=Money(...)))

A decision writes meeting, applications, reservations, awards and call in one append. The call's
budget is locked before it is read and its version is checked by the append, so that two committees
that decide at the same instant never exceed it; the later one sees less money than its people were
shown, and is refused. A meeting is about the applications that are under review when it closes
scoring; what is checked later waits for another meeting about the same call and the same money.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Final

from services.grants.applications.application import APPLICATION
from services.grants.applications.application_commands import DecideApplication, RankApplication
from services.grants.applications.application_state import RankedCase as RankedApplication
from services.grants.applications.application_state import UnderReviewCase
from services.grants.awards.handling import offer_award
from services.grants.calls.budget import BUDGET, Balance
from services.grants.calls.budget_commands import Reserve
from services.grants.calls.call import CALL, ClosedCase, RecordCallDecision
from services.grants.calls.terms import Terms
from services.grants.committee import meeting_commands as c
from services.grants.committee.handling import plain_lines, require_call, terms_of
from services.grants.committee.meeting import MEETING
from services.grants.committee.meeting_chair import require_held
from services.grants.committee.meeting_events import Item, ItemVote
from services.grants.committee.meeting_state import (
    Meeting,
    NoMeeting,
    RankedCase,
    ScoringClosedCase,
)
from services.grants.committee.ranking import Case, Outcome, decide_outcomes, rank
from services.grants.committee.ranking import RankedCase as RankedOne
from services.grants.committee.review import (
    REVIEW,
    CloseScoring,
    NoReview,
    ReopenScoring,
    Scored,
)
from services.grants.committee.review_lists import concerned, pending
from services.grants.committee.views import meeting
from shared.errors import Forbidden, Invalid, Missing, Refused
from shared.events.append import Claim
from shared.events.work import Work
from shared.language.marking import N_
from shared.money import Money, total

HELD_WITHIN: Final = timedelta(days=366)


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What people were shown before they decided: how many are approved, and the sum."""

    approved: int
    amount: Money


def convene(work: Work, *, by: str, call_id: str, held_on: date) -> str:
    """The acting person convenes the call's committee and is its chair; the meeting's id."""
    terms = terms_of(work, call_id)
    if held_on > work.now.date() + HELD_WITHIN:
        raise Invalid("held-on-far", N_("A meeting is convened for a day within a year."))
    meeting_id = work.new_id()
    command = c.ConveneMeeting(
        by=by,
        now=work.now,
        meeting_id=meeting_id,
        call_id=call_id,
        call_closed=isinstance(work.guard(CALL, call_id), ClosedCase),
        held_on=held_on,
        zone=terms.timezone,
        member_ids=terms.member_ids,
        quorum=terms.quorum,
    )
    work.decide(MEETING, meeting_id, command)
    work.claim(before_ranking(call_id, meeting_id))
    return meeting_id


def before_ranking(call_id: str, meeting_id: str) -> Claim:
    """One meeting about a call at a time is between its convening and its ranking."""
    return Claim(
        "meeting-before-ranking",
        call_id,
        MEETING.stream(meeting_id),
        code="meeting-open",
        sentence=N_("Another meeting about this call has not recorded its ranking yet."),
    )


def attend(work: Work, meeting_id: str, *, by: str, present_ids: Iterable[str]) -> None:
    """Record who is present, whole."""
    command = c.RecordAttendance(by=by, now=work.now, present_ids=tuple(present_ids))
    work.decide(MEETING, meeting_id, command)


def close_scoring(work: Work, meeting_id: str, *, by: str) -> None:
    """Take no more sheets for what is under review. Refused while any has too few of them."""
    state = chaired(work, meeting_id, by)
    if not work.decide(MEETING, meeting_id, c.CloseScoring(by=by, now=work.now)):
        return
    rows = concerned(work.connection, state.call_id, meeting_id)
    if not rows:
        raise Refused("nothing-under-review", N_("No application of this call is under review."))
    short = [row["application_no"] for row in rows if _sheets(work, row) < state.quorum]
    if short:
        raise Refused(
            "quorum-not-met",
            N_("These applications have fewer than {quorum} score sheets: {applications}."),
            quorum=state.quorum,
            applications=", ".join(short),
        )
    for row in rows:
        command = CloseScoring(by=by, now=work.now, meeting_id=meeting_id)
        work.decide(REVIEW, row["application_id"], command)


def _sheets(work: Work, row: object) -> int:
    review = work.load(REVIEW, row["application_id"])  # type: ignore[index]
    return 0 if isinstance(review, NoReview) else len(review.sheets)


def record_ranking(work: Work, meeting_id: str, *, by: str) -> None:
    """Rank what scoring was closed for, on record in the meeting and in each application."""
    state = chaired(work, meeting_id, by)
    require_held(state)
    if not isinstance(state, ScoringClosedCase | RankedCase):
        raise Refused("scoring-open", N_("Close scoring first."))
    terms = terms_of(work, state.call_id)
    cases, recused = _cases(work, state)
    ranked = rank(cases, terms)
    items = tuple(
        Item(
            application_id=one.application_id,
            version=one.version,
            score_hundredths=one.score_hundredths,
            rank=one.rank,
            recused_ids=recused[one.application_id],
        )
        for one in ranked
    )
    if not work.decide(MEETING, meeting_id, c.RecordRanking(by=by, now=work.now, items=items)):
        return
    for one in ranked:
        command = RankApplication(
            by=by,
            now=work.now,
            meeting_id=meeting_id,
            version=one.version,
            score_hundredths=one.score_hundredths,
            rank=one.rank,
        )
        work.decide(APPLICATION, one.application_id, command)
    work.release(before_ranking(state.call_id, meeting_id))


def _cases(work: Work, state: Meeting) -> tuple[list[Case], dict[str, tuple[str, ...]]]:
    """What there is to rank, and which members take no part in which application."""
    cases: list[Case] = []
    recused: dict[str, tuple[str, ...]] = {}
    for row in concerned(work.connection, state.call_id, state.meeting_id):
        application_id = row["application_id"]
        application = work.load(APPLICATION, application_id)
        review = work.load(REVIEW, application_id)
        if not isinstance(review, Scored):
            # It came under review after scoring was closed: another meeting is about it.
            continue
        if not isinstance(application, UnderReviewCase | RankedApplication):
            continue
        assisted = {application.content.assisted_by} & set(state.member_ids)
        recused[application_id] = tuple(sorted(review.recused | {one for one in assisted if one}))
        cases.append(
            Case(
                application_id=application_id,
                application_no=application.whose.application_no,
                version=application.version,
                submitted_at=row["submitted_at"],
                requested=application.content.requested,
                sheets=tuple(review.sheets.values()),
            )
        )
    return cases, recused


def vote(work: Work, meeting_id: str, *, by: str, votes: Iterable[ItemVote]) -> None:
    """The acting member votes on applications of the ranking."""
    work.decide(MEETING, meeting_id, c.CastVotes(by=by, now=work.now, votes=tuple(votes)))


def decide(
    work: Work,
    meeting_id: str,
    *,
    by: str,
    expected: Expected,
    version: int | None,
    votes_in_room: bool = False,
) -> list[Outcome]:
    """Approve in rank order while the money lasts, put the rest on the waiting list or reject it.

    Refused (``call-state``) when the call is cancelled, also at the same moment.
    votes_in_room: the chair says that votes were taken in the room, beside any that were cast.
    version: the meeting's that people were shown. Refused (``money-moved``) when another decision
    or a revision changed the money meanwhile, so that something else would follow than was shown.
    """
    row = meeting(work.connection, meeting_id)
    # The money is locked before anything is read that another decision may change.
    balance = work.load(BUDGET, row["call_id"]) if row else None
    work.expect(MEETING, meeting_id, version)
    state = chaired(work, meeting_id, by)
    terms = terms_of(work, state.call_id)
    if isinstance(state, RankedCase):
        require_call(work, state.call_id, ClosedCase)
    applications = _ranked_applications(work, state)
    outcomes: list[Outcome] = []
    if isinstance(state, RankedCase):
        if not isinstance(balance, Balance):
            raise Missing("budget-missing", N_("This call has no budget yet."))
        cases = [
            ranked_one(item, one.whose.application_no, one.content.requested)
            for item, one in applications
        ]
        outcomes = outcomes_of(cases, terms, balance.available)
    command = c.RecordDecision(
        by=by,
        now=work.now,
        outcomes=tuple(outcomes),
        currency=terms.currency,
        zone=terms.timezone,
        votes_in_room=votes_in_room,
    )
    work.decide(MEETING, meeting_id, command)
    _check_expected(outcomes, expected, terms)
    for one, (_, application) in zip(outcomes, applications, strict=True):
        _carry_out(work, meeting_id, one, application, by=by, terms=terms)
    decided = [one.application_id for one in outcomes]
    if not pending(work.connection, state.call_id, besides=decided):
        ended = RecordCallDecision(by=by, now=work.now, meeting_id=meeting_id)
        work.decide(CALL, state.call_id, ended)
    return outcomes


def ranked_one(item: Item, application_no: str, requested: Money) -> RankedOne:
    """An item on record as the ranking knows it; the tie is broken already."""
    return RankedOne(
        application_id=item.application_id,
        application_no=application_no,
        version=item.version,
        requested=requested,
        score_hundredths=item.score_hundredths,
        tie_break=Fraction(0),
        rank=item.rank,
    )


def outcomes_of(cases: list[RankedOne], terms: Terms, available: Money) -> list[Outcome]:
    """What follows for each, best first, with the money that is left now."""
    return decide_outcomes(cases, threshold_hundredths=terms.threshold_hundredths, budget=available)


def approved_of(outcomes: Iterable[Outcome], currency: str) -> Expected:
    """How many are approved, and the sum."""
    approved = [one.amount for one in outcomes if one.outcome == "approved"]
    return Expected(approved=len(approved), amount=total(approved, currency=currency))


def _check_expected(outcomes: list[Outcome], expected: Expected, terms: Terms) -> None:
    now = approved_of(outcomes, terms.currency)
    if now != expected:
        raise Refused(
            "money-moved",
            N_(
                "The money of this call changed since you looked: it now lasts for {approved} "
                "applications, {amount}. Look at the ranking again; nothing was decided."
            ),
            approved=now.approved,
            amount=now.amount,
        )


def _ranked_applications(work: Work, state: Meeting) -> list[tuple[Item, RankedApplication]]:
    """The items in order of rank with their applications; Refused when one was withdrawn since."""
    if not isinstance(state, RankedCase):
        return []
    found: list[tuple[Item, RankedApplication]] = []
    gone: list[str] = []
    for item in sorted(state.items.values(), key=lambda one: one.rank):
        application = work.load(APPLICATION, item.application_id)
        if isinstance(application, RankedApplication):
            found.append((item, application))
        else:
            gone.append(str(item.rank))
    if gone:
        raise Refused(
            "withdrawn-after-ranking",
            N_("What stands at these ranks was withdrawn: {ranks}. Reopen the meeting."),
            ranks=", ".join(gone),
        )
    return found


def _carry_out(
    work: Work,
    meeting_id: str,
    outcome: Outcome,
    application: RankedApplication,
    *,
    by: str,
    terms: Terms,
) -> None:
    """One application's outcome: on its own stream, in the call's money, as an offer."""
    command = DecideApplication(
        by=by,
        now=work.now,
        meeting_id=meeting_id,
        version=outcome.version,
        outcome=outcome.outcome,
        zone=terms.timezone,
    )
    work.decide(APPLICATION, outcome.application_id, command)
    if outcome.outcome != "approved":
        return
    whose = application.whose
    reserve = Reserve(
        by=by, now=work.now, application_id=outcome.application_id, amount=outcome.amount
    )
    work.decide(BUDGET, whose.call_id, reserve)
    offer_award(
        work,
        by=by,
        application_id=outcome.application_id,
        application_no=whose.application_no,
        call_id=whose.call_id,
        registration_id=whose.registration_id,
        person_id=whose.person_id,
        kind=application.content.kind,
        amount=outcome.amount,
        tranche_percents=terms.tranche_percents,
        zone=terms.timezone,
    )


def propose_reopening(work: Work, meeting_id: str, *, by: str, reason: str) -> None:
    """The first of two people wants scoring to start again."""
    command = c.ProposeReopening(by=by, now=work.now, reason=plain_lines(reason))
    work.decide(MEETING, meeting_id, command)


def confirm_reopening(work: Work, meeting_id: str, *, by: str) -> None:
    """The second of two people agrees: members may hand in their sheets anew."""
    before = work.load(MEETING, meeting_id)
    work.decide(MEETING, meeting_id, c.ConfirmReopening(by=by, now=work.now))
    if not isinstance(before, Meeting):
        return
    work.claim(before_ranking(before.call_id, meeting_id))
    for row in concerned(work.connection, before.call_id, meeting_id):
        if isinstance(work.load(REVIEW, row["application_id"]), Scored):
            command = ReopenScoring(by=by, now=work.now, meeting_id=meeting_id)
            work.decide(REVIEW, row["application_id"], command)


def chaired(work: Work, meeting_id: str, by: str) -> Meeting:
    """The meeting, whose chair acts: what it rests on is computed before it can decide."""
    state = work.load(MEETING, meeting_id)
    if isinstance(state, NoMeeting):
        raise Missing("meeting-missing", N_("There is no such meeting."))
    if by != state.chair_id:
        raise Forbidden("not-the-chair", N_("Only the chair of this meeting can do that."))
    return state
