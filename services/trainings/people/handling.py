"""What is done with registrations, for JSON and pages alike: handlers of one unit of work.

    registration_id = register(work, by=actor(), person=NewPerson(full_name="Mira …", …))

A national number that was registered before makes the new registration the same person's. Two who
register one number at the same moment agree: the claim lets one through, the other looks again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Final, TypeVar, cast

from services.trainings.people import belonging, views
from services.trainings.people.fields import one_line
from services.trainings.people.national_number import normalise
from services.trainings.people.projecting import NUMBER_PURPOSE, number_index
from services.trainings.people.registration import (
    NATIONAL_NUMBER_LENGTH_MAX,
    REGISTRATION,
    Held,
)
from services.trainings.people.registration_commands import (
    ChangeContact,
    ConfirmIdentity,
    CorrectRegistration,
    DeclareRoma,
    GiveConsent,
    NotePapers,
    RegisterPerson,
    WithdrawConsent,
)
from services.trainings.people.registration_events import (
    ConsentForm,
    DeclaredRoma,
    Means,
    Paper,
    Purpose,
    Sex,
    WhyNoPapers,
)
from services.trainings.zones import zone_of
from shared.access.own import check_not_own
from shared.errors import Invalid, Missing, Refused
from shared.events.append import Claim, changed_meanwhile
from shared.events.work import Work
from shared.language.marking import N_
from shared.phone_number import phone
from shared.privacy.keyring import KeyName

NUMBER_TAKEN: Final = "number-registered-meanwhile"
REFERENCE_TAKEN: Final = N_("Another registration has this reference already.")
LOOKS_MAX: Final = 5

R = TypeVar("R")


@dataclass(frozen=True, kw_only=True)
class NewPerson:
    """Somebody who is here to be registered. Without a reference one is made."""

    full_name: str
    birth_date: str
    sex: str
    country: str
    municipality: str
    jmbg: str | None
    phone: str | None
    declared_roma: str
    consented: bool
    reference: str | None = None
    email: str | None = None
    consent_form: str | None = None


@dataclass(frozen=True, kw_only=True)
class Identity:
    """Who somebody is, whole, and why it is written anew.

    keeps_number: the national number stays, which nobody sees whole to type it again.
    """

    full_name: str
    birth_date: str
    sex: str
    jmbg: str | None
    reason: str
    keeps_number: bool = False


@dataclass(frozen=True, kw_only=True)
class Contact:
    """Where somebody lives and how to reach them, whole."""

    country: str
    municipality: str
    phone: str | None
    email: str | None = None


@dataclass(frozen=True, kw_only=True)
class Papers:
    """Which papers are missing (none: they are complete), why, and when to ask again."""

    missing: tuple[str, ...]
    why: str | None = None
    note: str | None = None
    ask_again_on: date | None = None


def register(work: Work, *, by: str, person: NewPerson, registration_id: str | None = None) -> str:
    """Register somebody; returns the registration's id.

    registration_id: the one that was set aside when this was begun; somebody who has it is Refused.
    """
    programme = work.context.programme
    registration_id = registration_id or work.new_id()
    index = _index(work, person.jmbg)
    person_id = None
    if index is not None:
        person_id = belonging.person_of_number(work, index)
        if person_id is None:
            work.claim(_claim(index, registration_id))
    reference = one_line(person.reference or "") or f"R-{registration_id[-8:].upper()}"
    before = views.by_reference(work.connection, programme, reference)
    if before is not None and before.registration_id == registration_id:
        # The same registration arrived twice, and the other one was faster.
        raise changed_meanwhile()
    if before is not None:
        raise Refused("reference-taken", REFERENCE_TAKEN)
    # Two who give the same reference at once: the claim lets one through.
    stream = REGISTRATION.stream(registration_id)
    work.claim(
        Claim("registration-reference", reference, stream, "reference-taken", REFERENCE_TAKEN)
    )
    command = RegisterPerson(
        by=by,
        now=work.now,
        zone=zone_of(person.country),
        registration_id=registration_id,
        person_id=person_id or work.new_id(),
        reference=reference,
        full_name=person.full_name,
        birth_date=person.birth_date,
        sex=cast(Sex, person.sex),
        country=person.country,
        municipality=person.municipality,
        jmbg=person.jmbg,
        phone=person.phone,
        declared_roma=cast(DeclaredRoma, person.declared_roma),
        consented=person.consented,
        email=person.email,
        consent_form=cast(ConsentForm | None, person.consent_form),
    )
    work.decide(REGISTRATION, registration_id, command)
    return registration_id


def looking_again(run: Callable[[], R]) -> R:
    """Run a registration again when somebody else claimed the number meanwhile."""
    for look in range(LOOKS_MAX):
        try:
            return run()
        except Refused as error:
            if error.code != NUMBER_TAKEN or look == LOOKS_MAX - 1:
                raise
    raise AssertionError("unreachable")


def confirm(
    work: Work, *, by: str, registration_id: str, means: str, witness: str | None = None
) -> None:
    """A second person stands for who it is. ``witness``: who knows them, where that is how."""
    check_not_own(registration_id, work.context.own)
    command = ConfirmIdentity(
        by=by,
        now=work.now,
        registration_id=registration_id,
        means=cast(Means, means),
        witness=witness,
    )
    work.decide(REGISTRATION, registration_id, command)


def note_papers(work: Work, *, by: str, registration_id: str, papers: Papers) -> None:
    """Note which papers somebody has not got yet."""
    check_not_own(registration_id, work.context.own)
    command = NotePapers(
        by=by,
        now=work.now,
        registration_id=registration_id,
        missing=cast(tuple[Paper, ...], papers.missing),
        why=cast(WhyNoPapers | None, papers.why),
        note=papers.note,
        ask_again_on=papers.ask_again_on,
    )
    work.decide(REGISTRATION, registration_id, command)


def correct(work: Work, *, by: str, registration_id: str, identity: Identity) -> str | None:
    """Write the identity as it should have been; somebody else confirms it anew.

    A number that is another person's makes the registration theirs; one that was shared by mistake
    and is given up leaves the registration with a person of its own. Returns the number it has now.
    """
    check_not_own(registration_id, work.context.own)
    person_id = _held(work, registration_id).person_id
    number = identity.jmbg
    if identity.keeps_number:
        number = views.full_number(work.store, work.connection, registration_id)
    index = _index(work, number)
    row = views.record(work.connection, registration_id)
    before = row.number_index if row is not None else None
    if index != before:
        if before is not None:
            work.release(_claim(before, registration_id))
            shared = partial(views.number_is_shared, registration_id=registration_id, index=before)
            if work.ask(shared):
                person_id = work.new_id()
        if index is not None:
            found = belonging.person_of_number(work, index)
            if found is None:
                work.claim(_claim(index, registration_id))
            elif found != person_id:
                person_id = found
                there = belonging.members(work, found)
                belonging.check_one_household(work, (registration_id,), there)
    command = CorrectRegistration(
        by=by,
        now=work.now,
        registration_id=registration_id,
        person_id=person_id,
        full_name=identity.full_name,
        birth_date=identity.birth_date,
        sex=cast(Sex, identity.sex),
        jmbg=number,
        reason=identity.reason,
    )
    work.decide(REGISTRATION, registration_id, command)
    return number


def change_contact(work: Work, *, by: str, registration_id: str, contact: Contact) -> None:
    """Note where somebody lives and how to reach them."""
    check_not_own(registration_id, work.context.own)
    phone_before, email_before = _given_up(work, registration_id, contact)
    command = ChangeContact(
        by=by,
        now=work.now,
        registration_id=registration_id,
        country=contact.country,
        municipality=contact.municipality,
        phone=contact.phone,
        email=contact.email,
        phone_before=phone_before,
        email_before=email_before,
    )
    work.decide(REGISTRATION, registration_id, command)


def _given_up(work: Work, registration_id: str, contact: Contact) -> tuple[str | None, str | None]:
    """The number and the address that are theirs no more: whoever has them is told."""
    row = views.record(work.connection, registration_id)
    if row is None:
        return None, None
    number, email = phone(row.phone, row.country), row.email
    return (
        number if number != phone(contact.phone, contact.country) else None,
        email if email != contact.email else None,
    )


def declare(
    work: Work, *, by: str, registration_id: str, country: str, consented: bool, declared_roma: str
) -> None:
    """Note whether somebody consents and what they say of themselves. ``country``: of today."""
    if consented:
        consent(work, by=by, registration_id=registration_id, country=country, purpose="ethnicity")
        row = views.record(work.connection, registration_id)
        if row is not None and row.declared_roma == declared_roma:
            return
    else:
        withdrawn = withdraw(
            work, by=by, registration_id=registration_id, country=country, purpose="ethnicity"
        )
        # A declaration falls with the consent to it.
        if withdrawn and declared_roma == "declined":
            return
    command = DeclareRoma(
        by=by,
        now=work.now,
        registration_id=registration_id,
        declared_roma=cast(DeclaredRoma, declared_roma),
    )
    work.decide(REGISTRATION, registration_id, command)


def consent(
    work: Work,
    *,
    by: str,
    registration_id: str,
    country: str,
    purpose: str,
    form: str | None = None,
) -> None:
    """Note that somebody consents to a purpose. ``country``: whose day it is."""
    command = GiveConsent(
        by=by,
        now=work.now,
        registration_id=registration_id,
        zone=zone_of(country),
        purpose=cast(Purpose, purpose),
        form=cast(ConsentForm | None, form),
    )
    work.decide(REGISTRATION, registration_id, command)


def withdraw(
    work: Work,
    *,
    by: str,
    registration_id: str,
    country: str,
    purpose: str,
    form: str | None = None,
) -> bool:
    """Note that somebody takes a consent back; whether there was one."""
    name = KeyName(registration_id, "special")
    command = WithdrawConsent(
        by=by,
        now=work.now,
        registration_id=registration_id,
        zone=zone_of(country),
        purpose=cast(Purpose, purpose),
        form=cast(ConsentForm | None, form),
        erased=work.store.keyring.ensure({name})[name].cipher is None,
    )
    return bool(work.decide(REGISTRATION, registration_id, command))


def _held(work: Work, registration_id: str) -> Held:
    state = work.load(REGISTRATION, registration_id)
    if not isinstance(state, Held):
        raise Missing("no-registration", N_("There is no such registration."))
    return state


def _index(work: Work, jmbg: str | None) -> str | None:
    # Letters that come apart when they are normalised must not outgrow the column.
    if jmbg is not None and len(normalise(jmbg)) > NATIONAL_NUMBER_LENGTH_MAX:
        raise Invalid(
            "number-length",
            N_("A national number has at most {length_max} characters."),
            field="jmbg",
            length_max=NATIONAL_NUMBER_LENGTH_MAX,
        )
    return number_index(work.store.keyring, jmbg)


def _claim(index: str, registration_id: str) -> Claim:
    stream = REGISTRATION.stream(registration_id)
    sentence = N_("Somebody registered this number at the same moment. Look again.")
    return Claim(NUMBER_PURPOSE, index, stream, NUMBER_TAKEN, sentence)
