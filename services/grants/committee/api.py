"""JSON routes of the committee's meetings, under ``/grants/api/v1``.

GET  /meetings                          meetings of the programmes, by call
POST /meetings                          convene, for a closed call
GET  /meetings/<id>                     who is there, the ranking, what a decision now would do
POST /meetings/<id>/attendance          who is present, whole
POST /meetings/<id>/scoring/close       no more sheets
POST /meetings/<id>/ranking             rank, on record
POST /meetings/<id>/votes               the acting member's votes
POST /meetings/<id>/decision            approve while the money lasts, as people were shown
POST /meetings/<id>/reopening           propose that scoring starts again
POST /meetings/<id>/reopening/confirm   agree, as a second person
POST /meetings/<id>/chair               take the chair from who had it, with a reason
POST /meetings/<id>/cancel              do not hold it, before the ranking
POST /calls/<id>/promotions             approve the first on the waiting list, money is back
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, jsonify, url_for

from services.grants.applications.application import APPLICATION
from services.grants.applications.views import hundredths
from services.grants.committee import chairing, deciding, promoting, views
from services.grants.committee.deciding import Expected
from services.grants.committee.meeting import MEETING
from services.grants.committee.ranking import Outcome
from services.grants.committee.reading import find_call
from services.grants.committee.room import ItemShown, Room, open_room, programme_of
from services.grants.committee.schemas import (
    ItemOutcomeSchema,
    ItemVotesSchema,
    MeetingAttendanceSchema,
    MeetingConvenedSchema,
    MeetingDecidedSchema,
    MeetingDecisionSchema,
    MeetingPageSchema,
    MeetingReasonSchema,
    MeetingRoomSchema,
    PromotionSchema,
    ReopeningReasonSchema,
)
from shared.events.work import Work
from shared.web.access import requires, signed_in
from shared.web.api import ApiBlueprint, command
from shared.web.commands import Answer, ReceiptSchema, actor, perform, receipt, service
from shared.web.etag import not_modified, required_version, set_version
from shared.web.pagination import PageArguments, PageRequest

REASONS = {"waitlisted": "money_gone", "rejected": "below_threshold"}
"""Why an application is not approved, by its outcome."""

blueprint = ApiBlueprint("meetings_api", __name__, url_prefix="/grants/api/v1")


@blueprint.route("/meetings", methods=["GET"])
@requires("grants.meetings.read")
@blueprint.arguments(PageArguments, location="query")
@blueprint.response(200, MeetingPageSchema)
def list_meetings(page: PageRequest) -> dict[str, Any]:
    """List the meetings of the reader's programmes, by the code of their call."""
    with service().database.reading() as connection:
        rows = views.meetings(
            connection,
            within=signed_in().programmes("grants.meetings.read"),
            after=page.after(str, str),
            limit=page.limit + 1,
        )
    return page.answer(rows, lambda row: (row["call_code"], row["meeting_id"]))


@blueprint.route("/meetings", methods=["POST"])
@requires("grants.meetings.convene")
@command()
@blueprint.arguments(MeetingConvenedSchema)
@blueprint.response(201, ReceiptSchema)
def convene(arguments: dict[str, Any]) -> Response:
    """Convene the committee of a closed call; the acting person is the chair."""
    call = find_call(arguments["call_id"], "grants.meetings.convene")
    by = actor()

    def handler(work: Work) -> Answer:
        meeting_id = deciding.convene(
            work, by=by, call_id=call["call_id"], held_on=arguments["held_on"]
        )
        location = url_for("meetings_api.show_meeting", meeting_id=meeting_id)
        return receipt(work, MEETING, meeting_id, status=201, location=location)

    return perform(call["programme"], handler)


@blueprint.route("/meetings/<meeting_id>", methods=["GET"])
@requires("grants.meetings.read")
@blueprint.response(200, MeetingRoomSchema)
def show_meeting(meeting_id: str) -> Response:
    """Show a meeting: attendance, ranking, votes, and what a decision now would do."""
    room = open_room(meeting_id, "grants.meetings.read")
    version = room.meeting["version"]
    if room.state == "decided" and not_modified(version):
        return set_version(Response(status=304), version)
    return set_version(jsonify(MeetingRoomSchema().dump(room_body(room))), version)


