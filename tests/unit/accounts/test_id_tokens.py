"""ID tokens: whatever the provider did not sign for us, now and for this sign-in, is refused."""

from __future__ import annotations

import base64
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from services.accounts.providers import speaking
from services.accounts.providers.configuring import Provider
from services.accounts.providers.speaking import Conversation, NotGenuine, Unreachable
from shared.clock import FixedClock

ISSUER = "https://id.example.org"
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECONDS = int(NOW.timestamp())
KEY = RSAKey.generate_key(2048, {"kid": "first", "use": "sig"})
CLAIMS: dict[str, Any] = {
    "iss": ISSUER,
    "aud": "zanat",
    "sub": "mira",
    "nonce": "this-one",
    "iat": SECONDS,
    "exp": SECONDS + 300,
    "auth_time": SECONDS - 10,
}


@pytest.fixture
def talk(monkeypatch: pytest.MonkeyPatch) -> Conversation:
    """A conversation that knows the provider's addresses and keys; nothing goes over a line."""
    provider = Provider(
        name="m",
        title="Ministry",
        issuer=ISSUER,
        client_id="zanat",
        claim="realm_access.roles",
        acr=frozenset({"gold"}),
        amr=frozenset({"otp"}),
    )
    made = Conversation(provider, redirect_uri="https://x/y", clock=FixedClock(NOW))
    answers = {
        f"{ISSUER}/.well-known/openid-configuration": {
            "issuer": ISSUER,
            "jwks_uri": f"{ISSUER}/keys",
            "token_endpoint": f"{ISSUER}/token",
        },
        f"{ISSUER}/keys": KeySet([KEY]).as_dict(private=False),
    }
    monkeypatch.setattr(made, "_fetch", lambda address: answers[address])
    return made


def token(key: Any = KEY, header: dict[str, Any] | None = None, **changed: Any) -> str:
    claims = {name: value for name, value in (CLAIMS | changed).items() if value is not None}
    wanted = {"alg": "RS256", "kid": "first"} | (header or {})
    return jwt.encode(wanted, claims, key, algorithms=[wanted["alg"]])


def taken(talk: Conversation, text: str, **more: str) -> Any:
    claims = talk._claims({"id_token": text, **more}, "this-one")
    return talk._identity(claims, {})


def refused(talk: Conversation, text: str, **more: str) -> str:
    with pytest.raises(NotGenuine) as caught:
        taken(talk, text, **more)
    return str(caught.value)


