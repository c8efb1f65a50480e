"""Accounts with two providers: one that runs, and one that never answers."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from flask import Flask

from services.accounts.app import create, definition
from services.accounts.staff import acts
from services.accounts.staff.account import ACCOUNT
from services.accounts.staff.account_commands import Activate
from services.accounts.staff.credentials import keep_password, with_secrets
from services.accounts.staff.views import find_account, reader_of, roles_of
from shared.access.passwords import hash_password
from shared.access.tokens import TokenSigner
from shared.events.work import Work
from shared.identifiers import derived
from shared.migrations.migrating import migrate
from shared.service import INSTALLATION_WIDE, Service
from shared.settings import Settings
from shared.web.composing import token_key
from tests.http.accounts.conftest import Browser
from tests.oidc.provider import Provider, running
from tests.server_processes import Unavailable, free_ports

PORT = free_ports(1)[0]
PUBLIC_URL = f"http://localhost:{PORT}"
"""Where a browser finds it; nobody listens there until a test wants one."""

BACK = f"{PUBLIC_URL}/accounts/providers/ministry/callback"
PROGRAMME = "RS-2011"
SECRET = "a-secret-of-tests-only"
PASSWORD = "seven quiet green kettles"


def somebody(name: str, *groups: str, verified: bool = True, **proved: Any) -> dict[str, Any]:
    """A person at the provider. proved: ``acr`` and ``amr`` of how they sign in there."""
    claims = {
        "email": f"{name}@example.org",
        "email_verified": verified,
        "name": name.capitalize(),
        "groups": list(groups),
    }
    return {"claims": claims, "proved": proved}


PEOPLE = {
    "invited": somebody("invited"),
    "nobody": somebody("nobody"),
    "trainer": somebody("trainer", "zanat-trainers"),
    "gold": somebody("gold", "zanat-trainers", acr="urn:test:gold"),
    "token": somebody("token", "zanat-trainers", amr=["pwd", "otp"]),
    "plain": somebody("plain", "zanat-trainers", acr="urn:test:silver", amr=["pwd"]),
    "mover": somebody("mover", "zanat-trainers"),
    "torn": somebody("torn", "zanat-finance"),
    "both": somebody("both", "zanat-finance", "zanat-committee"),
    "unverified": somebody("unverified", "zanat-trainers", verified=False),
    "owner": somebody("owner", "zanat-trainers"),
    "linker": somebody("linker"),
    "second": somebody("second"),
    "suspended": somebody("suspended", "zanat-trainers"),
    "robot": somebody("robot", "zanat-trainers"),
    **{f"guest{n}": somebody(f"guest{n}", "zanat-trainers") for n in range(9)},
}
CLIENTS: list[dict[str, Any]] = [
    {
        "client_id": name,
        "client_secret": SECRET,
        "redirect_uris": [BACK],
        "require_auth_time": True,
    }
    for name in ("zanat", "another")
]
CONFIGURATION = """
[[provider]]
name = "ministry"
title = "Ministry of Labour"
issuer = "{issuer}"
client_id = "zanat"
client_secret_file = "{secret}"
claim = "groups"
domains = ["example.org"]

[provider.trusted_second_factor]
acr = ["urn:test:gold"]
amr = ["otp"]

[[provider.role]]
value = "zanat-trainers"
role = "trainer"
programme = "RS-2011"

[[provider.role]]
value = "zanat-finance"
role = "finance_officer"
programme = "RS-2011"

[[provider.role]]
value = "zanat-committee"
role = "committee_member"
programme = "RS-2011"

