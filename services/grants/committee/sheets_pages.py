"""Pages of reviews: what waits for me, declare, read and score; under ``/grants``.

GET  /grants/reviews                      what waits for my declaration and my score
GET  /grants/reviews/<application id>     declare first; then the application beside the sheet
GET  /grants/calls/<call id>/reviews      how far the reviews of a call are, and who reads
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from services.grants import staff
from services.grants.applications.wording import CERTIFICATES, CHANNELS, KINDS
from services.grants.calls import views as calls
from services.grants.committee import handling, reading, review_lists
from services.grants.committee.ranking import Points, check_sheet
from services.grants.committee.reading import Shown, record_names
from services.grants.committee.review import COMMENT_LENGTH_MAX, REVIEW, NoReview, Review
from services.grants.committee.wording import DECLARED, DONE
from services.grants.foreign import certificates_of
from services.grants.programmes.forms import page_request, told, typed
from services.grants.programmes.wording import REASON_LENGTH_MAX
from shared.access.reader import may
from shared.errors import Forbidden, Invalid, Problem
from shared.events.work import Work
from shared.identifiers import Uuid7
from shared.language.marking import N_
from shared.money import Money
from shared.web.access import requires, signed_in
from shared.web.commands import Answer, actor, perform_page, receipt, service
from shared.web.language import say

CALLS_SHOWN_MAX: Final = 50
_FOLDER: Final = "grants/committee"

blueprint = Blueprint("reviews", __name__, url_prefix="/grants")


@blueprint.get("/reviews")
@requires("grants.reviews.read")
def list_reviews() -> ResponseReturnValue:
    """What waits for the reader, and the calls whose reviews they look after."""
    reader, page = signed_in(), page_request()
    within = reader.programmes("grants.reviews.score")
    with service().database.reading() as connection:
        rows = review_lists.mine(
            connection,
            reader.account_id,
            within=within,
            after=page.after(int, str, str),
            limit=page.limit + 1,
        )
        declare, score = review_lists.count_waiting(connection, reader.account_id, within=within)
        overseen = calls.calls(
            connection,
            within=_overseen(),
            states=("open", "closed"),
            limit=CALLS_SHOWN_MAX,
        )
    answer = page.answer(
        rows, lambda row: (row["urgency"], row["application_no"], row["application_id"])
    )
    record_names(answer["items"], subject="/grants/reviews")
    return render_template(
        f"{_FOLDER}/reviews.html",
        rows=answer["items"],
        to_declare=declare,
        to_score=score,
        calls=overseen,
        following=url_for(".list_reviews", cursor=answer["next"]) if answer["next"] else "",
    )


def _overseen() -> frozenset[str]:
    """Programmes in which the reader looks after reviews rather than scoring alone."""
    reader = signed_in()
    return frozenset(grant.programme for grant in reader.roles if grant.role in reading.OVERSEERS)


@blueprint.get("/reviews/<application_id>")
@requires("grants.reviews.read")
def show_review(application_id: str) -> ResponseReturnValue:
    """The review, as far as the reader takes part in it."""
    return _page(reading.open_review(application_id, "grants.reviews.read"))


@blueprint.post("/reviews/<application_id>/declaration")
@requires("grants.reviews.declare")
def declare(application_id: str) -> ResponseReturnValue:
    """The reader declares a conflict, or that there is none."""
    shown = reading.open_review(application_id, "grants.reviews.declare")
    given, by = typed("conflict", "reason"), actor()
    if given["conflict"] not in ("yes", "no"):
        sentence = say(N_("Say whether you have a conflict."))
        return _page(shown, given=given, errors={"conflict": sentence}), 422
    reason = given["reason"] if given["conflict"] == "yes" else None
    own = signed_in().registrations

    def handler(work: Work) -> Answer:
        handling.declare(work, application_id, by=by, reason=reason, own_registrations=own)
        aside = url_for(".list_reviews")
        return _done(work, application_id, location=aside if reason is not None else "")

    try:
        answer = perform_page(shown.application["programme"], handler)
    except Invalid as problem:
        return _page(shown, given=given, errors=told(problem, {"text-length": "reason"})), 422
    flash(say(DONE["clear" if reason is None else "recused"]), "info")
    return answer


@blueprint.post("/reviews/<application_id>/sheet")
@requires("grants.reviews.score")
def submit(application_id: str) -> ResponseReturnValue:
    """Check the sheet, ask once, hand it in. What was typed stays, whatever happens."""
    shown = reading.open_review(application_id, "grants.reviews.score")
    _require_reader(shown)
    given = typed("comment", *_fields(shown))
    points, errors = _points(shown, given)
    if len(given["comment"].strip()) > COMMENT_LENGTH_MAX:
        errors["comment"] = say(N_("The comment is too long."))
    step = request.form.get("step", "")
    if errors or step == "edit":
        return _page(shown, given=given, errors=errors), 422 if errors else 200
    if step != "submit":
        return _confirm(shown, given, points)
    by = actor()

    def handler(work: Work) -> Answer:
        handling.submit(work, application_id, by=by, points=points, comment=given["comment"])
        return _done(work, application_id)

    try:
        answer = perform_page(shown.application["programme"], handler)
    except Problem as problem:
        places = {"text-characters": "comment"}
        return _page(shown, given=given, errors=told(problem, places)), problem.status
    flash(say(DONE["sheet"]), "info")
    return answer


@blueprint.get("/calls/<call_id>/reviews")
@requires("grants.reviews.read")
def list_progress(call_id: str) -> ResponseReturnValue:
    """How far the reviews of a call are."""
    call, page = reading.find_call(call_id, "grants.reviews.read"), page_request()
    if not signed_in().roles_in(call["programme"]) & reading.OVERSEERS:
        raise Forbidden("not-permitted", N_("Your roles do not include this."))
    terms = calls.terms(call)
    with service().database.reading() as connection:
        rows = review_lists.progress(
            connection, call_id, after=page.after(str, str), limit=page.limit + 1
        )
        names = staff.names(connection, terms.member_ids)
    answer = page.answer(rows, lambda row: (row.application_no, row.application_id))
    following = ""
    if answer["next"]:
        following = url_for(".list_progress", call_id=call_id, cursor=answer["next"])
    return render_template(
        f"{_FOLDER}/progress.html",
        call=call,
        terms=terms,
        rows=answer["items"],
        names=names,
        may_assign=may(signed_in(), "grants.reviews.assign", call["programme"]),
        may_convene=may(signed_in(), "grants.meetings.convene", call["programme"]),
        following=following,
        key=Uuid7().new(),
    )


@blueprint.post("/calls/<call_id>/reviews")
@requires("grants.reviews.assign")
def assign_committee(call_id: str) -> ResponseReturnValue:
    """Assign the whole committee to what is under review."""
    call, by = reading.find_call(call_id, "grants.reviews.assign"), actor()

    def handler(work: Work) -> Answer:
        handling.assign_committee(work, call_id, by=by)
        return Answer(location=url_for(".list_progress", call_id=call_id))

    answer = perform_page(call["programme"], handler)
    flash(say(DONE["assigned"]), "info")
    return answer


@blueprint.post("/reviews/<application_id>/members")
@requires("grants.reviews.assign")
def assign(application_id: str) -> ResponseReturnValue:
    """Assign chosen members to one application."""
    shown = reading.open_review(application_id, "grants.reviews.assign")
    chosen, by = request.form.getlist("member_ids")[:100], actor()
    if not chosen:
        errors = {"member_ids": say(N_("Choose who is to read and score."))}
        return _page(shown, errors=errors), 422

    def handler(work: Work) -> Answer:
        handling.assign(work, application_id, by=by, member_ids=chosen)
        return _done(work, application_id)

    try:
        answer = perform_page(shown.application["programme"], handler)
    except Problem as problem:
        return _page(shown, errors=told(problem, {"not-members": "member_ids"})), problem.status
    flash(say(DONE["assigned"]), "info")
    return answer


def _done(work: Work, application_id: str, *, location: str = "") -> Answer:
    here = url_for(".show_review", application_id=application_id)
    return receipt(work, REVIEW, application_id, location=location or here)


def _require_reader(shown: Shown) -> None:
    if shown.part == "recused":
        raise Forbidden("recused", N_("You declared a conflict and take no part in this."))
    if shown.part != "cleared":
        raise Forbidden("declaration-first", N_("Declare first whether you have a conflict."))


def _fields(shown: Shown) -> list[str]:
    """The names of the sheet's fields, one a criterion."""
    return [f"points-{index}" for index, _ in enumerate(shown.terms.criteria)]


