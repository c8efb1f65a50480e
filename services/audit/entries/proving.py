"""The proof that an entry is in its log, as its page shows it.

    proof_of(connection, "grants", 17, leaf)
        ->  Proof(size=413, root=…, path=(…), holds=True, note="zanat/grants\\n413\\n…")

The path leads from the leaf's hash, over the exact bytes that arrived, to the root of the newest
checkpoint that covers it (RFC 6962). Whether it does is computed here, never taken on trust.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from shared.log import checkpoints
from shared.log.tree import BadProof, MissingHashes, verify_inclusion


@dataclass(frozen=True, kw_only=True)
class Proof:
    """A checkpoint with the path from the leaf to its root; ``holds``: whether it leads there."""

    size: int
    root: bytes
    path: tuple[bytes, ...]
    holds: bool
    note: str
    made_at: datetime
    cosigned: int


def proof_of(connection: Connection, log: str, position: int, leaf: bytes) -> Proof | None:
    """The proof; None while no checkpoint covers the entry yet."""
    signed = checkpoints.latest_signed(connection, log)
    if signed is None or signed.size <= position:
        return None
    try:
        path = checkpoints.prove(connection, log, False, position, signed.size)
    except MissingHashes:
        path = []
    holds = True
    try:
        verify_inclusion(leaf, position, signed.size, path, signed.root)
    except BadProof:
        holds = False
    return Proof(
        size=signed.size,
        root=signed.root,
        path=tuple(path),
        holds=holds,
        note=checkpoints.note_of(connection, log, signed).decode(errors="replace"),
        made_at=signed.made_at,
        cosigned=len(checkpoints.cosignatures(connection, log, signed.size)),
    )
