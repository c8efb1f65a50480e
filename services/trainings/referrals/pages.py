"""Pages of referrals, under ``/trainings``.

GET      /referrals                those that wait for news first; ?state= ?aim=
GET POST /people/<id>/referral     send somebody to an institution
GET      /referrals/<id>           how it stands, and what happened
POST     /referrals/<id>/steps     how it stands now
GET POST /referrals/<id>/reminder  when to ask
POST     /referrals/<id>/withdraw  it was recorded in error
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Row
from werkzeug.wrappers import Response

from services.trainings.asking import (
    Errors,
    attempt,
    new_key,
    page_request,
    reach,
    record_reading,
    typed,
    typed_day,
    validated,
)
from services.trainings.education.acting import after
from services.trainings.education.wording import OUTCOME_WORDS
from services.trainings.people.views import staff_names
from services.trainings.people.wording import ERASED
from services.trainings.referrals import acting, views
from services.trainings.referrals.acting import READ, WRITE, found
from services.trainings.referrals.handling import NewReferral, News
from services.trainings.referrals.referral import FOLLOWING, REFERRAL, Progressed
from services.trainings.referrals.schemas import (
    NewReferralSchema,
    NewsSchema,
    ReminderSchema,
    WithdrawReferralSchema,
)
from services.trainings.referrals.wording import (
    REASON_WORDS,
    STATE_FILTERS,
    STEP_TAGS,
    STEP_WORDS,
)
from shared.access.reader import may
from shared.events.work import Work
from shared.language.marking import N_
from shared.web.access import requires, signed_in
from shared.web.commands import Answer, actor, perform_page, service
from shared.web.etag import required_version
from shared.web.language import say

LABELS: Final = {
    "institution": N_("Institution"),
    "aim": N_("What for"),
    "sent_on": N_("Day on which the person was sent"),
    "remind_on": N_("When to ask how it stands"),
    "note": N_("Note"),
    "state": N_("How it stands"),
    "on": N_("Since"),
    "reason": N_("Why"),
}
"""Field → the words beside it."""

REMIND_AFTER: Final = timedelta(days=30)
_DAYS: Final = ("sent_on", "remind_on", "on")
_EVENTS: Final = {
    "Referred": N_("Sent."),
    "ReminderSet": N_("The day to ask how it stands was changed."),
    "NewsDue": N_("The day to ask how it stands was here."),
    "Withdrawn": N_("Withdrawn: {reason}"),
}

blueprint = Blueprint("referrals", __name__, url_prefix="/trainings")


@blueprint.get("/referrals")
@requires(READ)
def list_referrals() -> ResponseReturnValue:
    """Referrals, those that changed last first; how many wait for news."""
    page = page_request()
    state, aim = request.args.get("state", "open"), request.args.get("aim", "")
    state = state if state in STATE_FILTERS else ""
    aim = aim if aim in OUTCOME_WORDS else ""
    today = acting.today()
    search = views.Search(today=today, state=state, aim=aim)
    last = after(page)
    with service().database.reading() as connection:
        rows = views.referrals(connection, reach(READ), search, after=last, limit=page.limit + 1)
        count = views.count(connection, reach(READ), search)
        waiting = views.count(connection, reach(READ), views.Search(today=today, state="waiting"))
    answer = page.answer(rows, views.key_of)
    record_reading(
        {row.programme for row in answer["items"]}, what="referrals", subject="/trainings/referrals"
    )
    following = url_for(".list_referrals", state=state, aim=aim or None, cursor=answer["next"])
    return render_template(
        "trainings/referrals/list.html",
        referrals=[_told(row) for row in answer["items"]],
        count=count,
        waiting=waiting,
        state=state,
        aim=aim,
        states=_words(STATE_FILTERS),
        aims=_words(OUTCOME_WORDS),
        following=following if answer["next"] else "",
        may_write=may(signed_in(), WRITE),
    )


@blueprint.route("/people/<registration_id>/referral", methods=["GET", "POST"])
@requires(WRITE)
def refer(registration_id: str) -> ResponseReturnValue:
    """Send somebody to an institution."""
    person = acting.person_of(registration_id)

    def show_page(errors: Errors) -> str:
        record_reading(
            [person.programme], what="identity", subject=f"registration/{registration_id}"
        )
        return render_template(
            "trainings/referrals/new.html",
            registration_id=registration_id,
            name=person.full_name or say(ERASED),
            aims=_words(OUTCOME_WORDS),
            **_form(errors, person.country),
        )

    if request.method == "GET":
        return show_page(())

    def run() -> Response:
        given = validated(
            NewReferralSchema(), _typed("institution", "aim", "sent_on", "remind_on", "note")
        )
        handler = acting.referring(
            person,
            by=actor(),
            new=NewReferral(**given),
            location=lambda referral_id: url_for(".show", referral_id=referral_id),
        )
        response = perform_page(person.programme, handler)
        flash(say(N_("The referral is recorded. You are told when it is time to ask.")), "info")
        return response

    return attempt(run, show_page, labels=LABELS)


@blueprint.get("/referrals/<referral_id>")
@requires(READ)
def show(referral_id: str) -> ResponseReturnValue:
    """How a referral stands, and what happened."""
    return _show_page(found(referral_id, READ))


@blueprint.post("/referrals/<referral_id>/steps")
@requires(WRITE)
def progress(referral_id: str) -> ResponseReturnValue:
    """Record how it stands now."""

    def handler(row: Row[Any]) -> Callable[[Work], Answer]:
        given = validated(NewsSchema(), _typed("state", "on", "remind_on", "note", "reason"))
        if given["state"] != "dropped_out":
            given["reason"] = None
        return acting.progressing(
            row,
            by=actor(),
            version=required_version(),
            news=News(**given),
            location=url_for(".show", referral_id=referral_id),
        )

    return _send(referral_id, handler, N_("It is recorded how the referral stands."))


@blueprint.route("/referrals/<referral_id>/reminder", methods=["GET", "POST"])
@requires(WRITE)
def remind(referral_id: str) -> ResponseReturnValue:
    """Set another day to ask, or none."""

    def show_page(errors: Errors) -> str:
        row = found(referral_id, WRITE)
        record_reading([row.programme], what="referral", subject=f"referral/{referral_id}")
        return render_template(
            "trainings/referrals/reminder.html", referral=_told(row), **_form(errors, row.country)
        )

    if request.method == "GET":
        return show_page(())

    def handler(row: Row[Any]) -> Callable[[Work], Answer]:
        given = validated(ReminderSchema(), _typed("remind_on"))
        return acting.reminding(
            row,
            by=actor(),
            version=required_version(),
            remind_on=given["remind_on"],
            location=url_for(".show", referral_id=referral_id),
        )

    return _send(referral_id, handler, N_("The day to ask how it stands is changed."), show_page)


@blueprint.post("/referrals/<referral_id>/withdraw")
@requires(WRITE)
def withdraw(referral_id: str) -> ResponseReturnValue:
    """Take back what was recorded in error."""

    def handler(row: Row[Any]) -> Callable[[Work], Answer]:
        given = validated(WithdrawReferralSchema(), _typed("reason"))
        return acting.withdrawing(
            row,
            by=actor(),
            version=required_version(),
            reason=given["reason"],
            location=url_for(".show", referral_id=referral_id),
        )

    return _send(referral_id, handler, N_("The referral is withdrawn."))


def _send(
    referral_id: str,
    handler: Callable[[Row[Any]], Callable[[Work], Answer]],
    done: str,
    show_page: Callable[[Errors], str] | None = None,
) -> Response:
    row = found(referral_id, WRITE)

    def run() -> Response:
        response = perform_page(row.programme, handler(row))
        flash(say(done), "info")
        return response

    def again(errors: Errors) -> str:
        return _show_page(found(referral_id, WRITE), errors)

    return attempt(run, show_page or again, labels=LABELS)


def _show_page(row: Row[Any], errors: Errors = ()) -> str:
    record_reading([row.programme], what="referral", subject=f"referral/{row.referral_id}")
    with service().database.reading() as connection:
        history = service().store.history(connection, REFERRAL.stream(row.referral_id))
        names = staff_names(connection)
    steps = [] if row.withdrawn else [(one, STEP_WORDS[one]) for one in FOLLOWING[row.state]]
    may_write = may(signed_in(), WRITE, row.programme)
    return render_template(
        "trainings/referrals/referral.html",
        referral=_told(row),
        referred_by=names.get(row.referred_by, row.referred_by),
        history=[
            {"what": what, "note": note, "who": names.get(one.actor, one.actor), "at": one.at}
            for one in reversed(history)
            for what, note in [_happened(one.event)]
        ],
        steps=[(code, say(words)) for code, words in steps] if may_write else [],
        reasons=_words(REASON_WORDS),
        records_outcomes=row.state == "completed"
        and not row.withdrawn
        and may(signed_in(), "trainings.outcomes.write", row.programme),
        may_write=may_write and not row.withdrawn,
        key_of_withdrawing=new_key(),
        **_form(errors, row.country),
    )


def _happened(event: Any) -> tuple[str, str]:
    """What an event tells, and the note with it."""
    note = service().text(getattr(event, "note", None)) or ""
    if isinstance(event, Progressed):
        words = say(STEP_WORDS[event.state])
        reason = service().text(event.reason)
        return (
            words if reason not in REASON_WORDS else f"{words}: {say(REASON_WORDS[reason])}",
            note,
        )
    reason = service().text(getattr(event, "reason", None)) or ""
    return say(_EVENTS[type(event).__name__], {"reason": reason}), note


def _told(row: Row[Any]) -> dict[str, Any]:
    late = row.remind_on is not None and row.remind_on <= acting.today()
    return {
        "id": row.referral_id,
        "version": row.version,
        "registration_id": row.registration_id,
        "name": row.full_name or say(ERASED),
        "reference": row.reference or "",
        "programme": row.programme,
        "institution": row.institution,
        "aim": say(OUTCOME_WORDS[row.aim]),
        "sent_on": row.sent_on,
        "since": row.since,
        "remind_on": row.remind_on,
        "late": late,
        "state": say(STEP_WORDS[row.state]),
        "tag": STEP_TAGS[row.state],
        "withdrawn": row.withdrawn,
    }


def _form(errors: Errors, country: str | None) -> dict[str, Any]:
    """What the forms show: as typed, or today and a month from now."""
    today = acting.today(country)
    shown = {name: typed(name) for name in LABELS}
    for name in _DAYS:
        day = today + REMIND_AFTER if name == "remind_on" else today
        parts = (day.day, day.month, day.year) if request.method == "GET" else ("", "", "")
        for part, number in zip(("day", "month", "year"), parts, strict=True):
            shown[f"{name}-{part}"] = typed(f"{name}-{part}") or str(number)
    return {
        "typed": shown,
        "errors": errors,
        "wrong": dict(errors),
        "labels": {field: say(words) for field, words in LABELS.items()},
        "key": new_key(),
    }


def _typed(*names: str) -> dict[str, Any]:
    return {name: typed_day(name) if name in _DAYS else typed(name) for name in names}


def _words(words: dict[str, str]) -> list[tuple[str, str]]:
    return [(code, say(text)) for code, text in words.items()]
