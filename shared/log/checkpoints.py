"""Signed checkpoints of a service's log, and the cosignatures under them.

    note = make_checkpoint(service)          # None when nothing is new
    latest(connection, "grants")             # the newest, with its cosignatures' lines

A checkpoint says: of the log ``zanat/grants`` the first ``size`` entries have this root. It covers
what is committed and only what follows from the one before: nothing shorter is signed, and
nothing that the stored hashes do not prove to continue what was signed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select, text

from shared.events.tables import CHECKPOINTS, COSIGNATURES, LOG
from shared.locks import SIGNING
from shared.log import keys, tree
from shared.log.hashes import StoredHashes
from shared.log.keys import origin
from shared.log.notes import BadNote, Checkpoint, Note, Signer
from shared.service import Service

__all__ = (
    "RefusedToSign",
    "Signed",
    "cosignatures",
    "latest",
    "latest_signed",
    "make_checkpoint",
    "note_of",
    "origin",
    "prove",
    "signed_of",
    "signed_so_far",
)


class RefusedToSign(RuntimeError):
    """The log does not continue what was signed before."""


@dataclass(frozen=True)
class Signed:
    """A row of ``checkpoints``: as it was signed, without cosignatures."""

    size: int
    root: bytes
    note: bytes
    made_at: datetime


def make_checkpoint(service: Service) -> bytes | None:
    """Sign the log as it is now and keep it; None when the last one says the same.

    Its hashes must have grown before (``hashes.grow_in_batches``). Raises RefusedToSign where the
    log is shorter than the last checkpoint or another, MissingHashes where hashes lack.
    """
    with service.database.reading() as connection:
        last = latest_signed(connection, service.name)
        hashes = StoredHashes(connection, service.name, own=True)
        size = hashes.count(0)
        _begins_at_zero(connection, size)
        if last is not None and last.size == size:
            return None
        root = tree.root(hashes, size)
        if last is not None:
            _continues(service, last, hashes, size, root)
    content = Checkpoint(origin(service.settings, service.name), size, root).text()
    note = Note(content)
    signer = keys.signer(service.settings, service.name)
    owing = keys.retiring(service.settings, service.name)
    for one in (signer, *owing):
        note = note.with_line(one.sign(content))
    raw = bytes(note)
    if not _keep(service, Signed(size, root, raw, service.clock.now()), signer):
        return None
    for one in owing:
        # (it is on record already, unless the change of the key was cut short)
        alone = 0 if last is None else last.size
        keys.set_retired(service.settings, service.name, one.verifier_key, alone)
    keys.retire(service.settings, service.name, owing)
    return raw


def latest_signed(connection: Connection, log: str) -> Signed | None:
    """The newest checkpoint of a log; None before the first."""
    query = select(CHECKPOINTS).where(CHECKPOINTS.c.log == log)
    return _signed(connection.execute(query.order_by(CHECKPOINTS.c.size.desc()).limit(1)).first())


def signed_of(connection: Connection, log: str, size: int) -> Signed | None:
    """The checkpoint of exactly this size; None when there was none."""
    query = select(CHECKPOINTS).where(CHECKPOINTS.c.log == log, CHECKPOINTS.c.size == size)
    return _signed(connection.execute(query).first())


def latest(connection: Connection, log: str) -> bytes | None:
    """The newest checkpoint as a signed note, with its cosignatures' lines; None before any."""
    found = latest_signed(connection, log)
    return None if found is None else note_of(connection, log, found)


def note_of(connection: Connection, log: str, signed: Signed) -> bytes:
    """A checkpoint as a signed note, with the lines of those that have cosigned it so far."""
    note = Note.parse(signed.note)
    for line in cosignatures(connection, log, signed.size):
        note = note.with_line(line)
    return bytes(note)


def cosignatures(connection: Connection, log: str, size: int) -> Sequence[str]:
    """The cosignatures' lines of a checkpoint, by their keys' names."""
    return (
        connection.execute(
            select(COSIGNATURES.c.line)
            .where(COSIGNATURES.c.log == log, COSIGNATURES.c.size == size)
            .order_by(COSIGNATURES.c.key_name)
        )
        .scalars()
        .all()
    )


def prove(connection: Connection, log: str, own: bool, index: int, size: int) -> list[bytes]:
    """The proof that entry ``index`` is in the log's tree of ``size``, from O(log n) reads.

    own: the log of this database's service (else one that it follows). Raises MissingHashes.
    """
    return tree.inclusion_proof(StoredHashes(connection, log, own=own), index, size)


def _begins_at_zero(connection: Connection, size: int) -> None:
    """Raise RefusedToSign where a row stands before the log's beginning: no tree covers it."""
    first = connection.execute(select(func.min(LOG.c.position))).scalar()
    if first != (0 if size else None):
        raise RefusedToSign(f"the log begins at position {first}")


def _continues(
    service: Service, last: Signed, hashes: StoredHashes, size: int, root: bytes
) -> None:
    """Raise RefusedToSign unless what was signed begins the tree of now."""
    try:
        note = Note.parse(last.note)
        note.verified_by(keys.verifiers(service.settings, service.name))
        said = Checkpoint.parse(note.text)
    except BadNote as error:
        raise RefusedToSign("the last checkpoint is none that was signed here") from error
    if (said.origin, said.size, said.root) != (
        origin(service.settings, service.name),
        last.size,
        last.root,
    ):
        raise RefusedToSign("the last checkpoint is not what its row says")
    if size < said.size:
        raise RefusedToSign(f"the log has {size} entries; {said.size} were signed")
    try:
        proof = tree.consistency_proof(hashes, said.size, size)
        tree.verify_consistency(said.size, size, said.root, root, proof)
    except tree.BadProof as error:
        raise RefusedToSign(f"the first {said.size} entries are not those signed") from error


def signed_so_far(service: Service) -> int:
    """The size of the newest checkpoint, after every one that is being kept at this moment."""
    with _one_at_a_time(service) as connection:
        last = latest_signed(connection, service.name)
    return 0 if last is None else last.size


@contextmanager
def _one_at_a_time(service: Service) -> Iterator[Connection]:
    with service.database.writing() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("select pg_advisory_xact_lock(:k)"), {"k": SIGNING})
        yield connection


def _keep(service: Service, signed: Signed, signer: Signer) -> bool:
    """Whether it is kept; not when another process was faster with the same or a longer one.

    Nor when the key was replaced meanwhile: it signs nothing more alone.
    """
    with _one_at_a_time(service) as connection:
        if keys.signer(service.settings, service.name).key_id != signer.key_id:
            return False
        now = latest_signed(connection, service.name)
        if now is not None and now.size >= signed.size:
            return False
        connection.execute(
            CHECKPOINTS.insert().values(
                log=service.name,
                size=signed.size,
                root=signed.root,
                note=signed.note,
                made_at=signed.made_at,
            )
        )
    return True


def _signed(row: object) -> Signed | None:
    if row is None:
        return None
    return Signed(row.size, row.root, row.note, row.made_at)  # type: ignore[attr-defined]
