"""A key is revoked while it is exchanged: whoever comes first, nothing stays open by it."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from services.accounts.app import definition
from services.accounts.programs import acts as keys
from services.accounts.sessions.signing_in import SignInDesk
from services.accounts.staff import acts
from services.accounts.staff.credentials import with_secrets
from services.accounts.staff.views import open_sessions
from shared.database import database_name, server_url
from shared.errors import Unauthenticated
from shared.events.work import Work
from shared.identifiers import derived
from shared.migrations.migrating import migrate
from shared.service import INSTALLATION_WIDE, Service
from shared.settings import Settings
from shared.web.composing import token_signer

ROUNDS = 6
EXCHANGERS = 4


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)])
def service(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Service]:
    settings = Settings(home=tmp_path)
    if request.param == "postgresql":
        address = request.getfixturevalue("database_url")
        name = f"keys{uuid.uuid4().hex[:12]}"
        settings = replace(settings, installation=name, database_url=address)
    migrate(settings, [definition()])
    made = Service.open(definition(), settings)
    yield made
    made.close()
    if settings.database_url:
        engine = create_engine(server_url(settings), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            for one in ("accounts", "keyring"):
                name = database_name(settings, one)
                connection.execute(text(f"drop database if exists {name} with (force)"))
            connection.execute(text(f"drop role if exists {database_name(settings, 'accounts')}"))
        engine.dispose()


def test_nothing_stays_open_by_a_key_that_was_revoked_meanwhile(service: Service) -> None:
    desk = SignInDesk(service, token_signer(service))
    context = service.system_context(INSTALLATION_WIDE, cause=derived("test", "keys"))

    def program(work: Work) -> str:
        by = work.context.actor
        account_id = acts.invite(work, by=by, kind="program", display_name="A", email=None)
        acts.grant_role(
            work, by=by, account_id=account_id, role="auditor", programme="RS-2011", region=None
        )
        return account_id

    for _ in range(ROUNDS):
        account_id = with_secrets(service, context, program)

        def make(work: Work, account_id: str = account_id) -> tuple[str, str]:
            return keys.make(
                work,
                by="somebody",
                account_id=account_id,
                name="A key",
                scopes=("grants.ledger.read",),
                days=1,
            )

        key_id, key = with_secrets(service, context, make)
        gate = threading.Barrier(EXCHANGERS + 1)

        def exchange(key: str = key, gate: threading.Barrier = gate) -> None:
            gate.wait()
            for _ in range(3):
                with suppress(Unauthenticated):
                    keys.exchange(service, desk, key, context)

        def revoke(work: Work, account_id: str = account_id, key_id: str = key_id) -> None:
            keys.revoke(work, by="somebody", account_id=account_id, key_id=key_id)

        threads = [threading.Thread(target=exchange) for _ in range(EXCHANGERS)]
        for thread in threads:
            thread.start()
        gate.wait()
        with_secrets(service, context, revoke)
        for thread in threads:
            thread.join()
        with service.database.reading() as connection:
            assert list(open_sessions(connection, account_id, service.clock.now())) == []
        with pytest.raises(Unauthenticated, match="key-revoked"):
            keys.exchange(service, desk, key, context)
