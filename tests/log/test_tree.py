"""Roots and proofs are those of RFC 6962, at a handful of reads, and nothing bent passes."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.log.leaf import EMPTY_ROOT, leaf_hash
from shared.log.tree import (
    BadProof,
    MissingHashes,
    consistency_proof,
    fold,
    inclusion_proof,
    root,
    verify_consistency,
    verify_inclusion,
)
from tests.log.naive import ListedHashes, leaf, naive_path, naive_root, naive_subproof

# The reference implementation of Certificate Transparency is tested with these entries and roots.
ENTRIES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
PATHS = {
    (0, 1): [],
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
    (1, 5): [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
CONTINUATIONS = {
    (1, 1): [],
    (1, 8): PATHS[0, 8],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}

LEAVES = [leaf(str(n).encode()) for n in range(1_100)]
STORED = ListedHashes(LEAVES)
SIZES = st.one_of(
    st.integers(0, len(LEAVES)), st.sampled_from([0, 1, 2, 255, 256, 257, 511, 512, 513, 1_024])
)


def in_hex(hashes: list[bytes]) -> list[str]:
    return [one.hex() for one in hashes]


def test_roots_and_proofs_are_those_of_the_reference_implementation() -> None:
    stored = ListedHashes([leaf_hash(entry) for entry in ENTRIES])
    assert root(stored, 0) == EMPTY_ROOT
    assert [root(stored, size).hex() for size in range(1, 9)] == ROOTS
    for (index, size), path in PATHS.items():
        assert in_hex(inclusion_proof(stored, index, size)) == path
        verify_inclusion(
            stored.levels[0][index], index, size, list(map(bytes.fromhex, path)), root(stored, size)
        )
    for (old, new), continuation in CONTINUATIONS.items():
        assert in_hex(consistency_proof(stored, old, new)) == continuation
        proof = list(map(bytes.fromhex, continuation))
        verify_consistency(old, new, root(stored, old), root(stored, new), proof)


@given(size=SIZES)
def test_a_root_is_that_of_the_specification(size: int) -> None:
    assert root(STORED, size) == naive_root(LEAVES[:size])


@given(size=SIZES.filter(bool), data=st.data())
def test_a_path_is_that_of_the_specification_and_verifies(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    proof = inclusion_proof(STORED, index, size)
    assert proof == naive_path(index, LEAVES[:size])
    verify_inclusion(LEAVES[index], index, size, proof, naive_root(LEAVES[:size]))


@given(sizes=st.tuples(SIZES, SIZES).map(sorted))
def test_a_continuation_is_that_of_the_specification_and_verifies(sizes: list[int]) -> None:
    old, new = sizes
    proof = consistency_proof(STORED, old, new)
    assert proof == (naive_subproof(old, LEAVES[:new]) if old else [])
    verify_consistency(old, new, naive_root(LEAVES[:old]), naive_root(LEAVES[:new]), proof)


@given(size=st.integers(2, 1_100), data=st.data())
@settings(max_examples=200)
def test_no_path_that_was_bent_verifies(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    proof, whole = inclusion_proof(STORED, index, size), naive_root(LEAVES[:size])
    for bent in bent_proofs(proof, data):
        with pytest.raises(BadProof):
            verify_inclusion(LEAVES[index], index, size, bent, whole)
    with pytest.raises(BadProof):
        verify_inclusion(flipped(LEAVES[index], data), index, size, proof, whole)
    with pytest.raises(BadProof):
        verify_inclusion(LEAVES[index], index, size, proof, flipped(whole, data))
    elsewhere = data.draw(st.integers(-1, size).filter(lambda n: n != index))
    with pytest.raises(BadProof):
        verify_inclusion(LEAVES[index], elsewhere, size, proof, whole)


@given(old=st.integers(1, 1_099), data=st.data())
@settings(max_examples=200)
def test_no_continuation_that_was_bent_verifies(old: int, data: st.DataObject) -> None:
    new = data.draw(st.integers(old + 1, 1_100))
    proof = consistency_proof(STORED, old, new)
    before, after = naive_root(LEAVES[:old]), naive_root(LEAVES[:new])
    for bent in bent_proofs(proof, data):
        with pytest.raises(BadProof):
            verify_consistency(old, new, before, after, bent)
    with pytest.raises(BadProof):
        verify_consistency(old, new, flipped(before, data), after, proof)
    with pytest.raises(BadProof):
        verify_consistency(old, new, before, flipped(after, data), proof)
    with pytest.raises(BadProof):
        verify_consistency(new, old, after, before, proof)


def flipped(one: bytes, data: st.DataObject) -> bytes:
    """One bit changed."""
    bit = data.draw(st.integers(0, len(one) * 8 - 1))
    return (int.from_bytes(one, "big") ^ (1 << bit)).to_bytes(len(one), "big")


def bent_proofs(proof: list[bytes], data: st.DataObject) -> list[list[bytes]]:
    """A bit changed, one hash less, one more, two swapped, one cut."""
    at = data.draw(st.integers(0, len(proof) - 1))
    bent = [
        [*proof[:at], flipped(proof[at], data), *proof[at + 1 :]],
        [*proof[:at], *proof[at + 1 :]],
        [*proof, proof[-1]],
        [bytes(32), *proof],
        [*proof[:at], proof[at][:-1], *proof[at + 1 :]],
        proof * 40,
    ]
    other = data.draw(st.integers(0, len(proof) - 1))
    if proof[at] != proof[other]:
        swapped = list(proof)
        swapped[at], swapped[other] = swapped[other], swapped[at]
        bent.append(swapped)
    return bent


def test_one_size_has_one_root_and_needs_no_proof() -> None:
    whole = naive_root(LEAVES[:7])
    verify_consistency(7, 7, whole, whole, [])
    for old_root, new_root, proof in (
        (whole, naive_root(LEAVES[:6]), []),
        (whole, whole, [whole]),
    ):
        with pytest.raises(BadProof):
            verify_consistency(7, 7, old_root, new_root, proof)
    with pytest.raises(BadProof, match="empty tree"):
        verify_consistency(0, 7, whole, whole, [])
    with pytest.raises(BadProof):
        verify_consistency(3, 7, naive_root(LEAVES[:3]), whole, [])


@pytest.mark.parametrize("size", [1, 300, 65_536, 70_001])
def test_a_proof_takes_two_short_reads_a_level(size: int) -> None:
    stored = many(size)
    levels = len(stored.levels)
    for index in (0, size // 2, size - 1):
        stored.reads = 0
        inclusion_proof(stored, index, size)
        assert stored.reads <= 2 * levels
        stored.reads = 0
        consistency_proof(stored, index, size)
        assert stored.reads <= 3 * levels
    stored.reads = 0
    root(stored, size)
    assert stored.reads <= levels
    assert stored.longest <= 256


def many(size: int) -> ListedHashes:
    return ListedHashes([n.to_bytes(32, "big") for n in range(size)])


def test_what_is_not_stored_is_said() -> None:
    short = ListedHashes(LEAVES[:300])
    for asked in (
        lambda: root(short, 301),
        lambda: inclusion_proof(short, 299, 301),
        lambda: consistency_proof(short, 300, 301),
    ):
        with pytest.raises(MissingHashes):
            asked()
    ungrown = ListedHashes(LEAVES[:300])
    ungrown.levels[1:] = []
    with pytest.raises(MissingHashes):
        root(ungrown, 256)


def test_what_is_no_tree_is_refused() -> None:
    for asked in (
        lambda: root(STORED, -1),
        lambda: inclusion_proof(STORED, 5, 5),
        lambda: inclusion_proof(STORED, -1, 5),
        lambda: consistency_proof(STORED, 6, 5),
        lambda: consistency_proof(STORED, -1, 5),
        lambda: fold([]),
        lambda: fold(LEAVES[:3]),
    ):
        with pytest.raises(ValueError, match=r"."):
            asked()
