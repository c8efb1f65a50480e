"""Where an import's file and its report lie, and under which key: one of the import's own.

    sha256 = put(service, import_id, content, CSV)
    content(service, sha256)            ->  bytes, or None once the key is destroyed
    forget(service, import_id, {sha256})

A sheet is of a programme, not of one person, so that nobody's key fits it. The key is destroyed
when the import is entered, discarded or too old; see ``docs/decisions/0033``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec

from services.trainings.imports.rows import Finding
from shared.files.attachments import Attachments, FileReference
from shared.files.kinds import CSV
from shared.privacy.keyring import KeyName
from shared.service import Service

DATA_CLASS: Final = "special"
"""The strictest of what a sheet about people holds; fewest services open keys of it."""

_GROUP: Final = "import"
_findings: Final = msgspec.json.Decoder(list[Finding])


def put(service: Service, import_id: str, content: bytes, media_type: str) -> FileReference:
    """Seal and keep a file of an import; durable when this returns."""
    files = Attachments.open(service)
    return files.put(import_id, DATA_CLASS, content, media_type, group=_GROUP)


def content(service: Service, sha256: str) -> bytes | None:
    """What is in a file; None once its key is destroyed."""
    return Attachments.open(service).get(sha256) if sha256 else None


def put_report(service: Service, import_id: str, findings: list[Finding]) -> str:
    """Keep what looking through gave; the hash under which it lies."""
    if not findings:
        return ""
    return put(service, import_id, msgspec.json.encode(findings), CSV).sha256


def report(service: Service, sha256: str) -> list[Finding]:
    """What looking through gave; nothing once the key is destroyed."""
    kept = content(service, sha256)
    return [] if kept is None else _findings.decode(kept)


def remove(service: Service, sha256: str) -> None:
    """Take a file away."""
    if sha256:
        Attachments.open(service).shelf.remove(sha256)


def forget(service: Service, import_id: str, files: Iterable[str]) -> tuple[str, ...]:
    """Destroy the import's key and take its files away; the ids of what was destroyed."""
    gone = service.keyring.destroy([KeyName(import_id, DATA_CLASS, _GROUP)])
    for sha256 in files:
        remove(service, sha256)
    return tuple(gone)
