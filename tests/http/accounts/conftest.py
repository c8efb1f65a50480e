"""Accounts really opened on SQLite, with the people of a demonstration, and browsers to ask it."""

from __future__ import annotations

import html
import re
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine, event, text

from services.accounts.app import create, definition
from services.accounts.first import first_administrator_link, seed_personas
from services.accounts.personas import Persona
from shared.bus.applying import apply_batch
from shared.clock import FixedClock
from shared.database import database_name, server_url
from shared.events.envelope import Envelope, encode, encode_data
from shared.events.event import PREFIX
from shared.identifiers import derived
from shared.migrations.migrating import migrate
from shared.service import Service
from shared.settings import Settings
from tests.migrated import migrated

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
PROGRAMME = "RS-2011"
PASSWORD = "seven quiet green kettles"
API = "/accounts/api/v1"
STEP_UP = "/accounts/step-up"

Persons = dict[tuple[str, int], Persona]


@dataclass
class Browser:
    """Keeps cookies, follows no redirect by itself, and sends the token of the page it is on."""

    client: FlaskClient
    headers: dict[str, str] = field(default_factory=dict)

    def get(self, address: str, **headers: str) -> Any:
        return self.client.get(address, headers={**self.headers, **headers})

    def submit(self, address: str, page: str, **form: Any) -> Any:
        """Send a form of a page, with the page's token."""
        token = hidden(self.get(page).text, "csrf_token")
        return self.client.post(address, data={"csrf_token": token, **form}, headers=self.headers)

    def cookie(self, name: str = "zanat_session") -> str:
        """What a cookie holds."""
        found = self.client.get_cookie(name)
        assert found is not None
        return found.value

    def step_up(self) -> None:
        """Prove an invented person's second factor, which is a button."""
        done = self.submit(STEP_UP, STEP_UP, step_up="page", step_up_demonstration="1")
        assert done.status_code == 303, done.text

    def sign_in(self, account: str, password: str, **form: str) -> Any:
        return self.submit(
            "/accounts/sign-in", "/accounts/sign-in", account=account, password=password, **form
        )


@dataclass
class Program:
    """Asks with a token."""

    client: FlaskClient
    token: str

    def get(self, address: str, **headers: str) -> Any:
        return self.client.get(API + address, headers=self._headers(headers))

    def post(self, address: str, json: Any = None, **headers: str) -> Any:
        return self.client.post(API + address, json=json, headers=self._headers(headers))

    def step_up(self) -> None:
        """Take a fresh token, as an invented person may."""
        answer = self.post("/tokens/step-up", {"demonstration": True})
        assert answer.status_code == 200, answer.json
        self.token = answer.json["token"]

    def _headers(self, headers: dict[str, str]) -> dict[str, str]:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return {"Authorization": f"Bearer {self.token}", **named}


@dataclass
class House:
    """Accounts, its web, and the time that it sees."""

    service: Service
    app: Flask
    clock: FixedClock
    persons: Persons = field(default_factory=dict)
    arrived: int = 0

    def browser(self) -> Browser:
        return Browser(self.app.test_client())

    def person(self, role: str, number: int = 1) -> Persona:
        return self.persons[role, number]

    def signed_in(self, role: str, number: int = 1, *, fresh: bool = True) -> Browser:
        """A browser in which a persona signed in with the password; fresh: and stepped up."""
        browser, person = self.browser(), self.person(role, number)
        assert browser.sign_in(person.email, person.password).status_code == 303
        if fresh and self.service.settings.demonstration:
            browser.step_up()
        return browser

    def program(self, role: str, number: int = 1, *, fresh: bool = True) -> Program:
        """A program with a persona's token; fresh: and stepped up."""
        person = self.person(role, number)
        client = self.app.test_client()
        answer = client.post(
            f"{API}/tokens", json={"account": person.email, "password": person.password}
        )
        assert answer.status_code == 201
        assert answer.json
        program = Program(client, answer.json["token"])
        if fresh and self.service.settings.demonstration:
            program.step_up()
        return program

    def another_process(self) -> FlaskClient:
        """A second process of the service: it remembers nothing of the first one's requests."""
        return create(self.service).test_client()

    def arrives_programme(self, code: str, name: str) -> None:
        """Grants opened a programme in Topola and Tuzla."""
        arrive_programme(self.service, self.arrived, code, name)
        self.arrived += 1


