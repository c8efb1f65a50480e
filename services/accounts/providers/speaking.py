"""Speaks with one provider: where to send people, and who somebody is who comes back.

    talk = Conversation(provider, redirect_uri="https://…/callback", clock=clock)
    address = talk.authorization_url(state=…, nonce=…, verifier=…)
    identity = talk.identify(code, nonce=…, verifier=…)     # raises Unreachable or NotGenuine

Authorization code with PKCE (RFC 7636, S256) by OpenID Connect Core 1.0, 3.1. What comes over the
line has limits of time and size and no redirects; what the provider says of itself is remembered
for an hour. An ID token is taken only with a signature of a key that the provider publishes.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic
from typing import Any, Final
from urllib.parse import urlsplit

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from services.accounts.providers.configuring import Provider, is_safe
from shared.clock import Clock

TIMEOUT_SECONDS: Final = (5.0, 10.0)
"""To be connected, and between two pieces of an answer."""

ANSWER_BYTES_MAX: Final = 512 * 1024
REMEMBERED_SECONDS: Final = 3600.0
FAILED_SECONDS: Final = 5.0
"""A provider that did not answer is not asked again sooner, however many want to sign in."""

KEYS_AGAIN_SECONDS: Final = 30.0
"""A key that is not known makes us ask for the keys again, at most so often."""

LEEWAY_SECONDS: Final = 60
SUBJECT_LENGTH_MAX: Final = 255
VALUES_MAX: Final = 1000
ALGORITHMS: Final = (
    "RS256",
    "PS256",
    "ES256",
    "RS384",
    "PS384",
    "ES384",
    "RS512",
    "PS512",
    "EdDSA",
)
"""Signatures by a key that only the provider has: never ``none``, and no shared secret."""

PROVES_FRESH_SECONDS: Final = 600
"""A second factor at the provider counts for what needs it fresh when it is no older."""


class Unreachable(Exception):
    """The provider does not answer, or not in a way that could be read. Says why, for the log."""


class NotGenuine(Exception):
    """What came is not what the provider would say to us. Says why, for the log."""


@dataclass(frozen=True, kw_only=True)
class Identity:
    """Who somebody is, as their provider says.

    values:    of the claim that roles follow from.
    proved_at: when a second factor was proved there, if it was lately; None if not.
    """

    provider: Provider
    subject: str
    name: str
    email: str
    email_verified: bool
    values: frozenset[str]
    proved_at: datetime | None


class Conversation:
    """What is said with one provider, over all threads of a process."""

    def __init__(self, provider: Provider, *, redirect_uri: str, clock: Clock) -> None:
        self.provider = provider
        self._redirect_uri = redirect_uri
        self._clock = clock
        self._lock = threading.Lock()
        self._metadata: dict[str, Any] = {}
        self._keys: KeySet | None = None
        self._metadata_at = self._keys_at = self._failed_at = float("-inf")

    def authorization_url(self, *, state: str, nonce: str, verifier: str) -> str:
        """Where the browser goes to sign in."""
        endpoint = self._endpoint("authorization_endpoint")
        with self._session() as session:
            url, _ = session.create_authorization_url(
                endpoint, state=state, nonce=nonce, code_verifier=verifier
            )
        return str(url)

    def names_issuer(self) -> bool:
        """Whether what comes back must say which provider it is of (RFC 9207)."""
        return self._about().get("authorization_response_iss_parameter_supported") is True

    def identify(self, code: str, *, nonce: str, verifier: str) -> Identity:
        """Who it is that came back with the code. Raises Unreachable, NotGenuine."""
        endpoint = self._endpoint("token_endpoint")
        with self._session() as session:
            try:
                token = session.fetch_token(endpoint, code=code, code_verifier=verifier)
            except AuthlibBaseError as error:
                raise NotGenuine(f"the code was refused: {error.error}") from None
            except (requests.RequestException, ValueError) as error:
                raise Unreachable(f"token endpoint: {type(error).__name__}") from None
            claims = self._claims(token, nonce)
            told = self._told(session, claims)
        return self._identity(claims, told)

    # What the provider says of itself

    def _about(self) -> dict[str, Any]:
        now = monotonic()
        if self._metadata and now - self._metadata_at < REMEMBERED_SECONDS:
            return self._metadata
        with self._lock:
            if monotonic() - self._metadata_at < REMEMBERED_SECONDS and self._metadata:
                return self._metadata
            address = self.provider.issuer.rstrip("/") + "/.well-known/openid-configuration"
            found = self._fetch(address)
            if found.get("issuer") != self.provider.issuer:
                raise Unreachable("it calls itself another issuer")
            self._metadata, self._metadata_at = found, monotonic()
        return self._metadata

    def _endpoint(self, name: str) -> str:
        address = self._about().get(name)
        if not isinstance(address, str) or not is_safe(address, issuer=self.provider.issuer):
            raise Unreachable(f"its {name} is no address with https")
        return address

    def _key_set(self, *, again: bool = False) -> KeySet:
        age = monotonic() - self._keys_at
        if self._keys is not None and age < (KEYS_AGAIN_SECONDS if again else REMEMBERED_SECONDS):
            return self._keys
        address = self._endpoint("jwks_uri")
        with self._lock:
            found = self._fetch(address)
            try:
                self._keys = KeySet.import_key_set(found)  # type: ignore[arg-type]
            except (JoseError, ValueError, KeyError, TypeError):
                raise Unreachable("its keys cannot be read") from None
            self._keys_at = monotonic()
            return self._keys

    def _fetch(self, address: str) -> dict[str, Any]:
        """A JSON object. One that failed just now is not asked for again at once."""
        if monotonic() - self._failed_at < FAILED_SECONDS:
            raise Unreachable("it did not answer just now")
        try:
            with _session(self.provider, requests.Session()) as session:
                answer = limited(session.get(address, **_OPTIONS))
                found = answer.json()
            if answer.status_code != requests.codes.ok or not isinstance(found, dict):
                raise Unreachable(f"{urlsplit(address).path} answers {answer.status_code}")
        except Unreachable:
            self._failed_at = monotonic()
            raise
        except (requests.RequestException, ValueError) as error:
            self._failed_at = monotonic()
            raise Unreachable(type(error).__name__) from None
        self._failed_at = float("-inf")
        return found

    def _session(self) -> OAuth2Session:
        provider = self.provider
        session = LimitedSession(
            client_id=provider.client_id,
            client_secret=provider.client_secret or None,
            token_endpoint_auth_method=self._authentication(),
            scope=" ".join(provider.scopes),
            redirect_uri=self._redirect_uri,
            code_challenge_method="S256",
        )
        return _session(provider, session)

    def _authentication(self) -> str:
        """How we say that it is us who bring a code: in the header, or else in the form."""
        if not self.provider.client_secret:
            return "none"
        offered = self._about().get("token_endpoint_auth_methods_supported")
        in_form = isinstance(offered, list) and "client_secret_basic" not in offered
        return "client_secret_post" if in_form else "client_secret_basic"

    # Who somebody is

    def _claims(self, token: dict[str, Any], nonce: str) -> CodeIDToken:
        """The claims of the ID token, each checked (OpenID Connect Core 1.0, 3.1.3.7)."""
        text = token.get("id_token")
        if not isinstance(text, str):
            raise NotGenuine("there is no ID token")
        signed = self._verified(text)
        provider, now = self.provider, int(self._clock.now().timestamp())
        claims = CodeIDToken(
            signed.claims,
            signed.header,
            {
                "iss": {"essential": True, "value": provider.issuer},
                "aud": {"essential": True, "value": provider.client_id},
                "nonce": {"essential": True, "value": nonce},
            },
            {
                "client_id": provider.client_id,
                "nonce": nonce,
                "access_token": token.get("access_token"),
            },
        )
        try:
            claims.validate(now=now, leeway=LEEWAY_SECONDS)
            future = claims["iat"] > now + LEEWAY_SECONDS
        except (JoseError, AuthlibBaseError, TypeError, ValueError) as error:
            raise NotGenuine(f"ID token: {error}") from None
        audience = claims["aud"]
        if isinstance(audience, list) and len(audience) > 1 and "azp" not in claims:
            raise NotGenuine("ID token: for several audiences, without azp")
        if future:
            raise NotGenuine("ID token: of the future")
        return claims

    def _verified(self, text: str) -> jwt.Token:
        for again in (False, True):
            try:
                return jwt.decode(text, self._key_set(again=again), algorithms=ALGORITHMS)
            except (JoseError, ValueError) as error:
                if again:
                    raise NotGenuine(f"ID token: {type(error).__name__}") from None
        raise AssertionError("unreachable")

    def _told(self, session: OAuth2Session, claims: CodeIDToken) -> dict[str, Any]:
        """What the provider tells besides the ID token, where something is missing in that."""
        provider = self.provider
        missing = "email" not in claims or (
            bool(provider.claim) and _at(claims, provider.claim) is None
        )
        if not missing or "userinfo_endpoint" not in self._about():
            return {}
        try:
            answer = session.get(self._endpoint("userinfo_endpoint"))
            found = answer.json() if answer.status_code == requests.codes.ok else None
        except (requests.RequestException, AuthlibBaseError, ValueError) as error:
            raise Unreachable(f"userinfo: {type(error).__name__}") from None
        if not isinstance(found, dict):
            raise Unreachable("userinfo cannot be read")
        if found.get("sub") != claims["sub"]:
            raise NotGenuine("userinfo is about somebody else")
        return found

    def _identity(self, claims: CodeIDToken, told: dict[str, Any]) -> Identity:
        subject = claims["sub"]
        if not isinstance(subject, str) or not 0 < len(subject) <= SUBJECT_LENGTH_MAX:
            raise NotGenuine("ID token: sub")
        # The address and whether it was verified come from the same place, or count for nothing.
        of_address = claims if "email" in claims else told
        provider = self.provider
        values = _at(claims, provider.claim) if provider.claim else None
        if values is None and provider.claim:
            values = _at(told, provider.claim)
        return Identity(
            provider=provider,
            subject=subject,
            name=_text(claims.get("name") or told.get("name")),
            email=_text(of_address.get("email")),
            email_verified=of_address.get("email_verified") is True,
            values=_values(values),
            proved_at=self._proved_at(claims),
        )

    def _proved_at(self, claims: CodeIDToken) -> datetime | None:
        """When a second factor was proved there, if lately: it counts from then, not from now."""
        acr, amr, at = claims.get("acr"), claims.get("amr"), claims.get("auth_time")
        proved = (isinstance(acr, str) and acr in self.provider.acr) or (
            isinstance(amr, list)
            and any(isinstance(one, str) and one in self.provider.amr for one in amr)
        )
        if not proved or not isinstance(at, int):
            return None
        now = self._clock.now()
        if not -LEEWAY_SECONDS <= now.timestamp() - at < PROVES_FRESH_SECONDS:
            return None
        return min(now, datetime.fromtimestamp(at, UTC))


_OPTIONS: Final[dict[str, Any]] = {
    "timeout": TIMEOUT_SECONDS,
    "allow_redirects": False,
    "stream": True,
}


class LimitedSession(OAuth2Session):  # type: ignore[misc]
    """Authlib's session, which neither waits nor reads without end and follows nowhere."""

    def request(self, method: str, url: str, **options: Any) -> requests.Response:
        """As requests does it."""
        return limited(super().request(method, url, **{**options, **_OPTIONS}))


