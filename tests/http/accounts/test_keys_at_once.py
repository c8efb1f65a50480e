"""A key is revoked while it is exchanged: whoever comes first, nothing stays open by it."""

from __future__ import annotations

import threading
from contextlib import suppress

import pytest

from services.accounts.programs import acts as keys
from services.accounts.sessions.signing_in import SignInDesk
from services.accounts.staff import acts
from services.accounts.staff.credentials import with_secrets
from services.accounts.staff.views import open_sessions
from shared.errors import Unauthenticated
from shared.events.work import Work
from shared.identifiers import derived
from shared.service import INSTALLATION_WIDE, Service
from shared.web.composing import token_signer

ROUNDS = 6
EXCHANGERS = 4


def test_nothing_stays_open_by_a_key_that_was_revoked_meanwhile(either_service: Service) -> None:
    service = either_service
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
