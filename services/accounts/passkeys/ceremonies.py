"""The two ceremonies of WebAuthn: making a passkey, and signing with one.

    party = relying_party("https://zanat.example.org")
    options = party.to_make(challenge, account_id="a1", name="mira@…", known=[...])   # JSON
    made = party.made(answer, challenge)                       # a credential, verified
    party.signed(answer, challenge, public_key=…, sign_count=…)

The device must have checked who holds it (by finger, face or number), so that a passkey is two
factors at once; its maker's name is not asked for. A browser gives passkeys to names only, never
to an address of digits: on this very machine that name is ``localhost``.
"""

from __future__ import annotations

import ipaddress
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import webauthn
from webauthn.authentication.verify_authentication_response import VerifiedAuthentication
from webauthn.helpers import (
    base64url_to_bytes,
    options_to_json,
    parse_authentication_credential_json,
    parse_client_data_json,
    parse_registration_credential_json,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)
from webauthn.registration.verify_registration_response import VerifiedRegistration

from shared.errors import Invalid
from shared.language.marking import N_

NAME: Final = "Zanat"
ANSWER_LENGTH_MAX: Final = 20_000
_UNREADABLE: Final = (
    WebAuthnException,
    ValueError,
    TypeError,
    KeyError,
    AttributeError,
    IndexError,
    OverflowError,
    RecursionError,
    struct.error,
)
"""What the parser raises for bytes that nobody's device has made."""


@dataclass(frozen=True)
class RelyingParty:
    """For whom devices make keys. ``origins``: the addresses of pages that may ask for them."""

    name: str
    origins: tuple[str, ...]

    def to_make(self, challenge: bytes, *, account_id: str, name: str, known: Sequence[str]) -> str:
        """What a browser needs to make a passkey. ``known``: credentials that need no other."""
        options = webauthn.generate_registration_options(
            rp_id=self.name,
            rp_name=NAME,
            user_id=account_id.encode(),
            user_name=name,
            user_display_name=name,
            challenge=challenge,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
            exclude_credentials=[
                PublicKeyCredentialDescriptor(id=base64url_to_bytes(one)) for one in known
            ],
        )
        return options_to_json(options)

    def to_sign(self, challenge: bytes, *, known: Sequence[str] = ()) -> str:
        """What a browser needs to sign. Without ``known`` the device offers whose keys it has."""
        options = webauthn.generate_authentication_options(
            rp_id=self.name,
            challenge=challenge,
            user_verification=UserVerificationRequirement.REQUIRED,
            allow_credentials=[
                PublicKeyCredentialDescriptor(id=base64url_to_bytes(one)) for one in known
            ],
        )
        return options_to_json(options)

    def made(self, answer: str, challenge: bytes) -> VerifiedRegistration:
        """The credential that a device made. Raises Invalid."""
        try:
            return webauthn.verify_registration_response(
                credential=answer,
                expected_challenge=challenge,
                expected_rp_id=self.name,
                expected_origin=list(self.origins),
                require_user_verification=True,
            )
        except _UNREADABLE:
            raise refused() from None

    def signed(
        self, answer: str, challenge: bytes, *, public_key: bytes, sign_count: int
    ) -> VerifiedAuthentication:
        """The proof that a device signed with the key. Raises Invalid."""
        try:
            return webauthn.verify_authentication_response(
                credential=answer,
                expected_challenge=challenge,
                expected_rp_id=self.name,
                expected_origin=list(self.origins),
                credential_public_key=public_key,
                credential_current_sign_count=sign_count,
                require_user_verification=True,
            )
        except _UNREADABLE:
            raise refused() from None


@dataclass(frozen=True)
class Given:
    """What a browser sent, still unproved."""

    credential_id: str
    challenge: bytes
    user_handle: str = ""
    transports: tuple[str, ...] = ()


def relying_party(public_url: str) -> RelyingParty | None:
    """Whom devices make keys for; None where the address has no name that they could be for."""
    address = urlsplit(public_url)
    host = address.hostname or ""
    try:
        number = ipaddress.ip_address(host)
    except ValueError:
        return RelyingParty(host, (public_url,)) if host else None
    if not number.is_loopback:
        return None
    port = f":{address.port}" if address.port else ""
    return RelyingParty("localhost", (f"{address.scheme}://localhost{port}",))


def given_to_make(answer: str) -> Given:
    """What is in the answer of a device that made a key. Raises Invalid."""
    try:
        credential = parse_registration_credential_json(_short(answer))
        client = parse_client_data_json(credential.response.client_data_json)
        transports: Sequence[Any] = credential.response.transports or ()
    except _UNREADABLE:
        raise refused() from None
    known = tuple(one.value for one in transports if isinstance(one, AuthenticatorTransport))
    return Given(credential.id, client.challenge, transports=known)


def given_to_sign(answer: str) -> Given:
    """What is in the answer of a device that signed. Raises Invalid."""
    try:
        credential = parse_authentication_credential_json(_short(answer))
        client = parse_client_data_json(credential.response.client_data_json)
        handle = (credential.response.user_handle or b"").decode()
    except _UNREADABLE:
        raise refused() from None
    return Given(credential.id, client.challenge, user_handle=handle)


def refused() -> Invalid:
    """The one answer to everything that a device cannot have made for this page."""
    return Invalid(
        "passkey-refused",
        N_("This passkey was not accepted. Try again, or sign in by your password."),
    )


def _short(answer: str) -> str:
    if len(answer) > ANSWER_LENGTH_MAX:
        raise ValueError("too long for a device's answer")
    return answer
