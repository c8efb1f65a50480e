"""A million entries verified at rest beside hashlib alone, and a proof beside pymerkle's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from tests.load.measure import Measure
from tests.load.peer import Peer

ENTRIES = 1_000_000
PROOFS = 300
PEER_PROOFS = 3
"""Each takes pymerkle seconds: it hashes what lies above its leaves when it is opened."""


@dataclass(frozen=True)
class Stage:
    """A signed log in a file, and the peers; the path of pymerkle's tree."""

    settings: Any
    hashing: Peer
    pymerkle: Peer
    tree: str


@contextmanager
def stage() -> Iterator[Stage]:
    """Both trees filled; the files are gone at the end."""
    from tests.load.databases import folder
    from tests.load.verified import make_log

    with ExitStack() as stack:
        place = stack.enter_context(folder("verifying"))
        settings = make_log(place / "home", ENTRIES)
        pymerkle = stack.enter_context(Peer("pymerkle_tree"))
        tree = str(place / "tree.sqlite3")
        pymerkle.ask("fill", path=tree, entries=ENTRIES)
        yield Stage(settings, stack.enter_context(Peer("hashing")), pymerkle, tree)


def verified(stage: Stage) -> float:
    from tests.load.verified import verify_ours

    return verify_ours(stage.settings, ENTRIES)


def hashed(stage: Stage) -> float:
    from shared.database import sqlite_path
    from tests.load.verified import ENTRIES_SQL, LOG

    path = str(sqlite_path(stage.settings, LOG))
    return float(stage.hashing.ask("hash_entries", path=path, sql=ENTRIES_SQL))


def proved(stage: Stage) -> float:
    from tests.load.verified import proofs_ours

    return proofs_ours(stage.settings, PROOFS)


def proved_by_peer(stage: Stage) -> float:
    found = stage.pymerkle.ask("prove", path=stage.tree, proofs=PEER_PROOFS, seed=1)
    return float(found)


def proved_by_kept(stage: Stage) -> float:
    found = stage.pymerkle.ask("prove_kept", path=stage.tree, proofs=PROOFS, seed=1)
    return float(found)


AT_REST = Measure(
    name="verify-at-rest",
    order=9,
    row="verify 1,000,000 entries at rest, using both cores",
    against="a bare hashlib loop over the same bytes, one core",
    unit="entries/s",
    at_least=0.5,
    aim=1,
    stage=stage,
    ours=verified,
    peer=hashed,
)
PROOF = Measure(
    name="inclusion-proof",
    order=10,
    row="inclusion proof at 1,000,000 entries, from the database",
    against="`pymerkle`'s SQLite tree",
    unit="proofs/s",
    at_least=5,
    stage=stage,
    ours=proved,
    peer=proved_by_peer,
    beside=(("`pymerkle`'s tree kept open, its cache warm", proved_by_kept),),
)
