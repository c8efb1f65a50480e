"""What is done in a meeting through pages, and asked about first; the room as a page.

GET, POST /grants/meetings/<id>/scoring      close scoring
GET, POST /grants/meetings/<id>/votes        the reader's own votes
GET, POST /grants/meetings/<id>/decision     preview what follows, confirm, receive the minutes
GET, POST /grants/meetings/<id>/reopening    propose, with a reason
POST      /grants/meetings/<id>/reopening/confirm
GET, POST /grants/meetings/<id>/chair        take the chair from who had it, with a reason
GET, POST /grants/meetings/<id>/cancellation do not hold it, before the ranking
POST      /grants/meetings/<id>/promotion    approve the first on the waiting list
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from services.grants.applications.views import hundredths
from services.grants.applications.wording import KINDS
from services.grants.committee import chairing, deciding, promoting
from services.grants.committee.deciding import Expected
from services.grants.committee.meeting import MEETING
from services.grants.committee.meeting_events import ItemVote
from services.grants.committee.room import ItemShown, Room, open_room
from services.grants.committee.wording import DONE, MEETING_STATES, OUTCOMES, VOTES, WHY
from services.grants.programmes.forms import told, typed
from services.grants.programmes.wording import REASON_LENGTH_MAX
from shared.access.reader import may
from shared.errors import Forbidden, Malformed, Problem
from shared.events.work import Work
from shared.identifiers import Uuid7
from shared.language.marking import N_
from shared.money import MINOR_MAX, Money, zero
from shared.web.access import requires, signed_in
from shared.web.commands import Answer, actor, perform_page, receipt
from shared.web.etag import required_version
from shared.web.language import say

_FOLDER: Final = "grants/committee"

blueprint = Blueprint("acts", __name__)


def room_page(
    room: Room,
    *,
    template: str = "room",
    errors: Mapping[str, str] | None = None,
    given: Mapping[str, str] | None = None,
) -> str:
    """The meeting as one of its pages."""
    reader, programme = signed_in(), room.meeting["programme"]
    votes_now = room.state == "ranked" and reader.account_id in room.present_ids
    return render_template(
        f"{_FOLDER}/{template}.html",
        room=room,
        row=room.meeting,
        running=_running(room),
        chairs=room.chairs and may(reader, "grants.meetings.decide", programme),
        may_chair=not room.chairs and may(reader, "grants.meetings.convene", programme),
        may_promote=may(reader, "grants.meetings.decide", programme),
        may_vote=votes_now and may(reader, "grants.meetings.vote", programme),
        may_agree=_may_agree(room),
        kinds={code: say(text) for code, text in KINDS.items()},
        outcomes={code: (say(one.words), one.colour, one.shape) for code, one in OUTCOMES.items()},
        states={
            code: (say(one.words), one.colour, one.shape) for code, one in MEETING_STATES.items()
        },
        why={code: say(text) for code, text in WHY.items()},
        vote_words={code: say(text) for code, text in VOTES.items()},
        points=hundredths,
        errors=errors or {},
        given=given or {},
        reason_length_max=REASON_LENGTH_MAX,
        key=Uuid7().new(),
    )


def _running(room: Room) -> list[tuple[ItemShown, Money]]:
    """Each item with what it and all before it ask for together."""
    sum_so_far, found = zero(room.terms.currency), []
    for item in room.items:
        sum_so_far = sum_so_far + item.requested
        found.append((item, sum_so_far))
    return found


def _may_agree(room: Room) -> bool:
    """Whether the reader can be the second person who reopens the meeting."""
    reader, row = signed_in(), room.meeting
    proposed = row["proposed_by"] not in (None, reader.account_id)
    part = room.takes_part or room.chairs
    return bool(proposed and part and may(reader, "grants.meetings.vote", row["programme"]))


def act(
    meeting_id: str,
    permission: str,
    change: Callable[[Work], object],
    *,
    done: str,
    template: str = "room",
    target: str = "meetings.show_meeting",
    given: Mapping[str, str] | None = None,
    places: Mapping[str, str] | None = None,
    expects: bool = False,
) -> ResponseReturnValue:
    """Do it for the version that the form carries; a refusal is shown where it was asked.

    places: the field to which a refusal's code belongs.
    expects: ``change`` compares the version itself, after what it must lock first.
    """
    room, version = open_room(meeting_id, permission), required_version()

    def handler(work: Work) -> Answer:
        if not expects:
            work.expect(MEETING, meeting_id, version)
        change(work)
        return receipt(work, MEETING, meeting_id, location=url_for(target, meeting_id=meeting_id))

    try:
        answer = perform_page(room.meeting["programme"], handler)
    except Problem as problem:
        if isinstance(problem, Forbidden | Malformed):
            raise
        now = open_room(meeting_id, permission)
        return (
            room_page(now, template=template, errors=told(problem, places or {}), given=given),
            problem.status,
        )
    flash(say(DONE[done]), "info")
    return answer


@blueprint.get("/meetings/<meeting_id>/scoring")
@requires("grants.reviews.close")
def ask_close_scoring(meeting_id: str) -> ResponseReturnValue:
    """What closing scoring does."""
    return room_page(_chaired(meeting_id, "grants.reviews.close"), template="close_scoring")


@blueprint.post("/meetings/<meeting_id>/scoring")
@requires("grants.reviews.close")
def close_scoring(meeting_id: str) -> ResponseReturnValue:
    """Take no more sheets."""
    by = actor()
    return act(
        meeting_id,
        "grants.reviews.close",
        lambda work: deciding.close_scoring(work, meeting_id, by=by),
        done="scoring",
    )


@blueprint.get("/meetings/<meeting_id>/votes")
@requires("grants.meetings.vote")
def ask_votes(meeting_id: str) -> ResponseReturnValue:
    """The ranking, to vote on."""
    return room_page(open_room(meeting_id, "grants.meetings.vote"), template="votes")


@blueprint.post("/meetings/<meeting_id>/votes")
@requires("grants.meetings.vote")
def vote(meeting_id: str) -> ResponseReturnValue:
    """Cast the reader's votes."""
    room, by = open_room(meeting_id, "grants.meetings.vote"), actor()
    given = typed(*(f"vote-{one.application_id}" for one in room.items))
    votes = [
        ItemVote(application_id=one.application_id, vote=given[f"vote-{one.application_id}"])  # type: ignore[arg-type]
        for one in room.items
        if given[f"vote-{one.application_id}"] in VOTES
    ]
    if not votes:
        errors = {"": say(N_("Choose a vote for at least one application."))}
        return room_page(room, template="votes", errors=errors), 422

    def handler(work: Work) -> Answer:
        deciding.vote(work, meeting_id, by=by, votes=votes)
        location = url_for("meetings.show_meeting", meeting_id=meeting_id)
        return receipt(work, MEETING, meeting_id, location=location)

    try:
        answer = perform_page(room.meeting["programme"], handler)
    except Problem as problem:
        if isinstance(problem, Forbidden):
            raise
        errors = told(problem, {})
        return room_page(room, template="votes", errors=errors, given=given), problem.status
    flash(say(DONE["votes"]), "info")
    return answer


