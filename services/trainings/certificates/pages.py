"""Pages of certificates, under ``/trainings``; those that change one are in ``changes.py``.

GET POST /cohorts/<id>/issue          what will follow; then issue
GET      /cohorts/<id>/issue/preview  how somebody's will look, .png or .pdf
GET      /cohorts/<id>/issued         the receipt: the numbers given
GET      /certificates                newest number first, found by number
GET      /certificates/<id>           what it says, whether it stands, what happened

Documents are in ``documents_pages.py``, the preview in ``issuing.py``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Row

from services.trainings.asking import (
    PAGE_SIZE,
    Errors,
    attempt,
    identifier,
    reach,
    typed,
)
from services.trainings.certificates import (
    acting,
    changes,
    documents,
    documents_pages,
    issuing,
    views,
)
from services.trainings.certificates.certificate import CERTIFICATE
from services.trainings.certificates.handling import days_of
from services.trainings.certificates.schemas import NUMBER_PART, STATES
from services.trainings.certificates.views import Search, spaced_code
from services.trainings.certificates.wording import LABELS, document_of, state_of, told
from services.trainings.cohorts import acting as cohorts
from services.trainings.lengths import length_of
from services.trainings.people.views import staff_names
from shared.access.reader import may
from shared.files.kinds import PDF, PNG
from shared.language.marking import N_
from shared.web.access import requires, signed_in
from shared.web.commands import perform_page, service
from shared.web.etag import required_version
from shared.web.language import say
from shared.web.pagination import CURSOR_LENGTH_MAX, PageRequest
from shared.web.uploads import handed_out

blueprint = Blueprint("certificates", __name__, url_prefix="/trainings")
blueprint.register_blueprint(changes.blueprint)
blueprint.register_blueprint(documents_pages.blueprint)

CHANGED: Final = N_("You changed who gets one. Look at it once more before you issue.")


@blueprint.route("/cohorts/<cohort_id>/issue", methods=["GET", "POST"])
@requires("trainings.certificates.issue")
def issue(cohort_id: str) -> ResponseReturnValue:
    """Show what will follow for those chosen, or for all who qualify; confirmed, issue."""
    row = cohorts.found(cohort_id, "trainings.certificates.issue")
    chosen = request.form.getlist("person") if request.method == "POST" else None
    if request.method == "GET" or "confirmed" not in request.form or "look" in request.form:
        return _issue_page(row, chosen, ())
    if not issuing.looked_at(chosen):
        return _issue_page(row, chosen, [("look", say(CHANGED))])

    def location(numbers: Sequence[str]) -> str:
        if not numbers:
            return cohorts.address(row.cohort_id)
        return url_for(".issued", cohort_id=row.cohort_id, first=min(numbers), last=max(numbers))

    def run() -> Any:
        handler = acting.issuing(
            row,
            version=required_version(),
            people=chosen or (),
            issuer=typed("issuer"),
            language=typed("language"),
            location=location,
        )
        response = acting.once_more(lambda: perform_page(row.programme, handler))
        if "/issued?" not in (response.location or ""):
            flash(say(N_("Everybody chosen had a certificate already; none was issued.")), "info")
        return response

    def show_again(errors: Errors) -> str:
        now = cohorts.found(cohort_id, "trainings.certificates.issue")
        return _issue_page(now, chosen, errors)

    return attempt(run, show_again, labels=LABELS)


def _issue_page(row: Row[Any], chosen: Sequence[str] | None, errors: Errors) -> str:
    return render_template(
        "trainings/certificates/issue.html", **issuing.ahead(row, chosen, errors)
    )


@blueprint.get("/cohorts/<cohort_id>/issue/preview.<any(png, pdf):form>")
@requires("trainings.certificates.issue")
def preview(cohort_id: str, form: str) -> ResponseReturnValue:
    """How somebody's certificate will look, marked as a preview."""
    row = cohorts.found(cohort_id, "trainings.certificates.issue")
    raw = issuing.preview(
        row,
        identifier(request.args.get("person", "")),
        language=request.args.get("language", ""),
        issuer=request.args.get("issuer", ""),
        as_pdf=form == "pdf",
    )
    if form == "pdf":
        return handed_out(raw, PDF, name="preview")
    return Response(raw, content_type=PNG)


