"""What was once stored or sent is read by the code of now, field by field.

A golden file is never rewritten: a stored form that changes is a new version of its event, with an
upcaster, and a golden file of its own. ``python -m tests.golden write`` adds what is missing.
"""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from shared.bus.topology import ReplayRequest
from shared.database import Database, sqlite_engine, sqlite_path
from shared.events.envelope import Envelope, decode, encode
from shared.events.event import PREFIX, Event, Sealed
from shared.events.types import Foreign
from shared.privacy.keyring import Keyring
from shared.privacy.master_key import Masters
from shared.privacy.sealing import open_text
from shared.privacy.tables import KEYS, METADATA
from shared.settings import Settings
from tests.golden import __main__ as golden_command
from tests.golden import files, inventing

TYPES = inventing.all_types()
EVENTS = files.golden_events()
MESSAGES = files.golden_messages()
TOLD = {name: told for name, told in MESSAGES.items() if "type" in told["body"]}


def within(old: Any, new: Any) -> bool:
    """Whether all that ``old`` holds is in ``new`` too, which may hold fields that came later."""
    if isinstance(old, dict):
        return isinstance(new, dict) and all(k in new and within(v, new[k]) for k, v in old.items())
    if isinstance(old, list):
        return (
            isinstance(new, list)
            and len(old) == len(new)
            and all(within(one, other) for one, other in zip(old, new, strict=True))
        )
    return type(old) is type(new) and bool(old == new)


def as_json(value: Any) -> Any:
    """A value as it stands in JSON."""
    return json.loads(msgspec.json.encode(value))


def fields_of(event: Any) -> dict[str, Any]:
    return {field.name: getattr(event, field.name) for field in msgspec.structs.fields(event)}


def test_every_event_type_has_a_golden_file() -> None:
    missing = sorted(files.missing_events())
    assert not missing, f"no golden file for {', '.join(missing)}: {files.COMMAND}"


def test_every_message_that_others_read_has_a_golden_file() -> None:
    missing = [name for name in files.names_read() if name not in MESSAGES]
    others = ("checkpoint.json", "head.json", "replay-request.json")
    missing += [name for name in others if name not in MESSAGES]
    assert not missing, f"no golden file for {', '.join(missing)}: {files.COMMAND}"


SEALED_LATER = {
    ("grants.award.requirement_waived.v1", "reason"),
    ("grants.award.resumed.v1", "reason"),
    ("grants.award.waiver_requested.v1", "reason"),
    ("grants.visit.corrected.v1", "reason"),
    ("grants.visit.resolved.v1", "reason"),
}
"""What people typed about one person's case stood in plain text then; it is sealed since."""


CAME_LATER = {
    ("accounts.account.details_changed.v1", "email_before"),
    ("accounts.account.invitation_renewed.v1", "link"),
    ("accounts.account.invited.v1", "link"),
    ("notifications.message.queued.v1", "told"),
    ("trainings.cohort.attendance_recorded.v1", "excused_as"),
    ("trainings.registration.confirmed.v1", "witness"),
    ("trainings.registration.contact_changed.v1", "email"),
    ("trainings.registration.contact_changed.v1", "email_before"),
    ("trainings.registration.contact_changed.v1", "phone_before"),
    ("trainings.registration.registered.v1", "email"),
}
"""Personal fields that events of then do not have."""


@pytest.mark.parametrize("name", EVENTS)
def test_an_event_of_then_is_read_now(name: str) -> None:
    raw = EVENTS[name]
    envelope = decode(raw)
    assert encode(envelope) == raw, "the bytes are not canonical any more"
    assert_envelope(envelope, json.loads(raw), name)
    types = TYPES[envelope.source]
    assert types.knows(envelope.type), "what was stored is not known any more: it needs an upcaster"
    event = types.event(envelope.type, envelope.data)
    cls = inventing.own_classes().get(envelope.type)
    if cls is None:
        return  # Lifted by an upcaster: its newer form has a golden file of its own.
    assert type(event) is cls
    assert_as_invented(event, as_json(envelope.data), cls)


def file_type(cls: type[Event]) -> str:
    """The type as golden files are named by it."""
    return cls.event_type.removeprefix(PREFIX)


def assert_envelope(envelope: Envelope, stored: dict[str, Any], name: str) -> None:
    assert inventing.file_name(envelope.type) == name
    assert set(stored) == set(envelope.__struct_fields__)
    assert envelope.time == inventing.MOMENT and envelope.streamversion == 7
    for field, value in fields_of(envelope).items():
        if field not in ("time", "data"):
            assert stored[field] == value


def assert_as_invented(event: Event, stored: dict[str, Any], cls: type[Event]) -> None:
    """Each field has the value that was invented for it; one that came later has its default."""
    invented = inventing.invent(cls, stored)
    defaults = {f.encode_name: f.default for f in msgspec.structs.fields(cls)}
    for field, value in fields_of(event).items():
        if field in stored:
            assert within(stored[field], as_json(value)), f"{field} is not read as it was stored"
            if (file_type(cls), field) in SEALED_LATER:
                assert value == stored[field]
                continue
            assert type(value) is type(getattr(invented, field))
            assert within(stored[field], as_json(getattr(invented, field)))
        else:
            assert value == defaults[field], f"{field} came later and has no default"
    assert set(stored) <= set(defaults), "a stored field is not read any more"


