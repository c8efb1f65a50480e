"""Alarms and what is witnessed, on audit's pages and in its interface; and what is kept daily."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from prometheus_client import REGISTRY

from services.accounts import app as accounts_app
from services.audit import app as audit_app
from services.audit.evidence import verifier
from services.audit.witness.keeping import keep_due
from services.notifications import app as notifications_app
from shared.access.reader import Reader, RoleGrant
from shared.access.roles import Role
from shared.access.tokens import TokenSigner
from shared.bus.applying import apply_batch
from shared.clock import FixedClock
from shared.due.daily import schedule_daily
from shared.due.worker import run_due_once
from shared.events.tables import DUE
from shared.log import keys
from shared.log.checkpointer import Checkpointer
from shared.log.kept import read
from shared.log.notes import BadNote, Note
from shared.log.watching.alarms import (
    Finding,
    Kind,
    alarms_of,
    open_alarms,
    over,
    raise_alarm,
)
from shared.log.watching.trust import followed_log
from shared.log.watching.witnessing import add_checkpoint, submission_of
from shared.migrations.migrating import migrate
from shared.service import Service
from shared.settings import Settings
from shared.web.composing import token_key
from tests.store.domain import rows
from tests.witness.place import Place

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
API = "/audit/api/v1/alarms"
FINDING = Finding(
    source="grants", kind=Kind.rewritten, matter="17", position=17, expected="aa" * 32, found="bb"
)
REASON = "The disk was replaced; the entry was compared with the paper."


@dataclass
class House:
    """Audit, accounts and notifications, with what goes between them carried by hand."""

    settings: Settings
    clock: FixedClock
    signer: TokenSigner
    services: dict[str, Service]
    clients: dict[str, FlaskClient] = field(default_factory=dict)

    def carry(self, source: str, to: str) -> None:
        """All of one log to another service."""
        told, hearing = self.services[source], self.services[to]
        with told.database.reading() as connection:
            apply_batch(hearing, {source: dict(told.store.whole_log(connection))})

    def headers(self, role: Role, programme: str = "*") -> dict[str, str]:
        fresh_at = int(self.clock.now().timestamp())
        reader = Reader("ana", "s1", "Ana", (RoleGrant(role, programme),), fresh_at=fresh_at)
        return {"Authorization": f"Bearer {self.signer.sign(reader)}"}

    def get(self, address: str, role: Role = Role.auditor) -> Any:
        return self.clients["audit"].get(address, headers=self.headers(role))

    def post(self, page: str, address: str, role: Role, **form: str) -> Any:
        """Send a form that stands on a page of audit, with what is hidden in it."""
        text = self.get(page, role).text
        hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', text))
        name = address.split("/")[1]
        (cookie,) = [
            one for one in (self.clients["audit"]._cookies or {}).values() if "forms" in one.key
        ]
        self.clients[name].set_cookie(cookie.key, cookie.value)
        data = {**hidden, **form}
        return self.clients[name].post(address, data=data, headers=self.headers(role))


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    settings = Settings(home=tmp_path, public_url="http://localhost:8000")
    apps = {"accounts": accounts_app, "audit": audit_app, "notifications": notifications_app}
    definitions = {name: module.definition() for name, module in apps.items()}
    migrate(settings, definitions.values())
    clock = FixedClock(NOON)
    signer = TokenSigner(token_key(settings), audience=settings.installation, clock=clock)
    services = {n: Service.open(one, settings, clock=clock) for n, one in definitions.items()}
    made = House(settings, clock, signer, services)
    for name in ("accounts", "audit"):
        made.clients[name] = apps[name].create(services[name]).test_client()
    yield made
    for service in services.values():
        service.close()


def test_nothing_was_ever_found(house: House) -> None:
    assert "No alarm was ever raised" in house.get("/audit/alarms").text
    assert house.get(API).json == {"items": [], "next": None}
    assert "alarm is open" not in house.get("/audit/").text
    assert "None yet" in house.get("/audit/witness").text
    # Audit's own log is signed from the start, as empty, and nobody has cosigned it.
    assert "zanat/audit\n0\n" in house.get("/audit/witness/print").text
    assert "Not cosigned" in house.get("/audit/witness").text
    for address in (f"{API}/nothing", "/audit/alarms/nothing"):
        assert house.get(address).status_code == 404


def test_an_alarm_is_shown_with_what_differs_and_settled_by_an_administrator(house: House) -> None:
    alarm_id = raise_alarm(house.services["audit"], FINDING)
    page = house.get(f"/audit/alarms/{alarm_id}").text
    assert "An entry was rewritten" in page and "aa" * 32 in page
    assert "Settle it" not in page, "auditors only read"
    assert "1 alarm is open." in house.get("/audit/").text
    assert "1 alarm is open." in house.get("/audit/alarms").text
    address = f"/audit/alarms/{alarm_id}"
    assert house.post(address, address, Role.administrator, reason=" ").status_code == 422
    answer = house.post(address, address, Role.administrator, reason=REASON)
    assert (answer.status_code, answer.location) == (303, address)
    shown = house.get(address).text
    assert REASON in shown and "Settled" in shown
    assert "alarm is open" not in house.get("/audit/").text
    again = house.post(address, address, Role.administrator, reason=REASON, version="2")
    assert again.status_code == 409
    # It is settled, and found again it stays so.
    assert raise_alarm(house.services["audit"], FINDING) is None


def test_the_interface_lists_and_settles(house: House) -> None:
    first = raise_alarm(house.services["audit"], FINDING)
    house.clock.advance(timedelta(minutes=1))
    second = raise_alarm(
        house.services["audit"], Finding(source="trainings", kind=Kind.stopped, matter="noon")
    )
    assert [one["id"] for one in house.get(API).json["items"]] == [second, first]
    listed = house.get(f"{API}?limit=1").json
    assert [one["id"] for one in house.get(f"{API}?cursor={listed['next']}").json["items"]] == [
        first
    ]
    assert over(house.services["audit"], "trainings", Kind.stopped)
    assert [one["id"] for one in house.get(f"{API}?open=true").json["items"]] == [first]
    assert [one["id"] for one in house.get(f"{API}?source=trainings").json["items"]] == [second]
    shown = house.get(f"{API}/{first}")
    assert shown.headers["ETag"] == '"1"' and shown.json["position"] == 17
    client = house.clients["audit"]

    def settle(role: Role, version: str) -> int:
        headers = {**house.headers(role), "If-Match": version}
        sent = client.post(f"{API}/{first}/settle", json={"reason": REASON}, headers=headers)
        return int(sent.status_code)

    assert settle(Role.auditor, '"1"') == 403
    assert settle(Role.administrator, '"7"') == 412
    assert settle(Role.administrator, '"1"') == 200
    assert house.get(f"{API}/{first}").json["reason"] == REASON


def test_an_administrator_of_one_programme_settles_nothing(house: House) -> None:
    own = raise_alarm(house.services["audit"], FINDING)
    finding = Finding(source="audit", kind=Kind.fork, matter="3", size=3)
    others = raise_alarm(house.services["accounts"], finding)
    headers = {**house.headers(Role.administrator, "RS-2011"), "If-Match": '"1"'}
    for name, alarm_id in (("audit", own), ("accounts", others)):
        client = house.clients[name]
        address = f"/{name}/api/v1/alarms/{alarm_id}/settle"
        sent = client.post(address, json={"reason": REASON}, headers=headers)
        assert sent.status_code == 403, sent.text
    page = house.clients["audit"].get(f"/audit/alarms/{own}", headers=headers)
    assert "Settle it" not in page.text
    assert "Settle it" in house.get(f"/audit/alarms/{own}", Role.administrator).text
    sent = house.post(f"/audit/alarms/{own}", f"/audit/alarms/{own}", Role.auditor, reason=REASON)
    assert sent.status_code == 403
    with house.services["audit"].database.reading() as connection:
        assert len(open_alarms(connection, alarms_of("audit").table)) == 1


def test_what_accounts_found_about_audit_is_shown_there_and_settled_here(house: House) -> None:
    finding = Finding(source="audit", kind=Kind.fork, matter="3", size=3, note_found="a note")
    alarm_id = raise_alarm(house.services["accounts"], finding)
    house.carry("accounts", "audit")
    address = f"/audit/alarms/{alarm_id}"
    page = house.get(address, Role.administrator).text
    assert "The log was forked" in page and f'action="/accounts/alarms/{alarm_id}"' in page
    assert "1 alarm is open." in house.get("/audit/").text
    assert house.get(API).json["items"][0]["watcher"] == "accounts"
    sent = house.post(address, f"/accounts/alarms/{alarm_id}", Role.administrator, reason=REASON)
    assert (sent.status_code, sent.location) == (303, address)
    house.carry("accounts", "audit")
    assert REASON in house.get(address).text
    # Audit has no word in it.
    own = house.post(address, address, Role.administrator, reason=REASON, version="1")
    assert own.status_code == 404


def witnessed(house: House) -> None:
    """Accounts' log is cosigned by audit, and audit's own by accounts."""
    raise_alarm(house.services["accounts"], Finding(source="audit", kind=Kind.fork, matter="1"))
    raise_alarm(house.services["audit"], FINDING)
    for source, watcher in (("accounts", "audit"), ("audit", "accounts")):
        house.carry(source, watcher)
        told, watching = house.services[source], house.services[watcher]
        raw = Checkpointer(told, lambda: None).turn()
        assert raw is not None
        log = followed_log(watching, source)
        submission = submission_of(watching, log, Note.parse(raw))
        add_checkpoint(watching, submission)


def test_what_is_witnessed_is_shown_and_printed(house: House) -> None:
    witnessed(house)
    page, sheet = house.get("/audit/witness").text, house.get("/audit/witness/print").text
    name = keys.witness_name(house.settings, "audit")
    for text in (page, sheet):
        assert "zanat/accounts\n1\n" in text and f"— {name} " in text
    assert keys.verifier_keys(house.settings, "accounts")[0].replace("+", "&#43;") in sheet or (
        keys.verifier_keys(house.settings, "accounts")[0] in sheet
    )


def test_checkpoints_are_kept_once_a_day_in_a_file_and_mailed(house: House) -> None:
    audit, notifications = house.services["audit"], house.services["notifications"]
    witnessed(house)
    for _ in range(2):
        schedule_daily(audit, NOON)
    assert run_due_once(audit, NOON) == 1
    assert run_due_once(audit, NOON) == 0
    (file,) = house.settings.checkpoint_path.iterdir()
    assert file.name == "zanat-2026-03-01.txt"
    notes = read(file.read_bytes())
    assert [note.text.split("\n")[0] for note in notes] == ["zanat/accounts", "zanat/audit"]
    trusted = keys.verifiers(house.settings, "accounts") + keys.witness_verifiers(
        house.settings, "audit"
    )
    assert len(notes[0].verified_by(trusted)) == 2
    # So does the verifier that an auditor takes along.
    assert [one.raw for one in verifier.read_notes(file.read_bytes())] == [*map(bytes, notes)]
    house.carry("audit", "notifications")
    assert [row[0] for row in rows(notifications, DUE)] == ["checkpoints/zanat-2026-03-01.txt"]
    notifications.settings = Settings(home=house.settings.home, checkpoint_mail="board@example.org")
    assert run_due_once(notifications, NOON) == 1
    (sent,) = (house.settings.home / "outbox").iterdir()
    mail = message_from_bytes(sent.read_bytes(), policy=policy.default)
    assert mail["To"] == "board@example.org"
    body = mail.get_body()
    assert body is not None
    # Out of the mail's text it is read too.
    assert read(body.get_content().encode()) == notes
    # The next day has its own.
    schedule_daily(audit, NOON + timedelta(days=1))
    assert run_due_once(audit, NOON + timedelta(days=1)) == 1
    assert len(list(house.settings.checkpoint_path.iterdir())) == 2


def test_what_was_kept_of_a_day_stays_though_the_logs_go_on(house: House) -> None:
    audit = house.services["audit"]
    witnessed(house)
    keep_due(audit, b"2026-03-01")
    (file,) = house.settings.checkpoint_path.iterdir()
    kept = file.read_bytes()
    raise_alarm(audit, Finding(source="grants", kind=Kind.fork, matter="2"))
    assert Checkpointer(audit, lambda: None).turn() is not None
    keep_due(audit, b"2026-03-01")
    assert file.read_bytes() == kept
    # Also when only the event was written before.
    file.unlink()
    keep_due(audit, b"2026-03-01")
    assert file.read_bytes() == kept


@pytest.mark.parametrize("raw", [b"zanat/grants\n3\nAAAA\n", b"a\n\nb\n\nc\n", b"\xff\n\nx\n"])
def test_a_file_that_holds_no_checkpoints_is_refused(raw: bytes) -> None:
    with pytest.raises(BadNote):
        read(raw)


def test_the_gauge_of_open_alarms(place: Place) -> None:
    """The gauge tells how many are open, and goes back to nought."""
    labels = {"service": "audit", "source": "grants", "kind": "rewritten"}
    raise_alarm(place.audit, FINDING)
    assert REGISTRY.get_sample_value("zanat_alarms_open", labels) == 1
    assert over(place.audit, "grants", Kind.rewritten)
    assert REGISTRY.get_sample_value("zanat_alarms_open", labels) == 0
