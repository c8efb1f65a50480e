"""Tokens: compact JWS signed with Ed25519 (RFC 7515, RFC 8037), which live for minutes.

Accounts signs them; every other service verifies them by itself with the public keys it has.

>>> from datetime import UTC, datetime
>>> from shared.clock import FixedClock
>>> clock, key = FixedClock(datetime(2026, 1, 1, tzinfo=UTC)), SigningKey.generate()
>>> token = TokenSigner(key, audience="demo", clock=clock).sign(Reader("a1", "s1", "Mira"))
>>> TokenVerifier({key.kid: key.public}, audience="demo", clock=clock).verify(token).account_id
'a1'

The algorithm is fixed: a header that names another one (``none``, ``HS256``) is refused before
any key is looked at, so that a public key can never be taken for a shared secret.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Final, Protocol

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from shared.access.reader import Reader, RoleGrant
from shared.access.roles import Role
from shared.clock import Clock
from shared.errors import Unauthenticated
from shared.language.marking import N_

ALGORITHM: Final = "EdDSA"
LIFETIME: Final = timedelta(minutes=10)
CLOCK_DIFFERENCE_SECONDS_MAX: Final = 30
TOKEN_BYTES_MAX: Final = 3800
"""A browser keeps cookies to 4096 bytes with name and attributes."""

REMEMBERED_MAX: Final = 10_000
"""Genuine tokens that a verifier remembers, some kilobytes each at most."""

_Text = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class TokenExpired(Unauthenticated):
    """The token was good and is too old: the session may still be alive and give another."""


class _Header(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    alg: str
    kid: _Text
    typ: str = "JWT"


class _Claims(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    aud: _Text
    sub: _Text
    sid: _Text
    name: Annotated[str, msgspec.Meta(max_length=200)] = ""
    roles: dict[str, list[tuple[Role, str | None]]] = {}
    iat: int
    exp: int
    fresh: int | None = None
    own: list[_Text] = []
    scopes: list[_Text] | None = None
    ver: int = 0


@dataclass(frozen=True)
class SigningKey:
    """A private Ed25519 key and its id, which is derived from the public half."""

    private: Ed25519PrivateKey

    @classmethod
    def generate(cls) -> SigningKey:
        """A fresh key."""
        return cls(Ed25519PrivateKey.generate())

    @property
    def public(self) -> Ed25519PublicKey:
        """The half that verifiers have."""
        return self.private.public_key()

    @property
    def kid(self) -> str:
        """The id that token headers name."""
        return key_id(self.public)


def key_id(public: Ed25519PublicKey) -> str:
    """The first 16 hex digits of the SHA-256 of the raw public key."""
    raw = public.public_bytes(Encoding.Raw, PublicFormat.Raw)
    return hashlib.sha256(raw).hexdigest()[:16]


class FindsKeys(Protocol):
    """Public keys by id, such as ``shared.access.keys.PublicKeys``."""

    def get(self, kid: str, /) -> tuple[Ed25519PublicKey, int | None] | None:
        """The key, with the second since 1970 that none of its tokens outlives; None: unknown."""


class TokenSigner:
    """Signs tokens for one installation. ``key``: one, or what gives the one of the moment."""

    def __init__(
        self,
        key: SigningKey | Callable[[], SigningKey],
        *,
        audience: str,
        clock: Clock,
        lifetime: timedelta = LIFETIME,
    ) -> None:
        self._key = key
        self._audience = audience
        self._clock = clock
        self._lifetime = lifetime

    def sign(self, reader: Reader, *, lifetime: timedelta | None = None) -> str:
        """A token that says who the reader is until ``lifetime`` from now; never longer than usual.

        Raises ValueError when the roles do not fit into a cookie.
        """
        lives = self._lifetime if lifetime is None else min(lifetime, self._lifetime)
        key = self._key if isinstance(self._key, SigningKey) else self._key()
        now = int(self._clock.now().timestamp())
        roles: dict[str, list[tuple[Role, str | None]]] = {}
        for grant in reader.roles:
            roles.setdefault(grant.programme, []).append((grant.role, grant.region))
        claims = _Claims(
            aud=self._audience,
            sub=reader.account_id,
            sid=reader.session_id,
            name=reader.name,
            roles=roles,
            iat=now,
            exp=now + int(lives.total_seconds()),
            fresh=reader.fresh_at,
            own=sorted(reader.registrations),
            scopes=None if reader.scopes is None else sorted(reader.scopes),
            ver=reader.version,
        )
        header = _Header(alg=ALGORITHM, kid=key.kid)
        signed = b".".join(_encode(msgspec.json.encode(part)) for part in (header, claims))
        token = b".".join((signed, _encode(key.private.sign(signed)))).decode()
        if len(token) > TOKEN_BYTES_MAX:
            raise ValueError(f"a token of {len(token)} bytes does not fit into a cookie")
        return token


class TokenVerifier:
    """Verifies tokens against a set of public keys, by key id."""

    def __init__(
        self,
        keys: FindsKeys | Mapping[str, Ed25519PublicKey],
        *,
        audience: str,
        clock: Clock,
    ) -> None:
        self._keys: FindsKeys = (
            {kid: (key, None) for kid, key in keys.items()} if isinstance(keys, Mapping) else keys
        )
        self._audience = audience
        self._clock = clock
        self._verified: dict[bytes, tuple[int, int, str, Reader]] = {}

    def verify(self, token: str) -> Reader:
        """The reader that the token speaks of.

        A token that was found genuine is remembered by its hash until it runs out: whoever works
        here sends the same one with every request. Whether its key is still taken is asked each
        time, and so is whether its session was ended (``Revocations``).

        Raises TokenExpired when it is only too old, else Unauthenticated with a code that says
        what is wrong with it.
        """
        now = int(self._clock.now().timestamp())
        mark = hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
        known = self._verified.get(mark)
        if (
            known is not None
            and known[0] <= now + CLOCK_DIFFERENCE_SECONDS_MAX
            and now < known[1]
            and self._good_key(known[2], known[1])
        ):
            return known[3]
        claims, kid = self._signed_claims(token)
        reader = self._checked(claims, now)
        if len(self._verified) >= REMEMBERED_MAX:
            self._verified.clear()
        self._verified[mark] = claims.iat, claims.exp, kid, reader
        return reader

    def _good_key(self, kid: str, exp: int) -> Ed25519PublicKey | None:
        """The key, if it is known and a token of it may run out then.

        A key that was replaced signed nothing that lives longer than what it signed last.
        """
        found = self._keys.get(kid)
        if found is None or (found[1] is not None and exp > found[1]):
            return None
        return found[0]

    def _checked(self, claims: _Claims, now: int) -> Reader:
        if claims.aud != self._audience:
            raise Unauthenticated(
                "token-of-another-installation",
                N_("This sign-in belongs to another installation. Sign in here."),
            )
        if claims.iat > now + CLOCK_DIFFERENCE_SECONDS_MAX or claims.exp <= claims.iat:
            raise _malformed()
        if claims.exp <= now:
            raise TokenExpired("token-expired", N_("Your sign-in ran out. Sign in again."))
        return Reader(
            account_id=claims.sub,
            session_id=claims.sid,
            name=claims.name,
            roles=tuple(
                RoleGrant(role, programme, region)
                for programme, held in claims.roles.items()
                for role, region in held
            ),
            fresh_at=claims.fresh,
            registrations=frozenset(claims.own),
            scopes=None if claims.scopes is None else frozenset(claims.scopes),
            version=claims.ver,
        )

    def _signed_claims(self, token: str) -> tuple[_Claims, str]:
        parts = token.split(".")
        if len(token) > TOKEN_BYTES_MAX or len(parts) != 3 or not token.isascii():
            raise _malformed()
        try:
            header = msgspec.json.decode(_decode(parts[0]), type=_Header)
        except (ValueError, msgspec.MsgspecError):
            raise _malformed() from None
        if header.alg != ALGORITHM or header.typ != "JWT":
            raise _malformed()
        found = self._keys.get(header.kid)
        if found is None:
            raise _key_unknown()
        try:
            found[0].verify(_decode(parts[2]), f"{parts[0]}.{parts[1]}".encode())
        except (ValueError, InvalidSignature):
            raise Unauthenticated(
                "token-forged", N_("This sign-in is not genuine. Sign in again.")
            ) from None
        try:
            claims = msgspec.json.decode(_decode(parts[1]), type=_Claims)
        except (ValueError, msgspec.MsgspecError):
            raise _malformed() from None
        if self._good_key(header.kid, claims.exp) is None:
            raise _key_unknown()
        return claims, header.kid


def _key_unknown() -> Unauthenticated:
    return Unauthenticated(
        "token-key-unknown", N_("This sign-in is not known here. Sign in again.")
    )


def _malformed() -> Unauthenticated:
    return Unauthenticated("token-malformed", N_("This sign-in cannot be read. Sign in again."))


def _encode(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def _decode(text: str) -> bytes:
    """Base64url in its one spelling; another spelling of the same bytes is another token."""
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError("not base64url") from error
    if _encode(data).decode() != text:
        raise ValueError("not canonical base64url")
    return data
