"""A purge empties what it should and nothing else, twice where somebody may still know a key."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from services.all_in_one import definitions
from services.commands.holdings import holdings
from services.notifications.app import definition
from services.notifications.foreign import Registered
from services.notifications.messages.message import MESSAGE
from services.notifications.messages.message_commands import QueueMessage
from services.notifications.tables import MESSAGES, PEOPLE
from shared.bus.applying import apply_batch
from shared.clock import FixedClock
from shared.due.worker import run_due_once
from shared.events.envelope import Envelope, encode, encode_data
from shared.events.rebuilding import differences
from shared.migrations.migrating import migrate
from shared.privacy.erasing import Kind, purge
from shared.privacy.erasure_events import KeysDestroyed
from shared.privacy.erasures import view_tables
from shared.privacy.sealing import seal_events
from shared.service import Service
from shared.settings import Settings
from tests.installation.commands import Commands
from tests.privacy.test_plaintext import remove
from tests.store.conftest import BOTH

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Post:
    """Notifications at work, told by events of trainings."""

    def __init__(self, settings: Settings) -> None:
        migrate(settings, [definition()])
        self.settings = settings
        self.clock = FixedClock(NOON)
        self.service = Service.open(definition(), settings, clock=self.clock)
        self.position = 0

    def hears(self, event: Any) -> None:
        """The next event of trainings arrives."""
        (sealed,) = seal_events(self.service.keyring, [event])
        envelope = Envelope(
            id=self.service.store.identifiers.new(),
            source="trainings",
            subject="registration/r1",
            type=event.event_type,
            time=self.clock.now(),
            streamversion=self.position + 1,
            installation=self.settings.installation,
            programme="P",
            actor="somebody",
            correlationid="c",
            causationid="c",
            data=encode_data(sealed),
        )
        apply_batch(self.service, {"trainings": {self.position: encode(envelope)}})
        self.position += 1

    def registered(self, registration_id: str, name: str) -> None:
        self.hears(
            Registered(
                registration_id=registration_id,
                full_name=name,
                country="RS",
                municipality="Topola",
                phone="+381 65 000 0001",
            )
        )

    def message(self, message_id: str, owner_id: str) -> None:
        command = QueueMessage(
            by="system/notifications",
            now=NOON,
            message_id=message_id,
            kind="payment_held",
            recipient_kind="role",
            recipient_id="finance_officer",
            channel="inbox",
            owner_id=owner_id,
            about="payment/p1",
            facts='{"application_no":["text","A1"]}',
            told="{}",
            language="sr_Latn",
        )
        context = self.service.system_context("P", cause="c")
        self.service.transact(context, lambda work: work.decide(MESSAGE, message_id, command))

    def rows(self, table: Any, column: str) -> list[Any]:
        with self.service.database.reading() as connection:
            return list(connection.execute(select(table.c[column])).scalars())

    def work(self) -> None:
        while run_due_once(self.service, self.clock.now()):
            pass

    def answered(self) -> list[Any]:
        with self.service.database.reading() as connection:
            events, _ = self.service.store.stream(connection, "answer/e1")
        return [one for one in events if type(one).__name__ == "Purged"]


@pytest.fixture(params=BOTH)
def post(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Post]:
    address = request.getfixturevalue("database_url") if request.param == "postgresql" else ""
    name = Commands(tmp_path).name
    settings = Settings(home=tmp_path, database_url=address, installation=name)
    made = Post(settings)
    yield made
    made.service.close()
    if address:
        remove(settings)


def test_only_the_kinds_and_people_that_were_named_are_emptied(post: Post) -> None:
    post.registered("r1", "Mira")
    post.registered("r2", "Ana")
    tables = view_tables(post.service)
    with post.service.database.writing() as connection:
        rows = purge(connection, tables, owners={"r1"}, kinds={Kind("contact")})
        again = purge(connection, tables, owners={"r1"}, kinds={Kind("contact")})
    assert [(one.table, one.rows) for one in rows] == [("people_to_reach", 1)] and again == []
    assert sorted(post.rows(PEOPLE, "full_name")) == ["Ana", "Mira"]
    assert sorted(one or "" for one in post.rows(PEOPLE, "phone")) == ["", "+381 65 000 0001"]


def test_rows_are_emptied_as_a_rebuild_makes_them(post: Post) -> None:
    post.registered("r1", "Mira")
    post.message("m1", "r1")
    post.message("m2", "r2")
    outbox = post.settings.home / "outbox"
    outbox.mkdir()
    for name in ("m1.eml", "m2.eml"):
        (outbox / name).write_text("To: somebody")
    post.hears(
        KeysDestroyed(
            erasure_id="e1", owners=("r1",), kinds=("identity/programme", "contact/programme")
        )
    )
    post.work()
    post.clock.advance(timedelta(minutes=2))
    post.work()
    (answer,) = post.answered()
    assert answer.files == 1 and [path.name for path in outbox.iterdir()] == ["m2.eml"]
    assert {one.table: one.rows for one in answer.rows} == {"messages": 1, "people_to_reach": 1}
    assert post.rows(PEOPLE, "full_name") == [None]
    assert sorted(one is None for one in post.rows(MESSAGES, "facts")) == [False, True]
    assert differences(post.service) == []


def test_what_somebody_wrote_who_still_knew_the_key_is_emptied_too(post: Post) -> None:
    """Another process may remember a key for a minute; the answer waits until that is over."""
    post.registered("r1", "Mira")
    post.hears(KeysDestroyed(erasure_id="e1", owners=("r1",), kinds=("identity/programme",)))
    assert run_due_once(post.service, post.clock.now(), limit=1) == 1
    assert post.rows(PEOPLE, "full_name") == [None]
    with post.service.database.writing() as connection:
        connection.execute(PEOPLE.update().values(full_name="Mira"))
    post.work()
    if not post.service.database.is_sqlite:
        assert post.answered() == []
        post.clock.advance(timedelta(minutes=2))
        post.work()
    assert len(post.answered()) == 1
    assert post.rows(PEOPLE, "full_name") == [None]


def test_it_is_listed_what_is_held_where_on_what_basis_and_how_long() -> None:
    rows = list(holdings(definitions()))
    at = {(one.service, one.place, one.field): one for one in rows}
    account = at["grants", "table awards", "account_number"]
    assert account.kind == Kind("financial", "agreement") and account.months == 120
    origin = at["trainings", "event trainings.registration.registered.v1", "declared_roma"]
    assert origin.kind == Kind("special") and origin.since == "programme_ended"
    assert at["accounts", "table accounts", "email"].months is None
    assert len(at) == len(rows) > 80
