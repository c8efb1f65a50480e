"""Codes of a second factor that arrive at the same moment, on either database."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pyotp
import pytest

from services.accounts.factors import acts as factors
from services.accounts.factors.codes import STEP_SECONDS
from services.accounts.factors.proving import prove
from services.accounts.personas import seed_personas
from services.accounts.staff import acts
from services.accounts.staff.credentials import with_secrets
from services.accounts.throttling.tries import RATES
from shared.errors import Problem
from shared.events.work import Work
from shared.identifiers import derived
from shared.service import INSTALLATION_WIDE, Service

AT_ONCE = 8


def at_once(act: Callable[[], Any]) -> list[str]:
    """What as many threads as one get when they begin together: "done" or a problem's code."""
    together, found = threading.Barrier(AT_ONCE), []

    def run() -> None:
        together.wait()
        try:
            act()
            found.append("done")
        except Problem as problem:
            found.append(problem.code)

    threads = [threading.Thread(target=run) for _ in range(AT_ONCE)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return sorted(found)


@pytest.mark.parametrize("kind", ["app", "recovery"])
def test_one_of_many_comes_in_by_a_code(either_service: Service, kind: str) -> None:
    service = either_service
    account_id = seed_personas(service, "RS-2011")[0].account_id
    context = service.system_context(INSTALLATION_WIDE, cause=derived("test", "codes"))

    def enrol(work: Work) -> tuple[str, list[str]]:
        secret = factors.begin_app(work, account_id)
        before = work.now.timestamp() - STEP_SECONDS
        return secret, factors.confirm_app(work, account_id, pyotp.TOTP(secret).at(int(before)))

    secret, recovery = with_secrets(service, context, enrol)
    code = pyotp.TOTP(secret).at(service.clock.now()) if kind == "app" else recovery[0]

    def sign_in() -> None:
        prove(
            service,
            account_id,
            code,
            context,
            lambda work, method: acts.sign_in(work, account_id, method),
        )

    found = at_once(sign_in)
    assert found.count("done") == 1
    assert set(found) <= {"done", "code-wrong", "too-many-tries"}
    # No more were looked at than may be tried, however many come at once.
    assert found.count("code-wrong") <= RATES["code/account"].at_once
