"""A service's log for tools from elsewhere: C2SP ``tlog-tiles`` under ``/<service>/log/``.

    GET /grants/log/checkpoint                       the newest checkpoint, a signed note
    GET /grants/log/tile/0/x001/x234/067             256 leaf hashes, one after the other
    GET /grants/log/tile/1/000.p/17                  the first 17 roots of 256 leaves each
    GET /grants/log/tile/entries/067.p/3             three entries, for auditors

Hashes tell nothing of what was hashed, so that anybody may check with them; entries are given to
those who may export, and every time is on record. Nothing is served that the newest checkpoint
does not cover, and no address but the one that the specification gives a tile.
"""

from __future__ import annotations

import gzip
import re
import struct
from dataclasses import dataclass
from typing import Final

from flask import Blueprint, Response, request
from werkzeug.exceptions import NotFound

from shared.access.accesses import record_export
from shared.access.roles import EVERY_PROGRAMME, PUBLIC
from shared.log.checkpoints import latest, latest_signed
from shared.log.hashes import StoredHashes
from shared.log.tree import LEVEL_BITS, TILE_WIDTH, MissingHashes
from shared.service import INSTALLATION_WIDE, Service
from shared.web.access import ensure, requires
from shared.web.app import correlation_id

EXPORT: Final = "audit.log.export"
CHECKPOINT_CACHED: Final = "public, max-age=1"
TILE_CACHED: Final = "public, max-age=31536000, immutable"
ENTRIES_CACHED: Final = "private, max-age=31536000, immutable"
_OCTETS: Final = "application/octet-stream"
_LEVEL: Final = re.compile(r"[0-9]|[1-5][0-9]|6[0-3]")
_TILE: Final = re.compile(r"((?:x[0-9]{3}/){0,5})([0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")


@dataclass(frozen=True)
class Tile:
    """The hashes or entries ``start`` to ``end - 1`` of a level."""

    start: int
    end: int

    @classmethod
    def parse(cls, path: str) -> Tile | None:
        """``<N>[.p/<W>]`` in the only way to write it; None for anything else.

        >>> Tile.parse("x001/x234/067.p/3")
        Tile(start=315921152, end=315921155)
        """
        found = _TILE.fullmatch(path)
        if found is None:
            return None
        groups, last, width = found.groups()
        if groups.startswith("x000"):
            return None
        if width is not None and int(width) >= TILE_WIDTH:
            return None
        start = int(groups.replace("x", "").replace("/", "") + last) * TILE_WIDTH
        return cls(start, start + (int(width) if width else TILE_WIDTH))


def log_blueprint(service: Service) -> Blueprint:
    """The addresses of this service's log."""
    blueprint = Blueprint("log", __name__, url_prefix=f"/{service.name}/log")

    @blueprint.get("/checkpoint")
    @requires(PUBLIC)
    def checkpoint() -> Response:
        with service.database.reading() as connection:
            found = latest(connection, service.name)
        if found is None:
            raise NotFound
        return _answer(found, "text/plain; charset=utf-8", CHECKPOINT_CACHED)

    @blueprint.get("/tile/<level>/<path:place>")
    @requires(PUBLIC)
    def hashes(level: str, place: str) -> Response:
        if not _LEVEL.fullmatch(level):
            raise NotFound
        return _answer(_hashes(service, int(level), place), _OCTETS, TILE_CACHED)

    @blueprint.get("/tile/entries/<path:place>")
    @requires(EXPORT)
    def entries(place: str) -> Response:
        # A log has the entries of every programme.
        reader = ensure(EXPORT, EVERY_PROGRAMME)
        bundle = _entries(service, place)
        compressed = request.accept_encodings["gzip"] > 0
        if compressed:
            bundle = gzip.compress(bundle, mtime=0)
        response = _answer(bundle, _OCTETS, ENTRIES_CACHED)
        response.vary.add("Accept-Encoding")
        if compressed and response.status_code == 200:
            response.content_encoding = "gzip"
        if request.method == "GET" and response.status_code == 200:
            record_export(
                service,
                reader,
                what="log_entries",
                subject=f"log/tile/entries/{place}",
                programme=INSTALLATION_WIDE,
                correlation=correlation_id(),
            )
        return response

    return blueprint


def _answer(body: bytes, content_type: str, caching: str) -> Response:
    response = Response(body, content_type=content_type)
    response.headers["Cache-Control"] = caching
    response.add_etag()
    response.make_conditional(request)
    return response


def _hashes(service: Service, level: int, place: str) -> bytes:
    with service.database.reading() as connection:
        signed = latest_signed(connection, service.name)
        tile = _covered(place, (signed.size if signed else 0) >> (LEVEL_BITS * level))
        stored = StoredHashes(connection, service.name, own=True)
        found = stored.read(level, tile.start, tile.end)
    if len(found) != tile.end - tile.start:
        raise MissingHashes(f"level {level}: not all of {tile.start} to {tile.end - 1}")
    return b"".join(found)


def _entries(service: Service, place: str) -> bytes:
    with service.database.reading() as connection:
        signed = latest_signed(connection, service.name)
        tile = _covered(place, signed.size if signed else 0)
        width = tile.end - tile.start
        found = service.store.entries(connection, start=tile.start, limit=width)
    if len(found) != width:
        raise MissingHashes(f"entries: not all of {tile.start} to {tile.end - 1}")
    return b"".join(struct.pack(">H", len(raw)) + raw for _, raw in found)


def _covered(place: str, count: int) -> Tile:
    """The tile at this address, which the first ``count`` of its level cover; else 404."""
    tile = Tile.parse(place)
    if tile is None or tile.end > count:
        raise NotFound
    return tile
