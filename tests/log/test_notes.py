"""Notes, checkpoints and cosignatures are read and written as other tools do it."""

from __future__ import annotations

import base64
import hashlib
import struct

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from shared.log.notes import (
    BadNote,
    Checkpoint,
    Cosigner,
    Note,
    PrivateKey,
    SignatureLine,
    Signer,
    Verifier,
)

# The example of Go's note package, with its private key.
GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_PRIVATE = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
GO_NOTE = """If you think cryptography is the answer to your problem,
then you don't know what your problem is.

— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=
"""  # noqa: E501 (a signature is one line)
# The example of C2SP signed-note.
C2SP_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
C2SP_NOTE = """This is an example message.

— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=
"""  # noqa: E501 (a signature is one line)
# The example of C2SP tlog-cosignature, whose keys are not given there.
COSIGNED = """example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==
"""  # noqa: E501 (a signature is one line)

SEED = bytes(range(32))
SIGNER = Signer("zanat/grants", SEED)
COSIGNER = Cosigner("zanat/audit/witness", SEED)
TEXT = Checkpoint("zanat/grants", 7, b"r" * 32).text()


@pytest.mark.parametrize(("key", "raw"), [(GO_KEY, GO_NOTE), (C2SP_KEY, C2SP_NOTE)])
def test_published_notes_verify(key: str, raw: str) -> None:
    verifier = Verifier.parse(key)
    note = Note.parse(raw.encode())
    assert note.verified_by([verifier]) == (verifier,)
    assert verifier.verifier_key == key
    assert bytes(note).decode() == raw


def test_the_published_private_key_signs_as_go_does() -> None:
    signer = Signer.parse(GO_PRIVATE)
    assert signer.verifier_key == GO_KEY
    assert signer.private_key == GO_PRIVATE
    text, line = GO_NOTE.split("\n\n")
    assert signer.sign(f"{text}\n") == line


def test_the_published_cosignature_is_read() -> None:
    note = Note.parse(COSIGNED.encode())
    checkpoint = Checkpoint.parse(note.text)
    assert (checkpoint.origin, checkpoint.size) == ("example.com/behind-the-sofa", 20852163)
    assert checkpoint.text() == note.text
    log, witness = note.signatures
    assert log.name == checkpoint.origin
    assert (witness.name, witness.key_id.hex()) == ("witness.example.com/w1", "8d66cf3f")
    assert struct.unpack(">Q", witness.signature[:8]) == (1679315147,)
    assert len(witness.signature) == 8 + 64
    assert bytes(note).decode() == COSIGNED


def test_a_cosignature_is_made_as_it_is_specified() -> None:
    """Made once more here with nothing but Ed25519 and SHA-256."""
    private = Ed25519PrivateKey.from_private_bytes(SEED)
    public = private.public_key().public_bytes_raw()
    key_id = hashlib.sha256(b"zanat/audit/witness\n\x04" + public).digest()[:4]
    signature = private.sign(b"cosignature/v1\ntime 1679315147\n" + TEXT.encode())
    encoded = base64.b64encode(key_id + struct.pack(">Q", 1679315147) + signature).decode()
    assert COSIGNER.cosign(TEXT, 1679315147) == f"— zanat/audit/witness {encoded}\n"
    assert COSIGNER.verifier_key == (
        f"zanat/audit/witness+{key_id.hex()}+{base64.b64encode(bytes([4]) + public).decode()}"
    )


def test_a_signature_line_is_made_as_it_is_specified() -> None:
    public = Ed25519PrivateKey.from_private_bytes(SEED).public_key().public_bytes_raw()
    key_id = hashlib.sha256(b"zanat/grants\n\x01" + public).digest()[:4]
    mark, name, encoded = SIGNER.sign(TEXT).removesuffix("\n").split(" ")
    raw = base64.b64decode(encoded)
    assert (mark, name, raw[:4]) == ("—", "zanat/grants", key_id)
    Ed25519PublicKey.from_public_bytes(public).verify(raw[4:], TEXT.encode())


def test_log_and_witness_sign_one_note() -> None:
    note = Note(TEXT).with_line(SIGNER.sign(TEXT)).with_line(COSIGNER.cosign(TEXT, 5))
    keys = [Verifier.parse(one.verifier_key) for one in (SIGNER, COSIGNER)]
    again = Note.parse(bytes(note))
    assert again == note
    assert again.verified_by(keys) == tuple(keys)
    assert again.verified_by(keys[1:]) == (keys[1],)
    assert again.with_line(COSIGNER.cosign(TEXT, 5)) == note
    assert keys[0].verify(TEXT, SIGNER.sign(TEXT)) is None
    assert keys[1].verify(TEXT, COSIGNER.cosign(TEXT, 5)) == 5


def test_lines_of_unknown_keys_are_passed_over_and_none_of_a_known_key_may_fail() -> None:
    other = Signer("zanat/grants", bytes(32))
    known = Verifier.parse(SIGNER.verifier_key)
    note = Note(TEXT).with_line(other.sign(TEXT))
    with pytest.raises(BadNote, match="no known key"):
        note.verified_by([known])
    assert note.with_line(SIGNER.sign(TEXT)).verified_by([known]) == (known,)
    wrong = SIGNER.sign(TEXT.replace("7", "8"))
    with pytest.raises(BadNote, match="does not fit"):
        note.with_line(SIGNER.sign(TEXT)).with_line(wrong).verified_by([known])


