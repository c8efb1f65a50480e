"""The key under which a command is done once, however often it arrives.

    key = request_key(required=True)     # Idempotency-Key: 5f0c…  or a form's idempotency_key
    key.as_stored(keyring.blind_index)   # the store keeps key, keyed hash and answer together

The same key with the same request gives the stored answer; with another request, 422. That is
decided by the store, in the transaction of the events. Answers are kept for a week.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from flask import g, request

from shared.access.reader import Reader
from shared.errors import Malformed
from shared.language.marking import N_
from shared.web.session import CSRF_FIELD, STEP_UP_FIELDS

HEADER: Final = "Idempotency-Key"
FIELD: Final = "idempotency_key"
REPLAYED_HEADER: Final = "Idempotency-Replayed"
_KEY: Final = re.compile(r"[\x21-\x7e]{1,200}")
_NOT_HASHED: Final = frozenset({CSRF_FIELD, FIELD, *STEP_UP_FIELDS})


@dataclass(frozen=True)
class RequestKey:
    """Who asked what where under which key.

    actor:        empty when nobody is signed in.
    request_hash: a SHA-256. Whoever has it can try numbers until one fits: it is never stored.
    """

    actor: str
    route: str
    key: str
    request_hash: bytes

    def as_stored(self, blind_index: Callable[[str, str], str]) -> RequestKey:
        """With the hash keyed by the keyring's ``blind_index``, and an actor in any case."""
        keyed = blind_index("request", self.request_hash.hex())
        # Nobody in particular shares keys with nobody: another request is another asker.
        actor = self.actor or f"public:{keyed}"
        return replace(self, actor=actor, request_hash=bytes.fromhex(keyed))


def request_key(*, required: bool = False) -> RequestKey | None:
    """The key of this request, or None when it carries none and none is required.

    Raises Malformed when it is missing though required, or is not 1 to 200 visible ASCII letters.
    """
    key = request.headers.get(HEADER)
    if key is None and not request.is_json:
        key = request.form.get(FIELD)
    if key is None:
        if not required:
            return None
        raise Malformed(
            "idempotency-key-missing",
            N_("Send an Idempotency-Key, so that this is done once however often it arrives."),
            header=HEADER,
        )
    if not _KEY.fullmatch(key):
        raise Malformed(
            "idempotency-key-malformed",
            N_("An Idempotency-Key has 1 to 200 visible ASCII characters."),
            header=HEADER,
        )
    reader: Reader | None = g.get("reader")
    actor = reader.account_id if reader else ""
    rule = request.url_rule.rule if request.url_rule else ""
    return RequestKey(actor, f"{request.method} {rule}", key, hash_of_request())


def hash_of_request() -> bytes:
    """SHA-256 over method, address and body; a form's fields and files rather than its bytes,

    since a browser draws another multipart boundary each time it sends the same.
    """
    digest = hashlib.sha256()

    def add(*parts: bytes) -> None:
        for part in parts:
            digest.update(b"%d:" % len(part) + part)

    add(request.method.encode(), request.full_path.rstrip("?").encode())
    add(request.headers.get("If-Match", "").encode())
    if request.mimetype in ("multipart/form-data", "application/x-www-form-urlencoded"):
        for name, texts in sorted(request.form.lists()):
            if name not in _NOT_HASHED:
                add(name.encode(), *(text.encode() for text in texts))
        for name, file in sorted(request.files.items(multi=True), key=lambda pair: pair[0]):
            content = hashlib.file_digest(file.stream, "sha256")  # type: ignore[arg-type]
            file.stream.seek(0)
            add(name.encode(), (file.filename or "").encode(), content.digest())
    else:
        add(hashlib.sha256(request.get_data(cache=True)).digest())
    return digest.digest()
