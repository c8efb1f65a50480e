"""The tree over a log's entries, made again and held against what is stored and what is signed.

    tree = Tree(rows, "grants", Signatures(...), start=0, end=412)
    tree.add(0, leaves, {}); tree.finish()
    tree.findings  ->  [(256, "positions 256 to 411 do not give the root of the checkpoint ...")]

Leaves come in order, from a multiple of 256 on; no more than one subtree of 256 is held.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any, Final

from shared.events.verifying_rows import Rows
from shared.events.verifying_signed import Claim, Signatures
from shared.log.leaf import EMPTY_ROOT, HASH_BYTES, node_hash
from shared.log.tree import TILE_WIDTH

UNFITTING_MAX: Final = 20
CLAIMS_MAX: Final = 20_000
"""Checkpoints looked at in one batch; there are no more than entries."""


class Frontier:
    """The roots of the complete subtrees that make up a tree so far, the largest first."""

    def __init__(self, tiles: Iterable[bytes] = ()) -> None:
        self._peaks: list[tuple[int, bytes]] = []
        for tile in tiles:
            self.push(tile)

    def push(self, tile: bytes) -> None:
        """The next complete subtree of 256 leaves."""
        height = 0
        while self._peaks and self._peaks[-1][0] == height:
            tile = node_hash(self._peaks.pop()[1], tile)
            height += 1
        self._peaks.append((height, tile))

    def root(self, leaves: Sequence[bytes]) -> bytes:
        """The root with these further leaves, fewer than 256. Source: RFC 6962, section 2.1."""
        found = subtree(leaves) if leaves else None
        for _, peak in reversed(self._peaks):
            found = peak if found is None else node_hash(peak, found)
        return EMPTY_ROOT if found is None else found


def subtree(leaves: Sequence[bytes]) -> bytes:
    """The root over at least one leaf; an odd one at the end goes up as it is."""
    sha256, level = hashlib.sha256, leaves
    width = len(level)
    while width > 1:
        halves = zip(level[::2], level[1::2], strict=False)
        above = [sha256(b"\1" + left + right).digest() for left, right in halves]
        if width & 1:
            above.append(level[-1])
        level, width = above, len(above)
    return level[0]


def newest_size(rows: Rows, log: str) -> int | None:
    """The size of a log's longest checkpoint that has one; None when there is none."""
    found = rows.query(
        "select size from checkpoints "  # noqa: S608 (our names)
        f"where log = ? and not {rows.uncounted('size')} order by size desc limit 1",
        log,
    )
    return int(found[0][0]) if found else None


