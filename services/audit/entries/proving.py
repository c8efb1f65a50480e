"""The proof that an entry is in its log, as its page shows it.

    proof_of(connection, "grants", 17, raw)
        ->  Proof(size=413, root=…, path=(…), holds=True, note="zanat/grants\\n413\\n…")

The path leads from the leaf's hash, over the exact bytes that arrived, to the root of the newest
checkpoint that covers it (RFC 6962). Whether it does is computed here, never taken on trust.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection

from shared.log import checkpoints
from shared.log.leaf import leaf_hash
from shared.log.tree import BadProof, MissingHashes, verify_inclusion


@dataclass(frozen=True, kw_only=True)
class Proof:
    """A checkpoint with the path from the leaf to its root.

    holds: whether the path leads there. lacks: hashes are missing here, so there is no path.
    """

    size: int
    root: bytes
    path: tuple[bytes, ...]
    holds: bool
    lacks: bool
    note: str
    made_at: datetime
    cosigned: int


def proof_of(
    connection: Connection, log: str, position: int, raw: bytes, *, own: bool = False
) -> Proof | None:
    """The proof of an entry's bytes; None while no checkpoint covers the entry yet."""
    signed = checkpoints.latest_signed(connection, log)
    if signed is None or signed.size <= position:
        return None
    path: list[bytes] = []
    holds, lacks = True, False
    try:
        path = checkpoints.prove(connection, log, own, position, signed.size)
        verify_inclusion(leaf_hash(raw), position, signed.size, path, signed.root)
    except MissingHashes:
        holds, lacks = False, True
    except BadProof:
        holds = False
    # SQLite forgets offsets; what it keeps is in UTC.
    made_at = signed.made_at if signed.made_at.tzinfo else signed.made_at.replace(tzinfo=UTC)
    return Proof(
        size=signed.size,
        root=signed.root,
        path=tuple(path),
        holds=holds,
        lacks=lacks,
        note=checkpoints.note_of(connection, log, signed).decode(errors="replace"),
        made_at=made_at,
        cosigned=len(checkpoints.cosignatures(connection, log, signed.size)),
    )
