"""Checkpoints kept elsewhere: signed notes one after the other in one text file.

    raw = write([note, note])
    read(raw)                    # [Note(…), Note(…)]

The file is the notes as they are, an empty line between two of them:

    zanat/grants
    412
    CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

    — zanat/grants Az3grl…
    — zanat/audit/witness aXc0…

    zanat/trainings
    …

So it is also what somebody gets who pastes a mail or copies a printed sheet together.
"""

from __future__ import annotations

from collections.abc import Iterable

from shared.log.notes import BadNote, Note

FILE_BYTES_MAX = 10_000_000


def write(notes: Iterable[Note]) -> bytes:
    """The notes as one file."""
    return b"\n".join(bytes(note) for note in notes)


def read(raw: bytes) -> list[Note]:
    """The notes in a file. Raises BadNote; nothing is verified yet."""
    if len(raw) > FILE_BYTES_MAX:
        raise BadNote("the file of checkpoints is too long")
    blocks = [block for block in raw.replace(b"\r\n", b"\n").split(b"\n\n") if block.strip(b"\n")]
    if len(blocks) % 2:
        raise BadNote("a checkpoint in the file has no signature")
    return [
        Note.parse(text.strip(b"\n") + b"\n\n" + lines.strip(b"\n") + b"\n")
        for text, lines in zip(blocks[::2], blocks[1::2], strict=True)
    ]
