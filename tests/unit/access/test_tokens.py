"""Tokens: what was signed comes back; whatever was not signed here is refused."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from shared.access.keys import load_or_create, public_keys, publish
from shared.access.reader import Reader, RoleGrant, may
from shared.access.roles import Role
from shared.access.tokens import SigningKey, TokenExpired, TokenSigner, TokenVerifier
from shared.clock import FixedClock
from shared.errors import Unauthenticated

READER = Reader(
    "account-1",
    "session-1",
    "Mira Ilić",
    (RoleGrant(Role.trainer, "RS-2011"), RoleGrant(Role.field_officer, "RS-2011", "Rača")),
)
KEY = SigningKey.generate()


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2026, 3, 1, 9, tzinfo=UTC))


@pytest.fixture
def verifier(clock: FixedClock) -> TokenVerifier:
    return TokenVerifier({KEY.kid: KEY.public}, audience="demo", clock=clock)


@pytest.fixture
def token(clock: FixedClock) -> str:
    return TokenSigner(KEY, audience="demo", clock=clock).sign(READER)


def part(value: dict[str, Any] | bytes) -> str:
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def claims_of(token: str) -> dict[str, Any]:
    text = token.split(".")[1]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return found


def refusal(verifier: TokenVerifier, token: str) -> str:
    with pytest.raises(Unauthenticated) as caught:
        verifier.verify(token)
    return caught.value.code


def test_what_was_signed_comes_back(verifier: TokenVerifier, token: str) -> None:
    assert verifier.verify(token) == READER


def test_it_lives_ten_minutes(verifier: TokenVerifier, token: str, clock: FixedClock) -> None:
    clock.advance(timedelta(minutes=9, seconds=59))
    assert verifier.verify(token) == READER
    clock.advance(timedelta(seconds=1))
    with pytest.raises(TokenExpired):
        verifier.verify(token)


@pytest.mark.parametrize("algorithm", ["none", "HS256", "ES256", "eddsa", ""])
def test_another_algorithm_is_refused(verifier: TokenVerifier, token: str, algorithm: str) -> None:
    header = part({"alg": algorithm, "kid": KEY.kid, "typ": "JWT"})
    body = token.split(".")[1]
    public = KEY.public.public_bytes(Encoding.Raw, PublicFormat.Raw)
    mac = hmac.new(public, f"{header}.{body}".encode(), hashlib.sha256).digest()
    assert refusal(verifier, f"{header}.{body}.{part(mac)}") == "token-malformed"
    assert refusal(verifier, f"{header}.{body}.") == "token-malformed"


def test_changed_claims_are_forged(verifier: TokenVerifier, token: str) -> None:
    header, _, signature = token.split(".")
    claims = claims_of(token)
    claims["roles"] = {"*": [["administrator", None]]}
    assert refusal(verifier, f"{header}.{part(claims)}.{signature}") == "token-forged"


def test_a_key_of_somebody_else_is_unknown(clock: FixedClock, verifier: TokenVerifier) -> None:
    stranger = SigningKey.generate()
    token = TokenSigner(stranger, audience="demo", clock=clock).sign(READER)
    assert refusal(verifier, token) == "token-key-unknown"
    header = part({"alg": "EdDSA", "kid": KEY.kid, "typ": "JWT"})
    assert refusal(verifier, ".".join([header, *token.split(".")[1:]])) == "token-forged"


def test_another_audience_is_refused(clock: FixedClock, verifier: TokenVerifier) -> None:
    token = TokenSigner(KEY, audience="elsewhere", clock=clock).sign(READER)
    assert refusal(verifier, token) == "token-of-another-installation"


def test_one_from_the_future_is_refused(clock: FixedClock, verifier: TokenVerifier) -> None:
    later = FixedClock(clock.now() + timedelta(minutes=5))
    token = TokenSigner(KEY, audience="demo", clock=later).sign(READER)
    assert refusal(verifier, token) == "token-malformed"


@pytest.mark.parametrize(
    "text", ["", ".", "..", "a.b", "a.b.c", "a.b.c.d", "é.é.é", "=.=.=", "x" * 5000, "e30.e30.e30"]
)
def test_what_is_no_token_is_malformed(verifier: TokenVerifier, text: str) -> None:
    assert refusal(verifier, text) == "token-malformed"


def test_another_spelling_of_the_signature_is_refused(verifier: TokenVerifier, token: str) -> None:
    # 64 bytes leave four unused bits in the last letter: 'A' and 'B' would decode alike.
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    other = letters[letters.index(token[-1]) ^ 1]
    assert refusal(verifier, token[:-1] + other) == "token-forged"
    assert refusal(verifier, token + "=") == "token-forged"


def test_roles_that_do_not_fit_a_cookie_are_an_error(clock: FixedClock) -> None:
    roles = tuple(RoleGrant(Role.trainer, f"RS-{n}") for n in range(300))
    with pytest.raises(ValueError, match="cookie"):
        TokenSigner(KEY, audience="demo", clock=clock).sign(Reader("a", "s", "M", roles))


def test_a_key_file_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "tokens.pem"
    key = load_or_create(path)
    assert load_or_create(path).kid == key.kid
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == ["tokens.pem"]


def test_public_keys_are_found_by_id(tmp_path: Path) -> None:
    key = load_or_create(tmp_path / "tokens.pem")
    assert publish(key, tmp_path / "public").name == f"{key.kid}.pem"
    assert list(public_keys(tmp_path / "public")) == [key.kid]
    assert "PRIVATE" not in (tmp_path / "public" / f"{key.kid}.pem").read_text()


def test_a_file_that_holds_something_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "tokens.pem"
    path.write_text("nothing of the kind")
    with pytest.raises(ValueError, match="PEM"):
        load_or_create(path)


def test_freshness_own_records_and_scopes_come_back(
    verifier: TokenVerifier, clock: FixedClock
) -> None:
    key = Reader(
        "p1",
        "s2",
        "Reports",
        (RoleGrant(Role.auditor, "*"),),
        fresh_at=1_772_355_600,
        registrations=frozenset({"r1", "r2"}),
        scopes=frozenset({"grants.reports.read"}),
    )
    token = TokenSigner(KEY, audience="demo", clock=clock).sign(key)
    assert verifier.verify(token) == key
    assert may(key, "grants.reports.read")
    assert not may(key, "grants.ledger.read")
    assert key.programmes("grants.ledger.read") == frozenset()
