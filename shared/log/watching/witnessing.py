"""Cosigns checkpoints: one place for what comes over the queue and over HTTP.

    line = add_checkpoint(service, Submission.parse(body))      # "— zanat/audit/witness …\\n"

What was witnessed last is read, judged and moved in one transaction that holds the log's lock, so
that of two requests at once one finds the other's size. The checkpoint and the cosignature are
durable when this returns. Of a log that is followed nothing is cosigned that has not arrived here:
what only a proof shows could be told otherwise later. A checkpoint that is truly the log's and yet
not of the log that was seen is an alarm, whoever brought it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, select

from shared.events.locking import lock_alone
from shared.events.tables import CHECKPOINTS, COSIGNATURES
from shared.log import keys
from shared.log.hashes import OtherHash
from shared.log.notes import Checkpoint, Note
from shared.log.tree import MissingHashes, consistency_proof, root
from shared.log.watching.alarms import Finding, Kind, raise_alarm
from shared.log.watching.copies import copy_of, copy_size, grow_copy
from shared.log.watching.deciding import Damaged, Inconsistent, Seen, UnknownLog, judge, signed_by
from shared.log.watching.submissions import Submission
from shared.log.watching.trust import KnownLog, known_log
from shared.service import Service

NOTHING_SEEN: Final = Seen()


def add_checkpoint(service: Service, submission: Submission) -> str:
    """The cosignature line. Raises a Refusal; then nothing was moved."""
    checkpoint = submission.checkpoint
    log = known_log(service, checkpoint.origin)
    if log is None:
        raise UnknownLog("no log of this origin is witnessed here")
    # Before the transaction: whoever has no key of the log costs no lock.
    note = signed_by(submission.note, log.verifiers, log.verifiers_at(checkpoint.size))
    if log.followed:
        _grow(service, log)
    try:
        return _add(service, log, note, submission)
    except Inconsistent:
        _tell_fork(service, log, note, checkpoint)
        raise


def submission_of(service: Service, log: KnownLog, note: Note) -> Submission:
    """A followed log's checkpoint with the proof from what was witnessed last, from the copy."""
    checkpoint = Checkpoint.parse(note.text)
    # A proof over many new entries needs the hashes of their complete tiles.
    _grow(service, log)
    with service.database.reading() as connection:
        seen = last_witnessed(connection, log.log)
        if seen.size > checkpoint.size:
            return Submission(seen.size, (), note)
        try:
            proof = consistency_proof(copy_of(connection, log.log), seen.size, checkpoint.size)
        except MissingHashes as error:
            raise Damaged from error
    return Submission(seen.size, tuple(proof), note)


def compare(service: Service, log: KnownLog, note: Note) -> None:
    """Raise Inconsistent, and the alarm, when a followed log's checkpoint is not of its copy."""
    checkpoint = Checkpoint.parse(note.text)
    _grow(service, log)
    if _tell_fork(service, log, note, checkpoint):
        raise Inconsistent("the copy of the log has another root")


def own_line(service: Service, connection: Connection, log: str, size: int) -> str | None:
    """This service's own cosignature of a checkpoint, when it made one."""
    name = keys.witness_name(service.settings, service.name)
    found = connection.execute(
        select(COSIGNATURES.c.line).where(
            COSIGNATURES.c.log == log,
            COSIGNATURES.c.size == size,
            COSIGNATURES.c.key_name == name,
        )
    ).scalar()
    return None if found is None else str(found)


def last_witnessed(connection: Connection, log: str) -> Seen:
    """The checkpoint of a log that was witnessed last."""
    row = connection.execute(
        select(CHECKPOINTS.c.size, CHECKPOINTS.c.root)
        .where(CHECKPOINTS.c.log == log)
        .order_by(CHECKPOINTS.c.size.desc())
        .limit(1)
    ).first()
    return NOTHING_SEEN if row is None else Seen(int(row.size), bytes(row.root))


def witnessed_note(connection: Connection, log: str, size: int | None = None) -> Note | None:
    """The checkpoint witnessed last, or that of a size, with all cosignatures that are kept."""
    query = select(CHECKPOINTS.c.size, CHECKPOINTS.c.note).where(CHECKPOINTS.c.log == log)
    if size is not None:
        query = query.where(CHECKPOINTS.c.size == size)
    row = connection.execute(query.order_by(CHECKPOINTS.c.size.desc()).limit(1)).first()
    if row is None:
        return None
    note = Note.parse(bytes(row.note))
    lines = connection.execute(
        select(COSIGNATURES.c.line)
        .where(COSIGNATURES.c.log == log, COSIGNATURES.c.size == row.size)
        .order_by(COSIGNATURES.c.key_name)
    ).scalars()
    for line in lines:
        note = note.with_line(line)
    return note


def keep_cosignature(service: Service, log: str, *, size: int, key_name: str, line: str) -> bool:
    """Keep a verified cosignature of a checkpoint that is kept; whether it is new."""
    with service.database.writing() as connection:
        checkpoint, cosigned = _kept(connection, log, size, key_name)
        if not checkpoint or cosigned:
            return False
        _insert_cosignature(service, connection, log, size, key_name, line)
    return True


