"""What wallets and verifiers fetch, and where a person takes their credential along.

GET /trainings/issuers/<programme>/did.json              anybody: the keys of a programme
GET /trainings/credentials/<programme>/status/<list>     anybody: what counts no more
GET /trainings/mine/certificates/<id>/credential.json    the person; ?name=yes: with the name
GET /trainings/certificates/<id>/credential.json         staff who hand out certificates
"""

from __future__ import annotations

import json
from typing import Final

from flask import Blueprint, Response, request
from sqlalchemy import select

from services.trainings.asking import identifier, not_found
from services.trainings.certificates import acting as certificates
from services.trainings.credentials.acting import CONTENT_TYPE
from services.trainings.credentials.giving import given
from services.trainings.credentials.issuers import document
from services.trainings.credentials.keys import public_keys
from services.trainings.credentials.statuses import FRESH_SECONDS, status_list
from services.trainings.own.views import own_certificate
from services.trainings.tables import CERTIFICATES
from shared.access.roles import PUBLIC
from shared.web.access import requires, signed_in
from shared.web.commands import service

DOCUMENT_CACHED: Final = "public, max-age=60"
STATUS_CACHED: Final = f"public, max-age={FRESH_SECONDS}"
PROGRAMME_LENGTH_MAX: Final = 40

blueprint = Blueprint("credentials", __name__, url_prefix="/trainings")


@blueprint.get("/issuers/<programme_code>/did.json")
@requires(PUBLIC)
def issuer(programme_code: str) -> Response:
    """The document of a programme that has issued a certificate, by whose keys all verify."""
    if not _has_issued(programme_code):
        raise not_found()
    settings = service().settings
    found = document(settings.public_url, programme_code, public_keys(settings))
    return _public(json.dumps(found, indent=2).encode(), "application/did+ld+json", DOCUMENT_CACHED)


@blueprint.get("/credentials/<programme_code>/status/<name>")
@requires(PUBLIC)
def status(programme_code: str, name: str) -> Response:
    """A signed list of what counts no more."""
    found = status_list(service(), programme_code[:PROGRAMME_LENGTH_MAX], name)
    if found is None:
        raise not_found()
    response = _public(found.body, CONTENT_TYPE, STATUS_CACHED)
    response.set_etag(found.etag)
    response.make_conditional(request)
    return response


@blueprint.get("/mine/certificates/<certificate_id>/credential.json")
@requires("trainings.certificates.read_own")
def own(certificate_id: str) -> Response:
    """The reader's own certificate for their wallet."""
    own = signed_in().registrations
    with service().database.reading() as connection:
        row = own_certificate(connection, own, identifier(certificate_id))
    if row is None:
        raise not_found()
    return given(row, named=request.args.get("name") == "yes")


@blueprint.get("/certificates/<certificate_id>/credential.json")
@requires("trainings.certificates.duplicate")
def theirs(certificate_id: str) -> Response:
    """A certificate for the wallet of whoever it is of, handed out by staff; on record."""
    row = certificates.found(certificate_id, "trainings.certificates.duplicate")
    return given(row, named=request.args.get("name") == "yes")


def _public(body: bytes, content_type: str, cached: str) -> Response:
    """For anybody, programs of other sites too."""
    response = Response(body, content_type=content_type)
    response.headers["Cache-Control"] = cached
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def _has_issued(programme: str) -> bool:
    query = select(CERTIFICATES.c.number).where(CERTIFICATES.c.programme == programme)
    with service().database.reading() as connection:
        return connection.execute(query.limit(1)).first() is not None
