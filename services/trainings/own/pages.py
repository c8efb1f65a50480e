"""Pages of a participant's own trainings, under ``/trainings/mine``.

GET /trainings/mine                              trainings, certificates, what was finished
GET /trainings/mine/certificates/<id>            one certificate, with the code that proves it
GET /trainings/mine/certificates/<id>/document   its document, as it was handed out
GET /trainings/mine/about                        what is written down about me, and my consents
GET /trainings/mine/data                         where each service gives all that it holds of me
GET /trainings/people/<id>/data                  the same about a person, for an officer

Another's certificate is answered as one that never was.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from flask import Blueprint, g, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import Row

from services.trainings.asking import identifier, not_found, record_reading
from services.trainings.certificates import documents
from services.trainings.certificates.views import spaced_code
from services.trainings.cohorts.hours import MINUTES_AN_HOUR
from services.trainings.consents.acting import standing
from services.trainings.education.wording import OUTCOME_WORDS
from services.trainings.own import views
from services.trainings.people.acting import day_of, found
from services.trainings.people.purposes import PURPOSES
from services.trainings.people.showing import told
from services.trainings.people.views import registrations_of
from services.trainings.people.wording import (
    CERTIFICATE_WORDS,
    DECLARED_WORDS,
    ERASED,
    SEX_WORDS,
    country_name,
)
from services.trainings.recognition.views import recognitions_of
from shared.access.roles import EVERY_PROGRAMME
from shared.language.marking import N_
from shared.web.access import requires, signed_in
from shared.web.commands import service
from shared.web.language import language, say

READ: Final = "trainings.certificates.read_own"

PARTS: Final = {
    "trainings": N_("Registration, trainings, certificates"),
    "grants": N_("Applications, awards, payments, visits"),
    "notifications": N_("Messages"),
    "accounts": N_("Signing in"),
    "audit": N_("Who looked at the data"),
}
"""Service → what it holds about a person."""

blueprint = Blueprint("own", __name__, url_prefix="/trainings/mine")
theirs = Blueprint("data_of", __name__, url_prefix="/trainings/people")


@blueprint.get("")
@requires(READ)
def mine() -> ResponseReturnValue:
    """The reader's own trainings and certificates."""
    own = signed_in().registrations
    with service().database.reading() as connection:
        certificates = views.own_certificates(connection, own)
        cohorts = views.own_cohorts(connection, own)
        outcomes = views.own_outcomes(connection, own)
        elsewhere = recognitions_of(connection, own)
    return render_template(
        "trainings/own/mine.html",
        certificates=[_certificate(row) for row in certificates],
        cohorts=cohorts,
        elsewhere=[one for one in elsewhere if one.state != "withdrawn"],
        outcomes=[(say(OUTCOME_WORDS[row.outcome]), row.completed_on) for row in outcomes],
        minutes_an_hour=MINUTES_AN_HOUR,
    )


@blueprint.get("/certificates/<certificate_id>")
@requires(READ)
def certificate(certificate_id: str) -> ResponseReturnValue:
    """One of the reader's own certificates."""
    row = _own(certificate_id)
    return render_template(
        "trainings/own/certificate.html",
        shown=_certificate(row),
        code=spaced_code(row.code),
        document=documents.listed(row.certificate_id)[0],
    )


@blueprint.get("/certificates/<certificate_id>/document")
@requires(READ)
def document(certificate_id: str) -> ResponseReturnValue:
    """The document of one of the reader's own certificates, as it was handed out."""
    row = _own(certificate_id)
    return documents.given(documents.listed(row.certificate_id)[0])


def _own(certificate_id: str) -> Row[Any]:
    with service().database.reading() as connection:
        row = views.own_certificate(
            connection, signed_in().registrations, identifier(certificate_id)
        )
    if row is None:
        raise not_found()
    return row


@blueprint.get("/data")
@requires("trainings.data.read_own")
def data() -> ResponseReturnValue:
    """Where the reader finds all that is held about them."""
    return render_template("trainings/own/data.html", parts=_parts("/{service}/mine/held"))


@theirs.get("/<registration_id>/data")
@requires("trainings.data.export", fresh=True)
def data_of(registration_id: str) -> ResponseReturnValue:
    """Where an officer finds all that is held about a person, for each of their registrations."""
    row = found(registration_id, "trainings.data.export")
    with service().database.reading() as connection:
        rows = registrations_of(connection, row.person_id)
    programmes = signed_in().programmes("trainings.data.export")
    reached = [one for one in rows if {one.programme, EVERY_PROGRAMME} & programmes]
    record_reading([row.programme], what="identity", subject=f"registration/{registration_id}")
    return render_template(
        "trainings/own/data_of.html",
        person=told(row),
        registrations=[
            (one.reference, _parts("/{service}/held/" + one.registration_id)) for one in reached
        ],
    )


def _parts(address: str) -> list[tuple[str, str, str]]:
    """(what a service holds, the page, the file) of each service."""
    return [
        (say(words), address.format(service=name), address.format(service=name) + ".zip")
        for name, words in PARTS.items()
    ]


@blueprint.get("/about")
@requires(READ)
def about() -> ResponseReturnValue:
    """What is written down about the reader, and what they consented to."""
    with service().database.reading() as connection:
        rows = views.own_registrations(connection, signed_in().registrations)
        registrations = [_told(row, standing(connection, row)) for row in rows]
    return render_template("trainings/own/about.html", registrations=registrations)


def _certificate(row: Row[Any]) -> dict[str, Any]:
    words, colour, shape = CERTIFICATE_WORDS[row.state]
    return {
        "row": row,
        "state": {"text": say(words), "colour": colour, "shape": shape},
        "hours": row.minutes // MINUTES_AN_HOUR,
    }


def _consent(one: Mapping[str, Any]) -> tuple[str, str]:
    """What a consent is for, and how it stands with it."""
    day = g.formats["day"](one["on"]) if one["on"] else ""
    if one["given"]:
        stands = say(N_("You agreed on {day}."), {"day": day})
    elif one["asked"]:
        stands = say(N_("You did not agree, or took it back on {day}."), {"day": day})
    else:
        stands = say(N_("We did not ask you yet."))
    return say(PURPOSES[one["purpose"]].name), stands


def _told(row: Row[Any], consents: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {
        "reference": row.reference,
        "programme": row.programme,
        "name": row.full_name or say(ERASED),
        "born": day_of(row.birth_date),
        "sex": say(SEX_WORDS[row.sex]) if row.sex in SEX_WORDS else row.sex,
        "place": f"{row.municipality}, {country_name(row.country, language())}",
        "number": row.number_masked or "",
        "phone": row.phone or "",
        "email": row.email or "",
        "declared": say(DECLARED_WORDS[row.declared_roma]) if row.declared_roma else "",
        "consents": [_consent(one) for one in consents],
        "registered_at": row.registered_at,
    }
