"""Which providers there are, what they may be asked, and which roles their claims stand for.

    [[provider]]
    name = "ministry"                       # in addresses; a-z, 0-9 and -
    title = "Ministry of Labour"            # on the button
    issuer = "https://id.ministry.example"
    client_id = "zanat"
    client_secret_file = "/etc/zanat/ministry.secret"   # none: a public client
    claim = "groups"                        # what roles follow from; realm_access.roles does too
    create = true                           # make accounts for whom a role follows
    domains = ["ministry.example"]          # whose addresses it speaks for; none: it knows only
                                            # those who linked their account themselves

    [provider.trusted_second_factor]        # what proves a second factor there
    acr = ["urn:example:gold"]
    amr = ["mfa", "otp", "hwk"]

    [[provider.role]]
    value = "zanat-field-officers"
    role = "field_officer"
    programme = "RS-2011"
    region = "Šumadija"

``read`` raises ValueError that names the place. A secret is in a file of its own, so that this one
can be shown to anybody.
"""

from __future__ import annotations

import ipaddress
import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, cast
from urllib.parse import urlsplit

from services.accounts.staff.account_events import Role
from services.accounts.staff.account_state import Holding
from services.accounts.staff.granting import REGIONAL_ROLES, SCOPE_LENGTH_MAX, STAFF_ROLES

PROVIDERS_MAX: Final = 20
RULES_MAX: Final = 500
TEXT_MAX: Final = 300
_NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,39}\Z")
_DOMAIN: Final = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}\Z")
_KEYS: Final = {
    *("name", "title", "issuer", "client_id", "client_secret_file", "scopes", "claim", "create"),
    *("trusted_second_factor", "role", "domains"),
}


@dataclass(frozen=True, kw_only=True)
class Provider:
    """An organisation that says who somebody is.

    roles:   (value of the claim, the role that follows from it).
    domains: of addresses that it may speak for. Elsewhere its word that an address was verified
    counts for nothing: it would get the invitations of other organisations.
    """

    name: str
    title: str
    issuer: str
    client_id: str
    client_secret: str = field(default="", repr=False)
    scopes: tuple[str, ...] = ("openid", "email", "profile")
    claim: str = ""
    create: bool = False
    acr: frozenset[str] = frozenset()
    amr: frozenset[str] = frozenset()
    roles: tuple[tuple[str, Holding], ...] = ()
    domains: frozenset[str] = frozenset()

    def speaks_for(self, email: str) -> bool:
        """Whether the address is of one of the provider's own domains, and of none below them."""
        return email.rpartition("@")[2].lower() in self.domains

    def wanted(self, values: frozenset[str]) -> frozenset[Holding]:
        """The roles that follow from the values of the claim."""
        return frozenset(held for value, held in self.roles if value in values)

    @property
    def governed(self) -> frozenset[Holding]:
        """Every role that this provider decides about; others are left alone."""
        return frozenset(held for _, held in self.roles)


def read(path: Path | None) -> tuple[Provider, ...]:
    """The providers in the file; none without a file. Raises ValueError, OSError."""
    if path is None:
        return ()
    try:
        text = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"ZANAT_PROVIDERS: {path.name} is no TOML: {error}") from None
    listed = text.pop("provider", [])
    if text or not isinstance(listed, list) or len(listed) > PROVIDERS_MAX:
        raise ValueError(f"ZANAT_PROVIDERS: {path.name} holds [[provider]] tables, 20 at most")
    providers = tuple(_provider(one, number) for number, one in enumerate(listed, 1))
    if len({one.name for one in providers}) < len(providers):
        raise ValueError("ZANAT_PROVIDERS: two providers have one name")
    if len({one.issuer for one in providers}) < len(providers):
        raise ValueError("ZANAT_PROVIDERS: two providers have one issuer")
    return providers