@pytest.mark.parametrize("name", TOLD)
def test_a_message_of_then_is_read_now_by_each_who_listens(name: str) -> None:
    body = TOLD[name]["body"]
    envelope = decode(msgspec.json.encode(body))
    listening = {
        service: types
        for service, types in TYPES.items()
        if service != envelope.source and types.knows(envelope.type)
    }
    assert sorted(listening) == sorted(inventing.read_by().get(envelope.type, []))
    for types in listening.values():
        event = types.event(envelope.type, envelope.data)
        assert isinstance(event, Foreign)
        for field, value in fields_of(event).items():
            if field in body["data"]:
                assert within(body["data"][field], as_json(value))
        assert event.seals_for == "" or isinstance(getattr(event, event.seals_for), str)


@pytest.mark.parametrize("name", TOLD)
def test_a_reader_asks_for_no_field_that_its_source_does_not_write(name: str) -> None:
    type_name = TOLD[name]["body"]["type"]
    written = inventing.own_classes()[type_name]
    for service in inventing.read_by().get(type_name, []):
        read = next(cls for cls in TYPES[service].foreign if cls.event_type == type_name)
        assert set(read.__struct_fields__) <= set(written.__struct_fields__), service
        for field in read.personal_fields:
            assert read.personal_fields[field] == written.personal_fields[field]


def test_what_is_sent_now_is_what_was_sent_then() -> None:
    """Caught from a real relay and a real consumer."""
    now = files.messages_now()
    assert {name: told for name, told in now.items() if name in MESSAGES} == MESSAGES
    assert all(
        MESSAGES[name]["body"] == json.loads(EVENTS[name]) for name in TOLD if name in EVENTS
    )


def test_a_replay_request_of_then_is_read_now() -> None:
    body = json.dumps(MESSAGES["replay-request.json"]["body"])
    assert msgspec.json.decode(body, type=ReplayRequest) == ReplayRequest(
        "<installation>.audit", 0, 2_000
    )


def test_what_was_sealed_then_is_opened_now(tmp_path: Path) -> None:
    """A keyring's row, and a box of every personal field under its key."""
    row = json.loads(files.KEYRING.read_text("utf-8"))
    database = Database(sqlite_engine(sqlite_path(Settings(home=tmp_path), "keyring")))
    METADATA.create_all(database.engine)
    with database.writing() as connection:
        connection.execute(
            KEYS.insert().values(
                key_id=row["key_id"],
                owner="golden",
                data_class="identity",
                retention_group="programme",
                wrapped=base64.b64decode(row["wrapped"]),
                made_at=datetime(2026, 3, 1, tzinfo=UTC),
            )
        )
    keyring = Keyring(database, Masters.of(base64.b64decode(row["master_key"])))
    opened = set()
    for raw in EVENTS.values():
        envelope = decode(raw)
        event = TYPES[envelope.source].event(envelope.type, envelope.data)
        stored = as_json(envelope.data)
        for field in event.personal_fields:
            box = getattr(event, field)
            if (file_type(type(event)), field) in SEALED_LATER:
                assert open_text(keyring, box) == box, "plain text of then is read as it stands"
            elif field not in stored:
                assert box is None, "a field that came later is absent, not an error"
            else:
                assert isinstance(box, Sealed)
                assert open_text(keyring, box) == inventing.sealed_text(field)
                opened.add((file_type(type(event)), field))
    personal = {
        (file_type(cls), field)
        for cls in inventing.own_classes().values()
        for field in cls.personal_fields
    }
    assert opened == personal - SEALED_LATER - CAME_LATER
    assert len(opened) > 30
    database.close()


def test_writing_adds_what_is_missing_and_touches_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for kept in ("EVENTS", "MESSAGES", "KEYRING"):
        monkeypatch.setattr(golden_command, kept, tmp_path / Path(getattr(files, kept)).name)
        monkeypatch.setattr(files, kept, tmp_path / Path(getattr(files, kept)).name)
    files.EVENTS.mkdir()
    (files.EVENTS / "grants.call.drafted.v1.json").write_bytes(b"kept as it is")
    assert "grants.call.drafted.v1.json" not in files.missing_events()
    assert len(files.missing_events()) + 1 == len(inventing.own_classes())
    assert golden_command.main(["write"]) == 0
    assert golden_command.main(["rewrite"]) == 2
    assert files.missing_events() == {}
    assert (files.EVENTS / "grants.call.drafted.v1.json").read_bytes() == b"kept as it is"
    assert "grants.call.drafted.v1.json" not in capsys.readouterr().out
    with pytest.raises(FileExistsError):
        golden_command.write(files.EVENTS / "grants.call.drafted.v1.json", b"other")