def arrive_programme(service: Service, position: int, code: str, name: str) -> None:
    """The event of a programme in Topola and Tuzla, as it comes from grants."""
    regions = [
        {"country": "RS", "municipalities": ["Topola"]},
        {"country": "BA", "municipalities": ["Tuzla"]},
    ]
    programme_id = derived("programme", code)
    envelope = Envelope(
        id=derived("event", code),
        source="grants",
        subject=f"programme/{programme_id}",
        type=PREFIX + "grants.programme.opened.v1",
        time=service.clock.now(),
        streamversion=1,
        installation="zanat",
        programme=code,
        actor="somebody",
        correlationid="c",
        causationid="c",
        data=encode_data(
            {"programme_id": programme_id, "code": code, "name": name, "regions": regions}
        ),
    )
    apply_batch(service, {"grants": {position: encode(envelope)}})


def hidden(page: str, name: str) -> str:
    """The value of a page's first hidden field of this name."""
    return page.split(f'name="{name}" value="', 1)[1].split('"', 1)[0]


def link_in(page: str) -> str:
    """The path of the single-use link that a page shows."""
    found = re.search(r'http://localhost:8000(/accounts/activate/[^"<\s]+)', html.unescape(page))
    assert found is not None
    return found[1]


def opened(home: Path, *, demonstration: bool) -> House:
    settings = Settings(home=home, public_url="http://localhost:8000", demonstration=demonstration)
    migrated(settings, definition())
    clock = FixedClock(NOON)
    service = Service.open(definition(), settings, clock=clock)
    return House(service, create(service), clock)


@pytest.fixture
def empty_house(tmp_path: Path) -> Iterator[House]:
    """An installation in which nobody has an account."""
    house = opened(tmp_path, demonstration=False)
    yield house
    house.service.close()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A demonstration with its invented people."""
    house = opened(tmp_path, demonstration=True)
    for person in seed_personas(house.service, PROGRAMME):
        house.persons[person.role, person.number] = person
    house.arrives_programme(PROGRAMME, "A programme for crafts")
    yield house
    house.service.close()


@pytest.fixture
def plain_house(tmp_path: Path) -> Iterator[House]:
    """The same people where it is no demonstration: they have no buttons."""
    house = opened(tmp_path, demonstration=False)
    for person in seed_personas(house.service, PROGRAMME):
        house.persons[person.role, person.number] = person
    house.arrives_programme(PROGRAMME, "A programme for crafts")
    yield house
    house.service.close()


@pytest.fixture
def first_link(empty_house: House) -> str:
    """The link of the first administrator."""
    link = first_administrator_link(empty_house.service)
    assert link is not None
    return link


@pytest.fixture
def statements(house: House) -> Callable[[], AbstractContextManager[list[str]]]:
    """What a process asks of its database meanwhile: the statements, without their values."""

    @contextmanager
    def listening() -> Iterator[list[str]]:
        said: list[str] = []

        def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            said.append(statement)

        engine = house.service.database.engine
        event.listen(engine, "before_cursor_execute", note)
        try:
            yield said
        finally:
            event.remove(engine, "before_cursor_execute", note)

    return listening


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)])
def either_service(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Service]:
    """Accounts with a programme and nobody in it, on either database."""
    settings = Settings(home=tmp_path)
    if request.param == "postgresql":
        address = request.getfixturevalue("database_url")
        name = f"accounts{uuid.uuid4().hex[:12]}"
        settings = replace(settings, installation=name, database_url=address)
    migrate(settings, [definition()])
    made = Service.open(definition(), settings)
    arrive_programme(made, 0, PROGRAMME, "A programme for crafts")
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
