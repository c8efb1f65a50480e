"""The witness over HTTP, as C2SP ``tlog-witness`` has it, for whoever is listed as a log here.

    POST /audit/witness/add-checkpoint        old size, proof, checkpoint; answers a cosignature
    GET  /audit/witness/<sha-256 of the origin>/checkpoint           what was cosigned last

200 with the cosignature's line, 400 malformed, 403 no signature of a key on record, 404 no such
log, 409 with the size that was witnessed last, 422 not shown to go on from there, or of a log that
is followed and whose entries have not come so far. Nobody signs in: the log's signature in the body
says who asks.
"""

from __future__ import annotations

import hashlib
from typing import Final

from flask import Blueprint, Response, request

from shared.access.roles import PUBLIC
from shared.log.keys import origin as origin_of
from shared.log.watching.deciding import Behind, Refusal
from shared.log.watching.submissions import BadSubmission, Submission
from shared.log.watching.trust import elsewhere, known_log
from shared.log.watching.witnessing import add_checkpoint, witnessed_note
from shared.service import Service
from shared.web.access import requires, signed_by_itself
from shared.web.app import body_bytes_max

BODY_BYTES_MAX: Final = 64 * 1024
SIZE_TYPE: Final = "text/x.tlog.size"
_TEXT: Final = "text/plain; charset=utf-8"


def witness_blueprint(service: Service) -> Blueprint:
    """The addresses of a service that witnesses."""
    blueprint = Blueprint("tlog_witness", __name__, url_prefix=f"/{service.name}/witness")

    @blueprint.post("/add-checkpoint")
    @requires(PUBLIC)
    @body_bytes_max(BODY_BYTES_MAX)
    @signed_by_itself
    def add() -> Response:
        try:
            line = add_checkpoint(service, Submission.parse(request.get_data()))
        except BadSubmission as error:
            return Response(f"{error}\n", 400, content_type=_TEXT)
        except Behind as error:
            return Response(f"{error.size}\n", error.status, content_type=SIZE_TYPE)
        except Refusal as error:
            return Response(f"{error}\n", error.status, content_type=_TEXT)
        return Response(line, content_type=_TEXT)

    @blueprint.get("/<origin_hash>/checkpoint")
    @requires(PUBLIC)
    @signed_by_itself
    def latest(origin_hash: str) -> Response:
        log = _log_of(service, origin_hash)
        with service.database.reading() as connection:
            note = witnessed_note(connection, log) if log else None
        if note is None:
            return Response("nothing was cosigned for this log\n", 404, content_type=_TEXT)
        return Response(bytes(note), content_type=_TEXT)

    return blueprint


def _log_of(service: Service, origin_hash: str) -> str | None:
    """Under which name the rows of the log with this hash of its origin are kept."""
    own = [origin_of(service.settings, source) for source in service.definition.follows]
    for origin in (*own, *(key.name for key in elsewhere(service.settings))):
        if hashlib.sha256(origin.encode()).hexdigest() == origin_hash:
            log = known_log(service, origin)
            return log.log if log else None
    return None
