"""A home with audit in it, logs whose entries arrive, and readers who ask."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from flask import Flask
from sqlalchemy import create_engine, text

from services.audit.app import create, definition
from shared.access.reader import Reader, RoleGrant
from shared.access.roles import Role
from shared.access.tokens import TokenSigner
from shared.bus.applying import apply_batch
from shared.clock import FixedClock
from shared.database import database_name, server_url
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


@dataclass
class Office:
    """Audit with what arrives from the other services' logs."""

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
        actor: str = "a1",
        correlation: str = "c1",
        data: Any = None,
        version: int = 1,
    ) -> bytes:
        """An entry of a source's log, a minute after the one before."""
        source = name.split(".", 1)[0]
        position = self.positions.get(source, -1) + 1
        self.positions[source] = position
        self.clock.advance(timedelta(minutes=1))
        envelope = Envelope(
            id=derived("event", source, str(position)),
            source=source,
            subject=subject,
            type=PREFIX + name,
            time=self.clock.now(),
            streamversion=version,
            installation="zanat",
            programme=programme,
            actor=actor,
            correlationid=correlation,
            causationid=correlation,
            data=encode_data(msgspec.to_builtins(data or {})),
        )
        raw = encode(envelope)
        apply_batch(self.service, {source: {position: raw}})
        return raw

    def named(self, account_id: str, name: str) -> None:
        """An account is invited under a name."""
        sealed = seal_text(self.service.keyring, KeyName(account_id, "identity"), name)
        self.arrives(
            "accounts.account.invited.v1",
            f"account/{account_id}",
            programme="-",
            actor="admin",
            correlation="invite",
            data={"account_id": account_id, "kind": "staff", "display_name": sealed},
        )

    def get(self, address: str, *roles: Role, programme: str = "*") -> Any:
        """Ask as somebody with these roles."""
        headers = self.headers(*roles, programme=programme)
        return self.app.test_client().get(address, headers=headers)

    def headers(self, *roles: Role, programme: str = "*", fresh: bool = True) -> dict[str, str]:
        """What says who asks."""
        grants = tuple(RoleGrant(role, programme) for role in roles)
        fresh_at = int(self.clock.now().timestamp()) if fresh else None
        token = self.signer.sign(Reader("auditor", "s1", "Ana", grants, fresh_at=fresh_at))
        return {"Authorization": f"Bearer {token}"}


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    yield from opened(Settings(home=tmp_path, public_url="http://localhost:8000"))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)])
def either(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    """The same on either database."""
    settings = Settings(home=tmp_path, public_url="http://localhost:8000")
    if request.param == "sqlite":
        yield from opened(settings)
        return
    address = request.getfixturevalue("database_url")
    name = f"audit{uuid.uuid4().hex[:12]}"
    settings = replace(settings, installation=name, database_url=address)
    yield from opened(settings)
    engine = create_engine(server_url(settings), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for one in ("audit", "keyring"):
            database = database_name(settings, one)
            connection.execute(text(f"drop database if exists {database} with (force)"))
        connection.execute(text(f"drop role if exists {database_name(settings, 'audit')}"))
    engine.dispose()


def opened(settings: Settings) -> Iterator[Office]:
    """An office with nothing in it yet."""
    migrated(settings, definition())
    clock = FixedClock(NOON)
    service = Service.open(definition(), settings, clock=clock)
    key = token_key(settings)
    # Tokens are signed by a clock of their own, since this one is moved by what arrives.
    signer = TokenSigner(key, audience=settings.installation, clock=clock)
    yield Office(service, create(service), clock, signer)
    service.close()