@blueprint.get("/cohorts/<cohort_id>/issued")
@requires("trainings.certificates.read")
def issued(cohort_id: str) -> ResponseReturnValue:
    """The receipt: certificates of a cohort from one number to another."""
    row = cohorts.found(cohort_id, "trainings.certificates.read")
    first, last = (_number(request.args.get(name, "")) for name in ("first", "last"))
    with service().database.reading() as connection:
        given = views.given_out(connection, row.cohort_id, first=first, last=last)
    if not given:
        return redirect(url_for("cohorts.show", cohort_id=row.cohort_id), 303)
    acting.read(given, f"cohort/{row.cohort_id}")
    return render_template(
        "trainings/certificates/issued.html",
        row=row,
        certificates=given,
        named=acting.names_whom(given[0]),
        prints=acting.sees_code(given[0]),
    )


@blueprint.get("/certificates")
@requires("trainings.certificates.read")
def list_certificates() -> ResponseReturnValue:
    """Certificates, newest number first; found by a part of the number."""
    wanted = request.args.get("number", "").strip()
    number, wrong = _number(wanted), ""
    if wanted and not number:
        wrong = say(N_("A number has letters, digits and dashes only, such as RS-2026-000123."))
    state = request.args.get("state", "")
    state = state if state in STATES else ""
    cohort = (
        cohorts.found(request.args["cohort"], "trainings.cohorts.read")
        if (request.args.get("cohort"))
        else None
    )
    search = Search(
        number=number, state=state, cohort_id=cohort.cohort_id if cohort is not None else ""
    )
    page = PageRequest(PAGE_SIZE, (request.args.get("cursor") or "")[:CURSOR_LENGTH_MAX] or None)
    seen = reach("trainings.certificates.read")
    with service().database.reading() as connection:
        rows = views.certificates(
            connection, seen, search, after=page.after(str, str), limit=page.limit + 1
        )
        count = views.count(connection, seen, search)
    answer = page.answer(rows, lambda row: (row.number, row.certificate_id))
    shown = answer["items"]
    acting.read(shown, "certificates")
    named = acting.named_among(shown)
    given = {"number": number, "state": state, "cohort": search.cohort_id}
    kept: dict[str, Any] = {name: text for name, text in given.items() if text}
    return render_template(
        "trainings/certificates/list.html",
        certificates=[
            {
                "row": row,
                "state": state_of(row.state),
                "name": row.full_name if row.certificate_id in named else None,
            }
            for row in shown
        ],
        named=bool(named),
        several=len({row.programme for row in shown}) > 1,
        count=count,
        state=state,
        states=[(code, state_of(code).text) for code in STATES],
        wanted=wanted,
        wrong=wrong,
        cohort=cohort,
        may_issue=may(signed_in(), "trainings.certificates.issue"),
        following=url_for(".list_certificates", **kept, cursor=answer["next"])
        if answer["next"]
        else "",
    )


@blueprint.get("/certificates/<certificate_id>")
@requires("trainings.certificates.read")
def show(certificate_id: str) -> ResponseReturnValue:
    """What it says, whether it stands, what happened to it."""
    row = acting.found(certificate_id, "trainings.certificates.read")
    named = acting.names_whom(row)
    acting.read([row], f"certificate/{row.certificate_id}")
    reader = signed_in()
    with service().database.reading() as connection:
        recorded = service().store.history(connection, CERTIFICATE.stream(row.certificate_id))
        names = staff_names(connection)
    code = spaced_code(row.code) if acting.sees_code(row) else ""
    revokes = may(reader, "trainings.certificates.revoke", row.programme)
    return render_template(
        "trainings/certificates/certificate.html",
        row=row,
        state=state_of(row.state),
        named=named,
        days=days_of(row),
        length=length_of(row.minutes),
        code=code,
        recorded_at=acting.recorded_at(row),
        proposer=names.get(row.proposed_by or "", row.proposed_by or ""),
        own_proposal=row.proposed_by == reader.account_id,
        history=told(recorded, names, reasons=named),
        prints=acting.sees_code(row),
        documents=[(one, document_of(one.state)) for one in documents.listed(row.certificate_id)],
        revokes=revokes,
        corrects=may(reader, "trainings.certificates.supersede", row.programme),
        cohort_seen=may(reader, "trainings.cohorts.read", row.programme),
    )


def _number(text: str) -> str:
    """A number or a part of one; nothing when it cannot be one."""
    return text if re.fullmatch(NUMBER_PART, text) else ""
