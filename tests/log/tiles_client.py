"""A client of a tiled log, written from C2SP tlog-tiles alone; it knows nothing of ours.

log = TiledLog(fetch)                  # fetch("tile/0/067") → status, headers, body
size, root = log.checkpoint()
log.check(size, root)                  # every hash tile, full and partial, to the root
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

Fetched = tuple[int, Mapping[str, str], bytes]


def tile_path(level: int | str, index: int, width: int = 256) -> str:
    """Three digits a group, all but the last with an x before them; a partial tile's width."""
    groups = [f"{index % 1000:03}"]
    while index >= 1000:
        index //= 1000
        groups.insert(0, f"x{index % 1000:03}")
    partial = "" if width == 256 else f".p/{width}"
    return f"tile/{level}/{'/'.join(groups)}{partial}"


def merkle(hashes: list[bytes]) -> bytes:
    """RFC 6962's tree hash over hashes that stand side by side."""
    if not hashes:
        return hashlib.sha256(b"").digest()
    while len(hashes) > 1:
        pairs = [
            hashlib.sha256(b"\x01" + hashes[i] + hashes[i + 1]).digest()
            for i in range(0, len(hashes) - 1, 2)
        ]
        # The last of an odd number goes up as it is: the same tree, from below.
        hashes = pairs + hashes[len(pairs) * 2 :]
    return hashes[0]


@dataclass
class TiledLog:
    """A log behind some way of fetching."""

    fetch: Callable[[str], Fetched]

    def checkpoint(self) -> tuple[int, bytes]:
        """(size, root) of the newest checkpoint."""
        status, headers, body = self.fetch("checkpoint")
        assert status == 200
        assert headers["Content-Type"] == "text/plain; charset=utf-8"
        _origin, size, root, *rest = body.decode().split("\n")
        assert rest[0] == "" and rest[1].startswith("— ")
        return int(size), base64.b64decode(root)

    def tile(self, level: int, index: int, width: int = 256) -> list[bytes]:
        """The hashes of one tile."""
        status, headers, body = self.fetch(tile_path(level, index, width))
        assert status == 200, tile_path(level, index, width)
        assert headers["Content-Type"] == "application/octet-stream"
        assert headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert len(body) == width * 32
        return [body[at : at + 32] for at in range(0, len(body), 32)]

    def bundle(self, index: int, width: int = 256) -> list[bytes]:
        """The entries of one bundle: 16 bits of length, most significant first, then the bytes."""
        status, headers, body = self.fetch(tile_path("entries", index, width))
        assert status == 200, tile_path("entries", index, width)
        assert headers["Content-Type"] == "application/octet-stream"
        entries = []
        while body:
            length = body[0] * 256 + body[1]
            assert len(body) >= 2 + length
            entries.append(body[2 : 2 + length])
            body = body[2 + length :]
        assert len(entries) == width
        return entries

    def row(self, level: int, count: int) -> list[bytes]:
        """Every hash of a level of which so many are: full tiles, then the partial one."""
        found: list[bytes] = []
        for index in range(count // 256):
            found += self.tile(level, index)
        if count % 256:
            found += self.tile(level, count // 256, count % 256)
        return found

    def check(self, size: int, root: bytes) -> None:
        """Fetch every tile of a tree of this size and hash it up to the root."""
        hashes = self.row(0, size)
        assert merkle(hashes) == root
        for level in range(1, 5):
            whole = len(hashes) // 256
            expected = [merkle(hashes[n * 256 : n * 256 + 256]) for n in range(whole)]
            assert self.row(level, size // 256**level) == expected
            hashes = expected

    def check_partial(self, size: int, leaves: list[bytes]) -> None:
        """The partial tiles of a size, which must stay there when the log has grown."""
        for level in range(5):
            count = size // 256**level
            if count % 256:
                found = self.tile(level, count // 256, count % 256)
                if level == 0:
                    assert found == leaves[size - size % 256 : size]
