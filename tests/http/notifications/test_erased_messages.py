"""What a message says goes whole with who somebody is or with how they are reached."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from services.notifications.contacts import views as contacts
from services.notifications.messages.message import MESSAGE, Queued
from services.notifications.messages.message_commands import QueueMessage
from services.notifications.messages.secrets import secret_facts
from services.notifications.tables import MESSAGES
from shared.access.roles import Role
from shared.due.worker import run_due_once
from shared.errors import Invalid
from shared.events.append import Append, StreamWrite
from shared.events.rebuilding import differences, rebuild
from shared.identifiers import derived
from shared.privacy.keyring import KeyName
from shared.privacy.sealing import open_text

from .conftest import MIRA, NOON

NOTE = "Mira, ask your sister Zumra for the deed"
APPLICATION = derived("application", "RS-2011", "17")
AWARD = derived("award", "RS-2011", "17")
QUEUED = QueueMessage(
    by="system/notifications",
    now=NOON,
    message_id="m1",
    kind="visit_planned",
    recipient_kind="registration",
    recipient_id=MIRA,
    channel="sms",
    owner_id=MIRA,
    about="visit/v1",
    facts="{}",
    told="{}",
    language="sr_Latn",
)


def asked_for_changes(house) -> str:
    """The message of it; its id."""
    house.arrives(
        "grants.application.changes_requested.v1",
        f"application/{APPLICATION}",
        application_id=APPLICATION,
        registration_id=MIRA,
        sealed=(MIRA, {"note": ("identity", NOTE)}),
    )
    (row,) = rows(house)
    return str(row.message_id)


def rows(house) -> list:
    with house.service.database.reading() as connection:
        return list(connection.execute(select(MESSAGES).order_by(MESSAGES.c.message_id)).all())


def queued(house, message_id: str) -> Queued:
    with house.service.database.reading() as connection:
        events, _ = house.service.store.stream(connection, MESSAGE.stream(message_id))
    return next(event for event in events if isinstance(event, Queued))


def erased(house, data_class: str, erasure_id: str = "e1") -> None:
    """One class alone, keys first, as an erasure does it."""
    house.service.keyring.destroy([KeyName(MIRA, data_class)])
    house.arrives(
        "trainings.erasure.keys_destroyed.v1",
        f"erasure/{erasure_id}",
        erasure_id=erasure_id,
        owners=(MIRA,),
        kinds=(f"{data_class}/programme",),
    )
    while run_due_once(house.service, house.clock.now()):
        pass


def test_a_note_is_sealed_as_identity_and_shown_to_who_tells_the_person(house, register):
    register()
    event = queued(house, asked_for_changes(house))
    keyring = house.service.keyring
    assert NOTE not in (open_text(keyring, event.facts) or "")
    assert NOTE in (open_text(keyring, event.told) or "")
    page = house.as_reader(Role.programme_officer).get("/notifications/people").text
    assert NOTE in page


@pytest.mark.parametrize("data_class", ["identity", "contact"])
def test_either_class_takes_the_whole_message(house, register, data_class):
    register()
    message_id = asked_for_changes(house)
    outbox = house.service.settings.home / "outbox"
    outbox.mkdir(exist_ok=True)
    (outbox / f"{message_id}.eml").write_text("To: mira@example.org")
    erased(house, data_class)
    (row,) = rows(house)
    assert (row.facts, row.told) == (None, None)
    assert not list(outbox.iterdir())
    assert secret_facts(house.service, message_id) is None
    assert NOTE not in house.as_reader(Role.programme_officer).get("/notifications/people").text
    assert differences(house.service) == []


def test_a_message_from_before_they_were_kept_apart_goes_with_identity_too(house, register):
    register()
    old = Queued(
        message_id="m1",
        kind="application_changes_requested",
        recipient_kind="registration",
        recipient_id=MIRA,
        channel="person",
        owner_id=MIRA,
        about=f"application/{APPLICATION}",
        facts='{"note":["text","' + NOTE + '"]}',
        language="sr_Latn",
    )
    context = house.service.system_context("RS-2011", cause="c")
    write = StreamWrite(MESSAGE.stream("m1"), 0, (old,))
    house.service.store.commit(Append(context=context, now=NOON, writes=(write,)))
    (row,) = rows(house)
    assert NOTE in row.facts
    erased(house, "identity")
    (row,) = rows(house)
    assert row.facts is None
    rebuild(house.service, progress=lambda _done, _total: None, names=["messages"])
    assert rows(house) == [row]


def test_money_under_way_is_still_told_to_finance_by_its_numbers(house, register):
    register()
    house.arrives(
        "grants.award.offered.v1",
        f"award/{AWARD}",
        award_id=AWARD,
        registration_id=MIRA,
        application_no="RS-17",
        amount={"minor": 12_000_000, "currency": "RSD"},
        lapses_on=None,
    )
    erased(house, "identity")
    before = len(rows(house))
    house.arrives(
        "grants.payment.released.v1",
        "payment/p1",
        payment_id="p1",
        award_id=AWARD,
        tranche=1,
    )
    (row,) = [one for one in rows(house) if one.kind == "payment_to_export"]
    assert len(rows(house)) == before + 1
    assert row.owner_id == "programme/RS-2011" and "RS-17" in row.facts


@pytest.mark.parametrize(("by_the_person", "said"), [(True, "Somebody asks"), (False, "asked for")])
def test_officers_hear_of_an_erasure_that_waits_for_one_of_them(house, by_the_person, said):
    house.arrives(
        "trainings.erasure.requested.v1",
        "erasure/e1",
        erasure_id="0192f000-0000-7000-8000-000000000001",
        registration_ids=(MIRA,),
        by_the_person=by_the_person,
    )
    officer = house.as_reader(Role.programme_officer)
    (message,) = officer.get("/notifications/api/v1/inbox").json["items"]
    assert message["kind"] == "erasure_to_confirm"
    assert said in officer.get(f"/notifications/messages/{message['message_id']}").text


def test_an_announced_erasure_waits_for_nobody(house):
    house.arrives(
        "trainings.erasure.requested.v1",
        "erasure/e1",
        erasure_id="e1",
        registration_ids=(MIRA,),
        announced_on="2026-02-01",
    )
    assert rows(house) == []


def agreed(house, given: bool) -> bool:
    """What is known after the person said so."""
    name = "consent_given" if given else "consent_withdrawn"
    day = "consent_on" if given else "withdrawn_on"
    house.arrives(
        f"trainings.registration.{name}.v1",
        f"registration/{MIRA}",
        registration_id=MIRA,
        purpose="contact_by_sms",
        more={day: "2026-03-01"},
    )
    with house.service.database.reading() as connection:
        return contacts.agrees_to_texts(connection, MIRA)


def test_texts_that_nobody_asked_for_need_consent(house, register):
    register()
    with house.service.database.reading() as connection:
        assert contacts.agrees_to_texts(connection, MIRA) is False
    assert agreed(house, True) is True
    assert agreed(house, False) is False
    with pytest.raises(Invalid, match="channel-unfit"):
        MESSAGE.decide(MESSAGE.fold([]), QUEUED)
    with_consent = replace(QUEUED, texts_agreed=True)
    assert len(MESSAGE.decide(MESSAGE.fold([]), with_consent)) == 1
    own_code = replace(QUEUED, kind="sign_in_code")
    assert len(MESSAGE.decide(MESSAGE.fold([]), own_code)) == 1