@given(bit=st.integers(0, 8 * 76 - 1))
def test_no_bit_of_a_cosignature_may_change(bit: int) -> None:
    """Its key's id, its time or its signature."""
    line = SignatureLine.parse(COSIGNER.cosign(TEXT, 1679315147))
    raw = bytearray(line.key_id + line.signature)
    raw[bit // 8] ^= 1 << bit % 8
    bent = SignatureLine(line.name, bytes(raw[:4]), bytes(raw[4:]))
    with pytest.raises(BadNote):
        Verifier.parse(COSIGNER.verifier_key).verify(TEXT, bent)


@given(at=st.integers(0, len(TEXT) - 2), letter=st.sampled_from("0aZ/+ "))
def test_no_letter_of_a_signed_text_may_change(at: int, letter: str) -> None:
    bent = TEXT[:at] + letter + TEXT[at + 1 :]
    line = SIGNER.sign(TEXT)
    verifier = Verifier.parse(SIGNER.verifier_key)
    if bent == TEXT:
        verifier.verify(bent, line)
        return
    with pytest.raises(BadNote):
        verifier.verify(bent, line)


@given(
    origin=st.from_regex(r"[a-z][a-z0-9_]{0,9}/[a-z]+", fullmatch=True), size=st.integers(0, 2**62)
)
def test_a_checkpoint_is_read_as_it_was_written(origin: str, size: int) -> None:
    for extensions in ((), ("one", "— two")):
        found = Checkpoint(origin, size, bytes(32), extensions)
        assert Checkpoint.parse(found.text()) == found


ROOT = base64.b64encode(bytes(32)).decode()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        "a\n1\n",
        f"a\n1\n{ROOT}",
        f"\n1\n{ROOT}\n",
        f"a\n01\n{ROOT}\n",
        f"a\n-1\n{ROOT}\n",
        f"a\n+1\n{ROOT}\n",
        f"a\n1 \n{ROOT}\n",
        f"a\n١\n{ROOT}\n",
        f"a\n{'9' * 20}\n{ROOT}\n",
        f"a\n1\n{ROOT[:-1]}\n",
        f"a\n1\n{ROOT[:-2]}B=\n",
        f"a\n1\n{base64.b64encode(bytes(31)).decode()}\n",
        f"a\n1\n{ROOT}\n\n",
        f"a\n1\n{ROOT}\n\nextension\n",
    ],
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(BadNote):
        Checkpoint.parse(text)


LINE = SIGNER.sign(TEXT)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        TEXT.encode(),
        TEXT.encode() + b"\n",
        (TEXT + "\n" + LINE).encode()[:-1],
        (TEXT + "\n" + LINE + "more\n").encode(),
        (TEXT + LINE).encode(),
        (TEXT.replace("\n", "\r\n") + "\n" + LINE).encode(),
        (TEXT + "\t\n\n" + LINE).encode(),
        b"\xff" + (TEXT + "\n" + LINE).encode(),
        (TEXT + "\n" + LINE.replace("— ", "- ")).encode(),
        (TEXT + "\n" + LINE.replace("zanat/grants ", "zanat/grants  ")).encode(),
        (TEXT + "\n" + LINE.replace("zanat/grants", "zanat+grants")).encode(),
        (TEXT + "\n" + LINE.replace("zanat/grants", "za\u2003nat")).encode(),
        (TEXT + "\n" + LINE.replace("zanat/grants", "")).encode(),
        (TEXT + "\n— a AAAA\n").encode(),
        (TEXT + "\n— a !!!!\n").encode(),
        (TEXT + "\n" + LINE * 101).encode(),
        ("x" * 1_000_000 + "\n\n" + LINE).encode(),
    ],
)
def test_what_is_no_note_is_refused(raw: bytes) -> None:
    with pytest.raises(BadNote):
        Note.parse(raw)


@pytest.mark.parametrize(
    "key",
    [
        "",
        "a+b",
        C2SP_KEY.replace("530d903a", "530d903b"),
        C2SP_KEY.replace("530d903a", "530D903A"),
        C2SP_KEY.replace("example", "elsewhere"),
        C2SP_KEY[:-4],
        C2SP_KEY.replace("+Aek", "+Auk"),
        GO_PRIVATE,
    ],
)
def test_what_is_no_verifier_key_is_refused(key: str) -> None:
    with pytest.raises(BadNote):
        Verifier.parse(key)


@pytest.mark.parametrize("kind", [Signer, Cosigner])
def test_what_is_no_private_key_is_refused_without_showing_it(kind: type[PrivateKey]) -> None:
    whole = kind("zanat/grants", SEED)
    assert kind.parse(whole.private_key) == whole
    assert base64.b64encode(SEED).decode() not in repr(whole)
    other = (Cosigner if kind is Signer else Signer)("zanat/grants", SEED).private_key
    for text in ("", whole.verifier_key, whole.private_key[:-4], other, whole.private_key + "A"):
        with pytest.raises(BadNote) as refusal:
            kind.parse(text)
        assert whole.private_key[-20:] not in str(refusal.value)
    bent = whole.private_key.replace("zanat/grants", "zanat/other")
    with pytest.raises(BadNote, match="its own id"):
        kind.parse(bent)
    for name, seed in (("a b", SEED), ("a+b", SEED), ("", SEED), ("a", SEED[:-1])):
        with pytest.raises(BadNote):
            kind(name, seed)


def test_one_key_says_one_thing_only() -> None:
    """The same bytes sign and cosign under two ids, so that neither passes for the other."""
    both = Signer("a", SEED), Cosigner("a", SEED)
    assert both[0].key_id != both[1].key_id
    line = both[1].cosign(TEXT, 5)
    with pytest.raises(BadNote, match="another key's"):
        Verifier.parse(both[0].verifier_key).verify(TEXT, line)
    for timestamp in (-1, 2**63):
        with pytest.raises(BadNote):
            both[1].cosign(TEXT, timestamp)
    for text in ("no newline", "with\ttab\n"):
        with pytest.raises(BadNote):
            both[0].sign(text)
