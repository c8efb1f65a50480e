"""A committee's meeting: quorum, votes, the decision, and reopening by two people."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.grants.committee import meeting_commands as c
from services.grants.committee import meeting_events as e
from services.grants.committee.meeting import MEETING, decide
from services.grants.committee.meeting_state import (
    DecidedCase,
    MeetingState,
    NoMeeting,
    RankedCase,
    ScoringCase,
)
from services.grants.committee.ranking import Outcome
from shared.errors import Problem
from shared.events.event import Event
from shared.money import Money

NOW = datetime(2026, 4, 14, 22, 30, tzinfo=UTC)
ZONE = "Europe/Belgrade"


def by(who: str) -> dict[str, Any]:
    return {"by": who, "now": NOW}


CONVENE = c.ConveneMeeting(
    **by("chair"),
    meeting_id="g1",
    call_id="c1",
    call_closed=True,
    held_on=date(2026, 4, 20),
    zone=ZONE,
    member_ids=("m1", "m2", "m3", "m4"),
    quorum=3,
)
ITEMS = (
    e.Item(application_id="a1", version=1, score_hundredths=9000, rank=1),
    e.Item(application_id="a2", version=2, score_hundredths=8000, rank=2, recused_ids=("m1",)),
)


def present(*members: str) -> c.RecordAttendance:
    return c.RecordAttendance(**by("chair"), present_ids=members)


def result(item: e.Item, name: Any, minor: int) -> Outcome:
    return Outcome(
        application_id=item.application_id,
        application_no="A",
        version=item.version,
        rank=item.rank,
        score_hundredths=item.score_hundredths,
        outcome=name,
        amount=Money(minor, "RSD"),
    )


OUTCOMES = (result(ITEMS[0], "approved", 300), result(ITEMS[1], "waitlisted", 0))
ALL = present("m1", "m2", "m3", "m4")
CLOSE = c.CloseScoring(**by("chair"))
RANK = c.RecordRanking(**by("chair"), items=ITEMS)
UNVOTED = c.RecordDecision(**by("chair"), outcomes=OUTCOMES, currency="RSD", zone=ZONE)
DECIDE = replace(UNVOTED, votes_in_room=True)
RANKED = (CONVENE, ALL, CLOSE, RANK)


def vote(member: str, application_id: str, choice: e.Vote) -> c.CastVotes:
    return c.CastVotes(
        **by(member), votes=(e.ItemVote(application_id=application_id, vote=choice),)
    )


def propose(who: str) -> c.ProposeReopening:
    return c.ProposeReopening(**by(who), reason="A sheet was on the wrong form.")


def confirm(who: str) -> c.ConfirmReopening:
    return c.ConfirmReopening(**by(who))


def after(*commands: c.MeetingCommand) -> MeetingState:
    state: MeetingState = NoMeeting()
    for command in commands:
        state = MEETING.fold(decide(state, command), state)
    return state


def last(*commands: c.MeetingCommand) -> tuple[Event, ...]:
    *before, command = commands
    return decide(after(*before), command)


def refusal(*commands: c.MeetingCommand) -> str:
    with pytest.raises(Problem) as refused:
        last(*commands)
    return refused.value.code


def test_the_decision_is_recorded_by_the_chair_on_the_day_of_the_call() -> None:
    (recorded,) = last(*RANKED, DECIDE)
    assert recorded == e.DecisionRecorded(
        meeting_id="g1",
        call_id="c1",
        decided_on=date(2026, 4, 15),
        approved=1,
        waitlisted=1,
        rejected=0,
        amount=Money(300, "RSD"),
        votes_in_room=True,
        recorded_by="chair",
    )
    assert isinstance(after(*RANKED, DECIDE), DecidedCase)


@pytest.mark.parametrize("command", [ALL, CLOSE, RANK, DECIDE])
def test_only_the_chair_leads(command: Any) -> None:
    other = type(command)(**{**vars(command), "by": "m1"})
    assert refusal(CONVENE, other) == "not-the-chair"


def test_a_meeting_is_convened_once_for_a_closed_call_and_a_day_to_come() -> None:
    def convene(**changes: Any) -> c.ConveneMeeting:
        return c.ConveneMeeting(**{**vars(CONVENE), **changes})

    assert refusal(CONVENE, CONVENE) == "meeting-exists"
    assert refusal(convene(call_closed=False)) == "call-not-closed"
    assert refusal(convene(quorum=5)) == "quorum"
    assert refusal(convene(held_on=date(2026, 4, 14))) == "held-on"
    assert refusal(CLOSE) == "meeting-missing"


def test_without_a_quorum_nothing_is_ranked_or_decided() -> None:
    few = present("m1", "m2")
    assert refusal(CONVENE, few, CLOSE, RANK) == "quorum-lost"
    assert refusal(*RANKED, few, DECIDE) == "quorum-lost"
    assert refusal(CONVENE, present("stranger")) == "not-members"


def test_a_lost_quorum_suspends_the_item_until_it_is_back() -> None:
    attended, suspended = last(*RANKED, present("m1", "m2", "m3"))
    assert isinstance(attended, e.AttendanceRecorded)
    assert suspended == e.ItemsSuspended(meeting_id="g1", application_ids=("a2",))
    assert refusal(*RANKED, present("m1", "m2", "m3"), DECIDE) == "item-suspended"
    against = vote("m2", "a2", "against")
    assert refusal(*RANKED, present("m1", "m2", "m3"), against) == "item-suspended"
    _, resumed = last(*RANKED, present("m1", "m2", "m3"), present("m2", "m3", "m4"))
    assert resumed == e.ItemsResumed(meeting_id="g1", application_ids=("a2",))
    _, at_once = last(CONVENE, present("m1", "m2", "m3"), CLOSE, RANK)
    assert at_once == suspended


def test_votes_of_present_members_who_are_not_recused() -> None:
    (cast,) = last(*RANKED, vote("m2", "a1", "for"))
    assert isinstance(cast, e.VotesCast)
    assert refusal(*RANKED, vote("m1", "a2", "for")) == "recused"
    assert refusal(*RANKED, vote("m5", "a1", "for")) == "not-present"
    assert refusal(*RANKED, vote("m1", "a9", "for")) == "item-missing"
    assert refusal(CONVENE, ALL, vote("m1", "a1", "for")) == "nothing-to-vote-on"
    assert last(*RANKED, vote("m2", "a1", "for"), vote("m2", "a1", "for")) == ()


def test_an_item_with_more_votes_against_than_for_is_not_carried() -> None:
    against = (vote("m1", "a1", "against"), vote("m2", "a1", "against"), vote("m3", "a1", "for"))
    assert refusal(*RANKED, *against, DECIDE) == "not-carried"
    changed = vote("m2", "a1", "abstained")
    assert len(last(*RANKED, *against, changed, DECIDE)) == 1
    gone = present("m2", "m3", "m4")
    assert len(last(*RANKED, vote("m1", "a1", "against"), gone, DECIDE)) == 1


def test_what_is_approved_needs_the_votes_of_a_quorum() -> None:
    two = (vote("m1", "a1", "for"), vote("m2", "a1", "abstained"))
    assert refusal(*RANKED, *two, UNVOTED) == "votes-missing"
    (decided,) = last(*RANKED, *two, vote("m3", "a1", "against"), UNVOTED)
    assert isinstance(decided, e.DecisionRecorded)
    assert (decided.votes_in_room, decided.recorded_by) == (False, "chair")
    gone = present("m2", "m3", "m4")
    assert refusal(*RANKED, *two, vote("m3", "a1", "for"), gone, UNVOTED) == "votes-missing"
    (said,) = last(*RANKED, DECIDE)
    assert isinstance(said, e.DecisionRecorded) and said.votes_in_room


def test_the_decision_is_about_the_ranking_on_record() -> None:
    short = c.RecordDecision(**{**vars(DECIDE), "outcomes": OUTCOMES[:1]})
    assert refusal(*RANKED, short) == "other-ranking"
    assert refusal(CONVENE, ALL, CLOSE, DECIDE) == "not-ranked"
    assert refusal(CONVENE, ALL, RANK) == "scoring-open"
    assert last(*RANKED, RANK) == ()
    other = c.RecordRanking(**by("chair"), items=ITEMS[:1])
    assert refusal(*RANKED, other) == "ranked"
    assert refusal(CONVENE, ALL, CLOSE, c.RecordRanking(**by("chair"), items=ITEMS[1:])) == "ranks"


def test_reopening_takes_a_reason_and_two_people() -> None:
    assert refusal(*RANKED, confirm("m1")) == "not-proposed"
    assert refusal(*RANKED, propose("m1"), confirm("m1")) == "second-person"
    assert refusal(*RANKED, propose("m1"), propose("m2")) == "reopening-proposed"
    assert refusal(*RANKED, propose("stranger")) == "not-a-member"
    (reopened,) = last(*RANKED, propose("m1"), confirm("chair"))
    assert isinstance(reopened, e.Reopened)
    assert (reopened.proposed_by, reopened.confirmed_by) == ("m1", "chair")
    state = after(*RANKED, propose("m1"), confirm("chair"))
    assert isinstance(state, ScoringCase)
    assert isinstance(after(*RANKED, propose("m1"), confirm("m2"), CLOSE, RANK), RankedCase)


def test_a_decided_meeting_stays_decided() -> None:
    assert refusal(*RANKED, DECIDE, propose("m1")) == "not-reopenable"
    assert refusal(*RANKED, DECIDE, ALL) == "meeting-decided"
    assert refusal(*RANKED, DECIDE, DECIDE) == "not-ranked"


def test_a_long_ranking_is_recorded_in_parts() -> None:
    items = tuple(
        e.Item(application_id=f"a{n}", version=1, score_hundredths=1, rank=n)
        for n in range(1, 2 * e.ITEMS_MAX + 2)
    )
    parts = last(CONVENE, ALL, CLOSE, c.RecordRanking(**by("chair"), items=items))
    assert len(parts) == 3
    state = after(CONVENE, ALL, CLOSE, c.RecordRanking(**by("chair"), items=items))
    assert isinstance(state, RankedCase)
    assert len(state.items) == len(items)


def test_a_meeting_of_before_keeps_its_day_and_names_no_chair() -> None:
    command = c.ImportDecision(
        **by("operator"),
        history_open=True,
        meeting_id="g1",
        call_id="c1",
        decided_on=date(2011, 4, 14),
        member_ids=("member-rs-1", "member-rs-2"),
        quorum=2,
        items=ITEMS,
        outcomes=OUTCOMES,
        currency="RSD",
        zone=ZONE,
    )
    events: tuple[Any, ...] = last(command)
    assert all(event.imported for event in events)
    assert events[0].chair_id is None
    assert events[-1].decided_on == date(2011, 4, 14)
    closed = c.ImportDecision(**{**vars(command), "history_open": False})
    assert refusal(closed) == "history-closed"
    future = c.ImportDecision(**{**vars(command), "decided_on": date(2030, 1, 1)})
    assert refusal(future) == "decided-on"
    assert refusal(command, command) == "meeting-exists"
