"""Challenges prove themselves; an account has a bounded number of passkeys, added by its owner."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from services.accounts.passkeys.ceremonies import given_to_make, given_to_sign, relying_party
from services.accounts.passkeys.challenges import (
    CHALLENGE_BYTES,
    LIFETIME,
    check_challenge,
    make_challenge,
)
from services.accounts.passkeys.passkeys import (
    PASSKEYS,
    PASSKEYS_MAX,
    AddPasskey,
    PasskeyAdded,
    PasskeyRemoved,
    RemovePasskey,
)
from shared.errors import Forbidden, Invalid, Refused

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
SECRET = b"s" * 32


def check(
    challenge: bytes,
    *,
    secret: bytes = SECRET,
    purpose: str = "sign-in",
    bound_to: str = "browser",
    after: timedelta = timedelta(0),
) -> datetime | None:
    return check_challenge(secret, challenge, purpose=purpose, bound_to=bound_to, now=NOW + after)


def test_a_challenge_is_good_for_what_it_was_made_for_only() -> None:
    challenge = make_challenge(SECRET, purpose="sign-in", bound_to="browser", now=NOW)
    assert len(challenge) == CHALLENGE_BYTES
    assert check(challenge) == NOW + LIFETIME
    assert check(challenge, purpose="step-up") is None
    assert check(challenge, bound_to="another") is None
    assert check(challenge, secret=b"t" * 32) is None
    assert check(challenge, after=LIFETIME) is None
    assert check(challenge[:-1]) is None
    for place in range(CHALLENGE_BYTES):
        bent = bytearray(challenge)
        bent[place] ^= 1
        assert check(bytes(bent)) is None


@pytest.mark.parametrize(
    ("address", "name", "origin"),
    [
        ("https://zanat.example.org", "zanat.example.org", "https://zanat.example.org"),
        ("http://127.0.0.1:8000", "localhost", "http://localhost:8000"),
        ("http://[::1]:8000", "localhost", "http://localhost:8000"),
        ("http://localhost:8000", "localhost", "http://localhost:8000"),
    ],
)
def test_keys_are_for_a_name(address: str, name: str, origin: str) -> None:
    party = relying_party(address)
    assert party is not None
    assert (party.name, party.origins) == (name, (origin,))


def test_no_keys_for_a_number_elsewhere() -> None:
    assert relying_party("https://192.0.2.7") is None


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "{}",
        "[]",
        "null",
        '"x"',
        "{" * 5000,
        "x" * 30_000,
        '{"id": 1}',
        '{"id":"a","rawId":"a"}',
        '{"id":"YQ","rawId":"YQ","type":"public-key","response":{"clientDataJSON":"e30"}}',
    ],
)
def test_what_no_device_made_is_refused(answer: str) -> None:
    for read in (given_to_make, given_to_sign):
        with pytest.raises(Invalid) as caught:
            read(answer)
        assert caught.value.code == "passkey-refused"


def add(passkey_id: str, *, by: str = "a1") -> AddPasskey:
    return AddPasskey(by=by, now=NOW, account_id="a1", passkey_id=passkey_id, synced=False)


def test_the_owner_adds_and_anybody_entitled_removes() -> None:
    added = PasskeyAdded(account_id="a1", passkey_id="k1", synced=False)
    empty = PASSKEYS.fold(())
    assert PASSKEYS.decide(empty, add("k1")) == (added,)
    one = PASSKEYS.fold((added,))
    assert PASSKEYS.decide(one, add("k1")) == ()
    remove = RemovePasskey(by="admin", now=NOW, account_id="a1", passkey_id="k1")
    removed = PasskeyRemoved(account_id="a1", passkey_id="k1")
    assert PASSKEYS.decide(one, remove) == (removed,)
    assert PASSKEYS.decide(empty, remove) == ()
    assert PASSKEYS.fold((added, removed)) == empty
    with pytest.raises(Forbidden):
        PASSKEYS.decide(empty, add("k1", by="admin"))


def test_there_is_an_end_to_them() -> None:
    full = PASSKEYS.fold(
        tuple(
            PasskeyAdded(account_id="a1", passkey_id=f"k{n}", synced=True)
            for n in range(PASSKEYS_MAX)
        )
    )
    with pytest.raises(Refused) as caught:
        PASSKEYS.decide(full, add("one too many"))
    assert caught.value.code == "too-many-passkeys"