@blueprint.route("/meetings/<meeting_id>/attendance", methods=["POST"])
@requires("grants.meetings.write")
@command(versioned=True)
@blueprint.arguments(MeetingAttendanceSchema)
@blueprint.response(200, ReceiptSchema)
def attend(arguments: dict[str, Any], meeting_id: str) -> Response:
    """Record who is present, whole; again whenever somebody comes or leaves."""
    by, present = actor(), arguments["present_ids"]
    return _perform(
        meeting_id,
        "grants.meetings.write",
        lambda work: deciding.attend(work, meeting_id, by=by, present_ids=present),
    )


@blueprint.route("/meetings/<meeting_id>/scoring/close", methods=["POST"])
@requires("grants.reviews.close")
@command(versioned=True)
@blueprint.response(200, ReceiptSchema)
def close_scoring(meeting_id: str) -> Response:
    """Take no more sheets; those who reviewed see all of them from now on."""
    by = actor()
    return _perform(
        meeting_id,
        "grants.reviews.close",
        lambda work: deciding.close_scoring(work, meeting_id, by=by),
    )


@blueprint.route("/meetings/<meeting_id>/ranking", methods=["POST"])
@requires("grants.meetings.write")
@command(versioned=True)
@blueprint.response(200, ReceiptSchema)
def record_ranking(meeting_id: str) -> Response:
    """Rank the applications, on record; needs a quorum."""
    by = actor()
    return _perform(
        meeting_id,
        "grants.meetings.write",
        lambda work: deciding.record_ranking(work, meeting_id, by=by),
    )


@blueprint.route("/meetings/<meeting_id>/votes", methods=["POST"])
@requires("grants.meetings.vote")
@command()
@blueprint.arguments(ItemVotesSchema)
@blueprint.response(200, ReceiptSchema)
def vote(arguments: dict[str, Any], meeting_id: str) -> Response:
    """Vote as a member who is present. Takes no If-Match, since members vote at the same time."""
    by, votes = actor(), arguments["votes"]
    programme = programme_of(meeting_id, "grants.meetings.vote")

    def handler(work: Work) -> Answer:
        deciding.vote(work, meeting_id, by=by, votes=votes)
        return receipt(work, MEETING, meeting_id)

    return perform(programme, handler)


@blueprint.route("/meetings/<meeting_id>/decision", methods=["POST"])
@requires("grants.meetings.decide")
@command(versioned=True)
@blueprint.arguments(MeetingDecisionSchema)
@blueprint.response(200, MeetingDecidedSchema)
def decide(arguments: dict[str, Any], meeting_id: str) -> Response:
    """Approve in rank order while the money lasts; the rest is waitlisted or rejected.

    The body repeats what the meeting shows under approved and amount; when another decision took
    money meanwhile, nothing is decided (409 money-moved). What is approved needs the votes of a
    quorum, or the chair's word that votes were taken in the room (409 votes-missing).
    """
    by, version = actor(), required_version()
    programme = programme_of(meeting_id, "grants.meetings.decide")
    expected = Expected(approved=arguments["approved"], amount=arguments["amount"])
    in_room = arguments["votes_in_room"]

    def handler(work: Work) -> Answer:
        outcomes = deciding.decide(
            work,
            meeting_id,
            by=by,
            expected=expected,
            version=version,
            votes_in_room=in_room,
        )
        done = receipt(work, MEETING, meeting_id)
        body = done.body | {"outcomes": ItemOutcomeSchema(many=True).dump(map(_outcome, outcomes))}
        return Answer(body, version=done.version)

    return perform(programme, handler)


@blueprint.route("/meetings/<meeting_id>/reopening", methods=["POST"])
@requires("grants.meetings.reopen")
@command(versioned=True)
@blueprint.arguments(ReopeningReasonSchema)
@blueprint.response(200, ReceiptSchema)
def propose_reopening(arguments: dict[str, Any], meeting_id: str) -> Response:
    """Propose, with a reason, that scoring starts again."""
    by, reason = actor(), arguments["reason"]
    return _perform(
        meeting_id,
        "grants.meetings.reopen",
        lambda work: deciding.propose_reopening(work, meeting_id, by=by, reason=reason),
    )