class Tree:
    """The tree over the entries, held against its stored hashes and against checkpoints."""

    def __init__(
        self,
        rows: Rows,
        log: str,
        signatures: Signatures,
        *,
        start: int,
        end: int,
        kept: Sequence[Claim] = (),
    ) -> None:
        self._rows = rows
        self._log = log
        self._end = end
        self._signatures = signatures
        before = rows.query(
            "select hash from log_hashes where log = ? and level = 1 and position < ? "
            "order by position",
            log,
            start // TILE_WIDTH,
        )
        # Anything may stand there; another hash than the right one makes no root fit.
        self._frontier = Frontier(
            row[0] if isinstance(row[0], bytes) else bytes(HASH_BYTES) for row in before
        )
        self._newest = newest_size(rows, log) or 0
        self._kept = kept
        self._part: Sequence[bytes] = ()
        self._other: Sequence[bytes] | None = None
        self.findings: list[tuple[int, str]] = []
        self.tiles: list[bytes] = []
        self.checkpoints = 0
        self.signed = 0
        self.unfitting = 0

    def add(self, start: int, leaves: Sequence[bytes], doubtful: dict[int, bytes]) -> None:
        """The next leaves, from a multiple of 256 on; all batches but the last are full.

        doubtful: what the leaf of a position may also have been.
        """
        end = start + len(leaves)
        claims = self._claims(start, end)
        stored = self._stored(start // TILE_WIDTH, end // TILE_WIDTH)
        for first in range(start, end, TILE_WIDTH):
            self._part = leaves[first - start : first - start + TILE_WIDTH]
            self._other = None
            if doubtful:
                self._other = [doubtful.get(first + n, leaf) for n, leaf in enumerate(self._part)]
            while claims and claims[0].size < first + TILE_WIDTH:
                self._hold(claims.pop(0), first)
            if len(self._part) == TILE_WIDTH:
                self._complete(first, stored.get(first // TILE_WIDTH))
                self._part = ()

    def finish(self) -> None:
        """Hold the whole log against what is signed of as much or of more."""
        end = self._end
        for claim in self._claims(end, 2**62):
            if claim.size == end:
                self._hold(claim, end - end % TILE_WIDTH)
            else:
                words = f"{claim.words} is of {claim.size} entries; the log has only {end}"
                self.findings.append((end, words))

    def _hold(self, claim: Claim, first: int) -> None:
        """A claim whose size lies in the present subtree of 256, which begins at ``first``."""
        width = claim.size - first
        fits = self._frontier.root(self._part[:width]) == claim.root
        if not fits and self._other is not None:
            fits = self._frontier.root(self._other[:width]) == claim.root
        if fits:
            self.signed = max(self.signed, claim.size)
            return
        self.unfitting += 1
        if self.unfitting <= UNFITTING_MAX:
            first, last = min(self.signed, max(claim.size - 1, 0)), claim.size - 1
            words = f"positions {first} to {last} do not give the root of {claim.words}"
            self._of_some(first, last, words)

    def _complete(self, first: int, stored: Any) -> None:
        found = subtree(self._part)
        if stored is None and self._newest < first + TILE_WIDTH:
            # Not grown yet: a checkpoint over it is made only afterwards.
            stored = found
        if found != stored and self._other is not None and subtree(self._other) == stored:
            found = stored
        if found != stored:
            words = "do not give the hash that is stored over them"
            if stored is None:
                words = "have no hash stored over them"
            last = first + TILE_WIDTH - 1
            self._of_some(first, last, f"positions {first} to {last} {words}")
            if self._other is not None and isinstance(stored, bytes):
                found = stored
        self._frontier.push(found)
        self.tiles.append(found)

    def _of_some(self, first: int, last: int, words: str) -> None:
        """Somewhere in a range: what is known to be wrong in it, by its position, comes before."""
        known = any(first <= position <= last for position, _ in self.findings)
        self.findings.append((last if known else first, words))

    def _stored(self, first: int, after: int) -> dict[int, Any]:
        rows = self._rows.query(
            "select position, hash from log_hashes "
            "where log = ? and level = 1 and position >= ? and position < ?",
            self._log,
            first,
            after,
        )
        return dict(rows)

    def _claims(self, least: int, below: int) -> list[Claim]:
        """Checkpoints of at least and below these sizes, by size. Their signatures are checked."""
        where = "where log = ? and size >= ? and size < ? order by size"
        rows = self._rows.query(
            f"select size, root, note from checkpoints {where} limit {CLAIMS_MAX}",  # noqa: S608
            self._log,
            least,
            below,
        )
        claims, texts = [], {}
        for size, root, note in rows:
            claim, wrong = self._signatures.checkpoint(size, root, note)
            self.findings += [(max(size - 1, 0), words) for words in wrong]
            self.checkpoints += 1
            if claim is not None and least <= claim.size < below:
                claims.append(claim)
            texts[size] = claim.text if claim is not None else ""
        for size, name, line in self._rows.query(
            f"select size, key_name, line from cosignatures {where} limit {CLAIMS_MAX}",  # noqa: S608
            self._log,
            least,
            below,
        ):
            if texts.get(size) != "":
                wrong = self._signatures.cosignature(texts.get(size), size, name, line)
                self.findings += [(max(size - 1, 0), words) for words in wrong]
        claims += [one for one in self._kept if least <= one.size < below]
        return sorted(claims, key=lambda one: one.size)
