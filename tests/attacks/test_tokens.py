"""Tokens that accounts did not sign, or signed for others, open nothing in any service."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from typing import Any, Final

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from shared.access.reader import Reader, RoleGrant
from shared.access.roles import Role
from shared.access.tokens import SigningKey, TokenSigner
from shared.settings import SERVICES
from shared.web.composing import token_key
from shared.web.session import session_cookie
from tests.interface.home import Home

Parts = tuple[dict[str, Any], dict[str, Any]]
WHERE: Final = {
    "accounts": "/accounts/api/v1/staff",
    "trainings": "/trainings/api/v1/people",
    "grants": "/grants/api/v1/applications",
    "notifications": "/notifications/api/v1/messages",
    "audit": "/audit/api/v1/entries",
}

PAGES: Final = {
    "accounts": "/accounts/me",
    "trainings": "/trainings/people",
    "grants": "/grants/applications",
    "notifications": "/notifications/",
    "audit": "/audit/",
}


def encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def taken_apart(token: str) -> Parts:
    header, claims = (
        json.loads(base64.urlsafe_b64decode(part + "==")) for part in token.split(".")[:2]
    )
    return header, claims


def put_together(
    header: Mapping[str, Any], claims: Mapping[str, Any], sign: Callable[[bytes], bytes]
) -> str:
    signed = ".".join(encoded(json.dumps(part).encode()) for part in (header, claims))
    return f"{signed}.{encoded(sign(signed.encode()))}"


def forgeries(home: Home) -> dict[str, str]:
    """Every forged token by what is wrong with it."""
    good = home.headers["Authorization"].removeprefix("Bearer ")
    header, claims = taken_apart(good)
    key = token_key(home.installation.settings)
    ours, stranger = key.private.sign, Ed25519PrivateKey.generate()
    public = key.public.public_bytes(Encoding.Raw, PublicFormat.Raw)
    pem = key.public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    own = stranger.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    jwk = {"kty": "OKP", "crv": "Ed25519", "x": encoded(own), "kid": "mine"}

    def nothing(_: bytes) -> bytes:
        return b""

    def as_secret(secret: bytes) -> Callable[[bytes], bytes]:
        return lambda signed: hmac.new(secret, signed, hashlib.sha256).digest()

    found = {
        **{
            f"alg {alg}": put_together({**header, "alg": alg}, claims, nothing)
            for alg in ("none", "None", "NONE", "", "nOnE")
        },
        "HS256 with the public key": put_together(
            {**header, "alg": "HS256"}, claims, as_secret(public)
        ),
        "HS256 with the PEM": put_together({**header, "alg": "HS256"}, claims, as_secret(pem)),
        "EdDSA with an HMAC": put_together(header, claims, as_secret(public)),
        "ES256": put_together({**header, "alg": "ES256"}, claims, ours),
        "another key": put_together(header, claims, stranger.sign),
        "a key of its own": put_together({**header, "jwk": jwk}, claims, stranger.sign),
        "a key at an address": put_together(
            {**header, "jku": "https://evil.example/keys", "x5u": "https://evil.example"},
            claims,
            stranger.sign,
        ),
        "critical words": put_together({**header, "crit": ["x"], "x": 1}, claims, ours),
        "without a key's id": put_together({"alg": "EdDSA"}, claims, ours),
        "no signature": good.rpartition(".")[0] + ".",
        "two parts": good.rpartition(".")[0],
        "four parts": good + ".x",
        "padding": good + "=",
        "line end": good + "\n",
        "cut": good[:-2],
        "another's roles": ".".join(
            (
                good.split(".")[0],
                encoded(json.dumps({**claims, "sub": "x"}).encode()),
                good.split(".")[2],
            )
        ),
        "too long": put_together(
            header, {**claims, "name": "x" * 200, "own": ["y" * 9] * 999}, ours
        ),
    }
    for kid in ("../../../dev/null", "/dev/null", "' OR 1=1 --", "x\u0000", "", "0" * 5000, "mine"):
        found[f"kid {kid[:12]!r}"] = put_together({**header, "kid": kid}, claims, stranger.sign)
    for name, change in {
        "expired": {"iat": claims["iat"] - 9000, "exp": claims["iat"] - 3},
        "of tomorrow": {"iat": claims["iat"] + 90_000, "exp": claims["iat"] + 90_600},
        "another audience": {"aud": "another-installation"},
        "many audiences": {"aud": [claims["aud"], "x"]},
        "without an end": {"exp": None},
        "end before beginning": {"exp": claims["iat"] - 1, "iat": claims["iat"]},
        "end as text": {"exp": str(claims["exp"])},
        "invented role": {"roles": {"*": [["god", None]]}},
        "nobody": {"sub": ""},
    }.items():
        found[name] = put_together(header, {**claims, **change}, ours)
    other = TokenSigner(
        SigningKey.generate(),
        audience=home.installation.settings.installation,
        clock=home.installation.services["accounts"].clock,
    )
    found["another installation's"] = other.sign(mallory())
    return found


def mallory() -> Reader:
    return Reader("a", "s", "Mallory", (RoleGrant(Role.administrator, "*"),))


@pytest.mark.parametrize("service", SERVICES)
def test_no_forged_token_opens_anything(home: Home, service: str) -> None:
    client, where = home.client(service), WHERE[service]
    assert client.get(where, headers=home.headers).status_code in (200, 403)
    for what, token in forgeries(home).items():
        if "\n" not in token:
            answer = client.get(where, headers={"Authorization": f"Bearer {token}"})
            assert answer.status_code == 401, (what, answer.status_code)
            assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        if len(token) > 4000 or not token.isascii() or "\n" in token:
            continue
        browser = home.apps[service].test_client()
        browser.set_cookie(session_cookie(secure=False), token)
        answer = browser.get(where)
        assert answer.status_code == 401, (what, answer.status_code)
        page = browser.get(PAGES[service])
        assert page.status_code in (302, 303), (what, page.status_code)


@pytest.mark.parametrize(
    "header", ["Basic YTpi", "Bearer", "Bearer  ", "bearer x y", "Token x", "x", "Bearer null"]
)
def test_other_headers_open_nothing(home: Home, header: str) -> None:
    for service, where in WHERE.items():
        answer = home.client(service).get(where, headers={"Authorization": header})
        assert answer.status_code == 401


def test_a_token_in_an_address_or_a_form_is_none(home: Home) -> None:
    token = home.headers["Authorization"].removeprefix("Bearer ")
    for service, where in WHERE.items():
        client = home.client(service)
        for name in ("access_token", "token", "authorization", "jwt"):
            assert client.get(f"{where}?{name}={token}").status_code == 401
            assert client.post(where, data={name: token}).status_code in (401, 405)


def test_two_tokens_are_not_one(home: Home) -> None:
    """The header decides; a good cookie does not help a bad header."""
    good = home.headers["Authorization"].removeprefix("Bearer ")
    for service, where in WHERE.items():
        browser = home.apps[service].test_client()
        browser.set_cookie(session_cookie(secure=False), good)
        assert browser.get(where, headers={"Authorization": "Bearer x"}).status_code == 401
