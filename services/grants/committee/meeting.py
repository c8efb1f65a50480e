"""A meeting of the grant committee about one call.

    ConveneMeeting(meeting_id="g1", quorum=3, …) -> Convened         the acting person is the chair
    RecordAttendance(present_ids=("m1", "m2", "m3")) -> AttendanceRecorded
    CloseScoring() -> ScoringClosed
    RecordRanking(items=…) -> RankingRecorded, ItemsSuspended        items that lack a quorum
    CastVotes(votes=…) -> VotesCast
    RecordDecision(outcomes=…) -> DecisionRecorded                   nothing may be suspended

What is approved needs the votes of a quorum of present members, cast here or, as the chair says on
record, taken in the room; an item with more votes against than for is not carried. A recused member
is no part of an item's quorum or vote. Once scoring is closed, only a reopening by two people with
a reason leads back.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from typing import Final, get_args

from services.grants.committee.meeting_chair import cancel, require_held, take_chair
from services.grants.committee.meeting_commands import (
    CancelMeeting,
    CastVotes,
    CloseScoring,
    ConfirmReopening,
    ConveneMeeting,
    ImportDecision,
    MeetingCommand,
    ProposeReopening,
    RecordAttendance,
    RecordDecision,
    RecordRanking,
    TakeChair,
)
from services.grants.committee.meeting_events import (
    ITEMS_MAX,
    AttendanceRecorded,
    Convened,
    DecisionRecorded,
    Item,
    ItemsResumed,
    ItemsSuspended,
    MeetingEvent,
    RankingRecorded,
    Reopened,
    ReopeningProposed,
    ScoringClosed,
    VotesCast,
)
from services.grants.committee.meeting_state import (
    DecidedCase,
    Meeting,
    MeetingState,
    NoMeeting,
    RankedCase,
    ScoringCase,
    ScoringClosedCase,
    evolve,
)
from services.grants.programmes.history import require_open
from services.grants.programmes.wording import reason
from shared.clock import day_in
from shared.errors import Forbidden, Invalid, Missing, Refused
from shared.events.decider import Decider
from shared.events.event import Event
from shared.language.marking import N_
from shared.money import total


def decide(state: MeetingState, command: MeetingCommand) -> tuple[Event, ...]:
    """Events that follow from the command; a Problem when it breaks a rule."""
    match command:
        case ConveneMeeting():
            return _convene(state, command)
        case ImportDecision():
            return _import(state, command)
    if isinstance(state, NoMeeting):
        raise Missing("meeting-missing", N_("There is no such meeting."))
    if not isinstance(command, CancelMeeting):
        require_held(state)
    match command:
        case TakeChair():
            return take_chair(state, command)
        case CastVotes():
            return _vote(state, command)
        case ProposeReopening():
            return _propose_reopening(state, command)
        case ConfirmReopening():
            return _confirm_reopening(state, command)
    if command.by != state.chair_id:
        raise Forbidden("not-the-chair", N_("Only the chair of this meeting can do that."))
    match command:
        case CancelMeeting():
            return cancel(state, command)
        case RecordAttendance():
            return _attend(state, command)
        case CloseScoring():
            return _close_scoring(state)
        case RecordRanking():
            return _record_ranking(state, command)
        case RecordDecision():
            return _record_decision(state, command)
        case _:
            raise TypeError(f"{type(command).__name__} is no command of a meeting")


def _convene(state: MeetingState, command: ConveneMeeting) -> tuple[Event, ...]:
    if not isinstance(state, NoMeeting):
        raise Refused("meeting-exists", N_("This meeting was convened before."))
    if not command.call_closed:
        raise Refused("call-not-closed", N_("The committee meets once the call is closed."))
    if command.held_on < day_in(command.now, command.zone):
        raise Invalid("held-on", N_("A meeting is convened for today or a later day."))
    if not 1 <= command.quorum <= len(command.member_ids):
        raise Invalid("quorum", N_("The quorum cannot be larger than the committee."))
    return (
        Convened(
            meeting_id=command.meeting_id,
            call_id=command.call_id,
            held_on=command.held_on,
            chair_id=command.by,
            member_ids=command.member_ids,
            quorum=command.quorum,
        ),
    )


def _attend(state: Meeting, command: RecordAttendance) -> tuple[Event, ...]:
    if isinstance(state, DecidedCase):
        raise Refused("meeting-decided", N_("The decision of this meeting is on record."))
    present = tuple(dict.fromkeys(command.present_ids))
    if not set(present) <= set(state.member_ids):
        raise Invalid("not-members", N_("Only members of the committee count as present."))
    if present == state.present_ids:
        return ()
    recorded = AttendanceRecorded(meeting_id=state.meeting_id, present_ids=present)
    if not isinstance(state, RankedCase):
        return (recorded,)
    return (recorded, *_suspensions(replace(state, present_ids=present)))


def _close_scoring(state: Meeting) -> tuple[Event, ...]:
    if not isinstance(state, ScoringCase):
        return ()
    return (ScoringClosed(meeting_id=state.meeting_id, call_id=state.call_id),)


def _record_ranking(state: Meeting, command: RecordRanking) -> tuple[Event, ...]:
    if isinstance(state, RankedCase):
        if dict(state.items) == {item.application_id: item for item in command.items}:
            return ()
        raise Refused("ranked", N_("The ranking is on record; reopen the meeting to change it."))
    if not isinstance(state, ScoringClosedCase):
        raise Refused("scoring-open", N_("Close scoring first."))
    _require_quorum(state)
    parts = _ranking(state.meeting_id, state.call_id, command.items, imported=False)
    items = {item.application_id: item for item in command.items}
    return (*parts, *_suspensions(RankedCase(**vars(state), items=items)))


def _vote(state: Meeting, command: CastVotes) -> tuple[Event, ...]:
    if not isinstance(state, RankedCase):
        raise Refused("nothing-to-vote-on", N_("There is no ranking to vote on."))
    if command.by not in state.present_ids:
        raise Forbidden("not-present", N_("Only members who are present vote."))
    for one in command.votes:
        item = state.items.get(one.application_id)
        if item is None:
            raise Missing("item-missing", N_("This application is not in the ranking."))
        if command.by in item.recused_ids:
            raise Forbidden("recused", N_("You declared a conflict and take no part in this."))
        if one.application_id in state.suspended:
            raise Refused("item-suspended", N_("There is no quorum for this application."))
    changed = tuple(
        one
        for one in command.votes
        if state.votes.get((one.application_id, command.by)) != one.vote
    )
    if not changed:
        return ()
    parts = [changed[start : start + ITEMS_MAX] for start in range(0, len(changed), ITEMS_MAX)]
    return tuple(
        VotesCast(meeting_id=state.meeting_id, member_id=command.by, votes=part) for part in parts
    )


def _record_decision(state: Meeting, command: RecordDecision) -> tuple[Event, ...]:
    if not isinstance(state, RankedCase):
        raise Refused("not-ranked", N_("The committee decides about a ranking that is on record."))
    _require_quorum(state)
    if state.suspended:
        raise Refused(
            "item-suspended",
            N_("There is no quorum for {count} of the applications."),
            count=len(state.suspended),
        )
    if rejected := not_carried(state):
        raise Refused(
            "not-carried",
            N_("The committee voted against {count} of the items; reopen the meeting."),
            count=len(rejected),
        )
    if not command.votes_in_room and (ranks := _short_of_votes(state, command)):
        raise Refused(
            "votes-missing",
            N_(
                "Fewer than {quorum} members voted on what stands at these ranks: {ranks}. "
                "Let them vote, or say that votes were taken in the room."
            ),
            quorum=state.quorum,
            ranks=", ".join(map(str, ranks)),
        )
    today = day_in(command.now, command.zone)
    return (_decision(state, command, decided_on=today, imported=False),)


def _short_of_votes(state: RankedCase, command: RecordDecision) -> list[int]:
    """Ranks that would be approved without the votes of a quorum of members who are present."""
    voted = Counter(one for one, member in state.votes if member in state.present_ids)
    return sorted(
        one.rank
        for one in command.outcomes
        if one.outcome == "approved" and voted[one.application_id] < state.quorum
    )


def not_carried(state: RankedCase) -> frozenset[str]:
    """Applications with more votes against than for, of members present and not recused."""
    balance = dict.fromkeys(state.items, 0)
    for (application_id, member), vote in state.votes.items():
        if member in state.present_ids:
            balance[application_id] += {"for": 1, "against": -1, "abstained": 0}[vote]
    return frozenset(one for one, votes in balance.items() if votes < 0)


def _decision(
    state: RankedCase,
    command: RecordDecision | ImportDecision,
    *,
    decided_on: date,
    imported: bool,
) -> DecisionRecorded:
    decided = {one.application_id: (one.version, one.rank) for one in command.outcomes}
    ranked = {item.application_id: (item.version, item.rank) for item in state.items.values()}
    if decided != ranked or len(command.outcomes) != len(decided):
        raise Refused("other-ranking", N_("The decision is not about the ranking on record."))
    count = Counter(one.outcome for one in command.outcomes)
    amounts = (one.amount for one in command.outcomes)
    return DecisionRecorded(
        meeting_id=state.meeting_id,
        call_id=state.call_id,
        decided_on=decided_on,
        approved=count["approved"],
        waitlisted=count["waitlisted"],
        rejected=count["rejected"],
        amount=total(amounts, currency=command.currency),
        imported=imported,
        votes_in_room=isinstance(command, RecordDecision) and command.votes_in_room,
        recorded_by=None if imported else command.by,
    )


def _propose_reopening(state: Meeting, command: ProposeReopening) -> tuple[Event, ...]:
    _require_reopenable(state, command.by)
    why = reason(command.reason)
    if state.proposal:
        raise Refused("reopening-proposed", N_("Somebody proposed to reopen this meeting."))
    meeting_id = state.meeting_id
    return (ReopeningProposed(meeting_id=meeting_id, reason=why, proposed_by=command.by),)


def _confirm_reopening(state: Meeting, command: ConfirmReopening) -> tuple[Event, ...]:
    _require_reopenable(state, command.by)
    if state.proposal is None:
        raise Refused("not-proposed", N_("Nobody has proposed to reopen this meeting."))
    proposed_by, why = state.proposal
    if proposed_by == command.by:
        raise Forbidden("second-person", N_("A second person must approve this."))
    return (
        Reopened(
            meeting_id=state.meeting_id,
            call_id=state.call_id,
            reason=why,
            proposed_by=proposed_by,
            confirmed_by=command.by,
        ),
    )


def _require_reopenable(state: Meeting, by: str) -> None:
    if by != state.chair_id and by not in state.member_ids:
        raise Forbidden("not-a-member", N_("Only the committee reopens its meeting."))
    if not isinstance(state, ScoringClosedCase | RankedCase):
        raise Refused("not-reopenable", N_("Only a meeting between scoring and decision reopens."))


def _import(state: MeetingState, command: ImportDecision) -> tuple[Event, ...]:
    require_open(history_open=command.history_open)
    if not isinstance(state, NoMeeting):
        raise Refused("meeting-exists", N_("This meeting was convened before."))
    if command.decided_on > day_in(command.now, command.zone):
        raise Invalid("decided-on", N_("The decision lies in the future."))
    meeting_id, call_id = command.meeting_id, command.call_id
    before = (
        Convened(
            meeting_id=meeting_id,
            call_id=call_id,
            held_on=command.decided_on,
            chair_id=None,
            member_ids=command.member_ids,
            quorum=command.quorum,
            imported=True,
        ),
        ScoringClosed(meeting_id=meeting_id, call_id=call_id, imported=True),
        *_ranking(meeting_id, call_id, command.items, imported=True),
    )
    ranked = MEETING.fold(before)
    if not isinstance(ranked, RankedCase):
        raise TypeError("a ranking that is on record was expected")
    decided_on = command.decided_on
    return (*before, _decision(ranked, command, decided_on=decided_on, imported=True))


def _ranking(
    meeting_id: str, call_id: str, items: tuple[Item, ...], *, imported: bool
) -> tuple[RankingRecorded, ...]:
    if len({item.application_id for item in items}) != len(items):
        raise Invalid("item-twice", N_("An application stands in the ranking twice."))
    if sorted(item.rank for item in items) != list(range(1, len(items) + 1)):
        raise Invalid("ranks", N_("Ranks count from 1 without a gap."))
    parts = [items[start : start + ITEMS_MAX] for start in range(0, len(items), ITEMS_MAX)]
    return tuple(
        RankingRecorded(meeting_id=meeting_id, call_id=call_id, items=part, imported=imported)
        for part in parts or [()]
    )


def _suspensions(state: RankedCase) -> tuple[Event, ...]:
    """What changes when the quorum of each item is counted anew."""
    present = set(state.present_ids)
    lacking = {
        item.application_id
        for item in state.items.values()
        if len(present - set(item.recused_ids)) < state.quorum
    }
    gone, back = sorted(lacking - state.suspended), sorted(state.suspended - lacking)
    found: list[Event] = []
    for start in range(0, len(gone), ITEMS_MAX):
        ids = tuple(gone[start : start + ITEMS_MAX])
        found.append(ItemsSuspended(meeting_id=state.meeting_id, application_ids=ids))
    for start in range(0, len(back), ITEMS_MAX):
        ids = tuple(back[start : start + ITEMS_MAX])
        found.append(ItemsResumed(meeting_id=state.meeting_id, application_ids=ids))
    return tuple(found)


def _require_quorum(state: Meeting) -> None:
    if len(state.present_ids) < state.quorum:
        raise Refused(
            "quorum-lost",
            N_("{present} members are present; the quorum is {quorum}."),
            present=len(state.present_ids),
            quorum=state.quorum,
        )


MEETING: Final = Decider[MeetingState](
    kind="meeting",
    initial=NoMeeting(),
    evolve=evolve,
    decide=decide,
    events=get_args(MeetingEvent),
)