def _grow(service: Service, log: KnownLog) -> None:
    try:
        grow_copy(service, log.log)
    except (MissingHashes, OtherHash) as error:
        raise Damaged from error


def _add(service: Service, log: KnownLog, note: Note, submission: Submission) -> str:
    cosigner = keys.cosigner(service.settings, service.name)
    with service.database.writing() as connection:
        if not service.database.is_sqlite:
            lock_alone(connection, f"witness/{log.log}")
        seen = last_witnessed(connection, log.log)
        checkpoint = judge(submission, log.verifiers, seen)
        if log.followed:
            _agree_with_copy(connection, log.log, checkpoint)
        now = service.clock.now()
        line = cosigner.cosign(note.text, int(now.timestamp()))
        kept, cosigned = _kept(connection, log.log, checkpoint.size, cosigner.name)
        if not kept:
            connection.execute(
                CHECKPOINTS.insert().values(
                    log=log.log,
                    size=checkpoint.size,
                    root=checkpoint.root,
                    note=bytes(note),
                    made_at=now,
                )
            )
        if not cosigned:
            _insert_cosignature(service, connection, log.log, checkpoint.size, cosigner.name, line)
    return line


def _agree_with_copy(connection: Connection, source: str, checkpoint: Checkpoint) -> None:
    """Raise Inconsistent; also for one beyond the copy, which waits until the copy is so long."""
    if checkpoint.size > copy_size(connection, source):
        raise Inconsistent("the copy of the log is not so long yet")
    try:
        found = root(copy_of(connection, source), checkpoint.size)
    except MissingHashes as error:
        raise Damaged from error
    if found != checkpoint.root:
        raise Inconsistent("the copy of the log has another root")


def _tell_fork(service: Service, log: KnownLog, note: Note, checkpoint: Checkpoint) -> bool:
    """Raise the alarm where the log contradicts itself; a bad proof alone says nothing of it.

    Returns whether it does.
    """
    with service.database.reading() as connection:
        seen = last_witnessed(connection, log.log)
        found = _contradiction(connection, log, checkpoint, seen)
        if found is None:
            return False
        kept = witnessed_note(connection, log.log, found.size) or witnessed_note(
            connection, log.log
        )
    raise_alarm(
        service,
        Finding(
            source=log.log if log.followed else log.origin,
            kind=Kind.fork,
            matter=f"{checkpoint.size}/{checkpoint.root.hex()}",
            size=found.size,
            expected=found.expected.hex(),
            found=found.found.hex(),
            note_expected="" if kept is None else bytes(kept).decode(),
            note_found=bytes(note).decode(),
        ),
    )
    return True


@dataclass(frozen=True)
class _Contradiction:
    """Two roots of one size."""

    size: int
    expected: bytes
    found: bytes


def _contradiction(
    connection: Connection, log: KnownLog, checkpoint: Checkpoint, seen: Seen
) -> _Contradiction | None:
    """What this witness knows that the checkpoint denies."""
    row = connection.execute(
        select(CHECKPOINTS.c.root).where(
            CHECKPOINTS.c.log == log.log, CHECKPOINTS.c.size == checkpoint.size
        )
    ).first()
    if row is not None and bytes(row.root) != checkpoint.root:
        return _Contradiction(checkpoint.size, bytes(row.root), checkpoint.root)
    size = copy_size(connection, log.log) if log.followed else -1
    if not checkpoint.size <= size:
        return None
    try:
        expected = root(copy_of(connection, log.log), checkpoint.size)
        if expected != checkpoint.root:
            return _Contradiction(checkpoint.size, expected, checkpoint.root)
        # It is of our copy, and so must be what we witnessed before it.
        if seen.size <= checkpoint.size:
            found = root(copy_of(connection, log.log), seen.size)
            if found != seen.root:
                return _Contradiction(seen.size, seen.root, found)
    except MissingHashes:
        return None
    return None


def _kept(connection: Connection, log: str, size: int, key_name: str) -> tuple[bool, bool]:
    """Whether the checkpoint is kept, and the cosignature of that key."""
    checkpoint = connection.execute(
        select(CHECKPOINTS.c.size).where(CHECKPOINTS.c.log == log, CHECKPOINTS.c.size == size)
    ).first()
    cosignature = connection.execute(
        select(COSIGNATURES.c.size).where(
            COSIGNATURES.c.log == log,
            COSIGNATURES.c.size == size,
            COSIGNATURES.c.key_name == key_name,
        )
    ).first()
    return checkpoint is not None, cosignature is not None


def _insert_cosignature(
    service: Service, connection: Connection, log: str, size: int, key_name: str, line: str
) -> None:
    connection.execute(
        COSIGNATURES.insert().values(
            log=log, size=size, key_name=key_name, line=line, made_at=service.clock.now()
        )
    )
