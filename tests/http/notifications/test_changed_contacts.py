"""Whoever had a person's number or address is told that it is another now, before that counts."""

from __future__ import annotations

import json

import pytest

from services.notifications.channels.sms.gsm import LENGTH_MAX, short
from services.notifications.messages.facts import pack
from services.notifications.messages.rendering import text_words
from shared.due.worker import run_due_once
from shared.language.languages import LANGUAGES
from shared.privacy.keyring import KeyName

from .conftest import MIRA, NOON

OLD, NEW = "+381600000001", "+381609999999"
EMAIL = "mira@example.org"


def changes(house, **before: str) -> None:
    sealed = {name: ("contact", value) for name, value in before.items()}
    house.arrives(
        "trainings.registration.contact_changed.v1",
        f"registration/{MIRA}",
        registration_id=MIRA,
        country="RS",
        municipality="Kragujevac",
        sealed=(MIRA, {"phone": ("contact", NEW), **sealed}),
    )
    run_due_once(house.service, NOON)


def outbox(house) -> dict[str, str]:
    """What was sent: file's ending → its text."""
    folder = house.service.settings.home / "outbox"
    return {file.suffix: file.read_text() for file in sorted(folder.glob("*"))}


def test_the_old_number_and_the_old_address_are_told(house, register):
    register(phone=OLD)
    changes(house, phone_before=OLD, email_before=EMAIL)
    sent = outbox(house)
    text = json.loads(sent[".sms"])
    assert text["to"] == OLD and "odmah nas pozovite" in text["text"]
    assert f"To: {EMAIL}" in sent[".eml"] and "odmah nas pozovite" in sent[".eml"]
    for said in (text["text"], sent[".eml"]):
        assert "Mira" not in said and NEW not in said


def test_nobody_is_told_when_the_place_alone_changed(house, register):
    register(phone=OLD)
    changes(house)
    assert outbox(house) == {}


def test_whoever_was_erased_is_not_written_to(house, register):
    register(phone=OLD)
    house.service.keyring.destroy([KeyName(MIRA, "identity")])
    changes(house, phone_before=OLD)
    assert outbox(house) == {}


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_it_fits_into_one_text(language):
    text = short(text_words("contact_changed", pack({"address": OLD}), language))
    assert 0 < len(text) <= LENGTH_MAX
