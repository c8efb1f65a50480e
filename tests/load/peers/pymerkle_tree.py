"""pymerkle's SQLite tree.

    peer.ask("fill", path="…/tree.sqlite3", entries=1_000_000)
    peer.ask("prove", path=…, proofs=5, seed=1)              # proofs/s, tree opened for each
    peer.ask("prove_kept", path=…, proofs=2000, seed=1)      # proofs/s, its cache warm

Proofs are pymerkle's own. Its leaves stand in its own table; it computes what lies above them, and
remembers that (1 GiB, its default) as long as the tree is open.
"""

from __future__ import annotations

import random
import time

from pymerkle import SqliteTree

from tests.load.peers.serving import serve


def fill(*, path: str, entries: int) -> str:
    """A tree of entries ``entry <n>`` of some 600 bytes; its root in hexadecimal."""
    with SqliteTree(path) as tree:
        tree.append_entries(b"entry %d " % number * 40 for number in range(entries))
        return str(tree.get_root().hex())


def prove(*, path: str, proofs: int, seed: int) -> float:
    """Inclusion proofs a second from the database, each by a tree that was just opened."""
    chosen = random.Random(seed)
    seconds = 0.0
    for _ in range(proofs):
        with SqliteTree(path) as tree:
            index = chosen.randint(1, tree.get_size())
            begun = time.perf_counter()
            tree.prove_inclusion(index)
            seconds += time.perf_counter() - begun
    return proofs / seconds


def prove_kept(*, path: str, proofs: int, seed: int) -> float:
    """Inclusion proofs a second of a tree that stays open and remembers."""
    chosen = random.Random(seed)
    with SqliteTree(path) as tree:
        size = tree.get_size()
        tree.prove_inclusion(size)
        tree.prove_inclusion(1)
        begun = time.perf_counter()
        for _ in range(proofs):
            tree.prove_inclusion(chosen.randint(1, size))
        return proofs / (time.perf_counter() - begun)


if __name__ == "__main__":
    serve(fill=fill, prove=prove, prove_kept=prove_kept)
