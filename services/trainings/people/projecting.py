"""The rows of registrations, and of what was decided about likely duplicates.

A national number stands there as a keyed hash for exact lookup and, for the eye, with all but its
last digits covered:

>>> masked("0101990710006")
'•••••••••0006'
"""

from __future__ import annotations

from datetime import date
from typing import Any, Final, get_args

from services.trainings.people.national_number import normalise
from services.trainings.people.registration_events import (
    Confirmed,
    ConsentForm,
    ConsentGiven,
    ConsentWithdrawn,
    ContactChanged,
    Corrected,
    LikelyDuplicateDecided,
    MovedToPerson,
    PapersNoted,
    Purpose,
    Registered,
    RegistrationEvent,
    RomaDeclared,
)
from services.trainings.tables import CONSENTS, DUPLICATE_DECISIONS, REGISTRATIONS
from shared.access.masking import masked_number
from shared.events.projection import Projecting, Projection, Recorded
from shared.language.folding import fold
from shared.privacy.keyring import Keyring

NUMBER_PURPOSE: Final = "national-number"


def number_index(keyring: Keyring, number: str | None) -> str | None:
    """The keyed hash under which a national number is found; None without a number."""
    digits = normalise(number) if number else ""
    return keyring.blind_index(NUMBER_PURPOSE, digits) if digits else None


def project(at: Projecting, recorded: Recorded) -> None:
    """Bring the rows of one registration up to an event."""
    match recorded.event:
        case Registered() as event:
            _registered(at, recorded, event)
        case Corrected() as event:
            _change(at, recorded, **_identity(at, event), state="unconfirmed")
        case Confirmed():
            _change(at, recorded, state="confirmed")
        case ContactChanged() as event:
            _change(
                at,
                recorded,
                country=event.country,
                municipality=event.municipality,
                phone=event.phone,
                email=event.email,
            )
        case RomaDeclared() as event:
            _change(at, recorded, declared_roma=event.declared_roma)
        case ConsentGiven() as event:
            _consent(at, recorded, event.purpose, event.form, given_on=event.consent_on)
        case ConsentWithdrawn() as event:
            _consent(at, recorded, event.purpose, event.form, withdrawn_on=event.withdrawn_on)
        case MovedToPerson() as event:
            _change(at, recorded, person_id=event.person_id)
        case PapersNoted():
            _change(at, recorded)
        case LikelyDuplicateDecided() as event:
            _change(at, recorded)
            key = {
                "registration_id": event.registration_id,
                "other_registration_id": event.other_registration_id,
            }
            at.put(DUPLICATE_DECISIONS, key, same=event.same)


def _registered(at: Projecting, recorded: Recorded, event: Registered) -> None:
    at.make(
        REGISTRATIONS,
        {
            "registration_id": event.registration_id,
            "programme": recorded.programme,
            "reference": event.reference,
            "person_id": event.person_id,
            "country": event.country,
            "municipality": event.municipality,
            "phone": event.phone,
            "email": event.email,
            "declared_roma": event.declared_roma,
            "consent_on": event.consent_on,
            "state": "outside" if event.imported else "unconfirmed",
            "registered_by": event.registered_by,
            "registered_at": recorded.at,
            "imported": event.imported,
            "version": recorded.version,
            **_identity(at, event),
        },
    )
    if event.consent_on is not None:
        key = {"registration_id": event.registration_id, "purpose": "programme"}
        at.put(CONSENTS, key, given_on=event.consent_on, withdrawn_on=None, form=event.consent_form)


def _consent(
    at: Projecting,
    recorded: Recorded,
    purpose: Purpose,
    form: ConsentForm | None,
    *,
    given_on: date | None = None,
    withdrawn_on: date | None = None,
) -> None:
    """``consent_on`` of the registration is the day of what a declaration of origin stands on."""
    key = {"registration_id": recorded.identifier, "purpose": purpose}
    at.put(CONSENTS, key, given_on=given_on, withdrawn_on=withdrawn_on, form=form)
    apart = {"registration_id": recorded.identifier, "purpose": "ethnicity"}
    if purpose == "ethnicity" or (purpose == "programme" and at.row(CONSENTS, apart) is None):
        _change(at, recorded, consent_on=given_on)
    else:
        _change(at, recorded)


def _identity(at: Projecting, event: Registered | Corrected) -> dict[str, Any]:
    name = at.text(event.full_name)
    number = at.text(event.jmbg)
    return {
        "full_name": name,
        "name_folded": None if name is None else fold(name),
        "birth_date": event.birth_date,
        "sex": event.sex,
        "number_index": number_index(at.keyring, number),
        "number_masked": masked_number(normalise(number)) if number else None,
        "has_number": event.jmbg is not None,
    }


def _change(at: Projecting, recorded: Recorded, **columns: Any) -> None:
    key = {"registration_id": recorded.identifier}
    at.change(REGISTRATIONS, key, version=recorded.version, **columns)


PEOPLE: Final = Projection(
    "people",
    6,
    (REGISTRATIONS, DUPLICATE_DECISIONS, CONSENTS),
    project,
    get_args(RegistrationEvent),
)
