"""Verifies a service that is running, over HTTP alone: its checkpoint, its tiles, its entries.

    verify_live("https://zanat.example.org/grants", trust, token="")

Reads what anybody may read (C2SP tlog-tiles), and with an auditor's token the entries too. That
shows that the log it serves is what it signs, and that it continues what was kept; not that it
serves everybody the same, for which there are witnesses.
"""

from __future__ import annotations

import struct
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from typing import IO, Any, Final
from urllib.parse import urlsplit

from shared.events.verifying import Trust, Verdict
from shared.events.verifying_signed import Claim, Signatures, printable
from shared.events.verifying_tree import Frontier, subtree
from shared.log.leaf import HASH_BYTES, leaf_hash
from shared.log.notes import NOTE_BYTES_MAX, BadNote, Checkpoint, Note
from shared.log.tree import TILE_WIDTH

TIMEOUT_SECONDS: Final = 30
ENTRIES_BYTES_MAX: Final = TILE_WIDTH * (65_535 + 2)
FINDINGS_MAX: Final = 100

Progress = Callable[[int], None]


class Unanswered(ValueError):
    """The address does not answer as a log does."""


class Live:
    """A service's log at its address, such as ``https://zanat.example.org/grants``."""

    def __init__(self, address: str, token: str = "") -> None:
        parts = urlsplit(address)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query:
            raise Unanswered("an address such as https://host/grants is needed")
        self._prefix = address.rstrip("/") + "/log"
        self._token = token
        self.name = parts.path.rstrip("/").rpartition("/")[2]
        self._opener = urllib.request.build_opener(_NoRedirects)

    def checkpoint(self) -> bytes:
        """The newest checkpoint with its cosignatures."""
        return self._get("checkpoint", NOTE_BYTES_MAX)

    def hashes(self, level: int, tile: int, width: int) -> list[bytes]:
        """The hashes of a tile."""
        length = width * HASH_BYTES
        raw = self._get(f"tile/{level}/{path_of(tile, width)}", length)
        if len(raw) != length:
            raise Unanswered(f"tile {level}/{tile} has {len(raw)} bytes instead of {length}")
        return [raw[at : at + HASH_BYTES] for at in range(0, length, HASH_BYTES)]

    def entries(self, tile: int, width: int) -> list[bytes]:
        """The entries of a tile, for which the token is needed."""
        raw = self._get(f"tile/entries/{path_of(tile, width)}", ENTRIES_BYTES_MAX)
        return list(_entries(raw))

    def _get(self, path: str, limit: int) -> bytes:
        request = urllib.request.Request(f"{self._prefix}/{path}")  # noqa: S310 (http only)
        if self._token and "entries" in path:
            request.add_header("Authorization", f"Bearer {self._token}")
        try:
            with self._opener.open(request, timeout=TIMEOUT_SECONDS) as answer:
                raw: bytes = answer.read(limit + 1)
        except urllib.error.HTTPError as error:
            raise Unanswered(f"{path}: {error.code}") from error
        except (OSError, ValueError) as error:
            raise Unanswered(f"{path}: {type(error).__name__}") from error
        if len(raw) > limit:
            raise Unanswered(f"{path}: longer than it may be")
        return raw


def verify_live(
    live: Live,
    trust: Trust,
    *,
    with_entries: bool,
    begun: Callable[[int], Progress],
) -> Verdict:
    """Verify the log that is served. ``begun`` is told its size. Raises Unanswered.

    trust.kept: checkpoints from elsewhere, which the log must contain.
    """
    raw = live.checkpoint()
    verdict = Verdict(log=live.name)
    try:
        note = Note.parse(raw)
        said = Checkpoint.parse(note.text)
    except BadNote as error:
        raise Unanswered(f"the checkpoint: {error}") from error
    verdict.entries, verdict.checkpoints = said.size, 1
    verdict.findings += _signed(raw, note, said, trust)
    claim = Claim(said.size, said.root, f"the checkpoint of size {said.size}")
    _Walk(live, said.size, (*trust.kept, claim), verdict, with_entries).run(begun(said.size))
    return verdict


def path_of(tile: int, width: int) -> str:
    """How tlog-tiles writes a tile's number: ``x001/x234/067``, partial ``067.p/3``."""
    groups = [f"{tile % 1000:03d}"]
    while tile >= 1000:
        tile //= 1000
        groups.append(f"x{tile % 1000:03d}")
    path = "/".join(reversed(groups))
    return path if width == TILE_WIDTH else f"{path}.p/{width}"


