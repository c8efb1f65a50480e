"""Whether a witness may cosign a checkpoint: the rules of C2SP tlog-witness, and nothing around it.

    judge(submission, verifiers, Seen(size=5, root=...))    # returns the checkpoint or refuses

The queue and HTTP ask here. A refusal carries the protocol's status code.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from shared.log.leaf import EMPTY_ROOT
from shared.log.notes import BadNote, Checkpoint, Note, Verifier
from shared.log.tree import BadProof, verify_consistency
from shared.log.watching.submissions import Submission


@dataclass(frozen=True)
class Seen:
    """The checkpoint of a log that was witnessed last; size 0 before the first."""

    size: int = 0
    root: bytes = EMPTY_ROOT


class Refusal(Exception):
    """Not cosigned. ``status`` is the protocol's."""

    status: ClassVar[int] = 400


class UnknownLog(Refusal):
    """The witness knows no log of this origin."""

    status = 404


class Unsigned(Refusal):
    """No key that is on record for the log signed it, or such a signature does not fit."""

    status = 403


class Impossible(Refusal):
    """The old size is larger than the checkpoint's."""


class Behind(Refusal):
    """The old size is not the one witnessed last, which ``size`` is."""

    status = 409

    def __init__(self, size: int) -> None:
        super().__init__("another size was witnessed last")
        self.size = size


class Inconsistent(Refusal):
    """The checkpoint does not go on from what was witnessed last, or nothing shows that it does."""

    status = 422


class Damaged(Inconsistent):
    """The copy of the log is not whole here, so that nothing is shown. No fault of the log's."""

    def __init__(self) -> None:
        super().__init__("the copy of the log is not whole")


def judge(submission: Submission, verifiers: Sequence[Verifier], seen: Seen) -> Checkpoint:
    """The checkpoint, which may be cosigned. Raises a Refusal; the first rule broken counts."""
    signed_by(submission.note, verifiers)
    checkpoint = submission.checkpoint
    if submission.old > checkpoint.size:
        raise Impossible("the old size is larger than the checkpoint's")
    if submission.old != seen.size:
        raise Behind(seen.size)
    if checkpoint.size == 0 and checkpoint.root != EMPTY_ROOT:
        raise Inconsistent("an empty log has another root")
    try:
        verify_consistency(seen.size, checkpoint.size, seen.root, checkpoint.root, submission.proof)
    except BadProof as error:
        raise Inconsistent(str(error)) from error
    return checkpoint


def signed_by(
    note: Note, verifiers: Sequence[Verifier], current: Sequence[Verifier] | None = None
) -> Note:
    """The note with the signatures of known keys alone. Raises Unsigned.

    current: those of which one must be among them, since others were replaced.
    """
    try:
        trusted = note.verified_by(verifiers)
    except BadNote as error:
        raise Unsigned(str(error)) from error
    if current is not None and not any(key in current for key in trusted):
        raise Unsigned("a key that was replaced before signed it alone")
    lines = tuple(line for line in note.signatures if any(key.made(line) for key in trusted))
    return Note(note.text, lines)
