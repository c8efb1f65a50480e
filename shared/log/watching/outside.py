"""Has a service's checkpoints cosigned by witnesses elsewhere, those listed in ZANAT_WITNESSES.

    zanat-witness.example+5d6b0c1f+BIyt…  https://witness.example/zanat

One line a witness: its verifier key (``cosignature/v1``), a space, its submission prefix. The
thread sends each the newest checkpoint with a proof from the size that it saw last, keeps the
cosignature that comes back, and after a failure rests for longer each time. Nothing waits for it.
"""

from __future__ import annotations

import http.client
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from email.message import Message
from typing import Any, Final

import structlog
from sqlalchemy import Connection, func, select

from shared import metrics
from shared.events.tables import COSIGNATURES
from shared.log.checkpoints import Signed, latest_signed
from shared.log.hashes import StoredHashes
from shared.log.notes import BadNote, Note, SignatureLine
from shared.log.tree import consistency_proof
from shared.log.watching.submissions import Submission
from shared.log.watching.trust import OutsideWitness, outside_witnesses
from shared.log.watching.witnessing import keep_cosignature
from shared.service import Service

SUBMIT_SECONDS: Final = 10.0
PAUSE_LONGEST_SECONDS: Final = 600.0
TIMEOUT_SECONDS: Final = 10.0
ANSWER_BYTES_MAX: Final = 100_000
POLL_SECONDS: Final = 1.0
SIZE_TYPE: Final = "text/x.tlog.size"

_log = structlog.get_logger("watching")


class NotCosigned(Exception):
    """A witness gave no cosignature. What it said stays out: it is somebody else's text."""


@dataclass
class _Known:
    """What is known of one witness. ``seen``: the size that it cosigned last, as it seems."""

    seen: int
    not_before: float = 0.0
    failures: int = 0


class OutsideWitnesses:
    """The thread of one service. Several may run: a witness takes the same checkpoint twice."""

    def __init__(self, service: Service, *, every_seconds: float = SUBMIT_SECONDS) -> None:
        self._service = service
        self._every = every_seconds
        self._stop = threading.Event()
        self._known: dict[str, _Known] = {}

    def run(self) -> None:
        """Work until stopped; whatever fails is tried again later."""
        while not self._stop.wait(min(POLL_SECONDS, self._every)):
            try:
                for witness in outside_witnesses(self._service.settings):
                    self.turn(witness, time.monotonic())
            except Exception as error:  # noqa: BLE001 (a lost database or an unreadable file)
                _log.error("outside witnesses not asked", error=type(error).__name__)
                self._stop.wait(self._every)

    def stop(self) -> None:
        self._stop.set()

    def turn(self, witness: OutsideWitness, now: float) -> bool:
        """Submit what is new to one witness, when it is its turn; whether it was cosigned."""
        name = witness.verifier.name
        with self._service.database.reading() as connection:
            newest = latest_signed(connection, self._service.name)
            known = self._known.get(name)
            if known is None:
                known = self._known[name] = _Known(_seen(connection, self._service.name, name))
                done = known.seen
            else:
                done = _seen(connection, self._service.name, name)
        if newest is None or now < known.not_before or done >= newest.size:
            return False
        try:
            line = self._submit(witness, known, newest)
        except (NotCosigned, BadNote, OSError, http.client.HTTPException, ValueError) as error:
            known.failures += 1
            known.not_before = now + self._pause(known.failures)
            metrics.outside_witness_failures.labels(self._service.name, name).inc()
            _log.warning(
                "not cosigned outside",
                witness=name,
                failures=known.failures,
                reason=str(error) if isinstance(error, NotCosigned) else type(error).__name__,
            )
            return False
        known.failures, known.seen = 0, newest.size
        known.not_before = now + self._every
        keep_cosignature(
            self._service, self._service.name, size=newest.size, key_name=name, line=line
        )
        return True

    def _pause(self, failures: int) -> float:
        return float(min(PAUSE_LONGEST_SECONDS, self._every * 2 ** min(failures - 1, 10)))

    def _submit(self, witness: OutsideWitness, known: _Known, newest: Signed) -> str:
        note = Note.parse(bytes(newest.note))
        for _ in range(2):
            status, kind, answer = post(
                f"{witness.prefix}/add-checkpoint", bytes(self._prove(known.seen, newest, note))
            )
            if status == 409 and kind == SIZE_TYPE:
                # It knows better what it saw; a size beyond ours would be another log's.
                text = answer.strip()
                if not text.isdigit() or len(text) > 19 or int(text) > newest.size:
                    raise NotCosigned("it names a size that this log never had")
                known.seen = int(text)
                continue
            if status != 200:
                raise NotCosigned(f"it answers {status}")
            return _line_of(witness, note, answer)
        raise NotCosigned("it names another size each time")

    def _prove(self, old: int, newest: Signed, note: Note) -> Submission:
        with self._service.database.reading() as connection:
            hashes = StoredHashes(connection, self._service.name, own=True)
            proof = consistency_proof(hashes, old, newest.size)
        return Submission(old, tuple(proof), note)


def post(address: str, body: bytes) -> tuple[int, str, bytes]:
    """Status, content type and body of the answer. Raises OSError where there is none."""
    request = urllib.request.Request(  # noqa: S310 (http or https, as the file was read)
        address, data=body, headers={"Content-Type": "text/plain; charset=utf-8"}
    )
    try:
        with _OPENER.open(request, timeout=TIMEOUT_SECONDS) as answer:
            return answer.status, _type_of(answer.headers), answer.read(ANSWER_BYTES_MAX)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, _type_of(error.headers), error.read(ANSWER_BYTES_MAX)


def _type_of(headers: Message) -> str:
    return headers.get_content_type()


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A checkpoint goes where the file says and nowhere else."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


_OPENER: Final = urllib.request.build_opener(_NoRedirects)


def _line_of(witness: OutsideWitness, note: Note, answer: bytes) -> str:
    """The witness's own line among those it answered, verified. Raises BadNote, NotCosigned."""
    for text in answer.decode().splitlines():
        found = SignatureLine.parse(text)
        if witness.verifier.made(found):
            if witness.verifier.verify(note.text, found) == 0:
                raise NotCosigned("it leaves out the time")
            return str(found)
    raise NotCosigned("its answer has no line of its key")


def _seen(connection: Connection, log: str, key_name: str) -> int:
    """The largest size of which the witness's cosignature is kept; 0 for none."""
    found = connection.execute(
        select(func.max(COSIGNATURES.c.size)).where(
            COSIGNATURES.c.log == log, COSIGNATURES.c.key_name == key_name
        )
    ).scalar()
    return 0 if found is None else int(found)