@blueprint.get("/meetings/<meeting_id>/decision")
@requires("grants.meetings.decide")
def ask_decision(meeting_id: str) -> ResponseReturnValue:
    """What would follow, application by application."""
    return room_page(_chaired(meeting_id, "grants.meetings.decide"), template="decide")


@blueprint.post("/meetings/<meeting_id>/decision")
@requires("grants.meetings.decide")
def decide(meeting_id: str) -> ResponseReturnValue:
    """Decide what people were shown."""
    by, version = actor(), required_version()
    currency = open_room(meeting_id, "grants.meetings.decide").terms.currency
    expected = Expected(
        approved=_number("approved"), amount=Money(_number("amount_minor"), currency)
    )
    given = typed("votes_in_room")

    def change(work: Work) -> None:
        deciding.decide(
            work,
            meeting_id,
            by=by,
            expected=expected,
            version=version,
            votes_in_room=given["votes_in_room"] == "yes",
        )

    return act(
        meeting_id,
        "grants.meetings.decide",
        change,
        done="decision",
        template="decide",
        target="meetings.show_minutes",
        given=given,
        places={"votes-missing": "votes_in_room"},
        expects=True,
    )


def _number(name: str) -> int:
    """A hidden figure of the page that was confirmed."""
    text = request.form.get(name, "")
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= 16 else MINOR_MAX + 1
    if number > MINOR_MAX:
        raise Malformed("form-incomplete", N_("The form is incomplete. Load the page again."))
    return number


