"""A person is registered by one, confirmed by another, and merged by decision only."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from services.trainings.people.registration import REGISTRATION, is_confirmed
from services.trainings.people.registration_commands import (
    ChangeContact,
    ConfirmIdentity,
    CorrectRegistration,
    DecideLikelyDuplicate,
    ImportRegistration,
    RegisterPerson,
    RegistrationCommand,
    WithdrawConsent,
)
from services.trainings.people.registration_events import (
    Confirmed,
    ConsentWithdrawn,
    LikelyDuplicateDecided,
    MovedToPerson,
    Registered,
    RomaDeclared,
)
from shared.errors import Forbidden, Invalid, Refused
from shared.events.event import Event

NOW = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
REGISTER = RegisterPerson(
    by="officer-1",
    now=NOW,
    zone="Europe/Belgrade",
    registration_id="r1",
    person_id="p1",
    reference="P0001",
    full_name=" Mira Petrić ",
    birth_date="1990-05-04",
    sex="F",
    country="RS",
    municipality="Topola",
    jmbg=None,
    phone="",
    declared_roma="yes",
    consented=True,
)
CONFIRM = ConfirmIdentity(by="officer-2", now=NOW, registration_id="r1", means="identity_card")
CHANGE = ChangeContact(
    by="officer-4",
    now=NOW,
    registration_id="r1",
    country="RS",
    municipality="Topola",
    phone="060 123 4567",
)
CORRECT = CorrectRegistration(
    by="officer-3",
    now=NOW,
    registration_id="r1",
    person_id="p9",
    full_name="Mira Perić",
    birth_date="1990-05-04",
    sex="F",
    jmbg="0405990715001",
    reason="spelling",
)


def after(*commands: RegistrationCommand) -> tuple[Event, ...]:
    """Every event that the commands leave, one after another."""
    events: tuple[Event, ...] = ()
    for command in commands:
        events += REGISTRATION.decide(REGISTRATION.fold(events), command)
    return events


def test_consent_is_of_the_day_where_the_person_is() -> None:
    (registered,) = after(REGISTER)
    assert isinstance(registered, Registered)
    assert registered.consent_on == date(2026, 3, 2)
    assert (registered.full_name, registered.phone) == ("Mira Petrić", None)
    assert registered.registered_by == "officer-1"


def test_registrar_does_not_confirm() -> None:
    with pytest.raises(Forbidden, match="own-registration"):
        after(REGISTER, replace(CONFIRM, by="officer-1"))


def test_second_person_confirms_once() -> None:
    events = after(REGISTER, CONFIRM, CONFIRM)
    assert [type(event) for event in events] == [Registered, Confirmed]


def test_correction_asks_for_another_confirmation_by_neither_author() -> None:
    events = after(REGISTER, CONFIRM, CORRECT)
    assert events[-1] == MovedToPerson(
        registration_id="r1",
        person_id="p9",
        from_person_id="p1",
        because="national_number",
        moved_by="officer-3",
    )
    assert not is_confirmed(REGISTRATION.fold(events))
    for author in ("officer-1", "officer-3"):
        with pytest.raises(Forbidden):
            after(REGISTER, CONFIRM, CORRECT, replace(CONFIRM, by=author))


def test_a_changed_contact_is_confirmed_by_somebody_else_though_the_identity_stands() -> None:
    changed = after(REGISTER, CONFIRM, CHANGE)
    assert is_confirmed(REGISTRATION.fold(changed))
    assert after(REGISTER, CONFIRM, CHANGE, replace(CONFIRM, by=CHANGE.by)) == changed
    again = replace(CONFIRM, by="officer-1")
    *_, confirmed = after(REGISTER, CONFIRM, CHANGE, again)
    assert isinstance(confirmed, Confirmed) and confirmed.confirmed_by == "officer-1"
    assert len(after(REGISTER, CONFIRM, CHANGE, again, again)) == len(changed) + 1


def test_whoever_changed_a_contact_confirms_who_it_is_but_not_the_contact() -> None:
    events = after(REGISTER, CHANGE, replace(CONFIRM, by=CHANGE.by))
    assert is_confirmed(REGISTRATION.fold(events))
    assert len(after(REGISTER, CHANGE, replace(CONFIRM, by=CHANGE.by), CONFIRM)) == len(events) + 1


def test_imported_is_confirmed_outside_and_names_no_registrar() -> None:
    (registered,) = after(
        ImportRegistration(
            by="operator",
            now=NOW,
            registration_id="r1",
            person_id="p1",
            reference="P0001",
            full_name="Mira Petrić",
            birth_date="1990-05-04",
            sex="F",
            country="RS",
            municipality="Topola",
            jmbg=None,
            phone=None,
            declared_roma="yes",
            consent_on=None,
        )
    )
    assert isinstance(registered, Registered)
    assert (registered.imported, registered.registered_by) == (True, None)
    assert is_confirmed(REGISTRATION.fold((registered,)))


def test_likely_duplicate_moves_only_when_same() -> None:
    decide = DecideLikelyDuplicate(
        by="officer-2",
        now=NOW,
        registration_id="r1",
        other_registration_id="r2",
        same=True,
        person_id="p2",
        reason="same mother",
    )
    kept = replace(decide, same=False, person_id="p1")
    assert [type(e) for e in after(REGISTER, kept, kept)[1:]] == [LikelyDuplicateDecided]
    merged = after(REGISTER, decide, decide)[1:]
    assert [type(e) for e in merged] == [LikelyDuplicateDecided, MovedToPerson]
    apart = after(REGISTER, decide, replace(decide, same=False, person_id="p3"))[3:]
    assert [type(e) for e in apart] == [LikelyDuplicateDecided, MovedToPerson]
    with pytest.raises(Invalid, match="never-together"):
        after(REGISTER, replace(decide, same=False))


def test_declaration_needs_consent_and_falls_with_it() -> None:
    with pytest.raises(Invalid, match="consent-needed"):
        after(replace(REGISTER, consented=False))
    withdraw = WithdrawConsent(by="o", now=NOW, zone="Europe/Belgrade", registration_id="r1")
    assert after(REGISTER, withdraw)[1:] == (
        ConsentWithdrawn(registration_id="r1", withdrawn_on=date(2026, 3, 2)),
        RomaDeclared(registration_id="r1", declared_roma="declined"),
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"full_name": "  "},
        {"full_name": "x" * 201},
        {"full_name": "a\x00b"},
        {"full_name": "a\ud800"},
        {"birth_date": "04.05.1990"},
        {"birth_date": "2126-01-01"},
        {"country": "Serbia"},
        {"sex": "?"},
    ],
)
def test_what_cannot_be_right_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        after(replace(REGISTER, **wrong))  # type: ignore[arg-type]


def test_registering_twice_is_refused() -> None:
    with pytest.raises(Refused, match="already-registered"):
        after(REGISTER, REGISTER)