def part(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def test_what_the_provider_signed_for_us_is_taken(talk: Conversation) -> None:
    found = taken(talk, token(email="m@example.org", email_verified=True, name="Mira"))
    assert (found.subject, found.email, found.email_verified) == ("mira", "m@example.org", True)
    assert found.proved_at is None


@pytest.mark.parametrize(
    "changed",
    [
        {"aud": "another"},
        {"aud": ["another", "zanat"]},
        {"aud": ["another", "zanat"], "azp": "another"},
        {"aud": None},
        {"azp": "another"},
        {"iss": "https://evil.example"},
        {"iss": f"{ISSUER}/"},
        {"iss": None},
        {"nonce": "of-another-sign-in"},
        {"nonce": None},
        {"exp": SECONDS - 61},
        {"exp": None},
        {"exp": "soon"},
        {"iat": SECONDS + 61},
        {"iat": None},
        {"nbf": SECONDS + 61},
        {"sub": None},
        {"sub": ""},
        {"sub": "x" * 256},
        {"sub": 7},
        {"amr": "otp"},
    ],
    ids=str,
)
def test_claims_that_are_not_for_this_sign_in_are_refused(
    talk: Conversation, changed: dict[str, Any]
) -> None:
    assert "ID token" in refused(talk, token(**changed))


def test_a_token_that_nobody_signed_is_refused(talk: Conversation) -> None:
    body = part(CLAIMS)
    for algorithm in ("none", "None", "NONE", ""):
        header = part({"alg": algorithm, "kid": "first"})
        assert refused(talk, f"{header}.{body}.")
        assert refused(talk, f"{header}.{body}.{token().split('.')[2]}")


def test_the_public_key_is_no_shared_secret(talk: Conversation) -> None:
    """What HS256 signs by the public key, which everybody has, is refused."""
    signed = f"{part({'alg': 'HS256', 'kid': 'first'})}.{part(CLAIMS)}"
    for public in (KEY.as_pem(private=False), json.dumps(KEY.as_dict(private=False)).encode()):
        mac = hmac.new(public, signed.encode(), "sha256").digest()
        forged = base64.urlsafe_b64encode(mac).rstrip(b"=").decode()
        assert refused(talk, f"{signed}.{forged}")


def test_a_key_of_somebody_else_is_refused(talk: Conversation) -> None:
    other = RSAKey.generate_key(2048, {"kid": "first"})
    assert refused(talk, token(other))
    assert refused(talk, token(RSAKey.generate_key(2048, {"kid": "x"}), {"kid": "x"}))


def test_a_changed_token_is_refused(talk: Conversation) -> None:
    header, _, signature = token().split(".")
    assert refused(talk, f"{header}.{part(CLAIMS | {'sub': 'admin'})}.{signature}")
    for text in ("", "a.b", "a.b.c", "ž.ž.ž", token()[:-4]):
        assert refused(talk, text)
    with pytest.raises(NotGenuine, match="no ID token"):
        talk._claims({"id_token": 7}, "this-one")


def test_an_access_token_belongs_to_its_id_token(talk: Conversation) -> None:
    assert taken(talk, token(), access_token="any")
    assert "at_hash" in refused(talk, token(at_hash="of-another"), access_token="any")


@pytest.mark.parametrize(
    ("changed", "counts"),
    [
        ({"acr": "gold"}, True),
        ({"amr": ["pwd", "otp"]}, True),
        ({"acr": "silver", "amr": ["pwd"]}, False),
        ({"acr": ["gold"]}, False),
        ({"acr": "gold", "auth_time": SECONDS - 3600}, False),
        ({"acr": "gold", "auth_time": SECONDS + 3600}, False),
        ({"acr": "gold", "auth_time": None}, False),
    ],
    ids=str,
)
def test_a_second_factor_counts_when_it_is_trusted_and_new(
    talk: Conversation, changed: dict[str, Any], counts: bool
) -> None:
    proved_at = taken(talk, token(**changed)).proved_at
    assert proved_at == (NOW - timedelta(seconds=10) if counts else None)


def test_it_counts_from_when_it_was_proved_and_never_from_later_than_now(
    talk: Conversation,
) -> None:
    for at, counts in ((SECONDS - 599, SECONDS - 599), (SECONDS + 30, SECONDS)):
        proved_at = taken(talk, token(acr="gold", auth_time=at)).proved_at
        assert proved_at == datetime.fromtimestamp(counts, UTC)


@pytest.mark.parametrize("verified", ["true", 1, None, False])
def test_only_a_true_says_that_an_address_is_verified(talk: Conversation, verified: Any) -> None:
    found = taken(talk, token(email="m@example.org", email_verified=verified))
    assert found.email_verified is False


def test_an_address_is_verified_where_it_is_told(talk: Conversation) -> None:
    """What userinfo says of an address is not said of another one in the ID token."""
    claims = talk._claims({"id_token": token(email="admin@example.org")}, "this-one")
    found = talk._identity(claims, {"email": "m@example.org", "email_verified": True})
    assert (found.email, found.email_verified) == ("admin@example.org", False)


def test_claims_inside_of_others_are_found(talk: Conversation) -> None:
    found = taken(talk, token(realm_access={"roles": ["a", "b", 7, ""]}))
    assert found.values == frozenset("ab")
    assert taken(talk, token(realm_access="a")).values == frozenset()


def test_keys_are_asked_for_again_for_an_unknown_one_but_not_each_time(
    talk: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds, asked = [1000.0], []
    monkeypatch.setattr(speaking, "monotonic", lambda: seconds[0])
    fresh = RSAKey.generate_key(2048, {"kid": "second", "use": "sig"})
    before = talk._fetch

    def fetch(address: str) -> dict[str, Any]:
        asked.append(address)
        if address.endswith("/keys") and seconds[0] > 1001:
            return dict(KeySet([fresh]).as_dict(private=False))
        return before(address)

    monkeypatch.setattr(talk, "_fetch", fetch)
    assert taken(talk, token())
    for _ in range(5):
        assert refused(talk, token(fresh, {"kid": "second"}))
    assert sum(one.endswith("/keys") for one in asked) == 1
    seconds[0] += speaking.KEYS_AGAIN_SECONDS
    assert taken(talk, token(fresh, {"kid": "second"}))
    assert sum(one.endswith("/keys") for one in asked) == 2
    assert refused(talk, token())


@pytest.mark.parametrize(
    "about",
    [
        {"issuer": "https://evil.example", "token_endpoint": f"{ISSUER}/token"},
        {"issuer": ISSUER, "token_endpoint": "http://id.example.org/token"},
        {"issuer": ISSUER, "token_endpoint": "http://127.0.0.1/token"},
        {"issuer": ISSUER, "token_endpoint": "https://u:p@id.example.org/token"},
        {"issuer": ISSUER, "token_endpoint": "file:///etc/passwd"},
        {"issuer": ISSUER},
    ],
    ids=str,
)
def test_addresses_that_are_not_safe_are_not_asked(
    talk: Conversation, monkeypatch: pytest.MonkeyPatch, about: dict[str, str]
) -> None:
    monkeypatch.setattr(talk, "_fetch", lambda _address: about)
    with pytest.raises(Unreachable):
        talk.identify("code", nonce="n", verifier="v")


def test_a_provider_that_failed_is_not_asked_again_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tried: list[str] = []
    provider = Provider(name="m", title="M", issuer="http://127.0.0.1:9", client_id="zanat")
    talk = Conversation(provider, redirect_uri="https://x/y", clock=FixedClock(NOW + timedelta()))
    seconds = [1000.0]
    monkeypatch.setattr(speaking, "monotonic", lambda: seconds[0])

    def fails(_self: Any, address: str, **_options: Any) -> None:
        tried.append(address)
        raise requests.ConnectionError

    monkeypatch.setattr(requests.Session, "get", fails)
    for _ in range(10):
        with pytest.raises(Unreachable):
            talk.authorization_url(state="s", nonce="n", verifier="v" * 43)
    assert len(tried) == 1
    seconds[0] += speaking.FAILED_SECONDS
    with pytest.raises(Unreachable):
        talk.names_issuer()
    assert len(tried) == 2