@blueprint.get("/meetings/<meeting_id>/reopening")
@requires("grants.meetings.reopen")
def ask_reopening(meeting_id: str) -> ResponseReturnValue:
    """Why scoring is to start again."""
    return room_page(open_room(meeting_id, "grants.meetings.reopen"), template="reopen")


@blueprint.post("/meetings/<meeting_id>/reopening")
@requires("grants.meetings.reopen")
def propose_reopening(meeting_id: str) -> ResponseReturnValue:
    """Propose it to a second person."""
    given, by = typed("reason"), actor()
    return act(
        meeting_id,
        "grants.meetings.reopen",
        lambda work: deciding.propose_reopening(work, meeting_id, by=by, reason=given["reason"]),
        done="proposed",
        template="reopen",
        given=given,
    )


@blueprint.post("/meetings/<meeting_id>/reopening/confirm")
@requires("grants.meetings.vote")
def confirm_reopening(meeting_id: str) -> ResponseReturnValue:
    """Agree as a second person."""
    by = actor()
    return act(
        meeting_id,
        "grants.meetings.vote",
        lambda work: deciding.confirm_reopening(work, meeting_id, by=by),
        done="reopened",
    )


@blueprint.get("/meetings/<meeting_id>/chair")
@requires("grants.meetings.convene")
def ask_chair(meeting_id: str) -> ResponseReturnValue:
    """What taking the chair does."""
    return room_page(open_room(meeting_id, "grants.meetings.convene"), template="chair")


@blueprint.post("/meetings/<meeting_id>/chair")
@requires("grants.meetings.convene")
def take_chair(meeting_id: str) -> ResponseReturnValue:
    """Lead the meeting from now on."""
    given, by = typed("reason"), actor()
    return act(
        meeting_id,
        "grants.meetings.convene",
        lambda work: chairing.take_chair(work, meeting_id, by=by, reason=given["reason"]),
        done="chair",
        template="chair",
        given=given,
    )


@blueprint.get("/meetings/<meeting_id>/cancellation")
@requires("grants.meetings.write")
def ask_cancellation(meeting_id: str) -> ResponseReturnValue:
    """What follows when the meeting is not held."""
    return room_page(_chaired(meeting_id, "grants.meetings.write"), template="cancel")


@blueprint.post("/meetings/<meeting_id>/cancellation")
@requires("grants.meetings.write")
def cancel_meeting(meeting_id: str) -> ResponseReturnValue:
    """Do not hold the meeting."""
    given, by = typed("reason"), actor()
    return act(
        meeting_id,
        "grants.meetings.write",
        lambda work: chairing.cancel_meeting(work, meeting_id, by=by, reason=given["reason"]),
        done="cancelled",
        template="cancel",
        given=given,
    )


@blueprint.post("/meetings/<meeting_id>/promotion")
@requires("grants.meetings.decide")
def promote(meeting_id: str) -> ResponseReturnValue:
    """Approve the first on the waiting list of the meeting's call."""
    room, by = open_room(meeting_id, "grants.meetings.decide"), actor()
    application_id = request.form.get("application_id", "")[:36]

    def change(work: Work) -> None:
        promoting.promote(work, room.meeting["call_id"], by=by, application_id=application_id)

    return act(meeting_id, "grants.meetings.decide", change, done="promoted", expects=True)


def _chaired(meeting_id: str, permission: str) -> Room:
    """The room, for its chair."""
    room = open_room(meeting_id, permission)
    if not room.chairs:
        raise Forbidden("not-the-chair", N_("Only the chair of this meeting can do that."))
    return room
