"""Verifies what was signed of a log: its checkpoints, and the cosignatures under them.

    signatures = Signatures("zanat/grants", keys, witnesses)
    claim, wrong = signatures.checkpoint(size, root, note)

Whether a root is that of the entries is for whoever has the entries: a claim says what to expect.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from shared.log.notes import BadNote, Checkpoint, Note, SignatureLine, Verifier


class Claim(msgspec.Struct, frozen=True):
    """The first ``size`` entries have this root (32 bytes). ``words`` name who says so."""

    size: int
    root: bytes
    words: str
    text: str = ""


class Signatures:
    """What of one log may be signed, and by whom. Without keys only the form is checked."""

    def __init__(self, origin: str, keys: Iterable[str], witnesses: Iterable[str]) -> None:
        self._origin = origin
        self._keys = tuple(Verifier.parse(key) for key in keys)
        self._witnesses = {
            (found.name, found.key_id): found for found in map(Verifier.parse, witnesses)
        }

    def checkpoint(self, size: Any, root: Any, note: Any) -> tuple[Claim | None, list[str]]:
        """(what it claims, what is wrong with it) of a row of ``checkpoints``."""
        words = f"the checkpoint of size {size}"
        try:
            if not isinstance(note, bytes):
                raise BadNote("these are no bytes")
            read = Note.parse(note)
            said = Checkpoint.parse(read.text)
            if self._keys:
                read.verified_by(self._keys)
                if any(self._unknown(line) for line in read.signatures):
                    raise BadNote("a signature by a key that is not known")
        except BadNote as error:
            return None, [f"{words}: {error}"]
        wrong = []
        if (said.size, said.root) != (size, root):
            wrong.append(f"{words}: the row beside the note was changed")
        if self._origin and said.origin != self._origin:
            wrong.append(f"{words}: signed for another log")
        return Claim(said.size, said.root, words, read.text), wrong

    def cosignature(self, text: str | None, size: Any, key_name: Any, line: Any) -> list[str]:
        """What is wrong with a row of ``cosignatures``; ``text`` is its checkpoint's."""
        words = f"the cosignature of size {size} by {printable(key_name)}"
        if text is None:
            return [f"{words}: its checkpoint is gone"]
        try:
            if not isinstance(line, str) or not line.removesuffix("\n").isprintable():
                raise BadNote("this is no signature line")
            read = SignatureLine.parse(line)
            if read.name != key_name:
                raise BadNote("the row beside the line was changed")
            if not self._witnesses:
                return []
            verifier = self._witnesses.get((read.name, read.key_id))
            if verifier is None:
                raise BadNote("a signature by a key that is not known")
            verifier.verify(text, read)
        except BadNote as error:
            return [f"{words}: {error}"]
        return []

    def _unknown(self, line: SignatureLine) -> bool:
        known = (*self._keys, *self._witnesses.values())
        return not any(key.made(line) for key in known)


def printable(value: Any) -> str:
    """A name out of a row that anybody may have changed, for a terminal."""
    return "".join(c if c.isprintable() else "?" for c in str(value))[:120]


def kept_claims(notes: Sequence[bytes], origin: str, keys: Sequence[str]) -> list[Claim]:
    """What checkpoints from elsewhere claim of this log; those of other logs are passed over.

    Raises BadNote for one of this log that no known key signed.
    """
    verifiers = tuple(Verifier.parse(key) for key in keys)
    found = []
    for raw in notes:
        note = Note.parse(raw)
        said = Checkpoint.parse(note.text)
        if said.origin != origin:
            continue
        if verifiers:
            note.verified_by(verifiers)
        found.append(Claim(said.size, said.root, f"the kept checkpoint of size {said.size}"))
    return found
