"""What a log sends to a witness: the size last witnessed, a proof of consistency, a checkpoint.

    submission = Submission(old=5, proof=(...), note=Note.parse(...))
    Submission.parse(bytes(submission)) == submission

Source: C2SP tlog-witness, add-checkpoint:

    old 5
    PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=

    zanat/grants
    7
    CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

    — zanat/grants Az3grl…
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from shared.log.notes import BadNote, Checkpoint, Note

PROOF_LINES_MAX: Final = 63
_OLD: Final = re.compile(rb"old (0|[1-9][0-9]{0,18})")
_HASH_BYTES: Final = 32


class BadSubmission(ValueError):
    """What is no request to witness a checkpoint."""


@dataclass(frozen=True)
class Submission:
    """``old``: the size that the log believes was witnessed last; ``proof`` leads on from there."""

    old: int
    proof: tuple[bytes, ...]
    note: Note

    @cached_property
    def checkpoint(self) -> Checkpoint:
        """What the note says. Raises BadNote."""
        return Checkpoint.parse(self.note.text)

    @classmethod
    def parse(cls, body: bytes) -> Submission:
        """Read a request's body. Raises BadSubmission."""
        head, mark, rest = body.partition(b"\n\n")
        first, *lines = head.split(b"\n")
        found = _OLD.fullmatch(first)
        if not mark or not found or len(lines) > PROOF_LINES_MAX:
            raise BadSubmission("no old size, no empty line, or too many hashes")
        try:
            read = cls(int(found[1]), tuple(map(_hash, lines)), Note.parse(rest))
            _ = read.checkpoint
        except BadNote as error:
            raise BadSubmission(str(error)) from error
        return read

    def __bytes__(self) -> bytes:
        hashes = "".join(f"{base64.b64encode(one).decode()}\n" for one in self.proof)
        return f"old {self.old}\n{hashes}\n".encode() + bytes(self.note)


def _hash(line: bytes) -> bytes:
    try:
        raw = base64.b64decode(line, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadSubmission("a line of the proof is no base64") from error
    if len(raw) != _HASH_BYTES or base64.b64encode(raw) != line:
        raise BadSubmission("a line of the proof is no hash")
    return raw