def limited(answer: requests.Response) -> requests.Response:
    """The answer with its body read, up to the limit. Raises requests' own errors."""
    body = bytearray()
    for part in answer.iter_content(64 * 1024):
        body += part
        if len(body) > ANSWER_BYTES_MAX:
            answer.close()
            raise requests.exceptions.ContentDecodingError("the answer is too long")
    answer._content = bytes(body)  # noqa: SLF001 (requests reads it there)
    if answer.is_redirect:
        raise requests.exceptions.TooManyRedirects("it leads elsewhere")
    return answer


def _session(provider: Provider, session: Any) -> Any:
    # A proxy of the machine is used; passwords of its .netrc are nobody's business.
    session.trust_env = False
    session.proxies = requests.utils.get_environ_proxies(provider.issuer)
    return session


def _at(claims: Any, path: str) -> Any:
    """A claim, also one inside of others: ``realm_access.roles``."""
    if path in claims:
        return claims[path]
    found = claims
    for part in path.split("."):
        if not isinstance(found, dict) or part not in found:
            return None
        found = found[part]
    return found


def _values(found: Any) -> frozenset[str]:
    listed = found if isinstance(found, list) else [found]
    return frozenset(one for one in listed[:VALUES_MAX] if isinstance(one, str) and one)


def _text(found: Any) -> str:
    return found.strip() if isinstance(found, str) else ""
