"""What may be written in a registration's stream; ``registration.py`` decides when.

    Registered(registration_id="r1", person_id="p1", full_name="Mira …", …)
    Confirmed(registration_id="r1", person_id="p1", means="identity_card")

The registration's id owns the keys under which the personal fields are sealed.
"""

from __future__ import annotations

from datetime import date
from typing import Literal, TypeAlias

from shared.events.event import Event, Personal, event_type

Sex: TypeAlias = Literal["F", "M"]
DeclaredRoma: TypeAlias = Literal["yes", "no", "declined", "not_known"]
Means: TypeAlias = Literal["identity_card", "passport", "other_document", "witness"]
Purpose: TypeAlias = Literal[
    "programme",
    "ethnicity",
    "photos",
    "contact_by_sms",
    "sharing_between_programmes",
    "publication",
]
ConsentForm: TypeAlias = Literal["paper", "spoken", "online"]
MoveCause: TypeAlias = Literal["national_number", "likely_duplicate"]
Paper: TypeAlias = Literal[
    "birth_certificate", "citizenship", "residence", "national_number", "identity_card"
]
WhyNoPapers: TypeAlias = Literal[
    "birth_not_registered", "from_elsewhere", "lost", "being_issued", "not_known"
]


@event_type("trainings.registration.registered.v1", seals_for="registration_id")
class Registered(Event, frozen=True, kw_only=True):
    """Somebody was registered. ``registered_by`` is None for what happened outside this system.

    consent_form: how the person consented to the programme; None where nobody wrote that down.
    """

    registration_id: str
    person_id: str
    reference: str
    full_name: Personal.identity
    birth_date: Personal.identity
    sex: Sex
    country: str
    municipality: str
    jmbg: Personal.identity | None
    phone: Personal.contact | None
    declared_roma: Personal.special
    consent_on: date | None
    registered_by: str | None
    imported: bool = False
    email: Personal.contact | None = None
    consent_form: ConsentForm | None = None


@event_type("trainings.registration.confirmed.v1", seals_for="registration_id")
class Confirmed(Event, frozen=True, kw_only=True):
    """A second person saw who it is, by ``means``, and how to reach them.

    witness: who knows the person, and from where; nobody where a document was shown.
    """

    registration_id: str
    person_id: str
    means: Means
    confirmed_by: str | None = None
    witness: Personal.identity | None = None


@event_type("trainings.registration.corrected.v1", seals_for="registration_id")
class Corrected(Event, frozen=True, kw_only=True):
    """The identity as it should have been written; confirmed again by somebody else."""

    registration_id: str
    full_name: Personal.identity
    birth_date: Personal.identity
    sex: Sex
    jmbg: Personal.identity | None
    reason: Personal.identity
    corrected_by: str


@event_type("trainings.registration.contact_changed.v1", seals_for="registration_id")
class ContactChanged(Event, frozen=True, kw_only=True):
    """Where the person lives and how to reach them, from now on.

    phone_before, email_before: what is no longer theirs by this, a phone as E.164 writes it.
    """

    registration_id: str
    country: str
    municipality: str
    phone: Personal.contact | None
    email: Personal.contact | None = None
    changed_by: str | None = None
    phone_before: Personal.contact | None = None
    email_before: Personal.contact | None = None


@event_type("trainings.registration.roma_declared.v1", seals_for="registration_id")
class RomaDeclared(Event, frozen=True, kw_only=True):
    """What the person says of themself, never what others think."""

    registration_id: str
    declared_roma: Personal.special


@event_type("trainings.registration.consent_given.v1")
class ConsentGiven(Event, frozen=True, kw_only=True):
    """The person consented to a purpose. ``form``: how; None where nobody wrote that down."""

    registration_id: str
    consent_on: date
    purpose: Purpose = "programme"
    form: ConsentForm | None = None


@event_type("trainings.registration.consent_withdrawn.v1")
class ConsentWithdrawn(Event, frozen=True, kw_only=True):
    """The person took the consent to a purpose back."""

    registration_id: str
    withdrawn_on: date
    purpose: Purpose = "programme"
    form: ConsentForm | None = None


@event_type("trainings.registration.likely_duplicate_decided.v1", seals_for="registration_id")
class LikelyDuplicateDecided(Event, frozen=True, kw_only=True):
    """Somebody looked at two registrations and says whether they are of one person."""

    registration_id: str
    other_registration_id: str
    same: bool
    reason: Personal.identity


@event_type("trainings.registration.moved_to_person.v1")
class MovedToPerson(Event, frozen=True, kw_only=True):
    """The registration belongs to another person from now on."""

    registration_id: str
    person_id: str
    from_person_id: str
    because: MoveCause
    moved_by: str | None = None


@event_type("trainings.registration.papers_noted.v1", seals_for="registration_id")
class PapersNoted(Event, frozen=True, kw_only=True):
    """Which papers the person has not got yet.

    complete: none is missing. missing: what is, words of ``Paper`` with a space between. why: one
    of ``WhyNoPapers``. ask_again_on: the day on which somebody should ask for them again.
    """

    registration_id: str
    complete: bool
    missing: Personal.identity
    why: Personal.identity | None = None
    note: Personal.identity | None = None
    ask_again_on: date | None = None


RegistrationEvent: TypeAlias = (
    Registered
    | Confirmed
    | Corrected
    | ContactChanged
    | RomaDeclared
    | ConsentGiven
    | ConsentWithdrawn
    | LikelyDuplicateDecided
    | MovedToPerson
    | PapersNoted
)
