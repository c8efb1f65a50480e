"""Pages that change a certificate: correct it, replace it, revoke it by two people.

GET POST /trainings/certificates/<id>/correct
GET POST /trainings/certificates/<id>/duplicate
GET POST /trainings/certificates/<id>/revocation          propose it, or see the proposal
POST     /trainings/certificates/<id>/revocation/confirm  and …/decline, by a second person
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from flask import Blueprint, flash, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Row, select

from services.trainings.asking import Errors, attempt, new_key, typed, typed_number
from services.trainings.certificates import acting, handling, views
from services.trainings.certificates.handling import Content
from services.trainings.certificates.sheet import document_languages
from services.trainings.certificates.wording import LABELS
from services.trainings.cohorts import views as cohort_views
from services.trainings.people.views import staff_names
from services.trainings.tables import REGISTRATIONS
from shared.events.work import Work
from shared.language.marking import N_
from shared.web.access import requires, signed_in
from shared.web.commands import actor, perform_page, service
from shared.web.etag import required_version
from shared.web.language import say

blueprint = Blueprint("changes", __name__)

SUPERSEDE: Final = "trainings.certificates.supersede"
DUPLICATE: Final = "trainings.certificates.duplicate"
REVOKE: Final = "trainings.certificates.revoke"

RECORDED: Final = "recorded"
"""What the form sends for the name in the person's record; anything else: the one in it now."""


@blueprint.route("/certificates/<certificate_id>/correct", methods=["GET", "POST"])
@requires(SUPERSEDE)
def correct(certificate_id: str) -> ResponseReturnValue:
    """Correct what it says."""
    row = acting.found(certificate_id, SUPERSEDE)
    if request.method == "GET":
        acting.read([row], f"certificate/{row.certificate_id}")

    def show(errors: Errors) -> str:
        now = acting.found(certificate_id, SUPERSEDE)
        kept = request.form if request.method == "POST" else acting.content_of(now)
        recorded, confirmed = _registered(now)
        return render_template(
            "trainings/certificates/correct.html",
            row=now,
            typed=kept,
            recorded=recorded if recorded != now.full_name else "",
            confirmed=confirmed,
            written_in=_written_in(now),
            written_languages=document_languages(),
            errors=errors,
            key=new_key(),
        )

    if request.method == "GET":
        return show(())

    def run() -> Any:
        minutes = typed_number("minutes") or 0
        content = Content(
            full_name=_chosen_name(row),
            course_title=typed("course_title"),
            minutes=minutes,
            session_dates=tuple(handling.days_of(row)),
            place=typed("place"),
            trainer=typed("trainer"),
        )
        by, reason, own = actor(), typed("reason"), signed_in().registrations
        language = typed("language")
        return _perform(
            row,
            lambda work: handling.supersede(
                work,
                by=by,
                row=row,
                content=content,
                reason=reason,
                own_registrations=own,
                language=language,
            ),
            N_("It is corrected under the same number. Print it and take the old document back."),
        )

    return attempt(run, show, labels=LABELS)


@blueprint.route("/certificates/<certificate_id>/duplicate", methods=["GET", "POST"])
@requires(DUPLICATE)
def duplicate(certificate_id: str) -> ResponseReturnValue:
    """Replace a lost document."""
    row, by = acting.found(certificate_id, DUPLICATE), actor()

    def show(errors: Errors) -> str:
        now = acting.found(certificate_id, DUPLICATE)
        return render_template(
            "trainings/certificates/duplicate.html", row=now, errors=errors, key=new_key()
        )

    if request.method == "GET":
        return show(())
    return attempt(
        lambda: _perform(
            row,
            lambda work: handling.duplicate(work, by=by, row=row),
            N_("The duplicate is recorded. Print it; it is marked as a duplicate."),
        ),
        show,
        labels=LABELS,
    )


@blueprint.route("/certificates/<certificate_id>/revocation", methods=["GET", "POST"])
@requires(REVOKE)
def revocation(certificate_id: str) -> ResponseReturnValue:
    """Propose to revoke it; or, where that was proposed, decide as the second person."""
    row, by = acting.found(certificate_id, REVOKE), actor()
    if request.method == "GET":
        return _revocation_page(certificate_id, ())
    return attempt(
        lambda: _perform(
            row,
            lambda work: handling.propose_revocation(
                work, by=by, certificate_id=row.certificate_id, reason=typed("reason")
            ),
            N_("The revocation is proposed. It stands until a second person agrees."),
        ),
        lambda errors: _revocation_page(certificate_id, errors),
        labels=LABELS,
    )


@blueprint.post("/certificates/<certificate_id>/revocation/confirm")
@requires(REVOKE)
def confirm(certificate_id: str) -> ResponseReturnValue:
    """Agree, as the second person."""
    row, by = acting.found(certificate_id, REVOKE), actor()
    return attempt(
        lambda: _perform(
            row,
            lambda work: handling.revoke(
                work, by=by, certificate_id=row.certificate_id, country=row.country
            ),
            N_("The certificate is revoked."),
        ),
        lambda errors: _revocation_page(certificate_id, errors),
        labels=LABELS,
    )


@blueprint.post("/certificates/<certificate_id>/revocation/decline")
@requires(REVOKE)
def decline(certificate_id: str) -> ResponseReturnValue:
    """Let it stand."""
    row, by = acting.found(certificate_id, REVOKE), actor()
    return attempt(
        lambda: _perform(
            row,
            lambda work: handling.decline_revocation(
                work, by=by, certificate_id=row.certificate_id
            ),
            N_("The certificate stands."),
        ),
        lambda errors: _revocation_page(certificate_id, errors),
        labels=LABELS,
    )


def _revocation_page(certificate_id: str, errors: Errors) -> str:
    row = acting.found(certificate_id, REVOKE)
    acting.read([row], f"certificate/{row.certificate_id}")
    own = signed_in().account_id
    with service().database.reading() as connection:
        names = staff_names(connection)
        cohort = cohort_views.record(connection, row.cohort_id)
    proposer = row.proposed_by if row.state == "proposed" else own
    trainers = cohort.trainers.split("\n") if cohort is not None else []
    return render_template(
        "trainings/certificates/revocation.html",
        row=row,
        proposer=names.get(proposer, proposer),
        own=proposer == own,
        others=[names.get(one, one) for one in trainers if one != proposer],
        typed=request.form,
        errors=errors,
        key=new_key(),
        other_key=new_key(),
    )


def _registered(row: Row[Any]) -> tuple[str, bool]:
    """The name in the person's record, and whether a second person confirmed it."""
    query = select(REGISTRATIONS.c.full_name, REGISTRATIONS.c.state).where(
        REGISTRATIONS.c.registration_id == row.registration_id
    )
    with service().database.reading() as connection:
        found = connection.execute(query).first()
    if found is None or found.full_name is None:
        return "", False
    return found.full_name, found.state != "unconfirmed"


def _chosen_name(row: Row[Any]) -> str:
    """The name that was chosen: that of the record, else the one in the certificate."""
    if typed("full_name") == RECORDED:
        return _registered(row)[0]
    return row.full_name or ""


def _written_in(row: Row[Any]) -> str:
    with service().database.reading() as connection:
        return typed("language") or views.language(connection, row.certificate_id)


def _perform(row: Row[Any], act: Callable[[Work], object], done: str) -> Any:
    place = acting.address(row.certificate_id)
    handler = acting.on(row.certificate_id, required_version(), act, location=place)
    response = perform_page(row.programme, handler)
    flash(say(done), "info")
    return response