[[provider]]
name = "away"
title = "Somebody who is away"
issuer = "http://127.0.0.1:{away}"
client_id = "zanat"
"""


@dataclass
class House:
    """Accounts and its web, and the provider that people come from."""

    service: Service
    app: Flask
    provider: Provider

    def browser(self) -> Browser:
        return Browser(self.app.test_client())

    def leave(self, browser: Browser, address: str = "/accounts/me", **changed: str) -> str:
        """Follow the button of the sign-in page; where it leads, with changed parameters."""
        gone = browser.get(f"/accounts/providers/ministry/begin?next={address}")
        assert gone.status_code == 302, gone.text
        return with_parameters(gone.location, **changed)

    def come(self, login: str, browser: Browser | None = None, **changed: str) -> Any:
        """Sign in at the provider as somebody; what the page answers that one comes back to."""
        browser = browser or self.browser()
        back = self.provider.visit(self.leave(browser, **changed), login, back=BACK)
        return browser.get(back.removeprefix(PUBLIC_URL))

    def session(self, login: str) -> Browser:
        """A browser in which somebody signed in by the provider."""
        browser = self.browser()
        done = self.come(login, browser)
        assert (done.status_code, done.location) == (303, "/accounts/me"), done.text
        return browser

    def invite(self, name: str, *, kind: str = "staff", active: bool = False) -> str:
        """An account with the address of somebody at the provider; active: with a password."""
        kept = hash_password(PASSWORD) if active else ""

        def work(work: Work) -> str:
            account_id = acts.invite(
                work,
                by=work.context.actor,
                kind=kind,
                display_name=name.capitalize(),
                email=f"{name}@example.org",
            )
            if active:
                use = Activate(by=account_id, now=work.now, account_id=account_id)
                work.decide(ACCOUNT, account_id, use)
                keep_password(work.connection, account_id, kept, work.now)
            return account_id

        return with_secrets(self.service, self.by_system(name), work)

    def change(self, account_id: str, command: Any, **facts: Any) -> None:
        """A command by the system on an account."""

        def act(work: Work) -> None:
            made = command(by="somebody", now=work.now, account_id=account_id, **facts)
            work.decide(ACCOUNT, account_id, made)

        self.service.transact(self.by_system(account_id), act)

    def by_system(self, cause: str) -> Any:
        return self.service.system_context(INSTALLATION_WIDE, cause=derived("test", cause))

    def fresh_browser(self, account_id: str, session_id: str = "session-of-test") -> Browser:
        """A browser of an account that has just proved its second factor."""
        with self.service.database.reading() as connection:
            reader = reader_of(connection, account_id, session_id)
        now = int(self.service.clock.now().timestamp())
        signer = TokenSigner(
            token_key(self.service.settings), audience="zanat", clock=self.service.clock
        )
        browser = self.browser()
        browser.client.set_cookie("zanat_session", signer.sign(replace(reader, fresh_at=now)))
        return browser

    def me(self, browser: Browser) -> dict[str, Any]:
        """What the JSON interface says of whoever is signed in there."""
        token = cookie(browser, "zanat_session")
        answer: Any = browser.client.get(
            "/accounts/api/v1/me", headers={"Authorization": f"Bearer {token}"}
        )
        return dict(answer.json)

    def account_of(self, browser: Browser) -> str:
        return str(self.me(browser)["id"])

    def roles(self, account_id: str) -> set[str]:
        with self.service.database.reading() as connection:
            found = roles_of(connection, [account_id])[account_id]
        return {str(one.role) for one in found}

    def account(self, account_id: str) -> Any:
        with self.service.database.reading() as connection:
            return find_account(connection, account_id)

    def told(self, stream: str) -> list[tuple[str, str]]:
        """(what happened, who did it) in a stream."""
        with self.service.database.reading() as connection:
            history = self.service.store.history(connection, stream)
        return [(type(one.event).__name__, one.actor) for one in history]


def cookie(browser: Browser, name: str) -> str:
    """A cookie that the browser keeps."""
    found = browser.client.get_cookie(name)
    assert found is not None
    return found.value


def with_parameters(address: str, **changed: str) -> str:
    """An address with other parameters; an empty one is left out."""
    parts = urlsplit(address)
    given = {name: values[0] for name, values in parse_qs(parts.query).items()} | changed
    query = urlencode({name: value for name, value in given.items() if value})
    return parts._replace(query=query).geturl()


def parameter(address: str, name: str) -> str:
    return parse_qs(urlsplit(address).query)[name][0]


@pytest.fixture(scope="session")
def provider() -> Iterator[Provider]:
    """A provider that runs; without Node these tests are skipped, or fail where CI is true."""
    try:
        with running(clients=CLIENTS, people=PEOPLE) as found:
            yield found
    except Unavailable as reason:
        if os.environ.get("CI", "") == "true":
            pytest.fail(f"OpenID Connect: {reason}", pytrace=False)
        pytest.skip(f"OpenID Connect: {reason}")


@pytest.fixture(scope="session")
def house(provider: Provider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    home: Path = tmp_path_factory.mktemp("oidc")
    secret, configuration = home / "ministry.secret", home / "providers.toml"
    secret.write_text(f"{SECRET}\n")
    configuration.write_text(
        CONFIGURATION.format(issuer=provider.issuer, secret=secret, away=free_ports(1)[0])
    )
    settings = Settings(home=home / "data", public_url=PUBLIC_URL, providers=configuration)
    migrate(settings, [definition()])
    service = Service.open(definition(), settings)
    yield House(service, create(service), provider)
    service.close()