def is_safe(address: str, *, issuer: str = "") -> bool:
    """Whether an address may be asked: https, or this very machine.

    issuer: where an issuer has https, none of its addresses is this machine without it.
    """
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return False
    if parts.username or parts.password or parts.fragment or not host:
        return False
    if parts.scheme == "https":
        return True
    return parts.scheme == "http" and _is_loopback(host) and not issuer.startswith("https://")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _provider(given: Any, number: int) -> Provider:
    place = f"ZANAT_PROVIDERS: provider {number}"
    if not isinstance(given, dict) or set(given) - _KEYS:
        unknown = ", ".join(sorted(set(given) - _KEYS)) if isinstance(given, dict) else "no table"
        raise ValueError(f"{place}: {unknown}")
    name = _text(given, "name", place)
    if not _NAME.match(name):
        raise ValueError(f"{place}: name: a-z, digits and -, a letter first, at most 40")
    issuer = _text(given, "issuer", place)
    if not is_safe(issuer) or urlsplit(issuer).query:
        raise ValueError(f"{place}: issuer: an address with https (http on this machine only)")
    factor = given.get("trusted_second_factor", {})
    if not isinstance(factor, dict) or set(factor) - {"acr", "amr"}:
        raise ValueError(f"{place}: trusted_second_factor: acr and amr")
    rules = given.get("role", [])
    if not isinstance(rules, list) or len(rules) > RULES_MAX:
        raise ValueError(f"{place}: [[provider.role]] tables, {RULES_MAX} at most")
    claim = _text(given, "claim", place) if rules or "claim" in given else ""
    scopes = _words(given, "scopes", place) if "scopes" in given else Provider.scopes
    create = given.get("create", bool(rules))
    if not isinstance(create, bool) or "openid" not in scopes:
        raise ValueError(f"{place}: create is true or false, scopes name openid")
    return Provider(
        name=name,
        title=_text(given, "title", place),
        issuer=issuer,
        client_id=_text(given, "client_id", place),
        client_secret=_secret(given, place),
        scopes=scopes,
        claim=claim,
        create=create,
        acr=frozenset(_words(factor, "acr", place)),
        amr=frozenset(_words(factor, "amr", place)),
        roles=tuple(_rule(one, f"{place}: role {n}") for n, one in enumerate(rules, 1)),
        domains=_domains(given, place),
    )


def _domains(given: dict[str, Any], place: str) -> frozenset[str]:
    found = _words(given, "domains", place)
    if not all(_DOMAIN.match(one) for one in found):
        raise ValueError(f"{place}: domains: such as ministry.example, in small letters")
    return frozenset(found)


def _rule(given: Any, place: str) -> tuple[str, Holding]:
    if not isinstance(given, dict) or set(given) - {"value", "role", "programme", "region"}:
        raise ValueError(f"{place}: value, role, programme and region")
    role, value = _text(given, "role", place), _text(given, "value", place)
    programme = _text(given, "programme", place) if "programme" in given else None
    region = _text(given, "region", place) if "region" in given else None
    if role not in STAFF_ROLES:
        raise ValueError(f"{place}: there is no such role for staff")
    if (role == "administrator") != (programme is None):
        raise ValueError(f"{place}: a programme, except for an administrator")
    if region is not None and role not in REGIONAL_ROLES:
        raise ValueError(f"{place}: this role has no region")
    if any(len(one or "") > SCOPE_LENGTH_MAX for one in (programme, region)):
        raise ValueError(f"{place}: programme and region have {SCOPE_LENGTH_MAX} letters at most")
    return value, Holding(role=cast(Role, role), programme=programme, region=region)


def _secret(given: dict[str, Any], place: str) -> str:
    if "client_secret_file" not in given:
        return ""
    path = Path(_text(given, "client_secret_file", place))
    try:
        secret = path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ValueError(f"{place}: client_secret_file: {error.strerror}") from None
    if not secret:
        raise ValueError(f"{place}: client_secret_file is empty")
    return secret


def _text(given: dict[str, Any], key: str, place: str) -> str:
    value = given.get(key)
    if not isinstance(value, str) or not 0 < len(value) <= TEXT_MAX or not value.isprintable():
        raise ValueError(f"{place}: {key}: a text of 1 to {TEXT_MAX} letters")
    return value


def _words(given: dict[str, Any], key: str, place: str) -> tuple[str, ...]:
    value = given.get(key, [])
    if not isinstance(value, list) or not all(isinstance(one, str) and one for one in value):
        raise ValueError(f"{place}: {key}: a list of texts")
    return tuple(value)
