"""The key that signs tokens changes while tokens live; nobody makes us read files by asking."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from shared.access import keys
from shared.access.keys import (
    READ_AGAIN_SECONDS,
    RENEWED_FOR,
    TAKEN_FOR,
    UNKNOWN_SECONDS,
    CurrentKey,
    KeyFolder,
    PublicKeys,
)
from shared.access.reader import Reader
from shared.access.tokens import LIFETIME, SigningKey, TokenSigner, TokenVerifier
from shared.clock import FixedClock
from shared.errors import Unauthenticated

READER = Reader("account-1", "session-1", "Mira")


@dataclass
class Hall:
    """An installation's keys, who signs and who verifies, and both clocks."""

    folder: KeyFolder
    clock: FixedClock
    reads: list[Path]
    seconds: list[float] = field(default_factory=lambda: [1000.0])

    def __post_init__(self) -> None:
        self.current = CurrentKey(self.folder)
        self.signer = TokenSigner(self.current, audience="demo", clock=self.clock)
        self.keys = PublicKeys(self.folder.public)
        self.verifier = TokenVerifier(self.keys, audience="demo", clock=self.clock)

    def rotate(self, *, at_once: bool = False) -> tuple[str, str]:
        return self.folder.rotate(self.clock, wait=self.later, at_once=at_once)

    def later(self, seconds: float) -> None:
        """Time goes on for everybody."""
        self.seconds[0] += seconds
        self.clock.advance(timedelta(seconds=seconds))

    def refusal(self, token: str) -> str:
        with pytest.raises(Unauthenticated) as caught:
            self.verifier.verify(token)
        return caught.value.code


