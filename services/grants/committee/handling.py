"""What members and those who assign them do with the review of an application.

    assign(work, application_id, by=actor(), member_ids=("m1", "m2"))
    declare(work, application_id, by=actor(), reason=None)            no conflict
    submit(work, application_id, by=actor(), points=..., comment="")

Each function decides within the caller's unit of work; the meeting's part is in ``deciding``.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from services.grants.applications.application import APPLICATION
from services.grants.applications.application_state import RankedCase, UnderReviewCase
from services.grants.calls.call import CALL, Held, NoCall, status
from services.grants.calls.terms import Terms
from services.grants.committee.ranking import Points
from services.grants.committee.review import (
    REVIEW,
    AssignMembers,
    DeclareConflict,
    DeclareNoConflict,
    NoReview,
    Scored,
    SubmitSheet,
)
from services.grants.committee.review_lists import concerned
from shared.access.own import is_own
from shared.errors import Forbidden, Invalid, Missing, Refused
from shared.events.work import Work
from shared.language.marking import N_

ASSIGNED_AT_ONCE_MAX: Final = 500


def terms_of(work: Work, call_id: str) -> Terms:
    """The call's terms. Raises Missing."""
    state = work.load(CALL, call_id)
    if isinstance(state, NoCall):
        raise Missing("call-missing", N_("There is no such call."))
    return state.terms


def require_call(work: Work, call_id: str, *cases: type[Held]) -> Held:
    """The call in one of these states, in which it stays until the work is committed.

    Raises Missing, or Refused in another state.
    """
    state = work.guard(CALL, call_id)
    if isinstance(state, NoCall):
        raise Missing("call-missing", N_("There is no such call."))
    if not isinstance(state, cases):
        raise Refused(
            "call-state",
            N_("The call is {state}; this is not possible now."),
            state=status(state),
        )
    return state


def in_hand(work: Work, application_id: str) -> UnderReviewCase | RankedCase:
    """The application while the committee is at work on it. Raises Refused before and after."""
    state = work.load(APPLICATION, application_id)
    if not isinstance(state, UnderReviewCase | RankedCase):
        raise Refused("not-under-review", N_("The committee is not at work on this application."))
    return state


def assign(work: Work, application_id: str, *, by: str, member_ids: Collection[str]) -> None:
    """Let these members of the call's committee read and score, beside any before."""
    state = in_hand(work, application_id)
    terms = terms_of(work, state.whose.call_id)
    if not set(member_ids) <= set(terms.member_ids):
        raise Invalid("not-members", N_("Only members of the call's committee are assigned."))
    command = AssignMembers(
        by=by,
        now=work.now,
        application_id=application_id,
        call_id=state.whose.call_id,
        registration_id=state.whose.registration_id,
        member_ids=tuple(member_ids),
        assisted_by=state.content.assisted_by,
    )
    work.decide(REVIEW, application_id, command)


def assign_committee(work: Work, call_id: str, *, by: str) -> int:
    """Assign the whole committee to every application under review; how many got somebody new.

    Whoever assisted an application or stepped aside from it is left out. At most
    ``ASSIGNED_AT_ONCE_MAX`` applications at once; asking again goes on.
    """
    terms, changed = terms_of(work, call_id), 0
    for row in concerned(work.connection, call_id, ""):
        application_id = row["application_id"]
        review = work.load(REVIEW, application_id)
        if isinstance(review, Scored):
            continue
        out = {in_hand(work, application_id).content.assisted_by}
        if not isinstance(review, NoReview):
            out |= review.recused | set(review.member_ids)
        members = [one for one in terms.member_ids if one not in out]
        if members:
            assign(work, application_id, by=by, member_ids=members)
            changed += 1
        if changed == ASSIGNED_AT_ONCE_MAX:
            break
    return changed


def declare(
    work: Work,
    application_id: str,
    *,
    by: str,
    reason: str | None,
    own_registrations: frozenset[str] = frozenset(),
) -> None:
    """The acting member has a conflict, for this reason, or (None) has none.

    own_registrations: of whoever acts, who cannot say that of their own application.
    """
    state = in_hand(work, application_id)
    if reason is None:
        if is_own(state.whose.registration_id, own_registrations):
            raise Forbidden("own-application", N_("This is your own application. Step aside."))
        work.decide(REVIEW, application_id, DeclareNoConflict(by=by, now=work.now))
    else:
        command = DeclareConflict(by=by, now=work.now, reason=plain_lines(reason))
        work.decide(REVIEW, application_id, command)


def submit(
    work: Work, application_id: str, *, by: str, points: tuple[Points, ...], comment: str = ""
) -> None:
    """Hand in the acting member's sheet; sealed from then on."""
    state = in_hand(work, application_id)
    command = SubmitSheet(
        by=by,
        now=work.now,
        points=points,
        terms=terms_of(work, state.whose.call_id),
        comment=plain_lines(comment),
    )
    work.decide(REVIEW, application_id, command)


def plain_lines(text: str) -> str:
    """What a form sent, with the line ends that events keep."""
    return text.replace("\r\n", "\n").replace("\r", "\n")
