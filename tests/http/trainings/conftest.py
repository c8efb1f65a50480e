"""A home with trainings in it: people and courses made by the handlers, readers who ask.

def test_…(house):
    mira = house.person(confirmed=True)
    answer = house.as_reader(Role.programme_officer).get(f"/trainings/api/v1/people/{mira}")
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec
import pytest
from flask import Flask
from flask.testing import FlaskClient

from services.trainings.app import create, definition
from services.trainings.courses import handling as courses
from services.trainings.courses.handling import NewContent
from services.trainings.people import handling as people
from services.trainings.people.handling import NewPerson
from shared.access.reader import Reader, RoleGrant
from shared.access.roles import Role
from shared.access.tokens import TokenSigner
from shared.bus.applying import apply_batch
from shared.clock import FixedClock
from shared.events.append import Context
from shared.events.envelope import Envelope, encode, encode_data
from shared.events.event import PREFIX
from shared.events.work import Work
from shared.identifiers import derived
from shared.migrations.migrating import migrate
from shared.privacy.keyring import KeyName
from shared.privacy.sealing import seal_text
from shared.service import Service
from shared.settings import Settings
from shared.web.composing import token_key
from tests.migrated import migrated

NOON: Final = datetime(2026, 3, 1, 12, tzinfo=UTC)
PROGRAMME: Final = "RS-2011"
OTHER_PROGRAMME: Final = "BA-2011"
NUMBER: Final = "0101990715000"
"""A national number that nobody was given: a woman born on 1 January 1990."""

R = TypeVar("R")


@dataclass
class Asker:
    """Asks with a token. Headers are keywords: ``If_Match='"1"'``."""

    client: FlaskClient
    headers: dict[str, str]

    def get(self, address: str, **headers: str) -> Any:
        """GET with named headers."""
        return self.client.get(address, headers=self._with(headers))

    def post(self, address: str, json: Any = None, **headers: str) -> Any:
        """POST JSON, or no body at all."""
        return self.client.post(address, json=json, headers=self._with(headers))

    def submit(self, address: str, /, *, page: str = "", **form: Any) -> Any:
        """Send a form to an address with the token that ``page`` (or the address) carries."""
        text = self.get(page or address).text
        token = text.split('name="csrf_token" value="')[1].split('"')[0]
        data = {"csrf_token": token, **{name.replace("__", "-"): v for name, v in form.items()}}
        return self.client.post(address, data=data, headers=self.headers)

    def _with(self, headers: dict[str, str]) -> dict[str, str]:
        return {**self.headers, **{name.replace("_", "-"): v for name, v in headers.items()}}


@dataclass
class House:
    """Trainings at work on SQLite, and its web."""

    service: Service
    app: Flask
    clock: FixedClock
    signer: TokenSigner
    positions: dict[str, int] = field(default_factory=dict)

    def token(
        self,
        *roles: Role,
        programme: str = PROGRAMME,
        account: str = "officer-1",
        name: str = "",
        fresh: bool = True,
    ) -> str:
        """A token of an account with these roles in a programme (``*``: in each)."""
        grants = tuple(RoleGrant(role, programme) for role in roles)
        fresh_at = int(self.clock.now().timestamp()) if fresh else None
        return self.signer.sign(
            Reader(account, f"session-{account}", name or account, grants, fresh_at=fresh_at)
        )

    def as_reader(
        self, *roles: Role, programme: str = PROGRAMME, account: str = "officer-1"
    ) -> Asker:
        """A client that asks as this account."""
        token = self.token(*roles, programme=programme, account=account)
        return Asker(self.app.test_client(), {"Authorization": f"Bearer {token}"})

    def act(
        self, handler: Callable[[Work], R], *, by: str = "officer-1", programme: str = PROGRAMME
    ) -> R:
        """Run a handler as an account does, without HTTP."""
        cause = self.service.store.identifiers.new()
        context = Context(actor=by, programme=programme, correlation=cause, causation=cause)
        return self.service.transact(context, handler)

    def person(
        self,
        *,
        by: str = "officer-1",
        confirmed_by: str | None = None,
        programme: str = PROGRAMME,
        **fields: Any,
    ) -> str:
        """Somebody registered, and confirmed by a second person if one is named; her id."""
        given = {
            "full_name": "Mira Primer",
            "birth_date": "1990-01-01",
            "sex": "F",
            "country": "RS",
            "municipality": "Kragujevac",
            "jmbg": None,
            "phone": None,
            "declared_roma": "declined",
            "consented": False,
        }
        person = NewPerson(**{**given, **fields})
        registration_id = self.act(
            lambda work: people.register(work, by=by, person=person), by=by, programme=programme
        )
        if confirmed_by is not None:
            self.confirm(registration_id, by=confirmed_by, programme=programme)
        return registration_id

    def confirm(
        self, registration_id: str, *, by: str = "officer-2", programme: str = PROGRAMME
    ) -> None:
        """A second person confirms who somebody is."""

        def handler(work: Work) -> None:
            people.confirm(work, by=by, registration_id=registration_id, means="identity_card")

        self.act(handler, by=by, programme=programme)

    def course(self, *, by: str = "officer-1", programme: str = PROGRAMME, **fields: Any) -> str:
        """A course with its first version; its id."""
        given = {
            "title": "Starting a small business",
            "kind": "business",
            "hours": 24,
            "modules": ("Plan", "Market"),
        }
        content = NewContent(**{**given, **fields})
        return self.act(
            lambda work: courses.create(work, by=by, content=content), by=by, programme=programme
        )

    def staff(self, account: str, name: str, *, trains_in: str | None = None) -> None:
        """Accounts tells what somebody is called and, perhaps, where they train."""
        self.arrives(
            "accounts.account.invited.v1",
            f"account/{account}",
            account_id=account,
            sealed=(account, {"display_name": ("identity", name)}),
        )
        if trains_in is not None:
            self.arrives(
                "accounts.account.role_granted.v1",
                f"account/{account}",
                account_id=account,
                role="trainer",
                fields={"programme": trains_in},
            )

    def arrives(
        self,
        name: str,
        subject: str,
        *,
        programme: str = "-",
        fields: dict[str, Any] | None = None,
        **data: Any,
    ) -> None:
        """An event of another service; ``sealed=(owner, {field: (class, text)})`` is personal.

        programme: of its envelope; ``fields`` are those that are called as one of these words.
        """
        data.update(fields or {})
        owner, personal = data.pop("sealed", ("", {}))
        for one, (data_class, text) in personal.items():
            data[one] = seal_text(self.service.keyring, KeyName(owner, data_class), text)
        source = name.split(".", 1)[0]
        position = self.positions.get(source, -1) + 1
        self.positions[source] = position
        envelope = Envelope(
            id=derived("event", source, str(position)),
            source=source,
            subject=subject,
            type=PREFIX + name,
            time=self.clock.now(),
            streamversion=position + 1,
            installation="zanat",
            programme=programme,
            actor="somebody",
            correlationid="c",
            causationid="c",
            data=encode_data(msgspec.to_builtins(data)),
        )
        apply_batch(self.service, {source: {position: encode(envelope)}})

    def logged(self, name: str) -> list[Any]:
        """The events of a type, such as ``trainings.access.read.v1``, in the log's order."""
        store = self.service.store
        with self.service.database.reading() as connection:
            found = [store.recorded(raw) for _, raw in store.whole_log(connection)]
        return [one.event for one in found if one.envelope.type == PREFIX + name]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    settings = Settings(home=tmp_path, public_url="http://localhost:8000")
    migrated(settings, definition())
    clock = FixedClock(NOON)
    service = Service.open(definition(), settings, clock=clock)
    signer = TokenSigner(token_key(settings), audience=settings.installation, clock=clock)
    yield House(service, create(service), clock, signer)
    service.close()


@pytest.fixture
def officer(house: House) -> Asker:
    """Registers people."""
    return house.as_reader(Role.programme_officer, account="officer-1")


@pytest.fixture
def second(house: House) -> Asker:
    """Another officer, who confirms what the first one wrote."""
    return house.as_reader(Role.programme_officer, account="officer-2")


@pytest.fixture
def trainer(house: House) -> Asker:
    """Sees their own cohorts."""
    return house.as_reader(Role.trainer, account="trainer-1")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)])
def busy(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    """A house on either database."""
    address = request.getfixturevalue("database_url") if request.param == "postgresql" else ""
    settings = Settings(
        home=tmp_path,
        public_url="http://localhost:8000",
        database_url=address,
        installation=f"t{uuid.uuid4().hex[:10]}",
    )
    migrate(settings, [definition()])
    clock = FixedClock(NOON)
    service = Service.open(definition(), settings, clock=clock)
    signer = TokenSigner(token_key(settings), audience=settings.installation, clock=clock)
    yield House(service, create(service), clock, signer)
    service.close()
