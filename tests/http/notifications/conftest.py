"""A home with notifications in it, foreign events that arrive, and readers who ask."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from flask import Flask
from flask.testing import FlaskClient

from services.notifications.app import create, definition
from shared.access.reader import Reader, RoleGrant
from shared.access.roles import Role
from shared.access.tokens import TokenSigner
from shared.bus.applying import apply_batch
from shared.clock import FixedClock
from shared.events.envelope import Envelope, encode, encode_data
from shared.events.event import PREFIX
from shared.identifiers import derived
from shared.privacy.keyring import KeyName
from shared.privacy.sealing import seal_text
from shared.service import Service
from shared.settings import Settings
from shared.web.composing import token_key
from tests.migrated import migrated

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MIRA = derived("registration", "RS-2011", "1")


@dataclass
class House:
    """Notifications, the other services as far as their logs reach it, and its web."""

    service: Service
    app: Flask
    clock: FixedClock
    signer: TokenSigner
    positions: dict[str, int] = field(default_factory=dict)

    def arrives(
        self,
        name: str,
        subject: str,
        *,
        programme: str = "RS-2011",
        actor: str = "somebody",
        more: dict[str, Any] | None = None,
        **data: Any,
    ) -> str:
        """An event of another service; ``sealed=(owner, {field: (class, text)})`` is personal.

        more: further fields, whatever they are called.
        """
        data |= more or {}
        owner, personal = data.pop("sealed", ("", {}))
        for one, (data_class, text) in personal.items():
            data[one] = seal_text(self.service.keyring, KeyName(owner, data_class), text)
        source = name.split(".", 1)[0]
        position = self.positions.get(source, -1) + 1
        self.positions[source] = position
        event_id = derived("event", source, str(position))
        envelope = Envelope(
            id=event_id,
            source=source,
            subject=subject,
            type=PREFIX + name,
            time=self.clock.now(),
            streamversion=position + 1,
            installation="zanat",
            programme=programme,
            actor=actor,
            correlationid="c",
            causationid="c",
            data=encode_data(msgspec.to_builtins(data)),
        )
        apply_batch(self.service, {source: {position: encode(envelope)}})
        return event_id

    def as_reader(self, *roles: Role, account: str = "a1", programme: str = "RS-2011") -> Asker:
        """A client that asks as this account."""
        grants = tuple(RoleGrant(role, programme) for role in roles)
        fresh_at = int(self.clock.now().timestamp())
        reader = Reader(account, f"session-{account}", "Ana", grants, fresh_at=fresh_at)
        token = self.signer.sign(reader)
        return Asker(self.app.test_client(), {"Authorization": f"Bearer {token}"})

    def as_applicant(self, *registrations: str, account: str, programme: str = "RS-2011") -> Asker:
        """A client that asks as a registered person."""
        reader = Reader(
            account,
            f"session-{account}",
            "Mira",
            (RoleGrant(Role.applicant, programme),),
            fresh_at=int(self.clock.now().timestamp()),
            registrations=frozenset(registrations),
        )
        token = self.signer.sign(reader)
        return Asker(self.app.test_client(), {"Authorization": f"Bearer {token}"})


@dataclass
class Asker:
    """Asks with a token."""

    client: FlaskClient
    headers: dict[str, str]

    def get(self, address: str, **headers: str) -> Any:
        return self.client.get(address, headers={**self.headers, **headers})

    def post(self, address: str, json: Any = None, **headers: str) -> Any:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.post(address, json=json, headers={**self.headers, **named})

    def submit(self, address: str, page: str, **form: Any) -> Any:
        """Send a form of a page, with the token that the page carries."""
        text = self.get(page).text
        token = text.split('name="csrf_token" value="')[1].split('"')[0]
        data = {"csrf_token": token, **form}
        return self.client.post(address, data=data, headers=self.headers)


@pytest.fixture
def house(tmp_path: Path):
    settings = Settings(home=tmp_path, public_url="http://localhost:8000")
    migrated(settings, definition())
    clock = FixedClock(NOON)
    service = Service.open(definition(), settings, clock=clock)
    key = token_key(settings)
    signer = TokenSigner(key, audience=settings.installation, clock=clock)
    yield House(service, create(service), clock, signer)
    service.close()


@pytest.fixture
def register(house: House) -> Callable[..., str]:
    """Mira is registered in trainings."""

    def registered(*, phone: str | None = "+381 60 000 0001", country: str = "RS") -> str:
        sealed: dict[str, tuple[str, str]] = {"full_name": ("identity", "Mira Primer")}
        if phone:
            sealed["phone"] = ("contact", phone)
        nothing: dict[str, Any] = {} if phone else {"phone": None}
        house.arrives(
            "trainings.registration.registered.v1",
            f"registration/{MIRA}",
            registration_id=MIRA,
            country=country,
            municipality="Kragujevac",
            **nothing,
            sealed=(MIRA, sealed),
        )
        return MIRA

    return registered
