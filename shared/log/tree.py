"""Roots and proofs of an RFC 6962 tree of which only every eighth level is kept. Nothing but maths.

    proof = inclusion_proof(hashes, index=5, size=1_000)
    verify_inclusion(leaf, index=5, size=1_000, proof=proof, root=root(hashes, 1_000))

Level 0 holds the leaves' hashes, level L the roots of complete subtrees of 256**L leaves. The
seven levels between are hashed from at most 256 neighbours when they are asked for: a root or a
proof reads at most two such ranges a level, thus O(log n).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from shared.log.leaf import EMPTY_ROOT, HASH_BYTES, node_hash

LEVEL_BITS = 8
TILE_WIDTH = 1 << LEVEL_BITS
PROOF_MAX = 64
"""Hashes that a proof of inclusion can have; one of consistency can have one more."""


class BadProof(ValueError):
    """A proof that does not lead to the root it should lead to."""


class MissingHashes(LookupError):
    """The stored hashes do not reach as far as the tree that was asked for."""


class Hashes(Protocol):
    """Where the kept levels come from: a database, tiles, a list in a test."""

    def read(self, level: int, start: int, end: int) -> Sequence[bytes]:
        """The hashes ``start`` to ``end - 1`` of a kept level, in order; fewer when fewer are."""
        ...


def root(hashes: Hashes, size: int) -> bytes:
    """The root (32 bytes) of the tree over the first ``size`` leaves. Raises MissingHashes."""
    if size < 0:
        raise ValueError("a tree has no negative size")
    return _subtree(_Tiles(hashes, size), 0, size) if size else EMPTY_ROOT


def inclusion_proof(hashes: Hashes, index: int, size: int) -> list[bytes]:
    """The audit path of leaf ``index`` in the tree of ``size``. Source: RFC 6962, 2.1.1."""
    if not 0 <= index < size:
        raise ValueError("the leaf must lie in the tree")
    tiles = _Tiles(hashes, size)
    proof = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            proof.append(_subtree(tiles, middle, end))
            end = middle
        else:
            proof.append(_subtree(tiles, start, middle))
            start = middle
    return proof[::-1]


def consistency_proof(hashes: Hashes, old: int, new: int) -> list[bytes]:
    """What shows that the tree of ``old`` begins that of ``new``. Source: RFC 6962, 2.1.2.

    Nothing needs to be shown of an empty tree, nor of the same size: the proof is empty.
    """
    if not 0 <= old <= new:
        raise ValueError("the old tree must not be larger than the new one")
    if old in (0, new):
        return []
    tiles = _Tiles(hashes, new)
    proof = []
    start, end = 0, new
    while end != old:
        middle = start + _split(end - start)
        if old <= middle:
            proof.append(_subtree(tiles, middle, end))
            end = middle
        else:
            proof.append(_subtree(tiles, start, middle))
            start = middle
    if start:
        proof.append(_subtree(tiles, start, end))
    return proof[::-1]


def verify_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> None:
    """Raise BadProof unless the leaf is ``index`` in the tree. Source: RFC 9162, 2.1.3.2."""
    _check_hashes(leaf, root, *proof)
    if not 0 <= index < size:
        raise BadProof("the leaf does not lie in the tree")
    position, last = index, size - 1
    found = leaf
    for sibling in proof:
        if last == 0:
            raise BadProof("the proof is too long")
        if position & 1 or position == last:
            found = node_hash(sibling, found)
            while not position & 1 and position:
                position >>= 1
                last >>= 1
        else:
            found = node_hash(found, sibling)
        position >>= 1
        last >>= 1
    if last:
        raise BadProof("the proof is too short")
    if found != root:
        raise BadProof("the proof leads to another root")


def verify_consistency(
    old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]
) -> None:
    """Raise BadProof unless the old tree begins the new one. Source: RFC 9162, 2.1.4.2."""
    _check_hashes(old_root, new_root, *proof)
    if not 0 <= old <= new:
        raise BadProof("the old tree is larger than the new one")
    if old in (0, new):
        if proof:
            raise BadProof("the proof is too long")
        if old == 0 and old_root != EMPTY_ROOT:
            raise BadProof("an empty tree has another root")
        if old == new and old_root != new_root:
            raise BadProof("one size has two roots")
        return
    if not proof:
        raise BadProof("the proof is too short")
    path = list(proof) if old & (old - 1) else [old_root, *proof]
    position, last = old - 1, new - 1
    while position & 1:
        position >>= 1
        last >>= 1
    of_old = of_new = path[0]
    for sibling in path[1:]:
        if last == 0:
            raise BadProof("the proof is too long")
        if position & 1 or position == last:
            of_old = node_hash(sibling, of_old)
            of_new = node_hash(sibling, of_new)
            while not position & 1 and position:
                position >>= 1
                last >>= 1
        else:
            of_new = node_hash(of_new, sibling)
        position >>= 1
        last >>= 1
    if last:
        raise BadProof("the proof is too short")
    if of_old != old_root:
        raise BadProof("the proof does not begin at the old root")
    if of_new != new_root:
        raise BadProof("the proof leads to another root")


def fold(hashes: Sequence[bytes]) -> bytes:
    """The root of a complete subtree whose 2**n hashes of one level these are."""
    row = list(hashes)
    if not row or len(row) & (len(row) - 1):
        raise ValueError("a complete subtree has a power of two of hashes")
    while len(row) > 1:
        row = [node_hash(row[i], row[i + 1]) for i in range(0, len(row), 2)]
    return row[0]


def _check_hashes(*hashes: bytes) -> None:
    # Of other lengths, two hashes side by side could be divided in more than one way.
    if any(len(one) != HASH_BYTES for one in hashes) or len(hashes) > PROOF_MAX + 3:
        raise BadProof("a proof is made of hashes, and not of many")


def _split(width: int) -> int:
    """The largest power of two that is smaller than ``width`` (which is at least 2)."""
    return 1 << ((width - 1).bit_length() - 1)


def _subtree(tiles: _Tiles, start: int, end: int) -> bytes:
    """The hash over the leaves ``start`` to ``end - 1``, a subtree that RFC 6962 divides into."""
    width = end - start
    if width & (width - 1) == 0:
        return tiles.node(width.bit_length() - 1, start)
    middle = start + _split(width)
    return node_hash(_subtree(tiles, start, middle), _subtree(tiles, middle, end))


class _Tiles:
    """Reads each range of 256 once for one tree of ``size``."""

    def __init__(self, hashes: Hashes, size: int) -> None:
        self._hashes = hashes
        self._size = size
        self._read: dict[tuple[int, int], Sequence[bytes]] = {}

    def node(self, height: int, start: int) -> bytes:
        """The root of the complete subtree of 2**height leaves that begins at ``start``."""
        level, rest = divmod(height, LEVEL_BITS)
        tile, first = divmod(start >> (LEVEL_BITS * level), TILE_WIDTH)
        return fold(self._tile(level, tile)[first : first + (1 << rest)])

    def _tile(self, level: int, tile: int) -> Sequence[bytes]:
        found = self._read.get((level, tile))
        if found is None:
            start = tile * TILE_WIDTH
            end = min(start + TILE_WIDTH, self._size >> (LEVEL_BITS * level))
            found = self._hashes.read(level, start, end)
            if len(found) != end - start:
                raise MissingHashes(f"level {level}: not all of {start} to {end - 1}")
            self._read[level, tile] = found
        return found
