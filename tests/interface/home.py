"""One installation with all five services on SQLite and the demonstration's work in it.

    home = Home.open(folder)
    home.get("grants", "/grants/api/v1/calls").status_code  ->  200
    home.client("grants").post(address, json={}, headers=home.headers)

The reader whom ``headers`` name holds every role in the demonstration's programme, which nobody
does in life: so that a request gets past the permissions and into what stands behind them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from flask import Flask
from flask.testing import FlaskClient

from services.accounts.first import seed_personas
from services.all_in_one import APPS, Installation
from services.commands import demonstration
from services.commands.demonstration_people import PROGRAMME
from services.commands.starting import make_keys
from shared.access.reader import Reader, RoleGrant
from shared.access.roles import EVERY_PROGRAMME, INSTALLATION_ROLES, Role
from shared.access.tokens import TokenSigner
from shared.settings import SERVICES, Settings
from shared.web.api import document_bytes
from shared.web.composing import token_key

ACCOUNT: Final = "0192f000-0000-7000-8000-000000000001"
"""The account of the reader with every role; accounts itself does not know it."""

_EVERY_ROLE: Final = tuple(
    RoleGrant(role, EVERY_PROGRAMME if role in INSTALLATION_ROLES else PROGRAMME) for role in Role
)


@dataclass
class Home:
    """The installation, the application of each service, and who signs tokens for them."""

    installation: Installation
    apps: dict[str, Flask]
    signer: TokenSigner
    documents: dict[str, dict[str, Any]]
    sessions: int = 0

    @classmethod
    def open(cls, folder: Path, *, seeded: bool = True, name: str = "zanat") -> Home:
        """Migrate and open all services; seed the demonstration's programme.

        name: the installation's, which tells two in one process apart.
        """
        settings = Settings(home=folder, public_url="http://localhost:8000", installation=name)
        make_keys(settings)
        installation = Installation.open(settings)
        if seeded:
            installation.start_workers(due=False)
            personas = seed_personas(installation.services["accounts"], PROGRAMME)
            demonstration.seed(installation, personas)
            installation.wait_until_caught_up()
        apps = {name: APPS[name].create(installation.services[name]) for name in SERVICES}
        documents = {
            name: json.loads(document_bytes(app.extensions["zanat.api"]))
            for name, app in apps.items()
        }
        signer = TokenSigner(
            token_key(settings),
            audience=settings.installation,
            clock=installation.services["accounts"].clock,
        )
        return cls(installation, apps, signer, documents)

    @property
    def headers(self) -> dict[str, str]:
        """What a program sends to be known; each time in a session that nobody has ended."""
        self.sessions += 1
        now = int(self.installation.services["accounts"].clock.now().timestamp())
        session = f"session-{self.sessions}"
        reader = Reader(ACCOUNT, session, "Ana Primer", _EVERY_ROLE, fresh_at=now)
        return {"Authorization": f"Bearer {self.signer.sign(reader)}"}

    def client(self, service: str) -> FlaskClient:
        """A client without cookies; give it ``headers``."""
        return self.apps[service].test_client(use_cookies=False)

    def get(self, service: str, address: str) -> Any:
        """What the reader with every role gets."""
        return self.client(service).get(address, headers=self.headers)

    def close(self) -> None:
        """End the workers and let go of the databases."""
        self.installation.close()