@blueprint.route("/meetings/<meeting_id>/reopening/confirm", methods=["POST"])
@requires("grants.meetings.vote")
@command(versioned=True)
@blueprint.response(200, ReceiptSchema)
def confirm_reopening(meeting_id: str) -> Response:
    """Agree as a second person of the committee: ranking and votes are void, sheets come anew."""
    by = actor()
    return _perform(
        meeting_id,
        "grants.meetings.vote",
        lambda work: deciding.confirm_reopening(work, meeting_id, by=by),
    )


@blueprint.route("/meetings/<meeting_id>/chair", methods=["POST"])
@requires("grants.meetings.convene")
@command(versioned=True)
@blueprint.arguments(MeetingReasonSchema)
@blueprint.response(200, ReceiptSchema)
def take_chair(arguments: dict[str, Any], meeting_id: str) -> Response:
    """Take the chair: the acting person, a chair of the programme too, leads from now on."""
    by, reason = actor(), arguments["reason"]
    return _perform(
        meeting_id,
        "grants.meetings.convene",
        lambda work: chairing.take_chair(work, meeting_id, by=by, reason=reason),
    )


@blueprint.route("/meetings/<meeting_id>/cancel", methods=["POST"])
@requires("grants.meetings.write")
@command(versioned=True)
@blueprint.arguments(MeetingReasonSchema)
@blueprint.response(200, ReceiptSchema)
def cancel_meeting(arguments: dict[str, Any], meeting_id: str) -> Response:
    """Do not hold it: another meeting about the call may be convened. Only before the ranking."""
    by, reason = actor(), arguments["reason"]
    return _perform(
        meeting_id,
        "grants.meetings.write",
        lambda work: chairing.cancel_meeting(work, meeting_id, by=by, reason=reason),
    )


@blueprint.route("/calls/<call_id>/promotions", methods=["POST"])
@requires("grants.meetings.decide")
@command()
@blueprint.arguments(PromotionSchema)
@blueprint.response(200, ReceiptSchema)
def promote(arguments: dict[str, Any], call_id: str) -> Response:
    """Approve the first on the waiting list, when money came back; 409 when it is another one."""
    call = find_call(call_id, "grants.meetings.decide")
    by, application_id = actor(), arguments["application_id"]

    def handler(work: Work) -> Answer:
        promoting.promote(work, call_id, by=by, application_id=application_id)
        return receipt(work, APPLICATION, application_id)

    return perform(call["programme"], handler)


def _perform(meeting_id: str, permission: str, act: Callable[[Work], None]) -> Response:
    """Do it for the version that the request names."""
    programme, version = programme_of(meeting_id, permission), required_version()

    def handler(work: Work) -> Answer:
        work.expect(MEETING, meeting_id, version)
        act(work)
        return receipt(work, MEETING, meeting_id)

    return perform(programme, handler)


def room_body(room: Room) -> dict[str, Any]:
    """A meeting as JSON."""
    row = room.meeting
    return {
        **row,
        "member_ids": room.member_ids,
        "present_ids": room.present_ids,
        "reopening_proposed_by": row["proposed_by"],
        "reopening_reason": row["proposal"],
        "budget": room.budget,
        "available": room.available,
        "approved": room.expected.approved,
        "amount": room.expected.amount,
        "pending_elsewhere": room.others,
        "first_waiting": room.first_waiting and room.first_waiting.application_id,
        "items": [_item(one) for one in room.items],
    }


def _item(one: ItemShown) -> dict[str, Any]:
    score = one.score_hundredths
    return {**vars(one), "score": None if score is None else hundredths(score)}


def _outcome(one: Outcome) -> dict[str, Any]:
    return {
        "application_id": one.application_id,
        "application_no": one.application_no,
        "rank": one.rank,
        "outcome": one.outcome,
        "reason": REASONS.get(one.outcome),
        "amount": one.amount,
    }