def _points(shown: Shown, given: Mapping[str, str]) -> tuple[tuple[Points, ...], dict[str, str]]:
    """The sheet as typed, and what is wrong with it, by field."""
    points: list[Points] = []
    errors: dict[str, str] = {}
    for name, criterion in zip(_fields(shown), shown.terms.criteria, strict=True):
        text = given[name].strip()
        value = int(text) if text.isascii() and text.isdigit() and len(text) <= 4 else -1
        if not 0 <= value <= criterion.points_max:
            errors[name] = say(
                N_("Give {criterion} a whole number between 0 and {points_max}."),
                {"criterion": criterion.name, "points_max": criterion.points_max},
            )
        points.append(Points(criterion=criterion.name, points=value))
    return (() if errors else check_sheet(tuple(points), shown.terms)), errors


def _confirm(shown: Shown, given: Mapping[str, str], points: tuple[Points, ...]) -> str:
    return render_template(
        f"{_FOLDER}/sheet_confirm.html",
        shown=shown,
        row=shown.application,
        points=points,
        total=sum(one.points for one in points),
        total_max=sum(one.points_max for one in shown.terms.criteria),
        given=given,
        key=Uuid7().new(),
    )


def _page(
    shown: Shown,
    *,
    given: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
) -> str:
    """The page of a review for the part that its reader takes."""
    row = shown.application
    if shown.part in ("undeclared", "cleared") or shown.comments:
        record_names([{**row, "declared": "clear"}], subject=f"review/{row['application_id']}")
    members = shown.state.member_ids if isinstance(shown.state, Review) else ()
    with service().database.reading() as connection:
        names = staff.names(connection, {*members, *shown.terms.member_ids})
        certificates = (
            certificates_of(connection, row["person_id"])
            if shown.part == "cleared" and row["person_id"]
            else ()
        )
    return render_template(
        f"{_FOLDER}/review_{shown.part}.html",
        shown=shown,
        row=row,
        state=None if isinstance(shown.state, NoReview) else shown.state,
        names=names,
        certificates=certificates,
        certificate_words={code: say(text) for code, text in CERTIFICATES.items()},
        kind=say(KINDS[row["kind"]]),
        channel=say(CHANNELS[row["channel"]]),
        requested=Money(row["requested_minor"], row["currency"]),
        own_contribution=Money(row["own_contribution_minor"], row["currency"]),
        declared={code: (say(one.words), one.colour, one.shape) for code, one in DECLARED.items()},
        free=_free(shown),
        may_assign=may(signed_in(), "grants.reviews.assign", row["programme"]),
        given=given or {},
        errors=errors or {},
        reason_length_max=REASON_LENGTH_MAX,
        comment_length_max=COMMENT_LENGTH_MAX,
        key=Uuid7().new(),
    )


def _free(shown: Shown) -> list[str]:
    """Members of the call who could still be assigned."""
    out = {shown.application["assisted_by"]}
    if isinstance(shown.state, Review):
        out |= set(shown.state.member_ids) | shown.state.recused
    return [one for one in shown.terms.member_ids if one not in out]