@pytest.fixture
def hall(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Hall:
    reads: list[Path] = []
    really = keys.public_keys

    def counted(folder: Path) -> dict[str, Ed25519PublicKey]:
        reads.append(folder)
        return really(folder)

    folder = KeyFolder(tmp_path / "keys")
    folder.current()
    seconds = [1000.0]
    monkeypatch.setattr(keys, "public_keys", counted)
    monkeypatch.setattr(keys, "monotonic", lambda: seconds[0])
    return Hall(folder, FixedClock(datetime(2026, 3, 1, 9, tzinfo=UTC)), reads, seconds)


def test_tokens_of_both_keys_are_taken_after_a_rotation(hall: Hall) -> None:
    before = hall.signer.sign(READER)
    assert hall.verifier.verify(before) == READER
    old, new = hall.rotate()
    assert old != new
    after = hall.signer.sign(READER)
    assert after.split(".")[0] != before.split(".")[0]
    assert hall.verifier.verify(after) == READER
    assert hall.verifier.verify(before) == READER


def test_the_new_key_signs_only_once_everybody_could_see_it(hall: Hall) -> None:
    waited: list[tuple[float, int, str]] = []
    before = hall.folder.current().kid

    def wait(seconds: float) -> None:
        published = len(list(hall.folder.public.glob("*.pem")))
        waited.append((seconds, published, hall.folder.current().kid))

    hall.folder.rotate(hall.clock, wait=wait)
    assert waited == [(UNKNOWN_SECONDS + READ_AGAIN_SECONDS, 2, before)]


def test_no_token_of_the_old_key_outlives_its_last_one(hall: Hall) -> None:
    """Whoever has got hold of it later makes nothing by it that is still good then."""
    stolen = hall.folder.current()
    last = hall.signer.sign(READER)
    hall.rotate()
    hall.seconds[0] += READ_AGAIN_SECONDS
    assert hall.verifier.verify(last) == READER
    forged = TokenSigner(stolen, audience="demo", clock=hall.clock, lifetime=timedelta(days=1))
    assert hall.refusal(forged.sign(READER)) == "token-key-unknown"
    hall.clock.advance(TAKEN_FOR)
    late = TokenSigner(stolen, audience="demo", clock=hall.clock)
    assert hall.refusal(late.sign(READER)) == "token-key-unknown"
    assert LIFETIME + timedelta(seconds=READ_AGAIN_SECONDS) <= TAKEN_FOR


def test_a_token_that_was_remembered_does_not_outlive_it_either(hall: Hall) -> None:
    stolen = hall.folder.current()
    forged = TokenSigner(stolen, audience="demo", clock=hall.clock, lifetime=timedelta(days=1))
    token = forged.sign(READER)
    assert hall.verifier.verify(token) == READER
    hall.rotate()
    hall.seconds[0] += READ_AGAIN_SECONDS
    assert hall.refusal(token) == "token-key-unknown"


def test_a_token_of_before_only_ran_out_and_can_be_renewed(hall: Hall) -> None:
    before = hall.signer.sign(READER)
    last_second = FixedClock(hall.clock.now() + LIFETIME - timedelta(seconds=1))
    hall.rotate()
    hall.later(6 * 3600)
    assert hall.refusal(before) == "token-expired"
    then = TokenVerifier(hall.keys, audience="demo", clock=last_second)
    assert then.verify(before) == READER


def test_a_retired_key_is_forgotten_at_a_later_rotation(hall: Hall) -> None:
    old, _ = hall.rotate()
    hall.rotate()
    assert (hall.folder.public / f"{old}.pem").exists()
    hall.clock.advance(TAKEN_FOR + RENEWED_FOR)
    hall.rotate()
    left = {path.stem for path in hall.folder.public.iterdir()}
    assert old not in left


def test_a_key_that_is_forgotten_at_once_refuses_its_tokens(hall: Hall) -> None:
    before = hall.signer.sign(READER)
    assert hall.verifier.verify(before) == READER
    hall.rotate(at_once=True)
    hall.seconds[0] += READ_AGAIN_SECONDS
    assert hall.refusal(before) == "token-key-unknown"
    assert hall.verifier.verify(hall.signer.sign(READER)) == READER


def test_a_public_key_that_is_removed_refuses_even_remembered_tokens(hall: Hall) -> None:
    token = hall.signer.sign(READER)
    assert hall.verifier.verify(token) == READER
    (hall.folder.public / f"{hall.folder.current().kid}.pem").unlink()
    hall.seconds[0] += READ_AGAIN_SECONDS
    assert hall.refusal(token) == "token-key-unknown"


def test_an_unknown_key_is_found_at_once_when_it_was_published(hall: Hall) -> None:
    hall.seconds[0] += UNKNOWN_SECONDS
    hall.folder.rotate(hall.clock, wait=lambda _seconds: None)
    signer = TokenSigner(hall.folder.current(), audience="demo", clock=hall.clock)
    assert hall.verifier.verify(signer.sign(READER)) == READER


def test_a_flood_of_unknown_keys_reads_the_folder_once_in_a_while(hall: Hall) -> None:
    read_before = len(hall.reads)
    hall.seconds[0] += UNKNOWN_SECONDS
    for number in range(500):
        forged = TokenSigner(SigningKey.generate(), audience="demo", clock=hall.clock)
        if number % 100 == 0:
            assert hall.refusal(forged.sign(READER)) == "token-key-unknown"
        assert hall.keys.get(f"{number:016x}") is None
    assert len(hall.reads) == read_before + 1
    assert hall.verifier.verify(hall.signer.sign(READER)) == READER


def test_known_keys_are_read_again_every_few_seconds_only(hall: Hall) -> None:
    token, read_before = hall.signer.sign(READER), len(hall.reads)
    for _ in range(100):
        hall.verifier.verify(token)
        hall.seconds[0] += READ_AGAIN_SECONDS / 50
    assert len(hall.reads) - read_before in (1, 2)


def test_a_file_that_is_damaged_later_stops_nobody(hall: Hall) -> None:
    token = hall.signer.sign(READER)
    (hall.folder.public / "damaged.pem").write_bytes(b"nothing")
    hall.seconds[0] += READ_AGAIN_SECONDS
    assert hall.verifier.verify(token) == READER
    with pytest.raises(ValueError, match="PEM"):
        PublicKeys(hall.folder.public)


def test_who_signs_notices_what_another_process_did(hall: Hall) -> None:
    KeyFolder(hall.folder.folder).rotate(hall.clock, wait=lambda _seconds: None)
    assert hall.current().kid != hall.folder.current().kid
    hall.seconds[0] += READ_AGAIN_SECONDS
    assert hall.current().kid == hall.folder.current().kid


def test_of_many_who_replace_the_same_key_one_does(hall: Hall) -> None:
    first = hall.folder.current().kid

    def rotate(_number: int) -> tuple[str, str]:
        folder = KeyFolder(hall.folder.folder)
        return folder.rotate(hall.clock, replaces=first, wait=lambda _seconds: None)

    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(rotate, range(8)))
    assert sum(old != new for old, new in done) == 1
    assert len(list(hall.folder.public.glob("*.pem"))) == 2


def test_what_was_cut_short_goes_on(hall: Hall) -> None:
    class Cut(Exception):
        """The process ended."""

    def cut(_seconds: float) -> None:
        raise Cut

    first = hall.folder.current().kid
    with pytest.raises(Cut):
        hall.folder.rotate(hall.clock, wait=cut)
    assert hall.folder.current().kid == first
    published = {path.stem for path in hall.folder.public.glob("*.pem")}
    old, new = hall.rotate()
    assert old == first and {old, new} == published
    assert not (hall.folder.public / f"{new}.until").exists()


def test_only_its_owner_reads_the_key_that_signs(hall: Hall) -> None:
    hall.rotate()
    private = hall.folder.folder / "tokens.pem"
    assert stat.S_IMODE(private.stat().st_mode) == 0o600
    assert not (hall.folder.folder / "tokens.next.pem").exists()
