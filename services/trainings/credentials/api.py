"""JSON route of credentials: ``GET /trainings/api/v1/certificates/<id>/credential``.

Verifiers need none: the issuer's document and the status lists are where the credential says.
"""

from __future__ import annotations

from typing import Any

from flask import Response

from services.trainings.certificates import acting as certificates
from services.trainings.credentials.acting import CONTENT_TYPE
from services.trainings.credentials.giving import given
from services.trainings.credentials.schemas import CredentialArguments
from shared.web.access import requires
from shared.web.api import ApiBlueprint

blueprint = ApiBlueprint("credentials_api", __name__, url_prefix="/trainings/api/v1")


@blueprint.route("/certificates/<certificate_id>/credential", methods=["GET"])
@requires("trainings.certificates.duplicate")
@blueprint.arguments(CredentialArguments, location="query")
@blueprint.response(200, content_type=CONTENT_TYPE)
def credential(arguments: dict[str, Any], certificate_id: str) -> Response:
    """Take out the Open Badges 3.0 credential of a certificate that stands; it is on record."""
    row = certificates.found(certificate_id, "trainings.certificates.duplicate")
    return given(row, named=arguments["name"] == "yes")