def _signed(raw: bytes, note: Note, said: Checkpoint, trust: Trust) -> Iterator[str]:
    if not trust.keys:
        return
    signatures = Signatures(trust.origin, trust.keys, ())
    known = {key.name for key in trust.verifiers()}
    bare = Note(note.text, tuple(line for line in note.signatures if line.name in known))
    _, wrong = signatures.checkpoint(said.size, said.root, bytes(bare) if bare.signatures else raw)
    yield from wrong
    checked = Signatures(trust.origin, trust.keys, trust.witnesses)
    for line in note.signatures:
        if trust.witnesses and line.name not in known:
            yield from checked.cosignature(note.text, said.size, line.name, str(line))


class _Walk:
    """Tile after tile, the leaves into the tree, each claim held when its size is reached."""

    def __init__(
        self,
        live: Live,
        size: int,
        claims: tuple[Claim, ...],
        verdict: Verdict,
        with_entries: bool,
    ) -> None:
        self._live = live
        self._size = size
        self._claims = sorted(claims, key=lambda one: one.size)
        self._verdict = verdict
        self._with_entries = with_entries
        self._frontier = Frontier()
        self._roots: list[bytes] = []

    def run(self, progress: Progress) -> None:
        findings = self._verdict.findings
        for tile in range(self._size // TILE_WIDTH + 1):
            first = tile * TILE_WIDTH
            width = min(TILE_WIDTH, self._size - first)
            leaves = self._live.hashes(0, tile, width) if width else []
            if width and self._with_entries:
                self._entries(tile, width, leaves)
            while self._claims and self._claims[0].size < first + TILE_WIDTH:
                self._hold(self._claims.pop(0), first, leaves)
            if width == TILE_WIDTH:
                self._roots.append(subtree(leaves))
                self._frontier.push(self._roots[-1])
            progress(width)
            if len(findings) >= FINDINGS_MAX:
                return
        for claim in self._claims:
            findings.append(f"{claim.words}: the log has only {self._size} entries")
        self._upper(self._roots, 1)

    def _hold(self, claim: Claim, first: int, leaves: list[bytes]) -> None:
        if claim.size > self._size:
            words = f"{claim.words}: the log has only {self._size} entries"
            self._verdict.findings.append(words)
        elif self._frontier.root(leaves[: claim.size - first]) != claim.root:
            last = max(claim.size - 1, 0)
            words = f"positions 0 to {last} do not give the root of {claim.words}"
            self._verdict.findings.append(words)
        else:
            self._verdict.signed = max(self._verdict.signed, claim.size)

    def _entries(self, tile: int, width: int, leaves: list[bytes]) -> None:
        found = self._live.entries(tile, width)
        first = tile * TILE_WIDTH
        if len(found) != width:
            words = f"positions {first} to {first + width - 1}: {len(found)} entries are served"
            self._verdict.findings.append(words)
        for number, (raw, leaf) in enumerate(zip(found, leaves, strict=False)):
            if leaf_hash(raw) != leaf:
                words = f"position {first + number}: the bytes do not fit their hash"
                self._verdict.findings.append(words)

    def _upper(self, below: list[bytes], level: int) -> None:
        """The tiles of a level above, which must be what the level below gives."""
        for tile in range(-(-len(below) // TILE_WIDTH)):
            part = below[tile * TILE_WIDTH :][:TILE_WIDTH]
            if self._live.hashes(level, tile, len(part)) != part:
                words = f"tile {level}/{tile} is not what the level below gives"
                self._verdict.findings.append(words)
        complete = len(below) // TILE_WIDTH
        if complete:
            above = [subtree(below[n * TILE_WIDTH :][:TILE_WIDTH]) for n in range(complete)]
            self._upper(above, level + 1)


def _entries(raw: bytes) -> Iterator[bytes]:
    """Source: C2SP tlog-tiles, entry bundles: a length in two bytes before each."""
    at = 0
    while at < len(raw):
        if at + 2 > len(raw):
            raise Unanswered("a bundle of entries ends within a length")
        (length,) = struct.unpack_from(">H", raw, at)
        if at + 2 + length > len(raw):
            raise Unanswered("a bundle of entries ends within an entry")
        yield raw[at + 2 : at + 2 + length]
        at += 2 + length


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A token must not go where somebody else points to."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: Any,
        newurl: str,  # noqa: ARG002 (the base class names it)
    ) -> None:
        raise urllib.error.HTTPError(
            req.full_url, code, f"redirected: {printable(msg)}", headers, fp
        )
